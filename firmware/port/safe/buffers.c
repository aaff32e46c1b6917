// safe/buffers.c: buffers of C functions that Python gets to fill or to read, and buffers that C functions keep.

#include <string.h>

#include "py/gc.h"
#include "py/objarray.h"
#include "py/objtype.h"
#include "py/runtime.h"
#include "safe/held.h"

// Whether a method is C code, of an object that is no instance of a Python class: the flash, for example. It keeps nothing.
static bool is_native(const mp_obj_t *method) {
    const mp_obj_type_t *type = mp_obj_get_type(method[0]);
    bool is_c = type == &mp_type_fun_builtin_3 || type == &mp_type_fun_builtin_var;
    return is_c && method[1] != MP_OBJ_NULL && !mp_obj_is_instance_type(mp_obj_get_type(method[1]));
}

#define SPARE_BYTES 4096 // a block of any file system

// A copy of a buffer for Python. While the heap is locked (finalisers close files) there is one in fixed memory.
static mp_obj_t copy_of(const mp_obj_array_t *own) {
    static mp_obj_array_t spare;
    static byte spare_items[SPARE_BYTES];
    if (!gc_is_locked() || own->len > sizeof(spare_items)) {
        return mp_obj_new_bytearray(own->len, own->items);
    }
    memcpy(spare_items, own->items, own->len);
    spare = *own;
    spare.items = spare_items;
    return MP_OBJ_FROM_PTR(&spare);
}

// Calls a method of a block device that is written in Python (in extmod/vfs_blockdev.c, in place of mp_call_method_n_kw).
// MicroPython passes a bytearray that lies on the C stack, as its memory may: the program can keep it. Here it gets one of
// its own, and its changes go back.
mp_obj_t vb_call_with_buffer(size_t n_args, size_t n_kw, const mp_obj_t *args) {
    if (is_native(args)) {
        return mp_call_method_n_kw(n_args, n_kw, args);
    }
    mp_obj_t call[6] = {0}; // the method, its self, at most three arguments
    mp_obj_array_t *own = NULL, *lent = NULL;
    for (size_t i = 0; i < n_args + 2; i++) {
        call[i] = args[i];
        if (i >= 2 && mp_obj_is_exact_type(args[i], &mp_type_bytearray)) {
            own = MP_OBJ_TO_PTR(args[i]);
            call[i] = copy_of(own);
            lent = MP_OBJ_TO_PTR(call[i]);
        }
    }
    mp_obj_t result = vb_call_method_held(n_args, n_kw, call);
    size_t len = own ? MIN(own->len, lent->len) : 0;
    if (len && memcmp(own->items, lent->items, len)) { // what was given to write may be constant
        memcpy(own->items, lent->items, len);
    }
    return result;
}

// The same for a stream (in py/modio.c). MicroPython believes the length that the method returns.
mp_obj_t vb_call_stream(size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_obj_t result = vb_call_with_buffer(n_args, n_kw, args);
    mp_int_t count;
    if (!mp_obj_is_exact_type(args[2], &mp_type_bytearray) || !mp_obj_get_int_maybe(result, &count)) {
        return result;
    }
    if (count > (mp_int_t)((mp_obj_array_t *)MP_OBJ_TO_PTR(args[2]))->len) {
        mp_raise_ValueError(MP_ERROR_TEXT("more bytes than there is room for"));
    }
    return mp_obj_new_int(count);
}

// The buffer of a RingIO (in py/objringio.c, in place of mp_get_buffer), which keeps only a pointer to it. A pointer into
// the middle of a block would not keep the block, so the buffer may not be a part of another one.
bool vb_get_whole_buffer(mp_obj_t obj, mp_buffer_info_t *buffer, mp_uint_t flags) {
    bool part = mp_obj_is_exact_type(obj, &mp_type_memoryview) && ((mp_obj_array_t *)MP_OBJ_TO_PTR(obj))->free;
    return !part && mp_get_buffer(obj, buffer, flags);
}
