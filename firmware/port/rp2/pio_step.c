// rp2/pio_step.c: one instruction of a state machine of PIO (RP2040 datasheet 3.2 to 3.5). Not modelled: the two cycles by
// which inputs are late, OUT's enable bit, sticky outputs.

#include <stddef.h>

#include "core/board.h"

#if VB_RP2

#include "rp2/pio_step.h"

// ---- pins ----

// The levels of pins that the block drives, and the inputs of all others.
uint32_t pio_levels(const struct pios *pios) {
    uint32_t levels = pios->inputs;
    for (int i = 0; i < PIO_BLOCKS; i++) {
        uint32_t mine = pios->has[i] & pios->block[i].out;
        levels = (levels & ~mine) | (pios->block[i].level & mine);
    }
    return levels;
}

static uint32_t rotated(uint32_t word, int by) {
    return by ? word << by | word >> (32 - by) : word;
}

static void put_pins(uint32_t *word, int base, int count, uint32_t bits) {
    uint32_t mask = rotated(count < 32 ? (1u << count) - 1 : ~0u, base);
    *word = (*word & ~mask) | (rotated(bits, base) & mask);
}

uint32_t pio_in_pins(const struct pios *pios, const struct machine *sm) {
    int base = PINS_IN_BASE(sm->pinctrl);
    return rotated(pio_levels(pios), (32 - base) % 32);
}

void pio_write_pins(struct step *s, uint32_t *word, uint32_t bits) {
    put_pins(word, PINS_OUT_BASE(s->sm->pinctrl), PINS_OUT_COUNT(s->sm->pinctrl), bits);
}

// ---- one instruction ----

static int jump(struct step *s) {
    struct machine *sm = s->sm;
    bool taken;
    switch (PIO_FIELD(s->operand, 5, 3)) {
        case 1: taken = sm->x == 0; break;
        case 2: taken = sm->x-- != 0; break;
        case 3: taken = sm->y == 0; break;
        case 4: taken = sm->y-- != 0; break;
        case 5: taken = sm->x != sm->y; break;
        case 6: taken = pio_levels(s->pios) >> EXEC_JMP_PIN(sm->execctrl) & 1; break;
        case 7: taken = sm->osr_count < SHIFT_PULL_AT(sm->shiftctrl); break;
        default: taken = true;
    }
    if (taken) {
        sm->pc = s->operand & 31;
    }
    return taken ? JUMPED : DONE;
}

// The number of a flag; the machine's number is added if the instruction says so.
static int flag(struct step *s) {
    int index = s->operand & 7;
    return s->operand & 16 ? (index & 4) | ((index + s->number) & 3) : index;
}

static int wait(struct step *s) {
    bool wanted = s->operand >> 7 & 1, level;
    int index = s->operand & 31;
    switch (PIO_FIELD(s->operand, 5, 2)) {
        case 0:
            level = pio_levels(s->pios) >> index & 1;
            break;
        case 1:
            level = pio_in_pins(s->pios, s->sm) >> index & 1;
            break;
        default:
            level = s->pio->irq >> flag(s) & 1;
            if (level == wanted && wanted) {
                s->pio->irq &= ~(1 << flag(s));
            }
            return level == wanted ? DONE : stall(s, WAITS_IRQ);
    }
    return level == wanted ? DONE : stall(s, WAITS_PIN);
}

static uint32_t reversed(uint32_t word) {
    uint32_t back = 0;
    for (int i = 0; i < 32; i++) {
        back |= (word >> i & 1) << (31 - i);
    }
    return back;
}

static uint32_t status(const struct machine *sm) {
    const struct fifo *f = EXEC_STATUS_RX(sm->execctrl) ? &sm->rx : &sm->tx;
    return f->used < EXEC_STATUS_N(sm->execctrl) ? ~0u : 0;
}

