// lib/axtls/crypto/crypto.h: the interface through which extmod/modhashlib.c and modcryptolib.c use SHA-1, MD5 and AES.
// Debian's source of MicroPython has no crypto library; crypto/ implements these.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SHA1_SIZE 20
#define MD5_SIZE 16

typedef struct {
    uint32_t state[5];
    uint64_t bytes;
    uint8_t block[64];
} DIGEST_CTX;
typedef DIGEST_CTX SHA1_CTX, MD5_CTX;

void SHA1_Init(SHA1_CTX *ctx);
void SHA1_Update(SHA1_CTX *ctx, const uint8_t *data, int len);
void SHA1_Final(uint8_t *digest, SHA1_CTX *ctx);
void MD5_Init(MD5_CTX *ctx);
void MD5_Update(MD5_CTX *ctx, const uint8_t *data, int len);
void MD5_Final(uint8_t *digest, MD5_CTX *ctx);

typedef enum { AES_MODE_128, AES_MODE_256 } AES_MODE;

typedef struct {
    uint8_t keys[15][16]; // one for each round, and one before the first
    uint8_t iv[16];
    uint8_t rounds;
} AES_CTX;

void AES_set_key(AES_CTX *ctx, const uint8_t *key, const uint8_t *iv, AES_MODE mode);
static inline void AES_convert_key(AES_CTX *ctx) {
}
// A block as four words, the first byte of each in its highest bits.
void AES_encrypt(const AES_CTX *ctx, uint32_t *block);
void AES_decrypt(const AES_CTX *ctx, uint32_t *block);
void AES_cbc_encrypt(AES_CTX *ctx, const uint8_t *in, uint8_t *out, int len);
void AES_cbc_decrypt(AES_CTX *ctx, const uint8_t *in, uint8_t *out, int len);
