// machine/mem_rp2.c: the registers of a Pico's chip that machine.mem32 reaches: SIO's pins, the pads' pulls, the functions
// of the pins, the microsecond timer, the random bit of the ring oscillator; and the program's part of the flash, which the
// bench has, to read.

#include <string.h>

#include "core/internal.h"
#include "machine/mem.h"
#include "machine/pin.h"
#include "py/mphal.h"

#if VB_RP2

#define SIO 0xd0000000
#define IO_BANK0 VB_REG_IO_BANK0     // status and control of each pin
#define PADS_BANK0 VB_REG_PADS_BANK0 // one word for each pad behind the first
#define TIMER VB_REG_TIMER
#define XIP 0x10000000        // the flash, 16 MB of addresses (datasheet 2.6.3)
#define ALIASES 0x3000        // +0x1000, 0x2000, 0x3000: XOR, set, clear (datasheet 2.1.2)

#define SIO_WORD(n) (0x10 + (n) * VB_SIO_STEP)
enum { CPUID, IN = 0x04, OUT = SIO_WORD(0), OUT_SET = SIO_WORD(1), OUT_CLEAR = SIO_WORD(2), OUT_XOR = SIO_WORD(3) };
enum { OE = SIO_WORD(4), OE_SET = SIO_WORD(5), OE_CLEAR = SIO_WORD(6), OE_XOR = SIO_WORD(7) };
enum { TIMEHR = 0x08, TIMELR = 0x0c, TIMERAWH = 0x24, TIMERAWL = 0x28 };
enum { PULL_DOWN = 1 << 2, PULL_UP = 1 << 3, INPUT_ON = 1 << 6, PAD_RESET = 0x52 }; // input on, Schmitt trigger, 4 mA
enum { SIO_FUNCTION = 5, FUNCTIONS = 31 };

enum { PAGE = 256, NO_PAGE = 1 };

static uint32_t latched_high; // the upper half at the time of reading TIMELR

static uint8_t page[PAGE]; // programs read word after word
static uint32_t page_at = NO_PAGE;

static uint32_t read_flash(uint32_t address) {
    uint32_t at = address & ~(PAGE - 1), word;
    if (at != page_at) {
        page_at = NO_PAGE;
        if (vb_call(VB_CALL_FLASH_READ, 0, at - XIP, NULL, 0, page, PAGE) != PAGE) {
            vb_mem_unknown(address);
        }
        page_at = at;
    }
    memcpy(&word, page + (address - at), sizeof(word));
    return word;
}

static int pad_of(uint32_t address) {
    uint32_t pad = (address - PADS_BANK0) / 4 - 1;
    return pad < VB_PINS ? (int)pad : -1;
}

static uint32_t pad_word(int pin) {
    uint8_t pull = vb_pin_pull(pin);
    bool isolated = VB_PAD_ISOLATED && vb_rp2_function(pin) == FUNCTIONS;
    bool off = isolated || vb_pin_direction(pin) == VB_MODE_ANALOG; // as adc_gpio_init() of the SDK
    return (off ? PAD_RESET & ~INPUT_ON : PAD_RESET) | (isolated ? VB_PAD_ISOLATED : 0) | (pull == VB_PULL_UP ? PULL_UP : pull == VB_PULL_DOWN ? PULL_DOWN : 0);
}

static void set_pad(int pin, uint32_t word) {
    uint8_t pull = word & PULL_UP ? VB_PULL_UP : word & PULL_DOWN ? VB_PULL_DOWN : VB_PULL_NONE;
    if (pull != vb_pin_pull(pin)) {
        vb_pin_mode(pin, vb_pin_direction(pin), pull);
    }
}

static int control_of(uint32_t address) {
    uint32_t at = address - IO_BANK0;
    return at < 8 * VB_PINS && at % 8 == 4 ? (int)(at / 8) : -1;
}

static uint32_t read_sio(uint32_t address) {
    switch (address - SIO) {
        case CPUID: return 0;
        case IN: return vb_mem_inputs(0);
        case OUT: return vb_mem_latches(0);
        case OE: return vb_mem_enabled(0);
    }
    vb_mem_unknown(address);
}

static uint32_t read_timer(uint32_t address) {
    uint64_t us = vb_ticks_us();
    switch (address - TIMER) {
        case TIMEHR: return latched_high;
        case TIMELR: latched_high = us >> 32; return us;
        case TIMERAWH: return us >> 32;
        case TIMERAWL: return us;
    }
    vb_mem_unknown(address);
}

uint32_t vb_mem_read(uint32_t address) {
    if (address >> 24 == XIP >> 24) {
        return read_flash(address);
    }
    if (address >> 12 == SIO >> 12) {
        return read_sio(address);
    }
    uint32_t plain = address & ~ALIASES;
    if (plain >> 12 == TIMER >> 12) {
        return read_timer(plain);
    }
    if (plain == VB_REG_RANDOMBIT) {
        return vb_random() & 1;
    }
    if (plain >> 12 == PADS_BANK0 >> 12 && pad_of(plain) >= 0) {
        return pad_word(pad_of(plain));
    }
    if (control_of(plain) >= 0) {
        return vb_rp2_function(control_of(plain));
    }
    vb_mem_unknown(address);
}

static void write_sio(uint32_t address, uint32_t word) {
    uint32_t out = vb_mem_latches(0), enabled = vb_mem_enabled(0);
    switch (address - SIO) {
        case OUT: vb_mem_outputs(word, 0); break;
        case OUT_SET: vb_mem_outputs(out | word, 0); break;
        case OUT_CLEAR: vb_mem_outputs(out & ~word, 0); break;
        case OUT_XOR: vb_mem_outputs(out ^ word, 0); break;
        case OE: vb_mem_enables(word, 0); break;
        case OE_SET: vb_mem_enables(enabled | word, 0); break;
        case OE_CLEAR: vb_mem_enables(enabled & ~word, 0); break;
        case OE_XOR: vb_mem_enables(enabled ^ word, 0); break;
        default: vb_mem_unknown(address);
    }
}

static uint32_t through_alias(uint32_t address, uint32_t was, uint32_t word) {
    switch (address & ALIASES) {
        case 0x1000: return was ^ word;
        case 0x2000: return was | word;
        case 0x3000: return was & ~word;
    }
    return word;
}

void vb_mem_write(uint32_t address, uint32_t word) {
    if (address >> 12 == SIO >> 12) {
        write_sio(address, word);
        return;
    }
    uint32_t plain = address & ~ALIASES;
    int pin = plain >> 12 == PADS_BANK0 >> 12 ? pad_of(plain) : -1;
    if (pin >= 0) {
        set_pad(pin, through_alias(address, pad_word(pin), word));
        return;
    }
    pin = control_of(plain);
    if (pin >= 0 && (through_alias(address, vb_rp2_function(pin), word) & FUNCTIONS) == SIO_FUNCTION) {
        vb_rp2_take_back(pin);
        return;
    }
    vb_mem_unknown(address);
}

#endif
