// machine/mem.h: what machine.mem and the registers of the two chips (machine/mem_*.c) share.
#pragma once

#include "py/obj.h"
#include "core/board.h"

#if VB_ESP32
#define VB_MEM_NARROW_WRITES 0 // its peripherals accept only whole words
#else
#define VB_MEM_NARROW_WRITES 1
#endif

struct vb_mem {
    mp_obj_base_t base;
    uint8_t bytes;
};

// Given by each family; addresses of whole words. They raise for a register that is not simulated.
uint32_t vb_mem_read(uint32_t address);
void vb_mem_write(uint32_t address, uint32_t word);
__attribute__((noreturn)) void vb_mem_unknown(uint32_t address);

// Words with the bits of pins first .. first + 31: output latches, directions, levels.
uint32_t vb_mem_latches(int first);
uint32_t vb_mem_enabled(int first);
uint32_t vb_mem_inputs(int first);
void vb_mem_outputs(uint32_t word, int first);
void vb_mem_enables(uint32_t word, int first);
