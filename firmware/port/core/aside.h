// core/aside.h: a second stack, for the work that a board does only because its bench wants to be asked.
//
// The collector looks at every word of the stack, also at words that earlier calls left there, so each call may change
// which objects it keeps. When the bench is asked depends on the horizons that it gave, and a trace must not: that work
// leaves no word on the first stack.
#pragma once

#include <stdbool.h>
#include <stdint.h>

// Maps the second stack, before the lock.
void vb_aside_map(void);

// Inside vb_aside(): calls a function on the first stack, where Python may run and the collector looks.
void vb_aside_back(void (*fn)(void));

// vb_aside(fn) calls `void fn(void)` on the second stack. There it is a plain call. No exception leaves `fn`.
#ifdef __i386__

#define vb_aside(fn) do { \
    if (vb_is_aside) { \
        fn(); \
    } else { \
        VB_ASIDE(fn); \
    } \
} while (0)

extern bool vb_is_aside;
extern char *vb_other_sp;      // aside: of the first stack; else: where the second one is free
extern uint32_t *vb_aside_regs; // the registers of the first stack's program, as PUSHA orders them

// The same where the program is surely on the first stack. It changes no register, so the compiler saves none.
#define VB_ASIDE(fn) __asm__ volatile (VB_ASIDE_CODE("call %P0") : : "i" (fn) : "cc", "memory")
#define VB_ASIDE_CODE(call) \
    "xchgl %%esp, vb_other_sp\n\t" \
    "pushal\n\t" \
    "movl %%esp, %%ebp\n\t" \
    "pushl vb_aside_regs\n\t" \
    "pushl vb_other_sp\n\t" \
    "movl %%ebp, vb_aside_regs\n\t" \
    "movb $1, vb_is_aside\n\t" \
    "subl $520, %%esp\n\t" /* 512 bytes of FXSAVE, and 8 to align them */ \
    "fxsave (%%esp)\n\t" \
    call "\n\t" \
    "fxrstor (%%esp)\n\t" \
    "addl $520, %%esp\n\t" \
    "movb $0, vb_is_aside\n\t" \
    "popl vb_other_sp\n\t" \
    "popl vb_aside_regs\n\t" \
    "popal\n\t" \
    "xchgl %%esp, vb_other_sp\n\t"

#else // the 64-bit build, for practice: its traces may depend on the horizons

#define vb_aside(fn) fn()
#define VB_ASIDE(fn) fn()

#endif
