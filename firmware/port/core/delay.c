// core/delay.c: sleep_ms() and sleep_us().

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/internal.h"

// Callbacks and Ctrl-C come through while it waits; at least once, also for 0 ms.
static void sleep_until(uint64_t t) {
    do {
        mp_handle_pending(true);
        vb_wfe(t);
    } while (vb_now() < t);
    mp_handle_pending(true);
}

void mp_hal_delay_ms(mp_uint_t ms) {
    vb_charge(VB_NS_SLEEP); // on top of the time asked for, as on the chips
    uint64_t end = vb_now() + ms * 1000000ull;
    vb_serial_watched(); // an earlier look at the serial line has nothing to do with this wait
    sleep_until(end);
}

// The long part of a wait lets callbacks through, the rest is busy, as on the chips (families/*.h).
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
