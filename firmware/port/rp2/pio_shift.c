// rp2/pio_shift.c: the instructions of PIO that move words and bits through its shift registers, with autopush and autopull
// (RP2040 datasheet 3.4.4 to 3.4.7, 3.5.4).

#include "core/board.h"

#if VB_RP2

#include "rp2/pio_step.h"

static bool push(struct machine *sm) {
    if (!fifo_put(&sm->rx, sm->isr)) {
        return false;
    }
    sm->isr = sm->isr_count = 0;
    return true;
}

int pio_in(struct step *s) {
    struct machine *sm = s->sm;
    int count = s->operand & 31 ? s->operand & 31 : 32;
    int total = sm->isr_count + count < 32 ? sm->isr_count + count : 32;
    bool pushes = SHIFT_AUTOPUSH(sm->shiftctrl) && total >= SHIFT_PUSH_AT(sm->shiftctrl);
    if (pushes && sm->rx.used == sm->rx.room) {
        return stall(s, WAITS_RX);
    }
    uint32_t from[8] = {pio_in_pins(s->pios, sm), sm->x, sm->y, 0, 0, 0, sm->isr, sm->osr};
    uint32_t bits = low_bits(from[PIO_FIELD(s->operand, 5, 3)], count);
    if (SHIFT_IN_RIGHT(sm->shiftctrl)) {
        sm->isr = (count < 32 ? sm->isr >> count : 0) | bits << (32 - count);
    } else {
        sm->isr = (count < 32 ? sm->isr << count : 0) | bits;
    }
    sm->isr_count = total;
    if (pushes) {
        push(sm);
    }
    return DONE;
}

void pio_refill(struct machine *sm) {
    if (SHIFT_AUTOPULL(sm->shiftctrl) && sm->osr_count >= SHIFT_PULL_AT(sm->shiftctrl) && sm->tx.used) {
        sm->osr = fifo_get(&sm->tx);
        sm->osr_count = 0;
    }
}

int pio_jump_to(struct machine *sm, uint32_t pc) {
    sm->pc = pc & 31;
    return JUMPED;
}

int pio_exec_next(struct machine *sm, uint32_t instruction) {
    sm->exec = instruction;
    sm->has_exec = true;
    return DONE;
}

int pio_out(struct step *s, bool waited) {
    struct machine *sm = s->sm;
    if (SHIFT_AUTOPULL(sm->shiftctrl) && sm->osr_count >= SHIFT_PULL_AT(sm->shiftctrl)) {
        if (!sm->tx.used) {
            return stall(s, WAITS_TX);
        }
        pio_refill(sm);
        if (waited) {
            return REFILLED;
        }
    }
    int count = s->operand & 31 ? s->operand & 31 : 32;
    uint32_t bits;
    if (SHIFT_OUT_RIGHT(sm->shiftctrl)) {
        bits = low_bits(sm->osr, count);
        sm->osr = count < 32 ? sm->osr >> count : 0;
    } else {
        bits = sm->osr >> (32 - count);
        sm->osr = count < 32 ? sm->osr << count : 0;
    }
    sm->osr_count = sm->osr_count + count < 32 ? sm->osr_count + count : 32;
    pio_refill(sm);
    switch (PIO_FIELD(s->operand, 5, 3)) {
        case 0: pio_write_pins(s, &s->pio->level, bits); break;
        case 1: sm->x = bits; break;
        case 2: sm->y = bits; break;
        case 4: pio_write_pins(s, &s->pio->out, bits); break;
        case 5: return pio_jump_to(sm, bits);
        case 6: sm->isr = bits; sm->isr_count = count; break;
        case 7: return pio_exec_next(sm, bits);
    }
    return DONE;
}

int pio_push_or_pull(struct step *s) {
    struct machine *sm = s->sm;
    bool only_if = s->operand >> 6 & 1, block = s->operand >> 5 & 1;
    if (!(s->operand & 0x80)) {
        if (only_if && sm->isr_count < SHIFT_PUSH_AT(sm->shiftctrl)) {
            return DONE;
        }
        if (!push(sm)) {
            if (block) {
                return stall(s, WAITS_RX);
            }
            sm->isr = sm->isr_count = 0; // lost
        }
        return DONE;
    }
    if ((only_if && sm->osr_count < SHIFT_PULL_AT(sm->shiftctrl))
        || (SHIFT_AUTOPULL(sm->shiftctrl) && sm->osr_count == 0)) {
        return DONE; // with autopull a full register makes PULL do nothing
    }
    if (!sm->tx.used && block) {
        return stall(s, WAITS_TX);
    }
    sm->osr = sm->tx.used ? fifo_get(&sm->tx) : sm->x;
    sm->osr_count = 0;
    return DONE;
}

#endif
