// safe/held.h: what runs while memory is held (held.c).
#pragma once

#include "py/nlr.h"
#include "py/obj.h"

extern unsigned vb_holding; // how many methods run for C code, in all threads: no memory is given back
void vb_hold(nlr_jump_callback_node_t *on_jump); // until nlr_pop_jump_callback(true), or an exception
mp_obj_t vb_call_function_held(mp_obj_t function, mp_obj_t arg);
mp_obj_t vb_call_method_held(size_t n_args, size_t n_kw, const mp_obj_t *args);
void *vb_realloc_held(void *block, size_t bytes, bool may_move);
void vb_keep_interior(void **from, void **to); // in a collection: the blocks into which these words point
extern mp_obj_t mp_asyncio_context; // of safe/asyncio.c: a root of the collector

#if VB_POISON
void vb_poison_free(void *block);
void vb_poison_all_free(void);
#else
#define vb_poison_free(block)
#define vb_poison_all_free()
#endif
