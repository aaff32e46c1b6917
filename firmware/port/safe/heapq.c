// safe/heapq.c: the module heapq, whose lists do not change while they are put in order.
//
// It is MicroPython's own file with one check more: an item's __lt__() may change the list, and the places of its items
// are then no longer where they were. The Makefile compiles this file in place of extmod/modheapq.c.

#include "py/objlist.h"
#include "py/runtime.h"

static mp_obj_t less_in(const mp_obj_list_t *heap, mp_binary_op_t op, mp_obj_t a, mp_obj_t b) {
    const mp_obj_list_t before = *heap;
    mp_obj_t less = mp_binary_op(op, a, b);
    if (heap->items != before.items || heap->len != before.len) {
        mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("list changed while it was put in order"));
    }
    return less;
}

#define mp_binary_op(op, a, b) less_in(heap, op, a, b)
#include "extmod/modheapq.c"
