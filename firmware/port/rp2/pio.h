// rp2/pio.h: the blocks of the chip's programmable I/O (RP2040 datasheet, chapter 3; the RP2350 has one more).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "rp2/dma.h"

#define PIO_BLOCKS VB_PIO_BLOCKS
#define PIO_MACHINES 4  // of a block
#define PIO_MEMORY 32   // instructions of a block
#define PIO_NEVER UINT64_MAX

// Cycles of the system clock and virtual nanoseconds: the time at which a cycle begins, the cycle of a time, and the first
// cycle that begins then or later.
#define PIO_MHZ (VB_CPU_HZ / 1000000)
static inline uint64_t pio_ns(uint64_t cycle) {
    return cycle / PIO_MHZ * 1000 + (cycle % PIO_MHZ * 1000 + PIO_MHZ - 1) / PIO_MHZ;
}
static inline uint64_t pio_cycle(uint64_t ns) {
    return ns / 1000 * PIO_MHZ + ns % 1000 * PIO_MHZ / 1000;
}
static inline uint64_t pio_next_cycle(uint64_t ns) {
    return ns ? pio_cycle(ns - 1) + 1 : 0;
}

// Fields of the registers (RP2040 datasheet 3.7).
#define PIO_FIELD(word, shift, bits) ((word) >> (shift) & ((1u << (bits)) - 1))
#define EXEC_SIDE_EN(r) PIO_FIELD(r, 30, 1)
#define EXEC_SIDE_PINDIR(r) PIO_FIELD(r, 29, 1)
#define EXEC_JMP_PIN(r) PIO_FIELD(r, 24, 5)
#define EXEC_WRAP_TOP(r) PIO_FIELD(r, 12, 5)
#define EXEC_WRAP_BOTTOM(r) PIO_FIELD(r, 7, 5)
#define EXEC_STATUS_RX(r) PIO_FIELD(r, 4, 1)
#define EXEC_STATUS_N(r) PIO_FIELD(r, 0, 4)
#define SHIFT_JOIN_RX(r) PIO_FIELD(r, 31, 1)
#define SHIFT_JOIN_TX(r) PIO_FIELD(r, 30, 1)
#define SHIFT_PULL_AT(r) (PIO_FIELD(r, 25, 5) ? PIO_FIELD(r, 25, 5) : 32)
#define SHIFT_PUSH_AT(r) (PIO_FIELD(r, 20, 5) ? PIO_FIELD(r, 20, 5) : 32)
#define SHIFT_OUT_RIGHT(r) PIO_FIELD(r, 19, 1)
#define SHIFT_IN_RIGHT(r) PIO_FIELD(r, 18, 1)
#define SHIFT_AUTOPULL(r) PIO_FIELD(r, 17, 1)
#define SHIFT_AUTOPUSH(r) PIO_FIELD(r, 16, 1)
#define PINS_SIDE_COUNT(r) PIO_FIELD(r, 29, 3)
#define PINS_SET_COUNT(r) PIO_FIELD(r, 26, 3)
#define PINS_OUT_COUNT(r) PIO_FIELD(r, 20, 6)
#define PINS_IN_BASE(r) PIO_FIELD(r, 15, 5)
#define PINS_SIDE_BASE(r) PIO_FIELD(r, 10, 5)
#define PINS_SET_BASE(r) PIO_FIELD(r, 5, 5)
#define PINS_OUT_BASE(r) PIO_FIELD(r, 0, 5)

struct fifo {
    uint32_t word[8];
    uint8_t first, used, room;
};

enum { RUNS, WAITS_PIN, WAITS_IRQ, WAITS_TX, WAITS_RX };

struct machine {
    uint32_t execctrl, shiftctrl, pinctrl, div256; // div256: clock divider in 256ths
    uint32_t x, y, isr, osr;
    uint8_t isr_count, osr_count;  // bits shifted in; out
    uint8_t pc, first_pc;
    bool enabled, has_exec, irq_raised; // has_exec: an instruction from outside memory is next; irq wait: it was raised
    uint8_t waits;                 // what it waits for
    uint16_t exec;
    uint64_t due256;               // the time of its next clock, in 256ths of a cycle of the system clock
    struct fifo tx, rx;
};

struct pio {
    uint16_t memory[PIO_MEMORY];
    uint32_t used;                 // bit n: instruction n belongs to a program
    uint8_t irq;                   // its eight flags
    uint32_t level, out;           // the levels it drives, and the pins where it drives
    struct machine machine[PIO_MACHINES];
};

// All blocks of the chip in one struct, so that a copy can look ahead.
struct pios {
    struct pio block[PIO_BLOCKS];
    uint32_t inputs;               // levels at the pins that no block drives
    uint32_t has[PIO_BLOCKS];      // the pins that each block drives
    uint64_t steps;                // instructions run so far
    struct dma dma[DMA_CHANNELS];
    uint32_t dma_waits, dma_raised; // channels that a FIFO paces, and those with an interrupt
    uint64_t dma_over;             // when the first of the others is done
    bool dma_in_memory;            // a FIFO's transfer read or wrote a buffer, which the program may look at
};

// Runs up to and including a cycle. `look` is called for each change of a block, with the cycle; the run stops if it
// returns true. Returns whether it stopped.
typedef bool (*pio_look)(struct pios *pios, int block, uint64_t cycle);
bool pio_run(struct pios *pios, uint64_t until, pio_look look);

void pio_step(struct pios *pios, int block, int number);

void pio_reset(struct machine *sm, uint64_t now);      // as the SDK's pio_sm_init()
void pio_restart(struct machine *sm);
void pio_enable(struct machine *sm, bool on, uint64_t now);
void pio_exec(struct pios *pios, int block, int n, uint16_t instruction, uint64_t now);
void pio_set_shiftctrl(struct machine *sm, uint32_t shiftctrl); // and the FIFOs' depths, emptied
bool fifo_put(struct fifo *f, uint32_t word);
uint32_t fifo_get(struct fifo *f);                     // 0 when empty
void pio_wake(struct pios *pios, int block, int waits, uint64_t now); // machines that wait for this try again
uint32_t pio_levels(const struct pios *pios);
