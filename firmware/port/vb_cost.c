// vb_cost.c: charges opcodes and C functions what costs.h says they take.

#include <math.h>

#include "py/bc0.h"
#include "py/gc.h"
#include "py/lexer.h"
#include "py/mpprint.h"
#include "py/objint.h"
#include "py/qstr.h"
#include "py/runtime.h"
#include "vb_internal.h"
#include "vb_opcost.h"

const int32_t vb_gc_hook_ns = VB_NS_GC_HOOK;

// Classes of opcodes; what is not named is a simple load or store.
#define SIMPLE VB_NS_OP_SIMPLE
const uint16_t vb_opcost[256] = {
    [0 ... 255] = SIMPLE,
    [MP_BC_UNARY_OP_MULTI ... MP_BC_UNARY_OP_MULTI + MP_BC_UNARY_OP_MULTI_NUM - 1] = VB_NS_OP_ARITH,
    [MP_BC_BINARY_OP_MULTI ... MP_BC_BINARY_OP_MULTI + MP_BC_BINARY_OP_MULTI_NUM - 1] = VB_NS_OP_ARITH,
    [MP_BC_JUMP] = VB_NS_OP_JUMP,
    [MP_BC_POP_JUMP_IF_TRUE] = VB_NS_OP_JUMP,
    [MP_BC_POP_JUMP_IF_FALSE] = VB_NS_OP_JUMP,
    [MP_BC_JUMP_IF_TRUE_OR_POP] = VB_NS_OP_JUMP,
    [MP_BC_JUMP_IF_FALSE_OR_POP] = VB_NS_OP_JUMP,
    [MP_BC_UNWIND_JUMP] = VB_NS_OP_JUMP,
    [MP_BC_POP_EXCEPT_JUMP] = VB_NS_OP_JUMP,
    [MP_BC_LOAD_NAME] = VB_NS_OP_NAME,
    [MP_BC_LOAD_GLOBAL] = VB_NS_OP_NAME,
    [MP_BC_STORE_NAME] = VB_NS_OP_NAME,
    [MP_BC_STORE_GLOBAL] = VB_NS_OP_NAME,
    [MP_BC_LOAD_SUBSCR] = VB_NS_OP_SUBSCR,
    [MP_BC_STORE_SUBSCR] = VB_NS_OP_SUBSCR,
    [MP_BC_LOAD_ATTR] = VB_NS_OP_ATTR,
    [MP_BC_LOAD_METHOD] = VB_NS_OP_ATTR,
    [MP_BC_LOAD_SUPER_METHOD] = VB_NS_OP_ATTR,
    [MP_BC_CALL_FUNCTION] = VB_NS_OP_CALL,
    [MP_BC_CALL_FUNCTION_VAR_KW] = VB_NS_OP_CALL,
    [MP_BC_CALL_METHOD] = VB_NS_OP_CALL,
    [MP_BC_CALL_METHOD_VAR_KW] = VB_NS_OP_CALL,
    [MP_BC_RETURN_VALUE] = VB_NS_OP_RETURN,
    [MP_BC_YIELD_VALUE] = VB_NS_OP_RETURN,
    [MP_BC_YIELD_FROM] = VB_NS_OP_RETURN,
    [MP_BC_GET_ITER] = VB_NS_OP_ITER,
    [MP_BC_GET_ITER_STACK] = VB_NS_OP_ITER,
    [MP_BC_FOR_ITER] = VB_NS_OP_ITER,
};

// The linker's --wrap=f (Makefile) gives calls of f to __wrap_f, and f itself as __real_f.
#define WRAP(type, name, parameters, arguments, cost) \
    type __real_##name parameters; \
    type __wrap_##name parameters { vb_charge(cost); return __real_##name arguments; }

#define ALLOC_BLOCKS(bytes) (((bytes) + MICROPY_BYTES_PER_GC_BLOCK - 1) / MICROPY_BYTES_PER_GC_BLOCK)

WRAP(void *, gc_alloc, (size_t n, unsigned flags), (n, flags),
    VB_NS_ALLOC + VB_NS_ALLOC_BLOCK * ALLOC_BLOCKS(n))
WRAP(void *, gc_realloc, (void *p, size_t n, bool move), (p, n, move), VB_NS_REALLOC)
WRAP(qstr, qstr_find_strn, (const char *s, size_t n), (s, n), VB_NS_QSTR_FIND)
WRAP(qstr, qstr_from_strn, (const char *s, size_t n), (s, n), VB_NS_QSTR_FIND)
WRAP(void, mp_load_method_maybe, (mp_obj_t o, qstr attr, mp_obj_t *dest), (o, attr, dest), VB_NS_LOAD_METHOD)
WRAP(void, mp_store_attr, (mp_obj_t o, qstr attr, mp_obj_t value), (o, attr, value), VB_NS_STORE_ATTR)
WRAP(mp_obj_t, mp_iternext, (mp_obj_t o), (o), VB_NS_ITERNEXT)
WRAP(bool, mp_obj_equal, (mp_obj_t a, mp_obj_t b), (a, b), VB_NS_EQUAL)
WRAP(void, mp_lexer_to_next, (mp_lexer_t *lex), (lex), VB_NS_TOKEN)
WRAP(int, mp_print_mp_int,
    (const mp_print_t *p, mp_obj_t x, unsigned base, int a, int flags, char fill, int w, int prec),
    (p, x, base, a, flags, fill, w, prec), VB_NS_FORMAT_INT)
WRAP(int, mp_format_float, (float f, char *buf, size_t n, char fmt, int prec, char sign),
    (f, buf, n, fmt, prec, sign), VB_NS_FORMAT_FLOAT)
// str(1) and print(1) format inside one object file, unseen by --wrap: this is their way in.
WRAP(void, mp_obj_print_helper, (const mp_print_t *p, mp_obj_t o, mp_print_kind_t kind), (p, o, kind),
    mp_obj_is_int(o) ? VB_NS_FORMAT_INT : 0)

WRAP(float, sinf, (float x), (x), VB_NS_MATH)
WRAP(float, cosf, (float x), (x), VB_NS_MATH)
WRAP(float, tanf, (float x), (x), VB_NS_MATH)
WRAP(float, asinf, (float x), (x), VB_NS_MATH)
WRAP(float, acosf, (float x), (x), VB_NS_MATH)
WRAP(float, atanf, (float x), (x), VB_NS_MATH)
WRAP(float, atan2f, (float y, float x), (y, x), VB_NS_MATH)
WRAP(float, expf, (float x), (x), VB_NS_MATH)
WRAP(float, logf, (float x), (x), VB_NS_MATH)
WRAP(float, powf, (float x, float y), (x, y), VB_NS_MATH)
