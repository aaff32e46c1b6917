// core/convert.c: readings of the ADC, and how many of them are in the trace.

#include "core/internal.h"

#define PERIOD_NS 1000000
#define MOST 16 // readings in that time that are recorded without a request to the bench

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

uint64_t vb_convert(uint8_t pin) {
    bool asked;
    uint64_t uv = vb_link_convert(pin, &asked);
    if (!asked) {
        report(pin);
    }
    return uv;
}
