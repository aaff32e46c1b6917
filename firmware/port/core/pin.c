// core/pin.c: the pads: direction, pull, output latch, and latched edges. The Python class differs between the chips:
// machine/pin_esp32.c, machine/pin_rp2.c.

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/aside.h"
#include "core/internal.h"
#include "core/engine.h"

static struct {
    uint8_t mode, pull, owner;
} pads[VB_PINS + VB_EXT_PINS];
static uint64_t latch;          // the last written level, also while the pad is an input
static uint64_t engine_pads, engine_level; // pads that an engine drives, and their levels
static uint64_t driven, open_drain;  // pads in push-pull mode and in open drain mode
static uint64_t on_rise, on_fall, hard_irq; // pins whose edges are watched
static uint64_t rose_held, fell_held;       // edges that wait for their handlers
// ESP32: held pads ignore all settings, also through resets. `asleep`: pads that are not RTC pads stay held in deep sleep,
// too.
static struct {
    uint64_t pads;
    bool asleep;
} hold VB_RETAINED = {0};

void vb_pin_start(void) {
    for (int i = 0; i < VB_PINS; i++) {
        pads[i].pull = VB_RESET_PULL;
    }
    latch = VB_EXT_HIGH;
}

uint8_t vb_pin_pull(uint8_t pin) { return pads[pin].pull; }
uint8_t vb_pin_direction(uint8_t pin) { return pads[pin].mode; }
bool vb_pin_latch(uint8_t pin) { return latch >> pin & 1; }

static void set_bit(uint64_t *mask, uint8_t pin, bool on) {
    *mask = on ? *mask | 1ull << pin : *mask & ~(1ull << pin);
}

static void set_mode(uint8_t pin, uint8_t mode) {
    pads[pin].mode = mode;
    set_bit(&driven, pin, mode == VB_MODE_OUT);
    set_bit(&open_drain, pin, mode == VB_MODE_OPEN_DRAIN);
}

static void record(uint8_t kind, uint8_t pin, uint16_t b, uint32_t c) {
    if (!(hold.pads >> pin & 1)) {
        vb_emit(kind, pin, b, c);
    }
}

static void record_mode(uint8_t pin) {
    record(VB_REC_MODE, pin, pads[pin].mode | pads[pin].pull << 4, vb_pin_latch(pin));
}

void vb_pin_hold(uint8_t pin, bool on) {
    if ((hold.pads >> pin & 1) && pads[pin].owner == VB_OF_PIN) {
        set_bit(&hold.pads, pin, false);
        record_mode(pin); // the settings that were made meanwhile
    }
    set_bit(&hold.pads, pin, on);
}

bool vb_pin_any_held(void) { return hold.pads; }

void vb_pin_hold_asleep(bool on) {
    hold.asleep = on;
}

void vb_pin_float_all(bool deep_sleep) {
    for (uint8_t pin = 0; pin < VB_PINS + VB_EXT_PINS; pin++) {
        if (deep_sleep && !hold.asleep && !VB_PIN_IS_RTC(pin)) {
            set_bit(&hold.pads, pin, false);
        }
        bool kept = deep_sleep && vb_sleep_keeps_input(pin) && vb_pin_direction(pin) == VB_MODE_IN;
        if (vb_pin_direction(pin) != VB_MODE_OFF && !kept) {
            vb_pin_mode(pin, VB_MODE_OFF, VB_PULL_NONE);
        }
    }
}

void vb_pin_mode(uint8_t pin, uint8_t mode, uint8_t pull) {
    if (pin < VB_PINS) {
        vb_pwm_detach(pin);
    }
    if (pads[pin].mode == mode && pads[pin].pull == pull && pads[pin].owner == VB_OF_PIN) {
        return;
    }
    vb_engine_catch_up();
    pads[pin].owner = VB_OF_PIN;
    pads[pin].pull = pull;
    set_bit(&engine_pads, pin, false);
    set_mode(pin, mode);
    record_mode(pin);
}

// An edge of the chip's own output triggers the pin's interrupt, too.
static void own_edge(uint8_t pin, bool level) {
    if ((level ? on_rise : on_fall) >> pin & 1) {
        set_bit(level ? &rose_held : &fell_held, pin, true);
        vb_service_soon();
    }
}

void vb_pin_write(uint8_t pin, bool level) {
    vb_charge(VB_NS_PIN_WRITE);
    if (vb_pin_latch(pin) == level) {
        return;
    }
    vb_engine_catch_up(); // until now it reads the old level
    latch ^= 1ull << pin;
    if (pin >= VB_PINS) {
        vb_charge(VB_NS_EXT_PIN);
    }
    if (pads[pin].owner != VB_OF_PIN) {
        return;
    }
    if (pads[pin].mode == VB_MODE_OUT) {
        record(VB_REC_OUT, pin, 0, level);
        own_edge(pin, level);
    } else if (pads[pin].mode == VB_MODE_OPEN_DRAIN) {
        record(VB_REC_OUT, pin, 0, level); // the bench tells its edges: another device may hold the line low
    }
}

