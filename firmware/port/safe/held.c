// safe/held.c: memory that C code still uses while Python runs for it.
//
// A C function that goes through a list, a dict or another object holds a pointer to its items, and calls methods of them
// (__eq__(), __repr__(), __int__()). Such a method may change the object, which frees the items or moves them. So while a
// method of a Python class runs for an operator or an attribute, no memory is given back but by the collector. And the
// collector keeps a block to which the C stack points, wherever in the block: MicroPython looks for its begin only.

#include <string.h>

#include "py/gc.h"
#include "py/nlr.h"
#include "py/runtime.h"
#include "core/internal.h"
#include "safe/held.h"

void *__real_gc_alloc(size_t bytes, unsigned flags);
void *__real_gc_realloc(void *block, size_t bytes, bool may_move);

unsigned vb_holding;

static void end(void *on_jump) {
    vb_holding--;
}

void vb_hold_end(void) {
    vb_holding = 0;
}
VB_AT_SOFT_RESET(vb_hold_end, 70)

void vb_hold(nlr_jump_callback_node_t *on_jump) {
    vb_holding++;
    nlr_push_jump_callback(on_jump, end);
}

mp_obj_t vb_call_function_held(mp_obj_t function, mp_obj_t arg) {
    nlr_jump_callback_node_t on_jump;
    vb_hold(&on_jump);
    mp_obj_t result = mp_call_function_1(function, arg);
    nlr_pop_jump_callback(true);
    return result;
}

mp_obj_t vb_call_method_held(size_t n_args, size_t n_kw, const mp_obj_t *args) {
    nlr_jump_callback_node_t on_jump;
    vb_hold(&on_jump);
    mp_obj_t result = mp_call_method_n_kw(n_args, n_kw, args);
    nlr_pop_jump_callback(true);
    return result;
}

// gc_realloc() meanwhile. It makes no block smaller, as the index of an item may be one of before.
void *vb_realloc_held(void *block, size_t bytes, bool may_move) {
    if (!block || gc_is_locked()) {
        return __real_gc_realloc(block, bytes, may_move);
    }
    size_t had = gc_nbytes(block);
    if (bytes <= had) {
        return block;
    }
    void *made = __real_gc_realloc(block, bytes, false);
    if (!made && may_move && (made = __real_gc_alloc(bytes, 0))) {
        memcpy(made, block, had);
    }
    return made;
}

// ---- pointers into blocks ----

#if MICROPY_GC_SPLIT_HEAP
#define NEXT(area) ((area)->next)
#else
#define NEXT(area) NULL
#endif
#define TAIL 2 // AT_TAIL of py/gc.c, whose table has two bits for each block

static unsigned kind_of(const mp_state_mem_area_t *area, size_t block) {
    return area->gc_alloc_table_start[block / 4] >> block % 4 * 2 & 3;
}

// Marks the block that `word` points into.
static void keep(uintptr_t word) {
    for (const mp_state_mem_area_t *area = &MP_STATE_MEM(area); area; area = NEXT(area)) {
        uintptr_t start = (uintptr_t)area->gc_pool_start;
        if (word >= start && word < (uintptr_t)area->gc_pool_end) {
            size_t block = (word - start) / MICROPY_BYTES_PER_GC_BLOCK;
            while (block && kind_of(area, block) == TAIL) {
                block--;
            }
            void *head = (void *)(start + block * MICROPY_BYTES_PER_GC_BLOCK);
            gc_collect_root(&head, 1);
        }
    }
}

// A loop may also hold the end of what it goes through.
void vb_keep_interior(void **from, void **to) {
    for (; from < to; from++) {
        keep((uintptr_t)*from);
        keep((uintptr_t)*from - 1);
    }
}

#if VB_POISON // a build for tools/memory_fuzz.py: what was given back holds no address that exists

static void fill(void *block, size_t bytes) {
    memset(block, 0xa5, bytes);
}

void vb_poison_free(void *block) {
    fill(block, gc_nbytes(block));
}

void vb_poison_all_free(void) {
    for (const mp_state_mem_area_t *area = &MP_STATE_MEM(area); area; area = NEXT(area)) {
        size_t blocks = (area->gc_pool_end - area->gc_pool_start) / MICROPY_BYTES_PER_GC_BLOCK;
        for (size_t block = 0; block < blocks; block++) {
            if (kind_of(area, block) == 0) {
                fill(area->gc_pool_start + block * MICROPY_BYTES_PER_GC_BLOCK, MICROPY_BYTES_PER_GC_BLOCK);
            }
        }
    }
}

#endif
