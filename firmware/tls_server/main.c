// warsha-tls-server: the server's side of one TLS connection, for the virtual network.
//
//     warsha-tls-server         speaks with the bench on standard input and output, until that ends
//     warsha-tls-server ca      writes the certificate of the bench's CA (DER) and exits
//
// All that it does follows from the seed and the bytes that it gets, so a run of a bench gives the same bytes again: random
// numbers, keys and certificates come from the seed or from names. Its keys are known to everybody; nothing outside a
// bench may trust this CA.
//
// Trust boundary: what the client sends is hostile. The process has the strict seccomp mode before it reads any of it: it
// can only read, write and exit.
//
// Messages, each with a kind (1 byte) and a length (4 bytes, little-endian):
//
//     from the bench                                    to the bench
//     S  the seed of the connection: starts it          c  bytes for the client
//     C  bytes of the client                            p  what the client said, deciphered
//     P  text to encipher for the client                n  the name that the client asks for; the answer is K
//     E  the server says no more                        o  the handshake is over
//     K  a certificate, each part ends with \0:         e  the client says no more
//        subject, first and last second                 x  the connection has failed: why
//        (YYYYMMDDhhmmss), `1` if self-signed           d  all of the last message is done

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <linux/seccomp.h>
#include <unistd.h>

#include "mbedtls/ctr_drbg.h"
#include "mbedtls/error.h"
#include "mbedtls/memory_buffer_alloc.h"
#include "mbedtls/sha256.h"
#include "mbedtls/ssl.h"
#include "mbedtls/x509_crt.h"

#define HEAP_BYTES (512 * 1024)
#define MOST_BYTES (64 * 1024)
#define CA_NAME "CN=Warsha bench CA,O=Warsha,C=EG"
#define CA_FROM "20200101000000"
#define CA_TO "20491231235959"

typedef struct {
    mbedtls_ctr_drbg_context drbg;
    uint8_t seed[32];
} source_t;

static uint8_t heap[HEAP_BYTES];
static uint8_t incoming[MOST_BYTES]; // bytes of the client
static size_t incoming_len, incoming_at;

// strict seccomp has no exit_group()
static void leave(int code) {
    for (;;) {
        syscall(SYS_exit, code);
    }
}

// ---- messages ----

static void read_all(void *to, size_t len) {
    for (size_t done = 0; done < len;) {
        ssize_t n = read(STDIN_FILENO, (char *)to + done, len - done);
        if (n <= 0) {
            leave(n < 0);
        }
        done += n;
    }
}

static void write_all(const void *from, size_t len) {
    for (size_t done = 0; done < len;) {
        ssize_t n = write(STDOUT_FILENO, (const char *)from + done, len - done);
        if (n <= 0) {
            leave(1);
        }
        done += n;
    }
}

static void say(char kind, const void *data, size_t len) {
    uint8_t head[5] = {kind, len, len >> 8, len >> 16, len >> 24};
    write_all(head, sizeof(head));
    write_all(data, len);
}

static size_t hear(char *kind, uint8_t *to, size_t most) {
    uint8_t head[5];
    read_all(head, sizeof(head));
    size_t len = head[1] | head[2] << 8 | head[3] << 16 | (size_t)head[4] << 24;
    if (len > most) {
        leave(1);
    }
    read_all(to, len);
    *kind = head[0];
    return len;
}

// ---- random numbers and keys ----

static int seed_bytes(void *seed, unsigned char *to, size_t len) {
    for (size_t i = 0; i < len; i++) {
        to[i] = ((uint8_t *)seed)[i % 32];
    }
    return 0;
}

static void seeded(source_t *source, const void *text, size_t len) {
    mbedtls_sha256(text, len, source->seed, 0);
    mbedtls_ctr_drbg_init(&source->drbg);
    if (mbedtls_ctr_drbg_seed(&source->drbg, seed_bytes, source->seed, NULL, 0)) {
        leave(1);
    }
}