static int move(struct step *s) {
    struct machine *sm = s->sm;
    uint32_t from[8] = {pio_in_pins(s->pios, sm), sm->x, sm->y, 0, 0, status(sm), sm->isr, sm->osr};
    uint32_t word = from[s->operand & 7];
    int how = PIO_FIELD(s->operand, 3, 2);
    word = how == 1 ? ~word : how == 2 ? reversed(word) : word;
    switch (PIO_FIELD(s->operand, 5, 3)) {
        case 0: pio_write_pins(s, &s->pio->level, word); break;
        case 1: sm->x = word; break;
        case 2: sm->y = word; break;
        case 4: return pio_exec_next(sm, word);
        case 5: return pio_jump_to(sm, word);
        case 6: sm->isr = word; sm->isr_count = 0; break;
        case 7: sm->osr = word; sm->osr_count = 0; break;
    }
    return DONE;
}

static int raise_flag(struct step *s) {
    struct machine *sm = s->sm;
    uint8_t bit = 1 << flag(s);
    if (s->operand & 0x40) {
        s->pio->irq &= ~bit;
        return DONE;
    }
    bool waits = s->operand & 0x20;
    if (!sm->irq_raised) {
        s->pio->irq |= bit;
        sm->irq_raised = waits;
        return waits ? stall(s, WAITS_IRQ) : DONE;
    }
    if (s->pio->irq & bit) {
        return stall(s, WAITS_IRQ);
    }
    sm->irq_raised = false;
    return DONE;
}

static int set(struct step *s) {
    struct machine *sm = s->sm;
    uint32_t value = s->operand & 31;
    int base = PINS_SET_BASE(sm->pinctrl), count = PINS_SET_COUNT(sm->pinctrl);
    switch (PIO_FIELD(s->operand, 5, 3)) {
        case 0: put_pins(&s->pio->level, base, count, value); break;
        case 1: sm->x = value; break;
        case 2: sm->y = value; break;
        case 4: put_pins(&s->pio->out, base, count, value); break;
    }
    return DONE;
}

static int perform(struct step *s, int opcode, bool waited) {
    switch (opcode) {
        case 0: return jump(s);
        case 1: return wait(s);
        case 2: return pio_in(s);
        case 3: return pio_out(s, waited);
        case 4: return pio_push_or_pull(s);
        case 5: return move(s);
        case 6: return raise_flag(s);
        default: return set(s);
    }
}

// Side-set has priority over the instruction's write. It happens once, also if the instruction stalls.
static void side_set(struct step *s, uint32_t field) {
    uint32_t pinctrl = s->sm->pinctrl, optional = EXEC_SIDE_EN(s->sm->execctrl);
    int count = PINS_SIDE_COUNT(pinctrl);
    if (!count || (optional && !(field & 16))) {
        return;
    }
    uint32_t value = low_bits(field, 5 - optional) >> (5 - count);
    uint32_t *word = EXEC_SIDE_PINDIR(s->sm->execctrl) ? &s->pio->out : &s->pio->level;
    put_pins(word, PINS_SIDE_BASE(pinctrl), count - optional, value);
}

void pio_step(struct pios *pios, int block, int number) {
    struct pio *pio = &pios->block[block];
    struct machine *sm = &pio->machine[number];
    bool extra = sm->has_exec, waited = sm->waits != RUNS;
    uint16_t instruction = extra ? sm->exec : pio->memory[sm->pc];
    struct step s = {pios, pio, sm, number, instruction & 0xff};
    sm->has_exec = false;
    sm->waits = RUNS;
    int opcode = instruction >> 13;
    if (opcode != 3) {
        pio_refill(sm);
    }
    int how = perform(&s, opcode, waited);
    side_set(&s, instruction >> 8 & 31);
    pios->steps++;
    sm->due256 += sm->div256;
    if (how == STALLED || how == REFILLED) {
        sm->has_exec = extra;
        return;
    }
    sm->due256 += (uint64_t)low_bits(instruction >> 8, 5 - PINS_SIDE_COUNT(sm->pinctrl)) * sm->div256;
    if (how == DONE && !extra) {
        sm->pc = sm->pc == EXEC_WRAP_TOP(sm->execctrl) ? EXEC_WRAP_BOTTOM(sm->execctrl) : (sm->pc + 1) & 31;
    }
}

#endif
