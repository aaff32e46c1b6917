// cost/data.c: charges what depends on the data: operators by type, strings, copies, big ints, formats.

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "py/binary.h"
#include "py/mpprint.h"
#include "py/mpz.h"
#include "py/obj.h"
#include "py/objint.h"
#include "py/objstr.h"
#include "py/parsenum.h"
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

static unsigned bits(mp_uint_t n) {
    return n ? 8 * sizeof(n) - __builtin_clzl(n) : 0;
}

static inline uint32_t small_ints_ns(mp_binary_op_t op, mp_obj_t rhs) {
    if (op != MP_BINARY_OP_POWER && op != MP_BINARY_OP_INPLACE_POWER) {
        return VB_NS_BINARY_INT;
    }
    mp_int_t exponent = MP_OBJ_SMALL_INT_VALUE(rhs);
    return VB_NS_BINARY_INT + (exponent < 0 ? VB_NS_POWER : VB_NS_POWER_BIT * bits(exponent));
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
    vb_spend(small ? small_ints_ns(op, rhs) : operator_ns(op, lhs, rhs));
    return __real_mp_binary_op(op, lhs, rhs);
}

WRAP(mp_obj_t, mp_unary_op, (mp_unary_op_t op, mp_obj_t o), (op, o),
    mp_obj_is_small_int(o) ? VB_NS_UNARY_INT : VB_NS_UNARY)
WRAP(bool, mp_obj_equal, (mp_obj_t a, mp_obj_t b), (a, b), VB_NS_EQUAL)
WRAP(mp_obj_t, mp_set_lookup, (mp_set_t *set, mp_obj_t index, mp_map_lookup_kind_t kind), (set, index, kind),
    VB_NS_SET)

WRAP(float, sinf, (float x), (x), VB_NS_SINE)
WRAP(float, cosf, (float x), (x), VB_NS_SINE)
WRAP(float, tanf, (float x), (x), VB_NS_TANGENT)
WRAP(float, asinf, (float x), (x), VB_NS_ARC)
WRAP(float, acosf, (float x), (x), VB_NS_ARC)
WRAP(float, atanf, (float x), (x), VB_NS_EXP)
WRAP(float, expf, (float x), (x), VB_NS_EXP)
WRAP(float, log10f, (float x), (x), VB_NS_EXP) // calls logf() within one object file
WRAP(float, logf, (float x), (x), VB_NS_EXP)
WRAP(float, powf, (float x, float y), (x, y), y == 2 || y == 1 || y == 0.5f || y == 0 ? 0 : VB_NS_POWER)

WRAP(float, nearbyintf, (float x), (x), VB_NS_ROUND)
WRAP(float, floorf, (float x), (x), VB_NS_ROUND)
WRAP(float, ceilf, (float x), (x), VB_NS_ROUND)
WRAP(float, truncf, (float x), (x), VB_NS_ROUND)
WRAP(float, fmodf, (float x, float y), (x, y), VB_NS_FMOD)
WRAP(float, sqrtf, (float x), (x), VB_NS_SQRT)

// ---- bytes ----

WRAP(size_t, qstr_compute_hash, (const byte *data, size_t n), (data, n), VB_NS_HASH + VB_NS_HASH_BYTE * n)
WRAP(uint32_t, uzlib_crc32, (const void *data, unsigned n, uint32_t crc), (data, n, crc), VB_NS_CRC_BYTE * n)
WRAP(mp_obj_t, mp_binary_get_val_array, (char type, void *p, size_t i), (type, p, i), VB_NS_ELEMENT)
WRAP(void, mp_binary_set_val_array, (char type, void *p, size_t i, mp_obj_t v), (type, p, i, v), VB_NS_ELEMENT)
WRAP(mp_obj_t, mp_binary_get_val, (char st, char type, byte *base, byte **p), (st, type, base, p), VB_NS_ELEMENT)
WRAP(void, mp_binary_set_val, (char st, char type, mp_obj_t v, byte *base, byte **p), (st, type, v, base, p),
    VB_NS_ELEMENT)

// ---- text ----

