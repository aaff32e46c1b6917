// cost/data.c: charges what depends on the data: operators by type, strings, copies, big ints, formats.

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "py/binary.h"
#include "py/mpprint.h"
#include "py/mpz.h"
#include "py/obj.h"
#include "py/objint.h"
#include "py/runtime.h"
#include "core/internal.h"
#include "cost/wrap.h"

// ---- operators ----

static uint32_t complex_ns(mp_binary_op_t op) {
    switch (op) {
        case MP_BINARY_OP_MULTIPLY:
        case MP_BINARY_OP_INPLACE_MULTIPLY:
            return VB_NS_BINARY_COMPLEX + VB_NS_COMPLEX_PRODUCT;
        case MP_BINARY_OP_TRUE_DIVIDE:
        case MP_BINARY_OP_INPLACE_TRUE_DIVIDE:
            return VB_NS_BINARY_COMPLEX + 2 * VB_NS_COMPLEX_PRODUCT; // and a square of the divisor
        default:
            return VB_NS_BINARY_COMPLEX;
    }
}

static uint32_t operator_ns(mp_binary_op_t op, mp_obj_t lhs, mp_obj_t rhs) {
    if (mp_obj_is_type(lhs, &mp_type_complex) || mp_obj_is_type(rhs, &mp_type_complex)) {
        return complex_ns(op);
    }
    return mp_obj_is_float(lhs) || mp_obj_is_float(rhs) ? VB_NS_BINARY_FLOAT : VB_NS_BINARY;
}

mp_obj_t __real_mp_binary_op(mp_binary_op_t op, mp_obj_t lhs, mp_obj_t rhs);
mp_obj_t mp_binary_op(mp_binary_op_t op, mp_obj_t lhs, mp_obj_t rhs) {
    bool small = mp_obj_is_small_int(lhs) && mp_obj_is_small_int(rhs);
    vb_spend(small ? VB_NS_BINARY_INT : operator_ns(op, lhs, rhs));
    return __real_mp_binary_op(op, lhs, rhs);
}

WRAP(bool, mp_obj_equal, (mp_obj_t a, mp_obj_t b), (a, b), VB_NS_EQUAL)
WRAP(mp_obj_t, mp_set_lookup, (mp_set_t *set, mp_obj_t index, mp_map_lookup_kind_t kind), (set, index, kind),
    VB_NS_SET)

WRAP(float, sinf, (float x), (x), VB_NS_SINE)
WRAP(float, cosf, (float x), (x), VB_NS_SINE)
WRAP(float, tanf, (float x), (x), VB_NS_TANGENT)
WRAP(float, asinf, (float x), (x), VB_NS_TANGENT)
WRAP(float, acosf, (float x), (x), VB_NS_TANGENT)
WRAP(float, atanf, (float x), (x), VB_NS_EXP)
WRAP(float, expf, (float x), (x), VB_NS_EXP)
WRAP(float, logf, (float x), (x), VB_NS_EXP)
WRAP(float, powf, (float x, float y), (x, y), y == 2 || y == 1 || y == 0.5f || y == 0 ? 0 : VB_NS_POWER)

// ---- bytes ----

WRAP(void, mp_seq_multiply, (const void *items, size_t size, size_t len, size_t times, void *to),
    (items, size, len, times, to), VB_NS_REPEAT * len * times)
WRAP(mp_obj_t, mp_binary_get_val_array, (char type, void *p, size_t i), (type, p, i), VB_NS_ELEMENT)
WRAP(void, mp_binary_set_val_array, (char type, void *p, size_t i, mp_obj_t v), (type, p, i, v), VB_NS_ELEMENT)
WRAP(mp_obj_t, mp_binary_get_val, (char st, char type, byte *base, byte **p), (st, type, base, p), VB_NS_ELEMENT)
WRAP(void, mp_binary_set_val, (char st, char type, mp_obj_t v, byte *base, byte **p), (st, type, v, base, p),
    VB_NS_ELEMENT)

// ---- text ----

WRAP(void, vstr_add_byte, (vstr_t *s, byte b), (s, b), VB_NS_VSTR)
WRAP(void, vstr_add_char, (vstr_t *s, unichar c), (s, c), VB_NS_VSTR)
WRAP(void, vstr_add_strn, (vstr_t *s, const char *text, size_t n), (s, text, n), VB_NS_VSTR)
WRAP(int, mp_print_strn, (const mp_print_t *p, const char *s, size_t n, int flags, char fill, int w),
    (p, s, n, flags, fill, w), VB_NS_PRINT_STR)
WRAP(int, mp_print_mp_int,
    (const mp_print_t *p, mp_obj_t x, unsigned base, int a, int flags, char fill, int w, int prec),
    (p, x, base, a, flags, fill, w, prec), VB_NS_FORMAT_INT)