// The key of a name is always the same.
static int make_key(mbedtls_pk_context *key, const char *name) {
    source_t source;
    seeded(&source, name, strlen(name));
    mbedtls_pk_init(key);
    int ret = mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
    if (!ret) {
        ret = mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key), mbedtls_ctr_drbg_random, &source.drbg);
    }
    mbedtls_ctr_drbg_free(&source.drbg);
    return ret;
}

// ---- certificates ----

// Writes one into the end of `to`; returns its length.
static int make_certificate(uint8_t *to, size_t size, const char *name, const char *host, const char *from, const char *until,
    mbedtls_pk_context *key, const char *issuer_name, mbedtls_pk_context *issuer, bool is_ca) {
    source_t source;
    seeded(&source, name, strlen(name));
    uint8_t serial[16];
    mbedtls_ctr_drbg_random(&source.drbg, serial, sizeof(serial));
    serial[0] = (serial[0] & 0x7f) | 1;
    mbedtls_x509write_cert made;
    mbedtls_x509write_crt_init(&made);
    mbedtls_x509write_crt_set_version(&made, MBEDTLS_X509_CRT_VERSION_3);
    mbedtls_x509write_crt_set_md_alg(&made, MBEDTLS_MD_SHA256);
    mbedtls_x509write_crt_set_subject_key(&made, key);
    mbedtls_x509write_crt_set_issuer_key(&made, issuer);
    int ret = mbedtls_x509write_crt_set_subject_name(&made, name);
    ret = ret ? ret : mbedtls_x509write_crt_set_issuer_name(&made, issuer_name);
    ret = ret ? ret : mbedtls_x509write_crt_set_serial_raw(&made, serial, sizeof(serial));
    ret = ret ? ret : mbedtls_x509write_crt_set_validity(&made, from, until);
    ret = ret ? ret : mbedtls_x509write_crt_set_basic_constraints(&made, is_ca, -1);
    if (!ret && host) {
        mbedtls_x509_san_list list = {.node = {.type = MBEDTLS_X509_SAN_DNS_NAME}};
        list.node.san.unstructured_name.p = (unsigned char *)host;
        list.node.san.unstructured_name.len = strlen(host);
        ret = mbedtls_x509write_crt_set_subject_alternative_name(&made, &list);
    }
    ret = ret ? ret : mbedtls_x509write_crt_der(&made, to, size, mbedtls_ctr_drbg_random, &source.drbg);
    mbedtls_x509write_crt_free(&made);
    mbedtls_ctr_drbg_free(&source.drbg);
    return ret;
}

static int write_ca(void) {
    static uint8_t der[1024];
    mbedtls_pk_context key;
    int len = make_key(&key, CA_NAME);
    len = len ? len : make_certificate(der, sizeof(der), CA_NAME, NULL, CA_FROM, CA_TO, &key, CA_NAME, &key, true);
    if (len <= 0) {
        return 1;
    }
    write_all(der + sizeof(der) - len, len);
    return 0;
}

static mbedtls_pk_context ca_key, host_key;
static mbedtls_x509_crt host_certificate;

// Mbed TLS calls this when it has read the client's hello.
static int choose_certificate(mbedtls_ssl_context *ssl) {
    static uint8_t der[2048], answer[1024];
    size_t len = 0;
    const unsigned char *wanted = mbedtls_ssl_get_hs_sni(ssl, &len);
    char kind;
    say('n', wanted, wanted ? len : 0);
    len = hear(&kind, answer, sizeof(answer) - 1);
    answer[len] = 0;
    const char *part[4], *at = (char *)answer;
    for (int i = 0; i < 4; i++) {
        part[i] = at < (char *)answer + len ? at : "";
        at += strlen(at) + 1;
    }
    char subject[300];
    if (kind != 'K' || strlen(part[0]) > 255 || snprintf(subject, sizeof(subject), "CN=%s", part[0]) < 0) {
        return MBEDTLS_ERR_SSL_BAD_INPUT_DATA;
    }
    bool alone = part[3][0] == '1';
    int ret = make_key(&host_key, subject);
    if (!ret && !alone) {
        ret = make_key(&ca_key, CA_NAME);
    }
    if (ret) {
        return ret;
    }
    int made = make_certificate(der, sizeof(der), subject, part[0], part[1], part[2], &host_key,
        alone ? subject : CA_NAME, alone ? &host_key : &ca_key, false);
    if (made <= 0) {
        return made ? made : MBEDTLS_ERR_SSL_INTERNAL_ERROR;
    }
    mbedtls_x509_crt_init(&host_certificate);
    ret = mbedtls_x509_crt_parse_der(&host_certificate, der + sizeof(der) - made, made);
    return ret ? ret : mbedtls_ssl_set_hs_own_cert(ssl, &host_certificate, &host_key);
}

