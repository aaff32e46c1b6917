// cost/tls.c: charges what TLS computes. Its own copies of bytes are not charged.
//
// The times are for the work that takes nearly all of a handshake, a product on a curve and RSA with a public key, and for
// the bytes that are hashed and enciphered (costs.h). SHA-1 and SHA-256 are charged in cost/hashes.c.

#include "mbedtls/bignum.h"
#include "mbedtls/ecp.h"
#include "mbedtls/gcm.h"
#include "mbedtls/aes.h"
#include "mbedtls/sha512.h"
#include "core/internal.h"

// A product takes time with the third power of the length of its numbers.
static uint32_t at_most(uint64_t ns) {
    return ns < UINT32_MAX ? ns : UINT32_MAX;
}

static uint32_t curve_ns(const mbedtls_ecp_group *group) {
    uint32_t bits = group->pbits;
    return at_most((uint64_t)VB_NS_TLS_CURVE_256 * bits / 256 * bits / 256 * bits / 256);
}

// Of a number with n bits, as long as the exponent is short.
static uint32_t power_ns(const mbedtls_mpi *exponent, const mbedtls_mpi *modulus) {
    uint32_t bits = mbedtls_mpi_bitlen(modulus), steps = mbedtls_mpi_bitlen(exponent);
    uint64_t ns = (uint64_t)VB_NS_TLS_RSA_2048 * bits / 2048 * bits / 2048 * steps / 17; // 65537 has 17 bits
    return at_most(ns);
}

#define CHARGED(type, name, parameters, arguments, ns) \
    type __real_##name parameters; \
    type __wrap_##name parameters { vb_charge(ns); return __real_##name arguments; }

CHARGED(int, mbedtls_ecp_mul_restartable, (mbedtls_ecp_group *group, mbedtls_ecp_point *to, const mbedtls_mpi *m,
    const mbedtls_ecp_point *p, int (*rng)(void *, unsigned char *, size_t), void *state, mbedtls_ecp_restart_ctx *more),
    (group, to, m, p, rng, state, more), curve_ns(group))
CHARGED(int, mbedtls_ecp_muladd_restartable, (mbedtls_ecp_group *group, mbedtls_ecp_point *to, const mbedtls_mpi *m,
    const mbedtls_ecp_point *p, const mbedtls_mpi *n, const mbedtls_ecp_point *q, mbedtls_ecp_restart_ctx *more),
    (group, to, m, p, n, q, more), at_most(2 * (uint64_t)curve_ns(group)))
CHARGED(int, mbedtls_mpi_exp_mod, (mbedtls_mpi *to, const mbedtls_mpi *a, const mbedtls_mpi *e, const mbedtls_mpi *n,
    mbedtls_mpi *memory), (to, a, e, n, memory), power_ns(e, n))
CHARGED(int, mbedtls_sha512_update, (mbedtls_sha512_context *context, const unsigned char *data, size_t len),
    (context, data, len), VB_NS_TLS_HASH_BYTE * len)
CHARGED(int, mbedtls_gcm_update, (mbedtls_gcm_context *context, const unsigned char *data, size_t len,
    unsigned char *to, size_t size, size_t *done), (context, data, len, to, size, done), VB_NS_TLS_CIPHER_BYTE * len)
CHARGED(int, mbedtls_aes_crypt_cbc, (mbedtls_aes_context *context, int mode, size_t len, unsigned char iv[16],
    const unsigned char *data, unsigned char *to), (context, mode, len, iv, data, to), VB_NS_TLS_CIPHER_BYTE * len)
