// rp2/dma.c: the transfers of DMA (RP2040 datasheet 2.5): between buffers of the program (core/memory.c), the FIFOs of PIO and
// the registers of DMA itself. One that a FIFO paces is made in the cycle in which that asks.

#include <string.h>

#include "py/runtime.h"
#include "core/internal.h"

#if VB_RP2

#include "rp2/modrp2.h"

#define MOST_AT_ONCE (1u << 20) // more transfers than memory has words: all others do the same again
#define COPY_CYCLES 2           // of a transfer that nothing paces: 16 KB take 70 to 125 us (tests/ports/rp2/rp2_dma.py)
#define CHAIN_CYCLES 8          // until the next channel of a chain begins; a GUESS
#define PIO_REGISTERS 0x50200000 // datasheet 3.7; the blocks are 1 MB apart
#define BLOCK_BYTES 0x100000
#define TXF 0x10
#define RXF 0x20

enum { READ, WRITE, COUNT, CTRL };
static const uint8_t REGISTERS[16] = { // with their aliases; the last of each row starts the channel
    READ, WRITE, COUNT, CTRL,
    CTRL, READ, WRITE, COUNT,
    CTRL, COUNT, READ, WRITE,
    CTRL, WRITE, COUNT, READ,
};

uint32_t vb_dma_fifo_address(int machine, bool tx) {
    return PIO_REGISTERS + machine / PIO_MACHINES * BLOCK_BYTES + (tx ? TXF : RXF) + machine % PIO_MACHINES * 4;
}

// The number of the machine whose FIFO is at an address; -1: none.
static int machine_at(uint32_t address, uint32_t first) {
    uint32_t at = address - PIO_REGISTERS, block = at / BLOCK_BYTES, n = (at % BLOCK_BYTES - first) / 4;
    return block < PIO_BLOCKS && n < PIO_MACHINES ? (int)(block * PIO_MACHINES + n) : -1;
}

static struct machine *machine(struct pios *pios, int number) {
    return &pios->block[number / PIO_MACHINES].machine[number % PIO_MACHINES];
}

// ---- what paces ----

// For each block four requests of TX FIFOs and four of RX FIFOs (datasheet 2.5.3.1).
static bool asks(struct pios *pios, uint32_t treq) {
    const struct machine *sm = &pios->block[treq / (2 * PIO_MACHINES)].machine[treq % PIO_MACHINES];
    return treq / PIO_MACHINES % 2 ? sm->rx.used > 0 : sm->tx.used < sm->tx.room;
}

bool dma_simulated(uint32_t ctrl, uint32_t count) {
    uint32_t treq = DMA_TREQ(ctrl);
    if (DMA_REV && count >> 28) { // its modes of TRANS_COUNT: endless, and it starts itself
        return false;
    }
    return (treq == DMA_PERMANENT || treq < 2 * PIO_MACHINES * PIO_BLOCKS) && !DMA_SNIFF(ctrl) && !DMA_SIZE_BAD(ctrl);
}

// ---- one transfer ----

static bool read_word(struct pios *pios, uint32_t address, size_t size, uint32_t *word, uint64_t cycle) {
    int number = machine_at(address, RXF);
    void *at;
    if (number >= 0) {
        *word = fifo_get(&machine(pios, number)->rx);
        pio_wake(pios, number / PIO_MACHINES, WAITS_RX, cycle + 1);
        return true;
    }
    *word = 0;
    if (vb_memory_buffer(address, size, MP_BUFFER_READ, &at) == MP_OBJ_NULL) {
        return false;
    }
    pios->dma_in_memory = true;
    memcpy(word, at, size);
    return true;
}

uint32_t dma_control(const struct dma *dma, uint32_t word) {
    if (dma->busy && !dma_simulated(word, dma->reload)) {
        return dma->ctrl; // its transfers are checked only at the start
    }
    return (word & DMA_SETTINGS) | (dma->ctrl & DMA_ERRORS & ~word);
}

static void set_register(struct pios *pios, uint32_t address, uint32_t word, uint64_t cycle) {
    int channel = (address - DMA_REGISTERS) / 64, n = (address - DMA_REGISTERS) / 4 % 16;
    struct dma *dma = &pios->dma[channel];
    switch (REGISTERS[n]) {
        case READ: dma->read = word; break;
        case WRITE: dma->write = word; break;
        case COUNT: dma->reload = word; break;
        case CTRL: dma->ctrl = dma_control(dma, word); break;
    }
    if (n % 4 == 3 && word) {
        dma_start(pios, channel, cycle + 1);
    } else if (n % 4 == 3 && DMA_QUIET(dma->ctrl)) { // a null trigger ends a list of control blocks
        pios->dma_raised |= 1u << channel;
    }
}

static bool write_word(struct pios *pios, uint32_t address, size_t size, uint32_t word, uint64_t cycle) {
    int number = machine_at(address, TXF);
    void *at;
    if (number >= 0) {
        word = size == 1 ? (word & 0xff) * 0x01010101u : size == 2 ? (word & 0xffff) * 0x00010001u : word;
        fifo_put(&machine(pios, number)->tx, word);
        pio_wake(pios, number / PIO_MACHINES, WAITS_TX, cycle + 1);
        return true;
    }
    if (address - DMA_REGISTERS < DMA_CHANNELS * 64 && size == 4) {
        set_register(pios, address, word, cycle);
        return true;
    }
    if (vb_memory_buffer(address, size, MP_BUFFER_WRITE, &at) == MP_OBJ_NULL) {
        return false;
    }
    pios->dma_in_memory = true;
    if (pios == &vb_pios) { // a copy that looks ahead changes nothing
        memcpy(at, &word, size);
    }
    return true;
}

