// override/py/vmentrytable.h: charges the cost of every opcode. vm.c includes a file of this name between the definition
// of TRACE_TICK and its use. This one is found first by the -I order, so that the source needs no change. The hook runs
// once more for an opcode that raises.
//
// On the Pico a hard handler may run before any opcode, and not only at a jump or a return.
#include "core/aside.h"
#include "cost/opcost.h"
#undef TRACE_TICK
#if !VB_RP2
#define TRACE_TICK(ip, sp, is_exception) (vb_fuel -= vb_opcost[*(ip)])
#elif defined(__i386__)
#define TRACE_TICK(ip, sp, is_exception) __asm__ volatile ( \
    "subl %0, vb_fuel\n\t" \
    "js 7f\n" \
    "8:\n\t" \
    ".subsection 1\n" \
    "7:\n\t" \
    "cmpb $0, %1\n\t" \
    "je 8b\n\t" \
    VB_ASIDE_CODE("call vb_serve_hard") \
    "jmp 8b\n\t" \
    ".previous" \
    : : "r" ((int32_t)vb_opcost[*(ip)]), "m" (vb_hard) : "cc", "memory")
#else
#define TRACE_TICK(ip, sp, is_exception) do { \
    vb_fuel -= vb_opcost[*(ip)]; \
    if (vb_fuel < 0 && vb_hard) { \
        vb_serve_hard(); \
    } \
} while (0)
#endif
#include_next "py/vmentrytable.h"
