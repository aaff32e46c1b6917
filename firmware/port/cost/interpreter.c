// cost/interpreter.c: charges the costs of opcodes, memory and calls (cost/costs.h). Costs that depend on the data are in
// cost/data.c.

#include "py/bc.h"
#include "py/bc0.h"
#include "py/gc.h"
#include "py/lexer.h"
#include "py/objexcept.h"
#include "py/qstr.h"
#include "py/runtime.h"
#include "core/internal.h"
#include "cost/opcost.h"
#include "cost/wrap.h"
#include "safe/held.h"

int32_t vb_gc_hook_ns;
uint16_t vb_opcost[256];

// Sets the cost of opcodes from `first` on; opcodes that include their argument are consecutive.
static const struct {
    uint8_t first, count;
} multi[] = {
    {MP_BC_UNARY_OP_MULTI, MP_BC_UNARY_OP_MULTI_NUM},
    {MP_BC_BINARY_OP_MULTI, MP_BC_BINARY_OP_MULTI_NUM},
    {MP_BC_STORE_FAST_MULTI, MP_BC_STORE_FAST_MULTI_NUM},
};

// Products and quotients take longer: they may overflow, and Python rounds down.
static const uint8_t products[] = {
    MP_BINARY_OP_MULTIPLY, MP_BINARY_OP_FLOOR_DIVIDE, MP_BINARY_OP_MODULO,
    MP_BINARY_OP_INPLACE_MULTIPLY, MP_BINARY_OP_INPLACE_FLOOR_DIVIDE, MP_BINARY_OP_INPLACE_MODULO,
};

static void fill(int of, uint16_t ns) {
    for (int i = 0; i < multi[of].count; i++) {
        vb_opcost[multi[of].first + i] = ns;
    }
}

#define CLASS(ns, ...) do { \
    static const uint8_t ops[] = {__VA_ARGS__}; \
    for (size_t i = 0; i < sizeof(ops); i++) { vb_opcost[ops[i]] = ns; } \
} while (0)

static void data_ops(void) {
    CLASS(VB_NS_OP_STORE, MP_BC_STORE_FAST_N, MP_BC_DELETE_FAST);
    CLASS(VB_NS_OP_STACK, MP_BC_DUP_TOP, MP_BC_DUP_TOP_TWO, MP_BC_POP_TOP, MP_BC_ROT_TWO, MP_BC_ROT_THREE);
    CLASS(VB_NS_OP_OBJECT, MP_BC_LOAD_CONST_SMALL_INT, MP_BC_LOAD_CONST_STRING, MP_BC_LOAD_CONST_OBJ, MP_BC_LOAD_DEREF, MP_BC_STORE_DEREF,
        MP_BC_DELETE_DEREF);
    CLASS(VB_NS_OP_NAME, MP_BC_LOAD_NAME, MP_BC_LOAD_GLOBAL, MP_BC_STORE_NAME, MP_BC_STORE_GLOBAL,
        MP_BC_DELETE_NAME, MP_BC_DELETE_GLOBAL, MP_BC_IMPORT_NAME, MP_BC_IMPORT_FROM, MP_BC_IMPORT_STAR);
    CLASS(VB_NS_OP_SUBSCR, MP_BC_LOAD_SUBSCR, MP_BC_STORE_SUBSCR);
    CLASS(VB_NS_OP_ATTR, MP_BC_LOAD_ATTR, MP_BC_STORE_ATTR);
    CLASS(VB_NS_OP_METHOD, MP_BC_LOAD_METHOD, MP_BC_LOAD_SUPER_METHOD);
    CLASS(VB_NS_OP_BUILD, MP_BC_BUILD_TUPLE, MP_BC_BUILD_LIST, MP_BC_BUILD_MAP, MP_BC_STORE_MAP,
        MP_BC_BUILD_SET, MP_BC_BUILD_SLICE, MP_BC_STORE_COMP, MP_BC_MAKE_FUNCTION,
        MP_BC_MAKE_FUNCTION_DEFARGS, MP_BC_MAKE_CLOSURE, MP_BC_MAKE_CLOSURE_DEFARGS, MP_BC_LOAD_BUILD_CLASS);
    CLASS(VB_NS_OP_UNPACK, MP_BC_UNPACK_SEQUENCE, MP_BC_UNPACK_EX);
}

