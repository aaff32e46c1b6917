// machine/mem.h: what the two chips' registers (machine/mem_*.c) and machine.mem share.
#pragma once

#include "py/obj.h"
#include "core/board.h"

#if VB_ESP32
#define VB_MEM_NARROW_WRITES 0 // its peripherals take whole words only
#else
#define VB_MEM_NARROW_WRITES 1
#endif

struct vb_mem {
    mp_obj_base_t base;
    uint8_t bytes;
};

// Given by each family; addresses of whole words. They raise what is not simulated.
uint32_t vb_mem_read(uint32_t address);
void vb_mem_write(uint32_t address, uint32_t word);
__attribute__((noreturn)) void vb_mem_unknown(uint32_t address);

// Pins first .. first + 31 as the bits of a word: output latches, directions, levels.
uint32_t vb_mem_latches(int first);
uint32_t vb_mem_enabled(int first);
uint32_t vb_mem_inputs(int first);
void vb_mem_outputs(uint32_t word, int first);
void vb_mem_enables(uint32_t word, int first);
