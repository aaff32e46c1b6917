// core/sleep.c: light and deep sleep. No Python and no scheduled call runs in it. The bench gets a record, so that a trace
// shows how long a battery would last.

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/internal.h"

// ESP-IDF's esp_sleep_wakeup_cause_t, which machine.wake_reason() returns.
enum { WOKEN_NOT, WOKEN_EXT0 = 2, WOKEN_EXT1, WOKEN_TIMER, WOKEN_TOUCH };

// machine.SLEEP, machine.DEEPSLEEP
enum { KIND_SLEEP = 2, KIND_DEEPSLEEP = 4 };

#ifndef VB_NO_EXT0
#define VB_NO_EXT0 0
#endif
#ifndef VB_NO_EXT1
#define VB_NO_EXT1 0
#endif

#define TOUCH_NS 27000000 // the touch sensor's period in sleep: 0x1000 of the slow clock, IDF's default

struct vb_wake vb_wake = {.ext0_pin = -1};

MP_WEAK bool vb_touched(void) {
    return false;
}

// The triggers are levels: one that is present at the start ends the sleep at once.
static uint8_t called(uint8_t kind) {
    uint8_t bit = kind == VB_SLEEP_LIGHT ? KIND_SLEEP : KIND_DEEPSLEEP;
    if (!VB_NO_EXT0 && vb_wake.ext0_pin >= 0 && (vb_wake.ext0_kinds & bit) && vb_level(vb_wake.ext0_pin) == vb_wake.ext0_level) {
        return WOKEN_EXT0;
    }
    unsigned high = 0, pins = 0;
    for (uint8_t pin = 0; !VB_NO_EXT1 && vb_wake.ext1_pins >> pin; pin++) {
        if ((vb_wake.ext1_pins >> pin & 1) && VB_PIN_IS_RTC(pin)) {
            pins++;
            high += vb_level(pin);
        }
    }
    if (pins && (vb_wake.ext1_level ? high > 0 : high == 0)) { // any high, or all low
        return WOKEN_EXT1;
    }
    return vb_wake.touch && vb_touched() ? WOKEN_TOUCH : WOKEN_NOT;
}

// With EXT0 the RTC's peripherals stay on, and the pulls with them; with EXT1 alone IDF switches both off.
bool vb_sleep_keeps_input(uint8_t pin) {
    return vb_wake.ext0_pin >= 0 && VB_PIN_IS_RTC(pin);
}

static void watch(bool asleep) {
    uint64_t pins = vb_wake.ext1_pins | (vb_wake.ext0_pin >= 0 ? 1ull << vb_wake.ext0_pin : 0);
    for (uint8_t pin = 0; pins >> pin; pin++) {
        if (pins >> pin & 1) {
            vb_pin_watch(pin, asleep);
        }
    }
}

uint8_t vb_sleep(uint8_t kind, uint64_t until) {
    uint64_t ms = until == VB_NEVER ? UINT32_MAX : (until - vb_now() + 999999) / 1000000;
    vb_emit(VB_REC_SLEEP, kind, 0, MIN(ms, UINT32_MAX));
    vb_alarms_sleep();
    vb_wdt_sleep();
    watch(true);
    uint8_t why = called(kind);
    while (!why && vb_now() < until) {
        vb_clock_step(vb_wake.touch ? MIN(until, vb_now() + TOUCH_NS) : until, false, false);
        why = called(kind);
    }
    watch(false);
    vb_alarms_wake();
    vb_wdt_wake();
    why = why ? why : WOKEN_TIMER;
    vb_emit(VB_REC_SLEEP, VB_SLEEP_AWAKE, why, 0);
    return why;
}