static void flow_ops(void) {
    CLASS(VB_NS_OP_JUMP, MP_BC_JUMP, MP_BC_UNWIND_JUMP, MP_BC_POP_EXCEPT_JUMP);
    CLASS(VB_NS_OP_BRANCH, MP_BC_POP_JUMP_IF_TRUE, MP_BC_POP_JUMP_IF_FALSE, MP_BC_JUMP_IF_TRUE_OR_POP,
        MP_BC_JUMP_IF_FALSE_OR_POP);
    CLASS(VB_NS_OP_CALL, MP_BC_CALL_FUNCTION, MP_BC_CALL_FUNCTION_VAR_KW);
    CLASS(VB_NS_OP_CALL_METHOD, MP_BC_CALL_METHOD, MP_BC_CALL_METHOD_VAR_KW);
    CLASS(VB_NS_OP_RETURN, MP_BC_RETURN_VALUE);
    CLASS(VB_NS_OP_YIELD, MP_BC_YIELD_VALUE, MP_BC_YIELD_FROM);
    CLASS(VB_NS_OP_ITER, MP_BC_GET_ITER, MP_BC_GET_ITER_STACK, MP_BC_FOR_ITER);
    CLASS(VB_NS_OP_GUARD, MP_BC_SETUP_WITH, MP_BC_WITH_CLEANUP, MP_BC_SETUP_EXCEPT, MP_BC_SETUP_FINALLY,
        MP_BC_END_FINALLY, MP_BC_RAISE_LAST, MP_BC_RAISE_OBJ, MP_BC_RAISE_FROM);
}

void vb_cost_start(void) {
    vb_gc_hook_ns = VB_NS_GC_HOOK;
    for (int op = 0; op < 256; op++) {
        vb_opcost[op] = VB_NS_OP_LOAD; // also of an opcode that is in no class
    }
    data_ops();
    flow_ops();
    fill(0, VB_NS_OP_UNARY);
    fill(1, VB_NS_OP_BINARY);
    for (size_t i = 0; i < MP_ARRAY_SIZE(products); i++) {
        vb_opcost[MP_BC_BINARY_OP_MULTI + products[i]] += VB_NS_PRODUCT;
    }
    fill(2, VB_NS_OP_STORE);
}

// ---- memory ----

#define BLOCKS(bytes) (((bytes) + MICROPY_BYTES_PER_GC_BLOCK - 1) / MICROPY_BYTES_PER_GC_BLOCK)

// Blocks are charged only for a request that succeeds; a failed one has paid for its search.
void *__real_gc_alloc(size_t n, unsigned flags);
void *__wrap_gc_alloc(size_t n, unsigned flags) {
    vb_spend(VB_NS_ALLOC);
    void *made = __real_gc_alloc(n, flags);
    if (made) {
        vb_spend(VB_NS_ALLOC_BLOCK * BLOCKS(n));
    }
    return made;
}

// A block that moves is allocated in the same object file, where --wrap does not work.
void *__real_gc_realloc(void *p, size_t n, bool move);
void *__wrap_gc_realloc(void *p, size_t n, bool move) {
    vb_spend(VB_NS_REALLOC);
    void *made = vb_holding ? vb_realloc_held(p, n, move) : __real_gc_realloc(p, n, move);
    if (made && made != p) {
        vb_spend(VB_NS_ALLOC + VB_NS_ALLOC_BLOCK * BLOCKS(n));
    }
    return made;
}

void __real_gc_free(void *p);
void __wrap_gc_free(void *p) {
    vb_spend(VB_NS_FREE);
    if (!vb_holding) {
        vb_poison_free(p);
        __real_gc_free(p);
    }
}

void __real_gc_info(gc_info_t *info);
void __wrap_gc_info(gc_info_t *info) {
    int32_t hook_ns = vb_gc_hook_ns;
    vb_gc_hook_ns += hook_ns ? VB_NS_GC_INFO : 0; // 0: the chip does not do this (core/heap.c)
    __real_gc_info(info);
    vb_gc_hook_ns = hook_ns;
}

// ---- names and attributes ----

// The cache of py/map.c: the place where an index was last found.
static mp_map_elem_t *cached(mp_map_t *map, mp_obj_t index) {
    size_t at = ((uintptr_t)index >> 2) % MICROPY_OPT_MAP_LOOKUP_CACHE_SIZE;
    mp_map_elem_t *slot = &map->table[MP_STATE_VM(map_lookup_cache)[at] % map->alloc];
    return slot->key == index ? slot : NULL;
}

// How many places the search compared. A missing key costs a search to the end in an ordered map, and one more place on
// average in a hash table.
static size_t probes(mp_map_t *map, mp_obj_t index, mp_map_elem_t *found) {
    if (map->is_ordered) {
        return found ? (size_t)(found - map->table) + 1 : map->used;
    }
    if (!map->alloc || !mp_obj_is_qstr(index)) {
        return 1;
    }
    size_t start = qstr_hash(MP_OBJ_QSTR_VALUE(index)) % map->alloc;
    if (found) {
        return ((size_t)(found - map->table) + map->alloc - start) % map->alloc + 1;
    }
    size_t n = 1;
    while (n < map->alloc && map->table[(start + n - 1) % map->alloc].key != MP_OBJ_NULL) {
        n++;
    }
    return n;
}

mp_map_elem_t *__real_mp_map_lookup(mp_map_t *map, mp_obj_t index, mp_map_lookup_kind_t kind);
mp_map_elem_t *mp_map_lookup(mp_map_t *map, mp_obj_t index, mp_map_lookup_kind_t kind) {
    mp_map_elem_t *found = NULL;
    if (kind != MP_MAP_LOOKUP_REMOVE_IF_FOUND && map->alloc && (found = cached(map, index))) {
        vb_spend(VB_NS_MAP_HIT);
        return found;
    }
    found = __real_mp_map_lookup(map, index, kind);
    vb_spend(VB_NS_MAP_MISS + VB_NS_MAP_PROBE * probes(map, index, found));
    return found;
}

