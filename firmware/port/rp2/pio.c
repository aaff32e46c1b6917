// rp2/pio.c: the state machines of PIO in time: which clock is next, and what each machine waits for (the instructions are
// in rp2/pio_step.c). A machine that waits (for a FIFO, a pin, a flag) takes no simulation time until that changes.

#include <stddef.h>
#include <string.h>

#include "core/board.h"

#if VB_RP2

#include "rp2/pio.h"

// ---- FIFOs ----

bool fifo_put(struct fifo *f, uint32_t word) {
    if (f->used == f->room) {
        return false;
    }
    f->word[(f->first + f->used++) % 8] = word;
    return true;
}

uint32_t fifo_get(struct fifo *f) {
    if (!f->used) {
        return 0;
    }
    uint32_t word = f->word[f->first];
    f->first = (f->first + 1) % 8;
    f->used--;
    return word;
}

// ---- time ----

// Its clock runs on while the machine waits: the next tick that is not before now.
static void catch_tick(struct machine *sm, uint64_t now) {
    uint64_t now256 = now << 8;
    if (sm->due256 < now256) {
        sm->due256 += (now256 - sm->due256 + sm->div256 - 1) / sm->div256 * sm->div256;
    }
}

void pio_wake(struct pios *pios, int block, int waits, uint64_t now) {
    for (int n = 0; n < PIO_MACHINES; n++) {
        struct machine *sm = &pios->block[block].machine[n];
        if (sm->waits == waits) {
            catch_tick(sm, now);
            // The machine tries again. RUNS would lose that it waited, so only its clock starts.
            sm->waits |= 0x80;
        }
    }
}

static bool ready(const struct machine *sm) {
    return sm->enabled && (sm->waits == RUNS || sm->waits & 0x80);
}

struct turn {
    struct machine *sm; // NULL: none runs
    int block, number;
    uint64_t other256;  // the time of its next clock
};

// The machine with the next clock; of several the one with the lowest number.
static struct turn first(struct pios *pios) {
    struct turn turn = {.other256 = PIO_NEVER};
    for (int i = 0; i < PIO_BLOCKS * PIO_MACHINES; i++) {
        struct machine *sm = &pios->block[i / PIO_MACHINES].machine[i % PIO_MACHINES];
        if (!ready(sm)) {
            continue;
        }
        if (!turn.sm || sm->due256 < turn.sm->due256) {
            turn.other256 = turn.sm ? turn.sm->due256 : PIO_NEVER;
            turn.sm = sm;
            turn.block = i / PIO_MACHINES;
            turn.number = i % PIO_MACHINES;
        } else if (sm->due256 < turn.other256) {
            turn.other256 = sm->due256;
        }
    }
    return turn;
}

// Wakes the machines that wait for a change which this step made.
static bool changed(struct pios *pios, int block, const struct pio *before, uint64_t cycle) {
    struct pio *pio = &pios->block[block];
    bool pins = pio->level != before->level || pio->out != before->out;
    if (pins) {
        for (int b = 0; b < PIO_BLOCKS; b++) {
            pio_wake(pios, b, WAITS_PIN, cycle + 1);
        }
    }
    if (pio->irq != before->irq) {
        pio_wake(pios, block, WAITS_IRQ, cycle + 1);
    }
    return pins || pio->irq != before->irq;
}

// One step of a machine; returns whether it changed anything outside the machine.
static bool visible_step(struct pios *pios, const struct turn *turn, uint64_t cycle) {
    struct pio *pio = &pios->block[turn->block];
    struct machine *sm = turn->sm;
    struct pio before = {.irq = pio->irq, .level = pio->level, .out = pio->out};
    uint8_t tx = sm->tx.used, rx = sm->rx.used;
    pio_step(pios, turn->block, turn->number);
    return changed(pios, turn->block, &before, cycle) || tx != sm->tx.used || rx != sm->rx.used;
}

