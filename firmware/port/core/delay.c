// core/delay.c: sleep_ms() and sleep_us().

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/internal.h"

// Lets callbacks and Ctrl-C in during the wait, and at least once, also for 0 ms.
static void sleep_until(uint64_t t) {
    do {
        mp_handle_pending(true);
        vb_rest(t);
    } while (vb_now() < t);
    mp_handle_pending(true);
}

void mp_hal_delay_ms(mp_uint_t ms) {
    vb_charge(VB_NS_SLEEP); // in addition to the requested time, as on the chips
    uint64_t end = vb_now() + ms * 1000000ull;
    vb_serial_watched(); // forget an earlier poll of the serial line: it must not end this wait
    sleep_until(end);
}

// The long part of a wait lets callbacks in, the rest is a busy wait, as on the chips (families/*.h).
void mp_hal_delay_us(mp_uint_t us) {
    vb_charge(VB_NS_SLEEP_US);
    if (us < VB_SLEEP_US_OVERHEAD) {
        return;
    }
    uint64_t end = vb_now() + (us - VB_SLEEP_US_OVERHEAD) * 1000ull;
    if (us > VB_SLEEP_US_BUSY) {
        sleep_until(end - VB_SLEEP_US_BUSY * 1000ull);
    }
    vb_wait_until(end);
}