// A search for an interned string goes through the pools, the newest first: it bisects a sorted pool, and compares all
// strings of another one (py/qstr.c). MP_QSTRnull: not found.
static uint32_t search_ns(qstr found, size_t len) {
    if (!len) {
        return 0;
    }
    uint32_t ns = VB_NS_QSTR_FIND + VB_NS_QSTR_BYTE * len;
    for (const qstr_pool_t *pool = MP_STATE_VM(last_pool); pool; pool = pool->prev) {
        bool here = found && found >= pool->total_prev_len;
        if (pool->is_sorted) {
            ns += VB_NS_QSTR_BISECT * (31 - __builtin_clz(pool->len));
        } else {
            ns += VB_NS_QSTR_PROBE * (here ? found - pool->total_prev_len + 1 : pool->len);
        }
        if (here) {
            break;
        }
    }
    return ns;
}

qstr __real_qstr_find_strn(const char *s, size_t n);
qstr __wrap_qstr_find_strn(const char *s, size_t n) {
    qstr found = __real_qstr_find_strn(s, n);
    vb_spend(search_ns(found, n));
    return found;
}

qstr __real_qstr_from_strn(const char *s, size_t n);
qstr __wrap_qstr_from_strn(const char *s, size_t n) {
    const qstr_pool_t *pool = MP_STATE_VM(last_pool);
    qstr known = pool->total_prev_len + pool->len;
    qstr made = __real_qstr_from_strn(s, n);
    vb_spend(search_ns(made < known ? made : MP_QSTRnull, n));
    return made;
}

mp_obj_t __real_mp_load_attr(mp_obj_t o, qstr attr);
mp_obj_t __wrap_mp_load_attr(mp_obj_t o, qstr attr) {
    vb_spend(VB_NS_LOAD_ATTR);
    vb_asked(o, attr);
    return __real_mp_load_attr(o, attr);
}
WRAP(void, mp_load_method_maybe, (mp_obj_t o, qstr attr, mp_obj_t *dest), (o, attr, dest), VB_NS_LOAD_METHOD)
WRAP(void, mp_store_attr, (mp_obj_t o, qstr attr, mp_obj_t value), (o, attr, value), VB_NS_STORE_ATTR)
WRAP(void, mp_convert_member_lookup,
    (mp_obj_t self, const mp_obj_type_t *type, mp_obj_t member, mp_obj_t *dest), (self, type, member, dest),
    VB_NS_MEMBER)

// ---- calls ----

WRAP(mp_obj_t, mp_call_function_0, (mp_obj_t f), (f), VB_NS_CALL_C)
WRAP(mp_obj_t, mp_call_function_1, (mp_obj_t f, mp_obj_t a), (f, a), VB_NS_CALL_C)
WRAP(mp_obj_t, mp_call_function_2, (mp_obj_t f, mp_obj_t a, mp_obj_t b), (f, a, b), VB_NS_CALL_C)
WRAP(void, mp_setup_code_state, (mp_code_state_t *state, size_t n, size_t kw, const mp_obj_t *args),
    (state, n, kw, args), VB_NS_FRAME + VB_NS_ARG * kw)
WRAP(mp_vm_return_kind_t, mp_execute_bytecode, (mp_code_state_t *state, volatile mp_obj_t inject),
    (state, inject), VB_NS_RESUME)
WRAP(void, mp_arg_parse_all, (size_t n, const mp_obj_t *pos, mp_map_t *kws, size_t most, const mp_arg_t *allowed,
    mp_arg_val_t *out), (n, pos, kws, most, allowed, out), VB_NS_ARGS + VB_NS_ARG * most)
WRAP(void, mp_arg_parse_all_kw_array, (size_t n, size_t kw, const mp_obj_t *args, size_t most,
    const mp_arg_t *allowed, mp_arg_val_t *out), (n, kw, args, most, allowed, out),
    VB_NS_ARGS + VB_NS_ARG * most)
WRAP(mp_obj_t, mp_getiter, (mp_obj_t o, mp_obj_iter_buf_t *buf), (o, buf), VB_NS_GETITER)
WRAP(mp_obj_t, mp_iternext, (mp_obj_t o), (o), VB_NS_ITERNEXT)
WRAP(mp_obj_t, mp_obj_list_append, (mp_obj_t list, mp_obj_t item), (list, item), VB_NS_APPEND)
WRAP(void, mp_cstack_check, (void), (), VB_NS_STACK)
WRAP(void, mp_obj_exception_add_traceback, (mp_obj_t e, qstr file, size_t line, qstr block),
    (e, file, line, block), VB_NS_TRACEBACK)
WRAP(void, mp_lexer_to_next, (mp_lexer_t *lex), (lex), VB_NS_TOKEN)

NORETURN void __real_nlr_jump(void *value);
NORETURN void __wrap_nlr_jump(void *value) {
    vb_spend(VB_NS_RAISE);
    __real_nlr_jump(value);
}
