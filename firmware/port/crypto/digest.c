// crypto/digest.c: SHA-1 (FIPS 180-4) and MD5 (RFC 1321), for hashlib.

#include <string.h>

#include "py/mphal.h"
#include "lib/axtls/crypto/crypto.h"

typedef void (*compress_t)(uint32_t *state, const uint8_t *block);

static uint32_t rotate(uint32_t x, int n) {
    return x << n | x >> (32 - n);
}

static void start(DIGEST_CTX *ctx) {
    static const uint32_t first[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    memcpy(ctx->state, first, sizeof(first));
    ctx->bytes = 0;
}

static void update(DIGEST_CTX *ctx, const uint8_t *data, size_t len, compress_t compress) {
    for (size_t i = 0; i < len; i++) {
        ctx->block[ctx->bytes++ % 64] = data[i];
        if (ctx->bytes % 64 == 0) {
            compress(ctx->state, ctx->block);
        }
    }
}

// Pads with one bit, zeros and the length in bits.
static void finish(DIGEST_CTX *ctx, compress_t compress, bool big_endian) {
    uint64_t bits = ctx->bytes * 8;
    uint8_t length[8];
    for (int i = 0; i < 8; i++) {
        length[i] = bits >> 8 * (big_endian ? 7 - i : i);
    }
    update(ctx, (const uint8_t *)"\x80", 1, compress);
    while (ctx->bytes % 64 != 56) {
        update(ctx, (const uint8_t *)"", 1, compress);
    }
    update(ctx, length, 8, compress);
}

// ---- SHA-1 ----

static void sha1(uint32_t *state, const uint8_t *block) {
    uint32_t w[80];
    for (int i = 0; i < 16; i++) {
        const uint8_t *b = block + 4 * i;
        w[i] = (uint32_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
    }
    for (int i = 16; i < 80; i++) {
        w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < 80; i++) {
        uint32_t f = i < 20 ? (b & c) | (~b & d) : i >= 40 && i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
        static const uint32_t k[] = {0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6};
        uint32_t next = rotate(a, 5) + f + e + k[i / 20] + w[i];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

void SHA1_Init(SHA1_CTX *ctx) {
    start(ctx);
}

void SHA1_Update(SHA1_CTX *ctx, const uint8_t *data, int len) {
    update(ctx, data, len, sha1);
}

void SHA1_Final(uint8_t *digest, SHA1_CTX *ctx) {
    finish(ctx, sha1, true);
    for (int i = 0; i < SHA1_SIZE; i++) {
        digest[i] = ctx->state[i / 4] >> 8 * (3 - i % 4);
    }
}

// ---- MD5 ----

static void md5(uint32_t *state, const uint8_t *block) {
    static const uint8_t shifts[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    static const uint8_t steps[4] = {1, 5, 3, 7}, firsts[4] = {0, 1, 5, 0};
    static const uint32_t sines[64] = { // floor(2^32 * abs(sin(i + 1)))
        0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
        0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
        0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
        0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
        0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
        0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
        0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
        0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391,
    };
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    for (int i = 0; i < 64; i++) {
        int round = i / 16;
        uint32_t f = round == 0 ? (b & c) | (~b & d) : round == 1 ? (d & b) | (~d & c) : round == 2 ? b ^ c ^ d : c ^ (b | ~d);
        const uint8_t *w = block + 4 * ((steps[round] * i + firsts[round]) % 16);
        f += a + sines[i] + (w[0] | w[1] << 8 | w[2] << 16 | (uint32_t)w[3] << 24);
        a = d;
        d = c;
        c = b;
        b += rotate(f, shifts[round][i % 4]);
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

void MD5_Init(MD5_CTX *ctx) {
    start(ctx);
}

void MD5_Update(MD5_CTX *ctx, const uint8_t *data, int len) {
    update(ctx, data, len, md5);
}

void MD5_Final(uint8_t *digest, MD5_CTX *ctx) {
    finish(ctx, md5, false);
    for (int i = 0; i < MD5_SIZE; i++) {
        digest[i] = ctx->state[i / 4] >> 8 * (i % 4);
    }
}
