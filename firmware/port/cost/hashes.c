// cost/hashes.c: charges hashes, of hashlib and of TLS, by the blocks that they work through.

#include "mbedtls/md5.h"
#include "mbedtls/sha1.h"
#include "mbedtls/sha256.h"
#include "core/internal.h"
#include "cost/wrap.h"

#define BLOCK 64

// The blocks that `len` more bytes complete, after `before` of them.
static uint32_t blocks(uint32_t before, size_t len) {
    return (before % BLOCK + len) / BLOCK;
}

// The end has a byte and the length, which has 8 bytes: the last block, and one more where they do not fit into it.
static uint32_t last_blocks(uint32_t before) {
    return before % BLOCK < BLOCK - 8 ? 1 : 2;
}

#define BEFORE(context) ((context)->MBEDTLS_PRIVATE(total)[0])
WRAP(int, mbedtls_sha256_update, (mbedtls_sha256_context *c, const unsigned char *data, size_t len), (c, data, len),
    VB_NS_SHA256_BLOCK * blocks(BEFORE(c), len))
WRAP(int, mbedtls_sha256_finish, (mbedtls_sha256_context *c, unsigned char *to), (c, to),
    VB_NS_SHA256_BLOCK * last_blocks(BEFORE(c)))
WRAP(int, mbedtls_sha1_update, (mbedtls_sha1_context *c, const unsigned char *data, size_t len), (c, data, len),
    VB_NS_SHA1_BLOCK * blocks(BEFORE(c), len))
WRAP(int, mbedtls_sha1_finish, (mbedtls_sha1_context *c, unsigned char *to), (c, to),
    VB_NS_SHA1_BLOCK * last_blocks(BEFORE(c)))
WRAP(int, mbedtls_md5_update, (mbedtls_md5_context *c, const unsigned char *data, size_t len), (c, data, len),
    VB_NS_SHA1_BLOCK * blocks(BEFORE(c), len))
WRAP(int, mbedtls_md5_finish, (mbedtls_md5_context *c, unsigned char *to), (c, to),
    VB_NS_SHA1_BLOCK * last_blocks(BEFORE(c)))