static uint32_t swapped(uint32_t word, size_t size) {
    return size == 4 ? __builtin_bswap32(word) : size == 2 ? __builtin_bswap16(word) : word;
}

static uint32_t stepped(uint32_t address, uint32_t ctrl, int shift, size_t size, unsigned ring_bits) {
    uint32_t ring = ring_bits ? (1u << ring_bits) - 1 : ~0u;
    bool moves = ctrl >> shift & 1, other = DMA_REV && (ctrl >> (shift + 1) & 1);
    int32_t by = (moves ? other ? -1 : 1 : other ? 2 : 0) * (int32_t)size;
    return (address & ~ring) | ((address + by) & ring);
}

void dma_stop(struct pios *pios, int channel) {
    pios->dma_waits &= ~(1u << channel);
    pios->dma[channel].busy = false;
    pios->dma_over = PIO_NEVER;
    for (int n = 0; n < DMA_CHANNELS; n++) {
        const struct dma *dma = &pios->dma[n];
        if (dma->busy && dma->over < pios->dma_over) {
            pios->dma_over = dma->over;
        }
    }
}

static void fail(struct pios *pios, int channel, uint32_t error) {
    pios->dma[channel].ctrl |= error | DMA_BUS_ERROR;
    dma_stop(pios, channel);
}

static void finish(struct pios *pios, int channel, uint64_t cycle) {
    struct dma *dma = &pios->dma[channel];
    dma_stop(pios, channel);
    if (!DMA_QUIET(dma->ctrl)) {
        pios->dma_raised |= 1u << channel;
    }
    uint32_t chain = DMA_CHAIN(dma->ctrl);
    if (chain != (uint32_t)channel && chain < DMA_CHANNELS) {
        dma_start(pios, chain, cycle + CHAIN_CYCLES);
    }
}

// What a FIFO paces has to read or fill it, or it would never end.
static bool serves_its_fifo(const struct dma *dma) {
    uint32_t treq = DMA_TREQ(dma->ctrl);
    int machine = treq / (2 * PIO_MACHINES) * PIO_MACHINES + treq % PIO_MACHINES;
    return treq / PIO_MACHINES % 2 ? machine_at(dma->read, RXF) == machine : machine_at(dma->write, TXF) == machine;
}

static void transfer(struct pios *pios, int channel, uint64_t cycle) {
    struct dma *dma = &pios->dma[channel];
    if (dma->over == PIO_NEVER && !serves_its_fifo(dma)) {
        fail(pios, channel, 0);
        return;
    }
    uint32_t ctrl = dma->ctrl, word;
    size_t size = DMA_SIZE(ctrl);
    if (!read_word(pios, dma->read, size, &word, cycle)) {
        fail(pios, channel, DMA_READ_ERROR);
        return;
    }
    if (DMA_BSWAP(ctrl)) {
        word = swapped(word, size);
    }
    uint32_t to = dma->write;
    unsigned ring = DMA_RING_BITS(ctrl);
    dma->read = stepped(dma->read, ctrl, DMA_INC_READ, size, DMA_RING_WRITE(ctrl) ? 0 : ring);
    dma->write = stepped(to, ctrl, DMA_INC_WRITE, size, DMA_RING_WRITE(ctrl) ? ring : 0);
    dma->count--;
    if (!write_word(pios, to, size, word, cycle)) {
        fail(pios, channel, DMA_WRITE_ERROR);
    }
}

// ---- channels in time ----

void dma_start(struct pios *pios, int channel, uint64_t cycle) {
    struct dma *dma = &pios->dma[channel];
    if (!DMA_ENABLED(dma->ctrl) || dma->busy || !dma_simulated(dma->ctrl, dma->reload)) {
        return;
    }
    dma->count = dma->reload;
    dma->busy = true;
    dma->over = PIO_NEVER;
    if (DMA_TREQ(dma->ctrl) != DMA_PERMANENT && dma->count) {
        pios->dma_waits |= 1u << channel;
        dma_paced(pios, cycle);
        return;
    }
    dma->over = cycle + (dma->count ? (uint64_t)dma->count * COPY_CYCLES : 1);
    pios->dma_over = dma->over < pios->dma_over ? dma->over : pios->dma_over;
    for (uint32_t n = 0; n < MOST_AT_ONCE && dma->busy && dma->count; n++) {
        transfer(pios, channel, cycle);
    }
    if (dma->busy) {
        dma->count = 0;
    }
}

void dma_paced(struct pios *pios, uint64_t cycle) {
    for (int channel = 0; pios->dma_waits >> channel; channel++) {
        struct dma *dma = &pios->dma[channel];
        while (pios->dma_waits >> channel & 1 && dma->count && asks(pios, DMA_TREQ(dma->ctrl))) {
            transfer(pios, channel, cycle);
        }
        if (pios->dma_waits >> channel & 1 && !dma->count) {
            finish(pios, channel, cycle);
        }
    }
}

void dma_done(struct pios *pios, uint64_t cycle) {
    for (int channel = 0; channel < DMA_CHANNELS; channel++) {
        if (pios->dma[channel].busy && pios->dma[channel].over <= cycle) {
            finish(pios, channel, cycle);
        }
    }
}

#endif
