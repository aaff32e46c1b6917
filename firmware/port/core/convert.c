// core/convert.c: readings of the ADC, and how many of them are in the trace.

#include "core/internal.h"

#define PERIOD_NS 1000000
#define MOST 16 // equal readings in that time that are recorded

// A loop that only reads would record a million readings; its trace does not need them all.
static void report(uint8_t pin) {
    static uint64_t since;
    static unsigned reported;
    if (vb_now() - since >= PERIOD_NS) {
        since = vb_now();
        reported = 0;
    }
    if (reported < MOST) {
        reported++;
        vb_link_put(VB_REC_CONVERT, pin, 0, 0);
    }
}

// The bench puts a reading that differs from the one before it into the trace, this function all others. So the trace does
// not tell which readings asked the bench.
uint64_t vb_convert(uint8_t pin) {
    static uint64_t last[VB_PINS]; // and 1 more: 0 is no reading
    uint64_t uv = vb_link_convert(pin);
    if (last[pin] == uv + 1) {
        report(pin);
    }
    last[pin] = uv + 1;
    return uv;
}