// ---- the connection ----

static int to_client(void *context, const unsigned char *data, size_t len) {
    (void)context;
    say('c', data, len);
    return len;
}

static int from_client(void *context, unsigned char *to, size_t most) {
    (void)context;
    size_t n = incoming_len - incoming_at;
    if (!n) {
        return MBEDTLS_ERR_SSL_WANT_READ;
    }
    n = n < most ? n : most;
    memcpy(to, incoming + incoming_at, n);
    incoming_at += n;
    return n;
}

static bool failed(int ret) {
    char text[120];
    if (ret == MBEDTLS_ERR_SSL_WANT_READ) {
        return false;
    }
    mbedtls_strerror(ret, text, sizeof(text));
    say('x', text, strlen(text));
    return true;
}

// Goes on as far as the client's bytes reach.
static void go_on(mbedtls_ssl_context *ssl) {
    static bool is_open, is_over;
    int ret;
    if (is_over) {
        return;
    }
    if (!is_open) {
        if ((ret = mbedtls_ssl_handshake(ssl))) {
            is_over = failed(ret);
            return;
        }
        is_open = true;
        say('o', "", 0);
    }
    static uint8_t text[4096];
    while ((ret = mbedtls_ssl_read(ssl, text, sizeof(text))) > 0) {
        say('p', text, ret);
    }
    if (ret == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY) {
        is_over = true;
        say('e', "", 0);
    } else if (ret) {
        is_over = failed(ret);
    }
}

static void send_text(mbedtls_ssl_context *ssl, const uint8_t *text, size_t len) {
    for (size_t done = 0; done < len;) {
        int ret = mbedtls_ssl_write(ssl, text + done, len - done);
        if (ret <= 0) {
            failed(ret);
            return;
        }
        done += ret;
    }
}

static void serve(void) {
    static uint8_t data[MOST_BYTES];
    static mbedtls_ssl_context ssl;
    static mbedtls_ssl_config conf;
    static source_t source;
    char kind;
    size_t len = hear(&kind, data, sizeof(data));
    if (kind != 'S') {
        leave(1);
    }
    seeded(&source, data, len);
    mbedtls_ssl_config_init(&conf);
    mbedtls_ssl_init(&ssl);
    if (mbedtls_ssl_config_defaults(&conf, MBEDTLS_SSL_IS_SERVER, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT)) {
        leave(1);
    }
    mbedtls_ssl_conf_rng(&conf, mbedtls_ctr_drbg_random, &source.drbg);
    mbedtls_ssl_conf_cert_cb(&conf, choose_certificate);
    if (mbedtls_ssl_setup(&ssl, &conf)) {
        leave(1);
    }
    mbedtls_ssl_set_bio(&ssl, NULL, to_client, from_client, NULL);
    for (;;) {
        say('d', "", 0);
        len = hear(&kind, data, sizeof(data));
        if (kind == 'C') {
            memcpy(incoming, data, len);
            incoming_len = len;
            incoming_at = 0;
            go_on(&ssl);
        } else if (kind == 'P') {
            send_text(&ssl, data, len);
        } else if (kind == 'E') {
            mbedtls_ssl_close_notify(&ssl);
        } else {
            leave(1);
        }
    }
}

int main(int argc, char **argv) {
    mbedtls_memory_buffer_alloc_init(heap, sizeof(heap));
    if (argc == 2 && !strcmp(argv[1], "ca")) {
        return write_ca();
    }
    if (argc != 1) {
        fputs("usage: warsha-tls-server [ca]\n", stderr);
        return 2;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT)) {
        perror("warsha-tls-server: seccomp");
        return 1;
    }
    serve();
}
