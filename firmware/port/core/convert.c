// core/convert.c: what an ADC is given, and how much of that the trace has.

#include "core/internal.h"

#define PERIOD_NS 1000000
#define MOST 16 // conversions that were not asked for, told in that time

// A loop that does nothing but read would ask a million times; nor does its trace need each of so many.
static void tell(uint8_t pin) {
    static uint64_t since;
    static unsigned told;
    if (vb_now() - since >= PERIOD_NS) {
        since = vb_now();
        told = 0;
    }
    if (told < MOST) {
        told++;
        vb_link_put(VB_REC_CONVERT, pin, 0, 0);
    }
}

uint64_t vb_convert(uint8_t pin) {
    bool asked;
    uint64_t uv = vb_link_convert(pin, &asked);
    if (!asked) {
        tell(pin);
    }
    return uv;
}
