// rp2/pio_step.h: the state that an instruction of PIO works on.
#pragma once

#include "rp2/pio.h"

enum { DONE, JUMPED, STALLED, REFILLED }; // REFILLED: a clock went by to fill the shift register

struct step {
    struct pios *pios;
    struct pio *pio;
    struct machine *sm;
    int number;  // of the machine
    uint32_t operand;
};

static inline uint32_t low_bits(uint32_t word, int count) {
    return count < 32 ? word & ((1u << count) - 1) : word;
}

static inline int stall(struct step *s, int waits) {
    s->sm->waits = waits;
    return STALLED;
}

uint32_t pio_in_pins(const struct pios *pios, const struct machine *sm); // levels; its first pin is bit 0
void pio_write_pins(struct step *s, uint32_t *word, uint32_t bits);      // to the pins of OUT and MOV

// Each gives DONE, JUMPED, STALLED or REFILLED (rp2/pio_shift.c).
int pio_in(struct step *s);
int pio_out(struct step *s, bool waited);
int pio_push_or_pull(struct step *s);
void pio_refill(struct machine *sm);   // autopull, where it is on and due
int pio_jump_to(struct machine *sm, uint32_t pc);
int pio_exec_next(struct machine *sm, uint32_t instruction);
