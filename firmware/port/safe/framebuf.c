// safe/framebuf.c: the module framebuf, whose buffers have room for all their pixels.
//
// It is MicroPython's own file with one check more: it multiplies width, height and bits in a machine word, and the
// product of large ones fits into any buffer. The Makefile compiles this file in place of extmod/modframebuf.c.

#include "py/runtime.h"

static mp_obj_t framebuf_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args);

// With arguments it is MicroPython's function, alone (in the type) it is ours.
#define framebuf_make_new(type, n_args, n_kw, args) make_unchecked(type, n_args, n_kw, args)
#include "extmod/modframebuf.c"
#undef framebuf_make_new

#define MOST_PIXELS (1 << 24) // with 16 bits each they fit into a machine word, and into no board

static mp_obj_t framebuf_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 4, 5, false);
    uint64_t stride = mp_obj_get_int(args[n_args >= 5 ? 4 : 1]), height = mp_obj_get_int(args[2]);
    if (stride > UINT16_MAX || height > UINT16_MAX || stride * height > MOST_PIXELS) {
        mp_raise_ValueError(NULL);
    }
    return make_unchecked(type, n_args, n_kw, args);
}
