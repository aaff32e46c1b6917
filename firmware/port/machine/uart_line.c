// machine/uart_line.c: bytes on a wire: when they leave, and how they arrive, by interrupts.

#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modmachine.h"
#include "shared/runtime/mpirq.h"
#include "core/engine.h"
#include "core/internal.h"
#include "machine/uart_line.h"

VB_AT_SOFT_RESET(vb_uart_off_all, 60)

#define BREAK_BITS 13
#define SEND_BREAK 1     // c of UART_WRITE
#define INVERT_TX 1      // bits of `invert` in UART_SETUP
#define INVERT_RX 2
#define FETCH_BYTES 256

static vb_uart_t uarts[VB_UARTS];
MP_REGISTER_ROOT_POINTER(void *vb_uart_ring[3]);
MP_REGISTER_ROOT_POINTER(void *vb_uart_irq[3]);

// ---- time on the line ----

static uint64_t bits_ns(const vb_uart_t *self, unsigned bits) {
    return bits * 1000000000ull / self->baudrate;
}

uint64_t vb_uart_byte_ns(const vb_uart_t *self) {
    return bits_ns(self, 1 + self->bits + (self->parity ? 1 : 0) + self->stop);
}

size_t vb_uart_room(const vb_uart_t *self) {
    if (!self->baudrate) {
        return 0;
    }
    uint64_t now = vb_now(), each = vb_uart_byte_ns(self);
    size_t waiting = self->line_free > now ? (self->line_free - now + each - 1) / each : 0;
    size_t most = self->txbuf + VB_UART_FIFO;
    return waiting < most ? most - waiting : 0;
}

static void leaves(vb_uart_t *self, uint64_t ns) {
    self->line_free = MAX(self->line_free, vb_now()) + ns;
    if (self->irq_trigger & VB_UART_IRQ_TXIDLE) {
        vb_alarm_set(&self->tx_idle, self->line_free);
    }
}

static void send(vb_uart_t *self, const uint8_t *src, size_t n) {
    vb_charge(VB_NS_UART_CALL + n * VB_NS_UART_BYTE);
    leaves(self, n * vb_uart_byte_ns(self));
    vb_call(VB_CALL_UART_WRITE, self->id, 0, src, n, NULL, 0);
}

void vb_uart_break(vb_uart_t *self) {
    if (!self->baudrate) {
        return;
    }
    vb_wait_until(self->line_free);
    leaves(self, bits_ns(self, BREAK_BITS));
    vb_call(VB_CALL_UART_WRITE, self->id, SEND_BREAK, "", 1, NULL, 0);
    vb_wait_until(self->line_free);
}

// ---- interrupts ----

static void fire(vb_uart_t *self, unsigned flags) {
    mp_irq_obj_t *irq = MP_STATE_VM(vb_uart_irq)[self->id];
    if (irq && (self->irq_trigger & flags)) {
        self->irq_flags = flags;
        mp_irq_handler(irq);
    }
}

void vb_uart_trigger(vb_uart_t *self, uint16_t trigger) {
    self->irq_trigger = trigger;
    vb_pending_has_handler(self->id, trigger & ~VB_UART_IRQ_TXIDLE);
}

static void rx_idle(struct vb_alarm *alarm, uint64_t due) {
    fire((vb_uart_t *)((char *)alarm - offsetof(vb_uart_t, rx_idle)), VB_UART_IRQ_RXIDLE);
}

static void tx_idle(struct vb_alarm *alarm, uint64_t due) {
    fire((vb_uart_t *)((char *)alarm - offsetof(vb_uart_t, tx_idle)), VB_UART_IRQ_TXIDLE);
}

static void fetch(vb_uart_t *self) {
    static uint8_t bytes[FETCH_BYTES];
    int status, n;
    unsigned flags = VB_UART_IRQ_RX;
    if (!self->ring.buf) {
        return; // there was no memory for a new buffer
    }
    do {
        status = vb_call(VB_CALL_UART_READ, self->id, sizeof(bytes), NULL, 0, bytes, sizeof(bytes));
        n = status & (VB_STATUS_BREAK - 1);
        flags |= status & VB_STATUS_BREAK ? VB_UART_IRQ_BREAK : 0;
        for (int i = 0; i < n; i++) {
            ringbuf_put(&self->ring, bytes[i]); // a full buffer loses them
        }
    } while (n == sizeof(bytes));
    if (self->irq_trigger & VB_UART_IRQ_RXIDLE) {
        vb_alarm_set(&self->rx_idle, vb_now() + MAX(bits_ns(self, VB_UART_IDLE_BITS), VB_UART_IDLE_LEAST_NS));
    }
    fire(self, flags);
}

static void fetch0(void) { fetch(&uarts[0]); }
static void fetch1(void) { fetch(&uarts[1]); }
static void fetch2(void) { fetch(&uarts[VB_UARTS - 1]); }
static void (*const fetches[])(void) = {fetch0, fetch1, fetch2};

// ---- the program's side ----

static size_t arrived(vb_uart_t *self) {
    vb_service(); // or a loop inside one builtin would see no new bytes
    return self->ring.buf ? ringbuf_avail(&self->ring) : 0;
}

