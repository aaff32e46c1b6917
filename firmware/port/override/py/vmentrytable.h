// Charges every opcode its time. vm.c includes this name between its own definition of TRACE_TICK and the
// use of it, so a file of the same name, found first by the -I order, is the place for a hook in unmodified
// source. It runs once more for an opcode that raises.
#include "cost/opcost.h"
#undef TRACE_TICK
#define TRACE_TICK(ip, sp, is_exception) (vb_fuel -= vb_opcost[*(ip)])
#include_next "py/vmentrytable.h"
