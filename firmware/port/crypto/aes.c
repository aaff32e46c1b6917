// crypto/aes.c: AES with keys of 128 and 256 bits (FIPS 197), for cryptolib.

#include <string.h>

#include "py/mphal.h"
#include "lib/axtls/crypto/crypto.h"

static uint8_t box[256], unbox[256]; // the substitution of bytes and its inverse

// Products in the field of 256 elements.
static uint8_t twice(uint8_t a) {
    return a << 1 ^ (a & 0x80 ? 0x1b : 0);
}

static uint8_t product(uint8_t a, uint8_t b) {
    uint8_t sum = 0;
    for (; b; b >>= 1, a = twice(a)) {
        sum ^= b & 1 ? a : 0;
    }
    return sum;
}

// p goes through all elements but 0, and q is its inverse: 3 generates them (0xf6 is the inverse of 3).
static void make_boxes(void) {
    uint8_t p = 1, q = 1;
    do {
        p ^= twice(p);
        q = product(q, 0xf6);
        uint8_t s = 0x63;
        for (int i = 0; i < 5; i++) {
            s ^= q << i | q >> (8 - i);
        }
        box[p] = s;
        unbox[s] = p;
    } while (p != 1);
    box[0] = 0x63;
    unbox[0x63] = 0;
}

void AES_set_key(AES_CTX *ctx, const uint8_t *key, const uint8_t *iv, AES_MODE mode) {
    make_boxes();
    int words = mode == AES_MODE_128 ? 4 : 8;
    ctx->rounds = words + 6;
    memcpy(ctx->iv, iv, sizeof(ctx->iv));
    uint8_t *w = ctx->keys[0];
    memcpy(w, key, 4 * words);
    uint8_t round = 1;
    for (int i = words; i < 4 * (ctx->rounds + 1); i++) {
        uint8_t t[4];
        memcpy(t, w + 4 * (i - 1), 4);
        if (i % words == 0) {
            uint8_t first = t[0];
            t[0] = box[t[1]] ^ round;
            t[1] = box[t[2]];
            t[2] = box[t[3]];
            t[3] = box[first];
            round = twice(round);
        } else if (words == 8 && i % words == 4) {
            for (int j = 0; j < 4; j++) {
                t[j] = box[t[j]];
            }
        }
        for (int j = 0; j < 4; j++) {
            w[4 * i + j] = w[4 * (i - words) + j] ^ t[j];
        }
    }
}

static void add_key(uint8_t *b, const uint8_t *key) {
    for (int i = 0; i < 16; i++) {
        b[i] ^= key[i];
    }
}

// Substitutes each byte and turns row r of the block, a matrix of columns, by r places.
static void substitute(uint8_t *b, const uint8_t *with, int direction) {
    uint8_t from[16];
    memcpy(from, b, 16);
    for (int i = 0; i < 16; i++) {
        int row = i % 4;
        b[i] = with[from[(i + 4 * row * direction + 64) % 16]];
    }
}

static void mix(uint8_t *b, const uint8_t *factors) {
    for (int column = 0; column < 16; column += 4) {
        uint8_t from[4];
        memcpy(from, b + column, 4);
        for (int i = 0; i < 4; i++) {
            b[column + i] = 0;
            for (int j = 0; j < 4; j++) {
                b[column + i] ^= product(from[j], factors[(j - i + 4) % 4]);
            }
        }
    }
}

static void encrypt(const AES_CTX *ctx, uint8_t *b) {
    static const uint8_t factors[] = {2, 3, 1, 1};
    add_key(b, ctx->keys[0]);
    for (int round = 1; round <= ctx->rounds; round++) {
        substitute(b, box, 1);
        if (round < ctx->rounds) {
            mix(b, factors);
        }
        add_key(b, ctx->keys[round]);
    }
}

static void decrypt(const AES_CTX *ctx, uint8_t *b) {
    static const uint8_t factors[] = {14, 11, 13, 9};
    for (int round = ctx->rounds; round > 0; round--) {
        add_key(b, ctx->keys[round]);
        if (round < ctx->rounds) {
            mix(b, factors);
        }
        substitute(b, unbox, -1);
    }
    add_key(b, ctx->keys[0]);
}

static void with_bytes(const AES_CTX *ctx, uint32_t *block, void (*act)(const AES_CTX *, uint8_t *)) {
    uint8_t b[16];
    for (int i = 0; i < 16; i++) {
        b[i] = block[i / 4] >> 8 * (3 - i % 4);
    }
    act(ctx, b);
    for (int i = 0; i < 4; i++) {
        block[i] = (uint32_t)b[4 * i] << 24 | b[4 * i + 1] << 16 | b[4 * i + 2] << 8 | b[4 * i + 3];
    }
}

void AES_encrypt(const AES_CTX *ctx, uint32_t *block) {
    with_bytes(ctx, block, encrypt);
}

void AES_decrypt(const AES_CTX *ctx, uint32_t *block) {
    with_bytes(ctx, block, decrypt);
}

// `in` and `out` may be the same.
void AES_cbc_encrypt(AES_CTX *ctx, const uint8_t *in, uint8_t *out, int len) {
    for (int at = 0; at < len; at += 16) {
        add_key(ctx->iv, in + at);
        encrypt(ctx, ctx->iv);
        memcpy(out + at, ctx->iv, 16);
    }
}

void AES_cbc_decrypt(AES_CTX *ctx, const uint8_t *in, uint8_t *out, int len) {
    for (int at = 0; at < len; at += 16) {
        uint8_t next[16], b[16];
        memcpy(next, in + at, 16);
        memcpy(b, next, 16);
        decrypt(ctx, b);
        add_key(b, ctx->iv);
        memcpy(out + at, b, 16);
        memcpy(ctx->iv, next, 16);
    }
}
