// machine/pulse.c: machine.time_pulse_us(). It replaces extmod's loop (MP_WEAK), which would take no virtual time and
// never end: it jumps to the times at which the bench says that an input may change.

#include "py/mphal.h"
#include "extmod/modmachine.h"
#include "core/internal.h"

#define POLL_NS 1000 // one round of the chip's loop, which misses pulses between two rounds

// The first round of the loop after now, and not before t. Rounds are counted from the beginning: when the bench was asked
// between two of them moves none.
static uint64_t turn_after(uint64_t begin, uint64_t now, uint64_t t) {
    uint64_t next = (now - begin) / POLL_NS + 1, due = t > begin ? (t - begin + POLL_NS - 1) / POLL_NS : 0;
    return begin + MAX(next, due) * POLL_NS;
}

// Waits until the pin has the level. False after timeout_us.
static bool wait_for(uint8_t pin, bool level, uint64_t start_us, mp_uint_t timeout_us) {
    uint64_t begin = vb_now(), deadline = (start_us + timeout_us) * 1000;
    while (vb_pin_look(pin) != level) {
        uint64_t now = vb_now();
        if (now >= deadline) {
            return false;
        }
        if (!vb_serve_caused()) {
            uint64_t others = MIN(vb_alarm_next(), vb_thread_due()); // they may write the pin that this one follows
            vb_wait_until(turn_after(begin, now, MIN(MIN(vb_horizon(), others), deadline)));
        }
    }
    return true;
}

mp_uint_t machine_time_pulse_us(mp_hal_pin_obj_t pin, int pulse_level, mp_uint_t timeout_us) {
    vb_link_watch(pin);
    uint64_t start_us = vb_now() / 1000;
    if (!wait_for(pin, pulse_level, start_us, timeout_us)) {
        return (mp_uint_t)-2;
    }
    start_us = vb_now() / 1000;
    if (!wait_for(pin, !pulse_level, start_us, timeout_us)) {
        return (mp_uint_t)-1;
    }
    return vb_now() / 1000 - start_us;
}