// The level of a push-pull output is the written one (the bench handles a short circuit), and so is that of an open drain
// output that pulls low: no request is needed. Nothing is connected to the pins of the WiFi chip.
bool vb_pin_read(uint8_t pin) {
    vb_charge(VB_NS_PIN_READ);
    return vb_pin_look(pin);
}

bool vb_pin_look(uint8_t pin) {
    uint8_t mode = pads[pin].mode;
    if (pads[pin].owner != VB_OF_PIN) {
        vb_engine_catch_up();
        return mode == VB_MODE_OUT ? engine_level >> pin & 1 : vb_level(pin);
    }
    if (mode == VB_MODE_OUT || pin >= VB_PINS || (mode == VB_MODE_OPEN_DRAIN && !vb_pin_latch(pin))) {
        return vb_pin_latch(pin);
    }
    return vb_level(pin);
}

// ---- pads that an engine drives ----

#define TO_BE_TOLD 0xff // not a mode: the next one is always reported

void vb_pin_lend(uint8_t pin, uint8_t to) {
    vb_pwm_detach(pin);
    if (pads[pin].owner != to) {
        vb_engine_catch_up();
        pads[pin].owner = to;
        set_bit(&engine_pads, pin, true);
        set_mode(pin, TO_BE_TOLD);
    }
}

bool vb_pin_is_of(uint8_t pin, uint8_t who) { return pads[pin].owner == who; }

void vb_pin_drive(uint8_t pin, bool out, bool level, uint64_t t) {
    uint8_t mode = out ? VB_MODE_OUT : VB_MODE_IN;
    bool changed = (engine_level >> pin & 1) != level;
    set_bit(&engine_level, pin, level);
    if (pads[pin].mode != mode) {
        set_mode(pin, mode);
        vb_link_late(VB_REC_MODE, pin, mode | pads[pin].pull << 4, level, t);
    } else if (changed && out) {
        vb_link_late(VB_REC_OUT, pin, VB_BY_ENGINE, level, t);
    }
    if (changed && out) {
        own_edge(pin, level);
    }
}

uint64_t vb_pin_watched(void) { return vb_coupled | on_rise | on_fall; }

uint64_t vb_pin_levels(void) {
    uint64_t driven_level = (latch & ~engine_pads) | (engine_level & engine_pads);
    uint64_t levels = (vb_link_levels() & ~driven) | (driven_level & driven);
    return levels & ~(open_drain & ~latch);
}

// ---- interrupts ----

// The pad may end a sleep: the bench has to wake the board when its level changes.
void vb_pin_watch(uint8_t pin, bool asleep) {
    vb_link_watch(pin);
    unsigned own = (on_rise >> pin & 1) | (on_fall >> pin & 1) << 1;
    vb_emit(VB_REC_IRQ, pin, asleep ? 3 : own, hard_irq >> pin & 1);
}

void vb_pin_irq(uint8_t pin, bool rise, bool fall, bool hard) {
    vb_link_watch(pin);
    set_bit(&on_rise, pin, rise);
    set_bit(&on_fall, pin, fall);
    set_bit(&hard_irq, pin, hard);
    vb_hard |= hard;
    vb_emit(VB_REC_IRQ, pin, rise | fall << 1, hard);
    if (vb_link_edges_unknown()) {
        vb_aside(vb_sync); // earlier edges do not count
    }
    set_bit(&rose_held, pin, false);
    set_bit(&fell_held, pin, false);
}

bool vb_pin_has_irq(uint8_t pin) { return (on_rise | on_fall) >> pin & 1; }

void vb_pin_edges(uint64_t rose, uint64_t fell) {
    rose_held |= rose & on_rise;
    fell_held |= fell & on_fall;
}

bool vb_pin_has_edges(void) { return rose_held | fell_held; }

void vb_pin_deliver(void) {
    uint64_t rose = rose_held, fell = fell_held;
    rose_held = fell_held = 0;
    for (uint8_t pin = 0; (rose | fell) >> pin; pin++) {
        if ((rose | fell) >> pin & 1) {
            vb_charge(hard_irq >> pin & 1 ? VB_NS_IRQ_HARD : VB_NS_IRQ_SOFT);
            vb_pin_fire(pin, rose >> pin & 1, fell >> pin & 1);
        }
    }
}

// A soft reset leaves the pads as they are, on both chips.
void vb_pin_deinit_all(void) {
    uint64_t watched = on_rise | on_fall;
    on_rise = on_fall = hard_irq = rose_held = fell_held = 0;
    for (uint8_t pin = 0; watched >> pin; pin++) {
        if (watched >> pin & 1) {
            vb_emit(VB_REC_IRQ, pin, 0, 0);
        }
    }
    vb_pin_irq_forget();
}