// A machine that returns to an earlier state and has changed nothing outside repeats this loop until something else
// happens: the rounds are skipped. The state to compare with is renewed after 1, 2, 4 ... steps (Brent's cycle search).
struct circle {
    struct machine was;
    uint32_t steps, most;
};

static bool same(const struct machine *a, const struct machine *b) {
    return a->pc == b->pc && a->x == b->x && a->y == b->y && a->isr == b->isr && a->osr == b->osr
        && a->isr_count == b->isr_count && a->osr_count == b->osr_count && a->has_exec == b->has_exec;
}

static void skip_circles(struct machine *sm, struct circle *circle, uint64_t until256) {
    if (circle->most && same(sm, &circle->was) && sm->due256 < until256) {
        uint64_t around = sm->due256 - circle->was.due256;
        sm->due256 += (until256 - sm->due256) / around * around;
    }
    if (circle->steps++ == circle->most) {
        *circle = (struct circle) {*sm, 0, circle->most * 2 + 1};
    }
}

bool pio_run(struct pios *pios, uint64_t until, pio_look look) {
    for (;;) {
        struct turn turn = first(pios);
        uint64_t over = pios->dma_over;
        if (over <= until && (!turn.sm || over <= turn.sm->due256 >> 8)) {
            dma_done(pios, over);
            if (look(pios, 0, over)) {
                return true;
            }
            continue;
        }
        if (over < turn.other256 >> 8) {
            turn.other256 = over << 8;
        }
        struct circle circle = {.most = 0};
        uint64_t until256 = until << 8 < turn.other256 ? until << 8 : turn.other256;
        bool others = false;
        while (turn.sm && !others) {
            uint64_t cycle = turn.sm->due256 >> 8;
            if (cycle > until) {
                return false;
            }
            others = visible_step(pios, &turn, cycle);
            if (others && pios->dma_waits) {
                dma_paced(pios, cycle);
            }
            if (others && look(pios, turn.block, cycle)) {
                return true;
            }
            if (!others && ready(turn.sm)) {
                skip_circles(turn.sm, &circle, until256);
            }
            others |= !ready(turn.sm) || turn.sm->due256 >= turn.other256;
        }
        if (!turn.sm) {
            return false;
        }
    }
}

// ---- what the processor does to a machine ----

void pio_set_shiftctrl(struct machine *sm, uint32_t shiftctrl) {
    sm->shiftctrl = shiftctrl;
    bool tx = SHIFT_JOIN_TX(shiftctrl), rx = SHIFT_JOIN_RX(shiftctrl);
    sm->tx = (struct fifo) {.room = tx == rx ? 4 : tx ? 8 : 0};
    sm->rx = (struct fifo) {.room = tx == rx ? 4 : rx ? 8 : 0};
}

void pio_restart(struct machine *sm) {
    sm->isr = sm->isr_count = 0;
    sm->osr_count = 32;
    sm->has_exec = sm->irq_raised = false;
    sm->waits = RUNS;
}

void pio_reset(struct machine *sm, uint64_t now) {
    sm->enabled = false;
    pio_restart(sm);
    sm->due256 = now << 8;
    sm->pc = sm->first_pc;
}

void pio_enable(struct machine *sm, bool on, uint64_t now) {
    if (on && !sm->enabled) {
        catch_tick(sm, now);
        if (sm->waits != RUNS) {
            sm->waits |= 0x80;
        }
    }
    sm->enabled = on;
}

void pio_exec(struct pios *pios, int block, int n, uint16_t instruction, uint64_t now) {
    struct machine *sm = &pios->block[block].machine[n];
    sm->exec = instruction;
    sm->has_exec = true;
    sm->waits = RUNS;
    uint64_t due256 = sm->due256;
    pio_step(pios, block, n);
    sm->due256 = due256; // it does not replace a clock of the machine
    catch_tick(sm, now);
}

#endif