WRAP(bool, utf8_check, (const byte *s, size_t n), (s, n), VB_NS_UTF8_BYTE * n)
WRAP(size_t, utf8_charlen, (const byte *s, size_t n), (s, n), VB_NS_UTF8_BYTE * n)
WRAP(mp_uint_t, utf8_ptr_to_index, (const byte *s, const byte *at), (s, at), VB_NS_UTF8_BYTE * (at - s))
WRAP(unichar, utf8_get_char, (const byte *s), (s), VB_NS_CHAR)
WRAP(const byte *, utf8_next_char, (const byte *s), (s), VB_NS_CHAR)
WRAP(bool, unichar_isspace, (unichar c), (c), VB_NS_CHAR)
WRAP(bool, unichar_isalpha, (unichar c), (c), VB_NS_CHAR)
WRAP(bool, unichar_isdigit, (unichar c), (c), VB_NS_CHAR)
WRAP(bool, unichar_isxdigit, (unichar c), (c), VB_NS_CHAR)
WRAP(bool, unichar_isupper, (unichar c), (c), VB_NS_CHAR)
WRAP(bool, unichar_islower, (unichar c), (c), VB_NS_CHAR)
WRAP(unichar, unichar_tolower, (unichar c), (c), VB_NS_CHAR)
WRAP(unichar, unichar_toupper, (unichar c), (c), VB_NS_CHAR)
WRAP(mp_uint_t, unichar_xdigit_value, (unichar c), (c), VB_NS_CHAR)
WRAP(mp_obj_t, mp_parse_num_integer, (const char *s, size_t n, int base, mp_lexer_t *lex), (s, n, base, lex),
    VB_NS_PARSE_INT + VB_NS_PARSE_DIGIT * n)
WRAP(mp_obj_t, mp_parse_num_decimal, (const char *s, size_t n, bool imaginary, bool complex, mp_lexer_t *lex),
    (s, n, imaginary, complex, lex), VB_NS_PARSE_FLOAT + VB_NS_PARSE_DIGIT * n)

WRAP(void, vstr_add_byte, (vstr_t *s, byte b), (s, b), VB_NS_VSTR)
WRAP(void, vstr_add_char, (vstr_t *s, unichar c), (s, c), VB_NS_VSTR)
WRAP(void, vstr_add_strn, (vstr_t *s, const char *text, size_t n), (s, text, n), VB_NS_VSTR)
WRAP(int, mp_print_strn, (const mp_print_t *p, const char *s, size_t n, int flags, char fill, int w),
    (p, s, n, flags, fill, w), VB_NS_PRINT_STR)
// mp_printf() calls mp_vprintf() within one object file.
int __wrap_mp_printf(const mp_print_t *p, const char *format, ...) {
    vb_spend(VB_NS_PRINTF);
    va_list args;
    va_start(args, format);
    int n = mp_vprintf(p, format, args);
    va_end(args);
    return n;
}
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

// ---- files ----

WRAP(int32_t, lfs2_file_read, (void *fs, void *file, void *to, uint32_t n), (fs, file, to, n),
    VB_NS_FILE + VB_NS_FILE_BYTE * n)
WRAP(int32_t, lfs2_file_write, (void *fs, void *file, const void *from, uint32_t n), (fs, file, from, n),
    VB_NS_FILE + VB_NS_FILE_BYTE * n)

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

// A square for each bit of the exponent but the first, and a product for each that is 1.
#define LENGTH(bits) (((bits) + MPZ_DIG_SIZE - 1) / MPZ_DIG_SIZE)
static uint64_t power_work(const mpz_t *a, const mpz_t *b, uint64_t most_bits, uint32_t of_product) {
    uint64_t ns = 0, square = a->len * MPZ_DIG_SIZE, product = 0;
    if (a->len) {
        square -= MPZ_DIG_SIZE - bits(a->dig[a->len - 1]);
    }
    size_t length = b->len ? (b->len - 1) * MPZ_DIG_SIZE + bits(b->dig[b->len - 1]) : 0;
    for (size_t bit = 0; bit < length; bit++) {
        if (b->dig[bit / MPZ_DIG_SIZE] >> bit % MPZ_DIG_SIZE & 1) {
            ns += VB_NS_MPZ_PRODUCT + of_product * LENGTH(square) * LENGTH(product);
            product = MIN(product + square, most_bits);
        }
        if (bit + 1 < length) {
            ns += VB_NS_MPZ_PRODUCT + of_product * LENGTH(square) * LENGTH(square);
            square = MIN(2 * square, most_bits);
        }
    }
    return ns;
}

void __real_mpz_pow_inpl(mpz_t *to, const mpz_t *a, const mpz_t *b);
void __wrap_mpz_pow_inpl(mpz_t *to, const mpz_t *a, const mpz_t *b) {
    if (!b->neg) {
        work(VB_NS_MPZ + power_work(a, b, UINT32_MAX, VB_NS_MPZ_MUL));
    }
    __real_mpz_pow_inpl(to, a, b);
}

void __real_mpz_pow3_inpl(mpz_t *to, const mpz_t *a, const mpz_t *b, const mpz_t *m);
void __wrap_mpz_pow3_inpl(mpz_t *to, const mpz_t *a, const mpz_t *b, const mpz_t *m) {
    if (!b->neg) {
        work(VB_NS_MPZ + power_work(a, b, m->len * MPZ_DIG_SIZE, VB_NS_MPZ_MUL + VB_NS_MPZ_DIV));
    }
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
    work(VB_NS_MPZ + VB_NS_MPZ_FROM_TEXT * n * (ABOUT(to) + 1) / 2);
    return used;
}
