// safe/index.h: an index is converted to a number before the length of its list or array is read. MicroPython reads the
// length first, and an __int__() may change it.
#pragma once

#include "py/objtype.h"
#include "py/runtime.h"

static inline mp_obj_t vb_index(mp_obj_t index) {
    mp_int_t number;
    bool runs_python = mp_obj_is_obj(index) && mp_obj_is_instance_type(mp_obj_get_type(index));
    return runs_python && mp_obj_get_int_maybe(index, &number) ? mp_obj_new_int(number) : index;
}

static inline mp_obj_t vb_slice(mp_obj_t slice_in) {
    const mp_obj_slice_t *slice = MP_OBJ_TO_PTR(slice_in);
    mp_obj_t start = vb_index(slice->start), stop = vb_index(slice->stop), step = vb_index(slice->step);
    bool same = start == slice->start && stop == slice->stop && step == slice->step;
    return same ? slice_in : mp_obj_new_slice(start, stop, step);
}

#define mp_get_index(type, len, index_in, is_slice) \
    ({ mp_obj_t number = vb_index(index_in); mp_get_index(type, len, number, is_slice); })
#define mp_seq_get_fast_slice_indexes(len, slice_in, out) \
    ({ mp_obj_t numbers = vb_slice(slice_in); mp_seq_get_fast_slice_indexes(len, numbers, out); })
