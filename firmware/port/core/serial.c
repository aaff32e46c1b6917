// core/serial.c: the serial line: a UART behind a USB bridge (esp32) or USB itself (rp2).

#include <string.h>

#include "py/mphal.h"
#include "py/ringbuf.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "extmod/misc.h"
#include "core/internal.h"

static uint8_t ring_bytes[VB_RX_RING];
ringbuf_t stdin_ringbuf = {ring_bytes, sizeof(ring_bytes), 0, 0};
static bool watched;       // the program polled the line since the last wait
static uint64_t line_free; // when the line will have sent all bytes of its FIFO

unsigned vb_serial_room(void) { return ringbuf_free(&stdin_ringbuf); }
bool vb_serial_arrived(void) { return ringbuf_avail(&stdin_ringbuf) > 0; }

bool vb_serial_watched(void) {
    bool was = watched;
    watched = false;
    return was;
}

// As on the chips, the interrupt character never enters the ring.
void vb_serial_receive(const uint8_t *data, size_t len) {
    for (size_t i = 0; i < len; i++) {
        if (data[i] == mp_interrupt_char) {
            mp_sched_keyboard_interrupt();
        } else {
            ringbuf_put(&stdin_ringbuf, data[i]);
        }
    }
}

uintptr_t mp_hal_stdio_poll(uintptr_t poll_flags) {
    uintptr_t ret = poll_flags & MP_STREAM_POLL_WR;
    if (poll_flags & MP_STREAM_POLL_RD) {
        watched = true;
        if (vb_serial_arrived()) {
            ret |= MP_STREAM_POLL_RD;
        }
    }
    return ret | mp_os_dupterm_poll(poll_flags);
}

int mp_hal_stdin_rx_chr(void) {
    for (;;) {
        int c = ringbuf_get(&stdin_ringbuf);
        if (c >= 0) {
            return c;
        }
        c = mp_os_dupterm_rx_chr();
        if (c >= 0) {
            return c;
        }
        mp_event_wait_indefinite();
    }
}

// The processor puts bytes into the FIFO and continues; if the FIFO is full it waits for the line.
static void pace(size_t n) {
    vb_charge(n * VB_NS_TX_BYTE);
    if (!VB_TX_LINE_NS) {
        return;
    }
    uint64_t now = vb_now();
    line_free = MAX(line_free, now) + n * VB_TX_LINE_NS;
    uint64_t full = (uint64_t)VB_TX_FIFO * VB_TX_LINE_NS;
    if (line_free > now + full) {
        vb_wait_until(line_free - full);
    }
}

void vb_serial_write(const char *str, size_t len) {
    vb_charge(VB_NS_TX);
    for (size_t done = 0; done < len;) {
        struct vb_text text = {0};
        size_t n = MIN(len - done, sizeof text);
        memcpy(&text, str + done, n);
        pace(n);
        vb_emit(VB_REC_TX, n, text.b, text.c);
        done += n;
    }
}

mp_uint_t mp_hal_stdout_tx_strn(const char *str, size_t len) {
    vb_serial_write(str, len);
    int taken = mp_os_dupterm_tx_strn(str, len);
    return taken < 0 ? len : MIN((size_t)taken, len);
}
