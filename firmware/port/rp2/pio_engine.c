// rp2/pio_engine.c: PIO as an engine of the chip (core/engine.h): pads, interrupts, and waits for its FIFOs.

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/aside.h"
#include "core/internal.h"
#include "core/engine.h"

#if VB_RP2

#include "rp2/modrp2.h"

#define AWAIT_NS 1000000000 // a wait for a FIFO checks at this period

struct pios vb_pios = {.dma_over = PIO_NEVER};
static uint64_t done;                    // the last simulated cycle
static uint32_t reported_level[PIO_BLOCKS], reported_out[PIO_BLOCKS];
static uint32_t interrupts[PIO_BLOCKS];  // flags that interrupt the processor
static uint32_t dma_interrupts;          // channels that do
static int awaited = -1;                 // machine * 2 + 1 for its TX FIFO: the program waits for a change

MP_REGISTER_ROOT_POINTER(void *vb_pio_irqs[VB_PIO_BLOCKS]);
MP_REGISTER_ROOT_POINTER(void *vb_sm_irqs[4 * VB_PIO_BLOCKS]);

uint64_t vb_pio_now(void) {
    vb_clock_settle();
    vb_engine_catch_up();
    if (vb_link_void() || vb_now() >= vb_horizon()) {
        vb_aside(vb_sync); // the levels at the pins may matter at once
        vb_engine_catch_up();
    }
    return pio_next_cycle(vb_now());
}

// ---- pads ----

static void report_pads(const struct pio *pio, int block, uint32_t changed, uint64_t t) {
    reported_level[block] = pio->level;
    reported_out[block] = pio->out;
    for (; changed; changed &= changed - 1) {
        int pin = __builtin_ctz(changed);
        vb_pin_drive(pin, pio->out >> pin & 1, pio->level >> pin & 1, t);
    }
}

// Whether the inputs may change with this: the machines have to stop there.
static bool report(struct pios *pios, int block, uint64_t cycle) {
    const struct pio *pio = &pios->block[block];
    uint32_t changed = (pio->level ^ reported_level[block]) | (pio->out ^ reported_out[block]);
    changed &= pios->has[block];
    report_pads(pio, block, changed, pio_ns(cycle));
    done = cycle;
    return vb_link_must_ask();
}

void vb_pio_pads(int block, int base, int count, uint32_t out, uint32_t level) {
    struct pio *pio = &vb_pios.block[block];
    uint64_t t = vb_now();
    for (int i = 0; i < count; i++) {
        int pin = (base + i) % 32;
        uint32_t bit = 1u << pin;
        pio->out = out >> i & 1 ? pio->out | bit : pio->out & ~bit;
        pio->level = level >> i & 1 ? pio->level | bit : pio->level & ~bit;
        if (pin < VB_PINS) {
            vb_pin_lend(pin, VB_OF_PIO0 + block);
            vb_pios.has[block] |= bit;
            vb_pin_drive(pin, out >> i & 1, level >> i & 1, t);
        }
    }
    reported_out[block] = pio->out;
    reported_level[block] = pio->level;
    if (vb_engine_on && vb_link_must_ask()) {
        vb_aside(vb_sync);
    }
}

static void forget_lost_pads(void) {
    for (int block = 0; block < PIO_BLOCKS; block++) {
        for (uint32_t left = vb_pios.has[block]; left; left &= left - 1) {
            int pin = __builtin_ctz(left);
            if (!vb_pin_is_of(pin, VB_OF_PIO0 + block)) {
                vb_pios.has[block] &= ~(1u << pin);
            }
        }
    }
}

// ---- running ----

static void take_inputs(void) {
    uint32_t inputs = vb_pin_levels();
    if (inputs != vb_pios.inputs) {
        vb_pios.inputs = inputs;
        for (int block = 0; block < PIO_BLOCKS; block++) {
            pio_wake(&vb_pios, block, WAITS_PIN, done + 1);
        }
    }
}

uint64_t vb_engine_run(uint64_t until) {
    forget_lost_pads();
    take_inputs();
    if (pio_run(&vb_pios, pio_cycle(until), report)) {
        return pio_ns(done);
    }
    done = pio_cycle(until);
    return until;
}

void vb_pio_touched(void) {
    dma_paced(&vb_pios, vb_pio_now());
    for (int block = 0; block < PIO_BLOCKS; block++) {
        report(&vb_pios, block, pio_cycle(vb_now()));
        pio_wake(&vb_pios, block, WAITS_TX, vb_pio_now());
        pio_wake(&vb_pios, block, WAITS_RX, vb_pio_now());
        pio_wake(&vb_pios, block, WAITS_IRQ, vb_pio_now());
    }
    for (uint8_t pin = 0; !vb_engine_on && pin < VB_PINS; pin++) {
        vb_link_watch(pin); // a state machine may read any pin at any time
    }
    vb_engine_on = true;
    vb_engine_touched();
}

// ---- looking ahead ----

static struct {
    uint64_t cycle;                      // of the first event that matters
    uint32_t level[PIO_BLOCKS], out[PIO_BLOCKS];
    uint8_t irq[PIO_BLOCKS], tx, rx;
} seen;

static const struct machine *awaited_machine(const struct pios *pios) {
    int id = awaited / 2;
    return &pios->block[id / PIO_MACHINES].machine[id % PIO_MACHINES];
}

