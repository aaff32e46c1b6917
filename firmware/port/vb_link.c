// vb_link.c: the frames between board and bench (frames.toml), over one stream socket.

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "vb_internal.h"

#define EXIT_BENCH_GONE 4

struct record {
    uint8_t kind, a;
    uint16_t b;
    uint32_t c;
    uint64_t t;
} __attribute__((packed));
_Static_assert(sizeof(struct record) == 16, "frames.toml");

struct grant {
    uint8_t kind, pad[3];
    uint32_t rx_len;
    uint64_t horizon, levels, rose, fell, coupled, value, flags;
} __attribute__((packed));
_Static_assert(sizeof(struct grant) == 64, "frames.toml");

static struct record out[256]; // written behind
static size_t out_n;
static struct grant last;      // what the bench said last
static bool promise_void, poked;
static uint64_t tx_due = VB_NEVER; // printed bytes are listened to: ask before then
uint64_t vb_coupled;

#define TX_NS 2000000 // not at once: a program that prints a lot would ask after each line

bool vb_realtime(void) { return last.flags & VB_FLAG_REALTIME; }
bool vb_headless(void) { return last.flags & VB_FLAG_HEADLESS; }
bool vb_link_void(void) { return promise_void || poked || tx_due != VB_NEVER; }
uint64_t vb_link_due(void) { return promise_void || poked ? 0 : MIN(tx_due, last.horizon); }
uint64_t vb_horizon(void) { return last.horizon; }

// ---- bytes ----

void vb_flush(void) {
    const char *p = (const char *)out;
    size_t left = out_n * sizeof(out[0]);
    out_n = 0;
    while (left) {
        ssize_t n = write(vb_options.bench_fd, p, left);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            _exit(EXIT_BENCH_GONE);
        }
        p += n;
        left -= n;
    }
}

static void read_exactly(void *to, size_t len) {
    char *p = to;
    while (len) {
        ssize_t n = read(vb_options.bench_fd, p, len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            _exit(EXIT_BENCH_GONE);
        }
        p += n;
        len -= n;
    }
}

// ---- records ----

static void put(uint8_t kind, uint8_t a, uint16_t b, uint32_t c) {
    out[out_n++] = (struct record) {kind, a, b, c, vb_now()};
    if (out_n == MP_ARRAY_SIZE(out)) {
        vb_flush();
    }
}

void vb_emit(uint8_t kind, uint8_t a, uint16_t b, uint32_t c) {
    if (vb_now() >= last.horizon) {
        vb_sync(); // one builtin may have run for long: nothing is said beyond the promise
    }
    put(kind, a, b, c);
    if (kind == VB_REC_TX) {
        if (vb_coupled >> 63 && tx_due == VB_NEVER) {
            tx_due = vb_now() + TX_NS;
            vb_service_soon();
        }
        return;
    }
    bool coupled = kind == VB_REC_MODE
        || ((kind == VB_REC_OUT || kind == VB_REC_PWM) && (vb_coupled >> a & 1));
    if (coupled && !promise_void) {
        promise_void = true;
        vb_service_soon();
    }
}

// ---- requests ----

static void take_grant(void) {
    do {
        read_exactly(&last, sizeof(last));
        // A poke on the way is answered by the grant behind it.
    } while (last.kind != VB_REPLY_GRANT);
    static uint8_t rx[VB_RX_RING];
    while (last.rx_len) {
        size_t n = MIN(last.rx_len, sizeof(rx));
        read_exactly(rx, n);
        vb_serial_receive(rx, n);
        last.rx_len -= n;
    }
    vb_coupled = last.coupled;
    promise_void = poked = false;
    tx_due = VB_NEVER;
    if (last.rose | last.fell) {
        vb_pin_edges(last.rose, last.fell);
    }
    vb_service_soon();
}

// With interrupts off the chip's receive interrupt does not run: the bytes stay with the bench. A program
// may choose an interrupt character that no byte can be.
static void ask(uint8_t kind, uint8_t a) {
    bool off = vb_irq_off;
    int c = mp_interrupt_char;
    put(kind, a, off ? 0 : vb_serial_room(), off || c < 0 || c > 255 ? 255 : c);
    vb_flush();
    take_grant();
}

void vb_hello(void) {
    put(VB_REC_HELLO, VB_FRAMES_VERSION, VB_FAMILY_ID, VB_BITS);
    vb_flush();
    take_grant();
}

void vb_sync(void) { ask(VB_REC_SYNC, 0); }
void vb_sync_wait(uint8_t wait) { ask(VB_REC_SYNC, wait); }

uint64_t vb_ask(uint8_t kind, uint8_t pin) {
    ask(kind, pin);
    return last.value;
}

bool vb_level(uint8_t pin) {
    if (vb_link_void() || vb_now() >= last.horizon) {
        vb_sync();
    }
    return last.levels >> pin & 1;
}

void vb_link_irq_on(void) {
    poked = true;
    vb_service_soon();
}

bool vb_link_poll(int timeout_ms) {
    if (!vb_headless() || timeout_ms) {
        vb_flush(); // somebody may be looking
    }
    struct pollfd fd = {.fd = vb_options.bench_fd, .events = POLLIN};
    int n = poll(&fd, 1, timeout_ms);
    if (n < 0 && errno != EINTR) {
        _exit(EXIT_BENCH_GONE);
    }
    if (n <= 0) {
        return false;
    }
    struct grant poke; // only pokes come unasked; the end of the stream leaves the process
    read_exactly(&poke, sizeof(poke));
    poked = true;
    return true;
}
