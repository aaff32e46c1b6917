// safe/tls.c: TLS sockets and contexts that are in use (in extmod/modtls_mbedtls.c, in place of Mbed TLS's functions).
//
// While a TLS socket waits for its stream, other code of the program runs: a timer, another thread, a stream that is written
// in Python, or the function that looks at a certificate. Mbed TLS does not expect that the same direction of the same
// socket is used then, or that the socket or its context is freed. Here a second use raises EBUSY, and so does freeing the
// context; a socket that is closed is freed when its last use ends, with EBADF.

#include <string.h>

#include "py/mperrno.h"
#include "py/nlr.h"
#include "py/objarray.h"
#include "py/runtime.h"
#include "mbedtls/ssl.h"
#include "core/internal.h"

enum { READS = 1, WRITES = 2 };

#define MOST_USES 16

static struct use {
    mbedtls_ssl_context *ssl;
    const mbedtls_ssl_config *conf;
    unsigned ways;
    bool closed;
} uses[MOST_USES];

typedef struct {
    nlr_jump_callback_node_t on_jump;
    struct use *use;
} use_node_t;

static struct use *use_of(const mbedtls_ssl_context *ssl) {
    for (struct use *use = uses; use < uses + MOST_USES; use++) {
        if (use->ssl == ssl) {
            return use;
        }
    }
    return NULL;
}

static void end(void *on_jump) {
    struct use *use = ((use_node_t *)on_jump)->use, *other;
    mbedtls_ssl_context *ssl = use->ssl;
    use->ssl = NULL;
    if (use->closed && (other = use_of(ssl))) {
        other->closed = true;
    } else if (use->closed) {
        mbedtls_ssl_free(ssl);
    }
}

void vb_tls_forget(void) {
    memset(uses, 0, sizeof(uses));
}
VB_AT_SOFT_RESET(vb_tls_forget, 71)

static void begin(use_node_t *node, mbedtls_ssl_context *ssl, unsigned ways) {
    node->use = NULL;
    for (struct use *use = uses; use < uses + MOST_USES; use++) {
        if (use->ssl == ssl && use->ways & ways) {
            mp_raise_OSError(MP_EBUSY);
        }
        if (!use->ssl) {
            node->use = use;
        }
    }
    if (!node->use) {
        mp_raise_OSError(MP_EBUSY);
    }
    *node->use = (struct use) {ssl, ssl->MBEDTLS_PRIVATE(conf), ways, false};
    nlr_push_jump_callback(&node->on_jump, end);
}

int vb_tls_handshake(mbedtls_ssl_context *ssl) {
    use_node_t node;
    begin(&node, ssl, READS | WRITES);
    int ret = mbedtls_ssl_handshake(ssl);
    nlr_pop_jump_callback(true);
    return ret;
}

// Until the handshake is over, a read writes, too.
static unsigned ways(const mbedtls_ssl_context *ssl, unsigned way) {
    return ssl->MBEDTLS_PRIVATE(conf) && mbedtls_ssl_is_handshake_over((mbedtls_ssl_context *)ssl) ? way : READS | WRITES;
}

int vb_tls_read(mbedtls_ssl_context *ssl, unsigned char *buf, size_t len) {
    use_node_t node;
    begin(&node, ssl, ways(ssl, READS));
    int ret = mbedtls_ssl_read(ssl, buf, len);
    nlr_pop_jump_callback(true);
    return ret;
}

int vb_tls_write(mbedtls_ssl_context *ssl, const unsigned char *buf, size_t len) {
    use_node_t node;
    begin(&node, ssl, ways(ssl, WRITES));
    int ret = mbedtls_ssl_write(ssl, buf, len);
    nlr_pop_jump_callback(true);
    return ret;
}

void vb_tls_free(mbedtls_ssl_context *ssl) {
    struct use *use = use_of(ssl);
    if (use) {
        use->closed = true;
    } else {
        mbedtls_ssl_free(ssl);
    }
}

// A closed TLS socket has no stream any more. `context` points to the stream.
static mbedtls_ssl_send_t *send_to;
static mbedtls_ssl_recv_t *receive_from;

static int send_open(void *context, const unsigned char *buf, size_t len) {
    return *(mp_obj_t *)context == MP_OBJ_NULL ? -MP_EBADF : send_to(context, buf, len);
}

static int receive_open(void *context, unsigned char *buf, size_t len) {
    return *(mp_obj_t *)context == MP_OBJ_NULL ? -MP_EBADF : receive_from(context, buf, len);
}

void vb_tls_set_bio(mbedtls_ssl_context *ssl, void *context, mbedtls_ssl_send_t *send, mbedtls_ssl_recv_t *receive,
    mbedtls_ssl_recv_timeout_t *timed) {
    send_to = send; // MicroPython has one of each
    receive_from = receive;
    mbedtls_ssl_set_bio(ssl, context, send_open, receive_open, timed);
}

// The first function that SSLContext.__del__() calls: the key lies in the context behind its configuration and two
// certificates.
void vb_tls_key_free(mbedtls_pk_context *key) {
    for (struct use *use = uses; use < uses + MOST_USES; use++) {
        size_t behind = sizeof(mbedtls_ssl_config) + 2 * sizeof(mbedtls_x509_crt);
        if (use->ssl && (uintptr_t)key == (uintptr_t)use->conf + behind) {
            mp_raise_OSError(MP_EBUSY);
        }
    }
    mbedtls_pk_free(key);
}

// MicroPython passes a memoryview that lies on the C stack, of memory that is freed soon. The program can keep it: it gets
// one of its own.
mp_obj_t vb_tls_check_certificate(mp_obj_t function, mp_obj_t certificate, mp_obj_t depth) {
    mp_obj_array_t *lent = MP_OBJ_TO_PTR(certificate);
    byte *copy = m_new(byte, lent->len);
    memcpy(copy, lent->items, lent->len);
    return mp_call_function_2(function, mp_obj_new_memoryview('B', lent->len, copy), depth);
}
