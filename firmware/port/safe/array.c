// safe/array.c: bytearray, array and memoryview, without access to memory that is not theirs.
//
// It is MicroPython's own file with four changes (the Makefile compiles this file in place of py/objarray.c):
// - When an array grows and moves, MicroPython frees its old block, although a memoryview, a FrameBuffer or a C function
//   that runs may still point to it. Here a block whose address was given to anybody is left to the garbage collector.
// - A value is converted to a number before anything else is done with it: its __int__() may change the same array.
// - So is an index, before the length is read (safe/index.h).
// - An array made from a sequence relies on the sequence's length only if that cannot change meanwhile.

#include <string.h>

#include "py/binary.h"
#include "py/gc.h"
#include "py/objarray.h"
#include "py/objtype.h"
#include "py/runtime.h"
#include "safe/index.h"

// ---- blocks whose address was given to somebody: one bit for each block of a family's memory (families/*.h) ----

#define BLOCKS (1 << 15)
static uint8_t given[BLOCKS / 8];

static size_t number_of(const void *block) {
    return (uintptr_t)block / MICROPY_BYTES_PER_GC_BLOCK % BLOCKS;
}

static void *as_new(void *block) {
    given[number_of(block) / 8] &= ~(1 << number_of(block) % 8);
    return block;
}

static void *grow(void *block, size_t used, size_t bytes) {
    if (block && !gc_nbytes(block)) { // fixed memory: safe/buffers.c
        return memcpy(as_new(m_malloc(bytes)), block, used);
    }
    if (!(given[number_of(block) / 8] >> number_of(block) % 8 & 1)) {
        return as_new(m_realloc(block, bytes));
    }
    void *same = gc_realloc(block, bytes, false);
    if (same) {
        return same;
    }
    void *made = m_malloc(bytes);
    memcpy(made, block, gc_nbytes(block));
    return as_new(made);
}

// ---- values ----

static bool runs_python(mp_obj_t value) {
    return mp_obj_is_obj(value) && mp_obj_is_instance_type(mp_obj_get_type(value));
}

static mp_obj_t as_number(char code, mp_obj_t value) {
    if (!runs_python(value)) {
        return value;
    }
    bool real = code == 'f' || code == 'd';
    return real ? mp_obj_new_float(mp_obj_get_float(value)) : mp_obj_new_int(mp_obj_get_int(value));
}

// The length of a sequence from which no Python runs, neither to get its items nor to convert them to numbers.
static mp_obj_t fixed_len(mp_obj_t sequence) {
    if (mp_obj_is_exact_type(sequence, &mp_type_list) || mp_obj_is_exact_type(sequence, &mp_type_tuple)) {
        size_t n;
        mp_obj_t *items;
        mp_obj_get_array(sequence, &n, &items);
        for (size_t i = 0; i < n; i++) {
            if (runs_python(items[i])) {
                return MP_OBJ_NULL;
            }
        }
        return mp_obj_len_maybe(sequence);
    }
    return mp_obj_is_exact_type(sequence, &mp_type_range) ? mp_obj_len_maybe(sequence) : MP_OBJ_NULL;
}

// ---- MicroPython's file; of these two functions with arguments it has its own, alone (in tables) it has ours ----

static mp_obj_t array_append(mp_obj_t self_in, mp_obj_t value);
static mp_int_t array_get_buffer(mp_obj_t self_in, mp_buffer_info_t *buffer, mp_uint_t flags);
#define array_append(self, value) append_number(self, value)
#define array_get_buffer(self, buffer, flags) get_buffer(self, buffer, flags)

#undef m_new
#undef m_renew
#define m_new(type, n) ((type *)as_new(m_malloc(sizeof(type) * (n))))
#define m_renew(type, items, old, new) ((type *)grow(items, old, new))
#define mp_obj_len_maybe(sequence) fixed_len(sequence)
#define mp_binary_set_val_array(code, items, index, value) do { \
        mp_obj_t number = as_number(code, value); \
        mp_binary_set_val_array(code, items, index, number); \
} while (0)
#include "py/objarray.c"
#undef array_append
#undef array_get_buffer

static mp_obj_t array_append(mp_obj_t self_in, mp_obj_t value) {
    mp_obj_array_t *self = MP_OBJ_TO_PTR(self_in);
    return append_number(self_in, as_number(self->typecode, value));
}

static mp_int_t array_get_buffer(mp_obj_t self_in, mp_buffer_info_t *buffer, mp_uint_t flags) {
    mp_obj_array_t *self = MP_OBJ_TO_PTR(self_in);
    given[number_of(self->items) / 8] |= 1 << number_of(self->items) % 8;
    return get_buffer(self_in, buffer, flags);
}
