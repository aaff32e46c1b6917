// vb_pin.c: the pads: direction, pull, what was written, and latched edges. What Python sees of a pin differs
// per chip: vb_machine_pin_esp32.c, vb_machine_pin_rp2.c.

#include "py/mphal.h"
#include "py/runtime.h"
#include "vb_internal.h"

static struct {
    uint8_t mode, pull;
} pads[VB_PINS];
static uint64_t latch;          // what was last written, also while the pad is an input
static uint64_t on_rise, on_fall, hard_irq; // pins whose edges are watched
static uint64_t rose_held, fell_held;       // edges that wait for their handlers

void vb_pin_start(void) {
    for (int i = 0; i < VB_PINS; i++) {
        pads[i].pull = VB_RESET_PULL;
    }
}

uint8_t vb_pin_pull(uint8_t pin) { return pads[pin].pull; }
uint8_t vb_pin_direction(uint8_t pin) { return pads[pin].mode; }
bool vb_pin_latch(uint8_t pin) { return latch >> pin & 1; }

void vb_pin_mode(uint8_t pin, uint8_t mode, uint8_t pull) {
    vb_pwm_detach(pin);
    if (pads[pin].mode == mode && pads[pin].pull == pull) {
        return;
    }
    pads[pin].mode = mode;
    pads[pin].pull = pull;
    vb_emit(VB_REC_MODE, pin, mode | pull << 4, vb_pin_latch(pin));
}

static bool drives(uint8_t pin) {
    return pads[pin].mode == VB_MODE_OUT || pads[pin].mode == VB_MODE_OPEN_DRAIN;
}

void vb_pin_write(uint8_t pin, bool level) {
    vb_charge(VB_NS_PIN_WRITE);
    if (vb_pin_latch(pin) == level) {
        return;
    }
    latch ^= 1ull << pin;
    if (drives(pin)) {
        vb_emit(VB_REC_OUT, pin, 0, level);
    }
}

// A push-pull output is what it was told (a short circuit is the bench's matter), and so is an open
// drain that pulls low: no need to ask.
bool vb_pin_read(uint8_t pin) {
    vb_charge(VB_NS_PIN_READ);
    uint8_t mode = pads[pin].mode;
    if (mode == VB_MODE_OUT || (mode == VB_MODE_OPEN_DRAIN && !vb_pin_latch(pin))) {
        return vb_pin_latch(pin);
    }
    return vb_level(pin);
}

// ---- interrupts ----

static void set_bit(uint64_t *mask, uint8_t pin, bool on) {
    *mask = on ? *mask | 1ull << pin : *mask & ~(1ull << pin);
}

void vb_pin_irq(uint8_t pin, bool rise, bool fall, bool hard) {
    set_bit(&on_rise, pin, rise);
    set_bit(&on_fall, pin, fall);
    set_bit(&hard_irq, pin, hard);
    vb_emit(VB_REC_IRQ, pin, rise | fall << 1, hard);
    vb_sync(); // what happened before does not count
    set_bit(&rose_held, pin, false);
    set_bit(&fell_held, pin, false);
}

void vb_pin_edges(uint64_t rose, uint64_t fell) {
    rose_held |= rose & on_rise;
    fell_held |= fell & on_fall;
}

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
