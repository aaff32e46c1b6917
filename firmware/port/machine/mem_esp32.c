// machine/mem_esp32.c: the registers of the ESP32 series that machine.mem32 reaches: GPIO, the inputs of the pads (only
// reading), and the random number. Their addresses are in chips/.

#include "py/mphal.h"
#include "core/engine.h"
#include "core/internal.h"
#include "machine/mem.h"

#if VB_ESP32

#include "esp32/ledc.h"

#define GPIO VB_REG_GPIO
#define OUT_SELECT VB_REG_OUT_SELECT // a word for each pin: what drives it
#define IO_MUX VB_REG_IO_MUX
#define RANDOM VB_REG_RANDOM
#define HAS_SECOND_WORD (VB_PINS > 32) // OUT1, ENABLE1, IN1

enum {
    OUT = 0x04, OUT_SET = 0x08, OUT_CLEAR = 0x0c, OUT1 = 0x10, OUT1_SET = 0x14, OUT1_CLEAR = 0x18,
    ENABLE = 0x20, ENABLE_SET = 0x24, ENABLE_CLEAR = 0x28, ENABLE1 = 0x2c, ENABLE1_SET = 0x30, ENABLE1_CLEAR = 0x34,
    IN = 0x3c, IN1 = 0x40,
};

enum { INPUT_ON = 1 << 9, FUNCTION_GPIO = VB_PAD_IS_GPIO << 12 };
enum { SIGNAL_LEDC = VB_SIGNAL_LEDC, SIGNAL_RMT = VB_SIGNAL_RMT, SIGNAL_GPIO = VB_SIGNAL_GPIO };

// The pins of the words behind IO_MUX, in their order.
static const uint8_t pads[] = VB_PADS;

static uint32_t pad_word(uint8_t pin) {
    uint8_t mode = vb_pin_direction(pin);
    return FUNCTION_GPIO | (mode == VB_MODE_OFF || mode == VB_MODE_ANALOG ? 0 : INPUT_ON);
}

static uint32_t output_signal(uint8_t pin) {
    for (int channel = 0; channel < VB_LEDC_CHANNELS; channel++) {
        if (vb_ledc_channels[channel].pin == pin && vb_pwm_drives(pin)) {
            return SIGNAL_LEDC + channel;
        }
    }
    return vb_pin_is_of(pin, VB_OF_RMT) ? SIGNAL_RMT : SIGNAL_GPIO;
}

static uint32_t word_of_a_pin(uint32_t address) {
    uint32_t pad = (address - IO_MUX) / 4 - 1, pin = (address - OUT_SELECT) / 4;
    if (pad < sizeof(pads)) {
        return pad_word(pads[pad]);
    }
    if (pin < VB_PINS) {
        return output_signal(pin);
    }
    vb_mem_unknown(address);
}

uint32_t vb_mem_read(uint32_t address) {
    switch (address) {
        case GPIO + OUT: return vb_mem_latches(0);
        #if HAS_SECOND_WORD
        case GPIO + OUT1: return vb_mem_latches(32);
        #endif
        case GPIO + ENABLE: return vb_mem_enabled(0);
        #if HAS_SECOND_WORD
        case GPIO + ENABLE1: return vb_mem_enabled(32);
        #endif
        case GPIO + IN: return vb_mem_inputs(0);
        #if HAS_SECOND_WORD
        case GPIO + IN1: return vb_mem_inputs(32);
        #endif
        case RANDOM: return vb_random();
    }
    return word_of_a_pin(address);
}

void vb_mem_write(uint32_t address, uint32_t word) {
    switch (address) {
        case GPIO + OUT: vb_mem_outputs(word, 0); break;
        case GPIO + OUT_SET: vb_mem_outputs(vb_mem_latches(0) | word, 0); break;
        case GPIO + OUT_CLEAR: vb_mem_outputs(vb_mem_latches(0) & ~word, 0); break;
        #if HAS_SECOND_WORD
        case GPIO + OUT1: vb_mem_outputs(word, 32); break;
        case GPIO + OUT1_SET: vb_mem_outputs(vb_mem_latches(32) | word, 32); break;
        case GPIO + OUT1_CLEAR: vb_mem_outputs(vb_mem_latches(32) & ~word, 32); break;
        #endif
        case GPIO + ENABLE: vb_mem_enables(word, 0); break;
        case GPIO + ENABLE_SET: vb_mem_enables(vb_mem_enabled(0) | word, 0); break;
        case GPIO + ENABLE_CLEAR: vb_mem_enables(vb_mem_enabled(0) & ~word, 0); break;
        #if HAS_SECOND_WORD
        case GPIO + ENABLE1: vb_mem_enables(word, 32); break;
        case GPIO + ENABLE1_SET: vb_mem_enables(vb_mem_enabled(32) | word, 32); break;
        case GPIO + ENABLE1_CLEAR: vb_mem_enables(vb_mem_enabled(32) & ~word, 32); break;
        #endif
        default: vb_mem_unknown(address);
    }
}

#endif