size_t vb_uart_any(vb_uart_t *self) {
    vb_charge(VB_NS_UART_CALL);
    return arrived(self);
}

// Each byte costs one call, however often an event ends vb_wfe().
static bool wait_byte(vb_uart_t *self, uint64_t until) {
    vb_charge(VB_NS_UART_CALL);
    while (arrived(self) == 0) {
        if (vb_now() >= until) {
            return false;
        }
        mp_event_handle_nowait();
        vb_wfe(until);
    }
    return true;
}

size_t vb_uart_read(vb_uart_t *self, uint8_t *dest, size_t size) {
    size_t n = 0;
    uint64_t until = vb_now() + self->timeout * 1000000ull;
    while (n < size && wait_byte(self, until)) {
        vb_charge(VB_NS_UART_BYTE);
        dest[n++] = ringbuf_get(&self->ring);
        #if VB_RP2 // the ESP32's time-out is for all bytes
        until = vb_now() + self->timeout_char * 1000000ull;
        #endif
    }
    return n;
}

// Whether there is time to wait until the line takes one more byte: the Pico stops after its time-outs.
static bool may_wait(const vb_uart_t *self, bool first) {
    return VB_FAMILY_ID == 1 || vb_uart_byte_ns(self) <= ((first ? self->timeout : self->timeout_char) + 1) * 1000000ull;
}

size_t vb_uart_write(vb_uart_t *self, const uint8_t *src, size_t size) {
    size_t done = 0;
    while (self->baudrate && done < size) {
        size_t n = MIN(vb_uart_room(self), size - done);
        if (n) {
            send(self, src + done, n);
            done += n;
        } else if (may_wait(self, done == 0)) {
            vb_wait_until(vb_now() + vb_uart_byte_ns(self));
            mp_event_handle_nowait();
        } else {
            break;
        }
    }
    return done;
}

// ---- settings ----

vb_uart_t *vb_uart_fresh(uint8_t id) {
    static const uint8_t pins[VB_UARTS][2] = VB_UART_PINS;
    vb_uart_t *self = &uarts[id];
    uint64_t line_free = self->line_free;
    if (self->baudrate) {
        vb_uart_off(self);
    }
    *self = (vb_uart_t) {
        .base = {&machine_uart_type}, .id = id, .bits = 8, .stop = 1, .tx = pins[id][0], .rx = pins[id][1],
        .rts = VB_UART_NO_PIN, .cts = VB_UART_NO_PIN, .txbuf = 256, .rxbuf = 256, .line_free = line_free,
        .rx_idle = {.due = VB_NEVER, .run = rx_idle}, .tx_idle = {.due = VB_NEVER, .run = tx_idle},
    };
    return self;
}

void vb_uart_apply(vb_uart_t *self) {
    const struct vb_uart set = {self->tx, self->rx, self->bits, self->parity, self->stop,
        (self->invert & VB_UART_INV_TX ? INVERT_TX : 0) | (self->invert & VB_UART_INV_RX ? INVERT_RX : 0)};
    if (self->tx != VB_UART_NO_PIN) {
        vb_pin_write(self->tx, !(self->invert & VB_UART_INV_TX));
        vb_pin_mode(self->tx, VB_MODE_OUT, vb_pin_pull(self->tx));
    }
    if (self->rx != VB_UART_NO_PIN) { // IDF sets a pull-up
        vb_pin_mode(self->rx, VB_MODE_IN, VB_FAMILY_ID == 1 ? VB_PULL_UP : vb_pin_pull(self->rx));
    }
    if (!self->ring.buf) {
        ringbuf_alloc(&self->ring, self->rxbuf + 1);
        MP_STATE_VM(vb_uart_ring)[self->id] = self->ring.buf;
    }
    vb_on_pending(self->id, fetches[self->id]);
    vb_call(VB_CALL_UART_SETUP, self->id, self->baudrate, &set, sizeof(set), NULL, 0);
    if (self->rx != VB_UART_NO_PIN) {
        vb_link_read_rarely(self->rx, true);
        if (vb_engine_on || vb_pin_has_irq(self->rx)) {
            vb_link_watch(self->rx);
        }
    }
}

void vb_uart_off(vb_uart_t *self) {
    vb_on_pending(self->id, NULL);
    const struct vb_uart none = {VB_UART_NO_PIN, VB_UART_NO_PIN, 8, 0, 1, 0};
    vb_call(VB_CALL_UART_SETUP, self->id, 0, &none, sizeof(none), NULL, 0);
    if (self->rx != VB_UART_NO_PIN) {
        vb_link_read_rarely(self->rx, false);
    }
    vb_alarm_cancel(&self->rx_idle);
    vb_alarm_cancel(&self->tx_idle);
    MP_STATE_VM(vb_uart_ring)[self->id] = NULL;
    MP_STATE_VM(vb_uart_irq)[self->id] = NULL;
    self->ring.buf = NULL;
    self->baudrate = 0;
    vb_uart_trigger(self, 0);
}

void vb_uart_off_all(void) {
    for (int i = 0; i < VB_UARTS; i++) {
        if (uarts[i].baudrate) {
            vb_uart_off(&uarts[i]);
        }
        MP_STATE_VM(vb_uart_irq)[i] = NULL; // irq() makes an object also for a UART that is off
    }
}
