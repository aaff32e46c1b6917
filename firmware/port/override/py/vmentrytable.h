// override/py/vmentrytable.h: charges the cost of every opcode. vm.c includes a file of this name between the definition
// of TRACE_TICK and its use. This one is found first by the -I order, so that the source needs no change. The hook runs
// once more for an opcode that raises.
#include "cost/opcost.h"
#undef TRACE_TICK
#define TRACE_TICK(ip, sp, is_exception) (vb_fuel -= vb_opcost[*(ip)])
#include_next "py/vmentrytable.h"
