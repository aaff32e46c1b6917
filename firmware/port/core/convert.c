// core/convert.c: readings of the ADC, and how many of them are in the trace.

#include "core/internal.h"

#define PERIOD_NS 1000000
#define MOST 16 // equal readings in that time that are recorded

// A loop that only reads would record a million readings of a pin; its trace does not need them all.
static void report(uint8_t pin) {
    static uint64_t since[VB_PINS];
    static unsigned reported[VB_PINS];
    if (vb_now() - since[pin] >= PERIOD_NS) {
        since[pin] = vb_now();
        reported[pin] = 0;
    }
    if (reported[pin] < MOST) {
        reported[pin]++;
        vb_link_put(VB_REC_CONVERT, pin, 0, 0);
    }
}

// The bench puts a reading that differs from the one before it into the trace, this function all others. So the trace does
// not tell which readings asked the bench.
uint64_t vb_convert(uint8_t pin) {
    static uint64_t last[VB_PINS]; // and 1 more: 0 is no reading
    uint64_t uv = vb_link_convert(pin, last[pin] - 1);
    if (last[pin] == uv + 1) {
        report(pin);
    }
    last[pin] = uv + 1;
    return uv;
}