// The formatter multiplies or divides by ten until the number has one digit before the point.
static uint32_t decades(float f) {
    int binary = 0;
    frexpf(f, &binary);
    return isfinite(f) ? abs(binary - 1) * 3 / 10 : 0;
}
WRAP(int, mp_format_float, (float f, char *buf, size_t n, char fmt, int prec, char sign),
    (f, buf, n, fmt, prec, sign), VB_NS_FORMAT_FLOAT + VB_NS_FORMAT_DECADE * decades(f))
// str(1) and print(1) format inside one object file, where --wrap does not work: this function is their entry.
WRAP(void, mp_obj_print_helper, (const mp_print_t *p, mp_obj_t o, mp_print_kind_t kind), (p, o, kind),
    VB_NS_PRINT + (mp_obj_is_int(o) ? VB_NS_FORMAT_INT : 0))

// ---- big ints ----

// Products of two lengths may have more than 32 bits.
static void work(uint64_t ns) {
    for (; ns > UINT32_MAX; ns -= UINT32_MAX) {
        vb_charge(UINT32_MAX);
    }
    vb_charge(ns);
}

#define ABOUT(z) ((uint64_t)(z)->len)
#define MPZ(name, extra) \
    void __real_##name(mpz_t *to, const mpz_t *a, const mpz_t *b); \
    void __wrap_##name(mpz_t *to, const mpz_t *a, const mpz_t *b) { \
        work(VB_NS_MPZ + VB_NS_MPZ_DIGIT * (ABOUT(a) + ABOUT(b)) + (extra)); \
        __real_##name(to, a, b); \
    }
MPZ(mpz_add_inpl, 0)
MPZ(mpz_sub_inpl, 0)
MPZ(mpz_and_inpl, 0)
MPZ(mpz_or_inpl, 0)
MPZ(mpz_xor_inpl, 0)
MPZ(mpz_mul_inpl, VB_NS_MPZ_MUL * ABOUT(a) * ABOUT(b))

WRAP(void, mpz_shl_inpl, (mpz_t *to, const mpz_t *a, mp_uint_t n), (to, a, n),
    VB_NS_MPZ + VB_NS_MPZ_DIGIT * (a->len + n / MPZ_DIG_SIZE))
WRAP(void, mpz_shr_inpl, (mpz_t *to, const mpz_t *a, mp_uint_t n), (to, a, n), VB_NS_MPZ + VB_NS_MPZ_DIGIT * a->len)

// Each digit of the result takes a pass over the divisor.
void __real_mpz_divmod_inpl(mpz_t *quo, mpz_t *rem, const mpz_t *a, const mpz_t *b);
void __wrap_mpz_divmod_inpl(mpz_t *quo, mpz_t *rem, const mpz_t *a, const mpz_t *b) {
    uint64_t digits = a->len >= b->len ? a->len - b->len + 1 : 0;
    work(VB_NS_MPZ + VB_NS_MPZ_DIGIT * ABOUT(a) + VB_NS_MPZ_DIV * digits * (b->len + 1));
    __real_mpz_divmod_inpl(quo, rem, a, b);
}

// Squares and products, one for each bit of the exponent, with the length of the result.
void __real_mpz_pow_inpl(mpz_t *to, const mpz_t *a, const mpz_t *b);
void __wrap_mpz_pow_inpl(mpz_t *to, const mpz_t *a, const mpz_t *b) {
    __real_mpz_pow_inpl(to, a, b);
    work(VB_NS_MPZ + VB_NS_MPZ_MUL * ABOUT(to) * ABOUT(to) / 2);
}

void __real_mpz_pow3_inpl(mpz_t *to, const mpz_t *a, const mpz_t *b, const mpz_t *m);
void __wrap_mpz_pow3_inpl(mpz_t *to, const mpz_t *a, const mpz_t *b, const mpz_t *m) {
    work(VB_NS_MPZ + (VB_NS_MPZ_MUL + VB_NS_MPZ_DIV) * ABOUT(m) * ABOUT(m) * MPZ_DIG_SIZE * ABOUT(b) * 3 / 2);
    __real_mpz_pow3_inpl(to, a, b, m);
}

// To decimal: for each character a pass over all digits.
size_t __real_mpz_as_str_inpl(const mpz_t *a, unsigned base, const char *prefix, char letter, char comma, char *s);
size_t __wrap_mpz_as_str_inpl(const mpz_t *a, unsigned base, const char *prefix, char letter, char comma, char *s) {
    size_t n = __real_mpz_as_str_inpl(a, base, prefix, letter, comma, s);
    work(VB_NS_MPZ + VB_NS_MPZ_TEXT * n * (ABOUT(a) + 1) / 2);
    return n;
}

size_t __real_mpz_set_from_str(mpz_t *to, const char *s, size_t n, bool negative, unsigned base);
size_t __wrap_mpz_set_from_str(mpz_t *to, const char *s, size_t n, bool negative, unsigned base) {
    size_t used = __real_mpz_set_from_str(to, s, n, negative, base);
    work(VB_NS_MPZ + VB_NS_MPZ_TEXT * n * (ABOUT(to) + 1) / 2);
    return used;
}