static bool matters(struct pios *pios, int block, uint64_t cycle) {
    struct pio *pio = &pios->block[block];
    uint32_t changed = (pio->level ^ seen.level[block]) | (pio->out ^ seen.out[block]);
    bool yes = changed & pios->has[block] & (uint32_t)vb_pin_watched();
    yes |= (pio->irq & interrupts[block]) || (pios->dma_raised & dma_interrupts) || pios->dma_in_memory;
    if (awaited >= 0) {
        const struct machine *sm = awaited_machine(pios);
        yes |= awaited & 1 ? sm->tx.used != seen.tx : sm->rx.used != seen.rx;
    }
    seen.level[block] = pio->level;
    seen.out[block] = pio->out;
    seen.cycle = yes ? cycle : seen.cycle;
    return yes;
}

static bool could_matter(void) {
    bool yes = awaited >= 0 || dma_interrupts || vb_pios.dma_waits || vb_pios.dma_over != PIO_NEVER;
    for (int block = 0; block < PIO_BLOCKS; block++) {
        yes |= interrupts[block] || (vb_pios.has[block] & (uint32_t)vb_pin_watched());
    }
    return yes;
}

static bool any_runs(void) {
    bool yes = vb_pios.dma_over != PIO_NEVER;
    for (int i = 0; i < PIO_BLOCKS * PIO_MACHINES; i++) {
        yes |= vb_pios.block[i / PIO_MACHINES].machine[i % PIO_MACHINES].enabled;
    }
    return yes;
}

uint64_t vb_engine_next(uint64_t most) {
    if (vb_pios.dma_raised & dma_interrupts) {
        return vb_now();
    }
    if (!any_runs() || !could_matter()) {
        return VB_NEVER;
    }
    for (int block = 0; block < PIO_BLOCKS; block++) {
        if (vb_pios.block[block].irq & interrupts[block]) {
            return vb_now();
        }
        seen.level[block] = vb_pios.block[block].level;
        seen.out[block] = vb_pios.block[block].out;
    }
    if (awaited >= 0) {
        seen.tx = awaited_machine(&vb_pios)->tx.used;
        seen.rx = awaited_machine(&vb_pios)->rx.used;
    }
    static struct pios ahead;
    ahead = vb_pios;
    ahead.dma_in_memory = false;
    seen.cycle = PIO_NEVER;
    pio_run(&ahead, pio_cycle(most), matters);
    return seen.cycle == PIO_NEVER ? most : pio_ns(seen.cycle);
}

// ---- the processor ----

void vb_pio_await(int machine, bool tx) {
    mp_handle_pending(true); // may raise
    awaited = machine * 2 + tx;
    vb_engine_touched();
    vb_charge(VB_NS_PIO);
    vb_wfe(vb_now() + AWAIT_NS);
    vb_engine_catch_up();
    awaited = -1;
}

void vb_pio_irq_on(int block, uint32_t flags, bool on) {
    interrupts[block] = on ? interrupts[block] | flags : interrupts[block] & ~flags;
}

void vb_dma_irq_on(int channel, bool on) {
    dma_interrupts = on ? dma_interrupts | 1u << channel : dma_interrupts & ~(1u << channel);
}

static void interrupt(vb_pio_irq_t *irq, uint32_t flags) {
    if (irq && (flags & irq->trigger)) {
        irq->flags = flags & irq->trigger;
        vb_charge(irq->base.ishard ? VB_NS_IRQ_HARD : VB_NS_IRQ_SOFT);
        mp_irq_handler(&irq->base);
    }
}

void vb_engine_due(void) {
    for (int channel = 0; channel < DMA_CHANNELS; channel++) {
        if (vb_pios.dma_raised & dma_interrupts & 1u << channel) {
            vb_pios.dma_raised &= ~(1u << channel);
            interrupt(MP_STATE_PORT(vb_dma_irqs)[channel], 1);
        }
    }
    for (int block = 0; block < PIO_BLOCKS; block++) {
        struct pio *pio = &vb_pios.block[block];
        uint32_t flags = pio->irq & interrupts[block];
        if (!flags) {
            continue;
        }
        pio->irq &= ~flags;
        pio_wake(&vb_pios, block, WAITS_IRQ, vb_pio_now());
        interrupt(MP_STATE_PORT(vb_pio_irqs)[block], flags << 8);
        for (int n = 0; n < PIO_MACHINES; n++) {
            interrupt(MP_STATE_PORT(vb_sm_irqs)[block * PIO_MACHINES + n], flags >> n & 1);
        }
    }
}

// Stops the machines and removes their programs; the pads do not change, as on the chip.
void vb_engine_stop(void) {
    vb_engine_catch_up();
    for (int channel = 0; channel < DMA_CHANNELS; channel++) {
        dma_stop(&vb_pios, channel);
        vb_memory_hold(2 * channel, MP_OBJ_NULL);
        vb_memory_hold(2 * channel + 1, MP_OBJ_NULL);
    }
    vb_pios.dma_raised = dma_interrupts = 0;
    memset(MP_STATE_PORT(vb_dma_irqs), 0, sizeof(MP_STATE_PORT(vb_dma_irqs)));
    for (int block = 0; block < PIO_BLOCKS; block++) {
        interrupts[block] = 0;
        vb_pios.block[block].used = 0;
        for (int n = 0; n < PIO_MACHINES; n++) {
            vb_pios.block[block].machine[n].enabled = false;
        }
    }
    memset(MP_STATE_PORT(vb_pio_irqs), 0, sizeof(MP_STATE_PORT(vb_pio_irqs)));
    memset(MP_STATE_PORT(vb_sm_irqs), 0, sizeof(MP_STATE_PORT(vb_sm_irqs)));
    vb_engine_on = false;
}

#endif
