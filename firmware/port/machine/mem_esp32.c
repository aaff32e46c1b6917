// machine/mem_esp32.c: the registers of the ESP32 that machine.mem32 reaches: GPIO (TRM 4.12.2), and the random number.

#include "machine/mem.h"
#include "py/mphal.h"

#if VB_ESP32

#define GPIO 0x3ff44000
#define RANDOM 0x3ff75144 // TRM 24.4

enum {
    OUT = 0x04, OUT_SET = 0x08, OUT_CLEAR = 0x0c, OUT1 = 0x10, OUT1_SET = 0x14, OUT1_CLEAR = 0x18,
    ENABLE = 0x20, ENABLE_SET = 0x24, ENABLE_CLEAR = 0x28, ENABLE1 = 0x2c, ENABLE1_SET = 0x30, ENABLE1_CLEAR = 0x34,
    IN = 0x3c, IN1 = 0x40,
};

uint32_t vb_mem_read(uint32_t address) {
    switch (address) {
        case GPIO + OUT: return vb_mem_latches(0);
        case GPIO + OUT1: return vb_mem_latches(32);
        case GPIO + ENABLE: return vb_mem_enabled(0);
        case GPIO + ENABLE1: return vb_mem_enabled(32);
        case GPIO + IN: return vb_mem_inputs(0);
        case GPIO + IN1: return vb_mem_inputs(32);
        case RANDOM: return vb_random();
    }
    vb_mem_unknown(address);
}

void vb_mem_write(uint32_t address, uint32_t word) {
    switch (address) {
        case GPIO + OUT: vb_mem_outputs(word, 0); break;
        case GPIO + OUT_SET: vb_mem_outputs(vb_mem_latches(0) | word, 0); break;
        case GPIO + OUT_CLEAR: vb_mem_outputs(vb_mem_latches(0) & ~word, 0); break;
        case GPIO + OUT1: vb_mem_outputs(word, 32); break;
        case GPIO + OUT1_SET: vb_mem_outputs(vb_mem_latches(32) | word, 32); break;
        case GPIO + OUT1_CLEAR: vb_mem_outputs(vb_mem_latches(32) & ~word, 32); break;
        case GPIO + ENABLE: vb_mem_enables(word, 0); break;
        case GPIO + ENABLE_SET: vb_mem_enables(vb_mem_enabled(0) | word, 0); break;
        case GPIO + ENABLE_CLEAR: vb_mem_enables(vb_mem_enabled(0) & ~word, 0); break;
        case GPIO + ENABLE1: vb_mem_enables(word, 32); break;
        case GPIO + ENABLE1_SET: vb_mem_enables(vb_mem_enabled(32) | word, 32); break;
        case GPIO + ENABLE1_CLEAR: vb_mem_enables(vb_mem_enabled(32) & ~word, 32); break;
        default: vb_mem_unknown(address);
    }
}

#endif
