// safe/re.c: the module re, whose sub() calls a function with a match that the function can keep.
//
// It is MicroPython's own file with two changes: that match lies in the heap and not on the C stack, and what sub() itself
// uses is held while it runs (safe/held.c). The Makefile compiles this file in place of extmod/modre.c.

#include <alloca.h>

#include "py/gc.h"
#include "py/runtime.h"
#include "safe/held.h"

void *__real_gc_alloc(size_t bytes, unsigned flags);

// It costs no virtual time: the chip does not do this.
static void *alloc_match(size_t bytes) {
    void *match = __real_gc_alloc(bytes, 0);
    if (!match) {
        m_malloc_fail(bytes);
    }
    return match;
}

static mp_obj_t re_sub_helper(size_t n_args, const mp_obj_t *args);

// With arguments it is MicroPython's function, alone (in tables) it is ours.
#define re_sub_helper(n_args, args) sub_unchecked(n_args, args)
#undef mp_local_alloc
#define mp_local_alloc(bytes) \
    (__builtin_strcmp(__func__, "sub_unchecked") ? alloca(bytes) : alloc_match(bytes))
#include "extmod/modre.c"
#undef re_sub_helper

static mp_obj_t re_sub_helper(size_t n_args, const mp_obj_t *args) {
    nlr_jump_callback_node_t on_jump;
    vb_hold(&on_jump);
    mp_obj_t result = sub_unchecked(n_args, args);
    nlr_pop_jump_callback(true);
    return result;
}
