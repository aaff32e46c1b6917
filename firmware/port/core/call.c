// core/call.c: calls to the bench, and what the bench reports without a request (frames.toml: CALL, pending).

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/aside.h"
#include "core/engine.h"
#include "core/internal.h"

#define CHANNELS 16
static void (*handlers[CHANNELS])(void);
static uint16_t calls; // bit n: news of channel n call a handler of the program

static void put_data(const uint8_t *p, size_t len) {
    while (len) {
        struct vb_text data = {0};
        size_t n = MIN(len, sizeof data);
        memcpy(&data, p, n);
        vb_link_put(VB_REC_DATA, n, data.b, data.c);
        p += n;
        len -= n;
    }
}

void vb_call_begin(void) {
    vb_clock_settle();
    vb_engine_catch_up();
    if (vb_now() >= vb_horizon()) {
        vb_aside(vb_sync); // no call is sent after the horizon
    }
}

uint64_t vb_call_answer(const struct vb_told *told, uint8_t op, uint16_t b, uint32_t c, const void *out, size_t out_len, void *in,
    size_t in_len) {
    bool known = vb_link_knows(told->flag);
    put_data(out, out_len);
    vb_link_put(known ? VB_REC_POSTED : VB_REC_CALL, op, b, c);
    return vb_link_call(told, known, in, in_len);
}

int32_t vb_call_end(uint64_t value) {
    vb_wait_until(vb_now() + (value >> 32));
    return (int32_t)value;
}

int32_t vb_call_told(const struct vb_told *told, uint8_t op, uint16_t b, uint32_t c, const void *out, size_t out_len, void *in,
    size_t in_len) {
    vb_call_begin();
    return vb_call_end(vb_call_answer(told, op, b, c, out, out_len, in, in_len));
}

int32_t vb_call(uint8_t op, uint16_t b, uint32_t c, const void *out, size_t out_len, void *in, size_t in_len) {
    static const struct vb_told nothing;
    return vb_call_told(&nothing, op, b, c, out, out_len, in, in_len);
}

void vb_on_pending(uint8_t channel, void (*fn)(void)) {
    handlers[channel] = fn;
}

void vb_pending_has_handler(uint8_t channel, bool has) {
    calls = has ? calls | 1 << channel : calls & ~(1 << channel);
}

bool vb_pending_calls(void) { return calls; }

void vb_pending_deliver(void) {
    uint64_t channels = vb_link_pending();
    for (int channel = 0; channels && channel < CHANNELS; channel++) {
        if ((channels >> channel & 1) && handlers[channel]) {
            handlers[channel]();
        }
    }
}

void vb_pending_clear(void) {
    memset(handlers, 0, sizeof(handlers));
    calls = 0;
}
