// rp2/dma.h: the DMA channels of the chip (RP2040 datasheet 2.5; RP2350 datasheet 12.6).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DMA_CHANNELS VB_DMA_CHANNELS
#define DMA_REGISTERS 0x50000000 // 64 bytes for each channel (datasheet 2.5.7)

// Fields of the control register. The RP2350 has a bit more behind each of INCR_READ and INCR_WRITE: the address goes
// down, or without the first bit up by two.
#define DMA_REV VB_DMA_REVERSE
#define DMA_ENABLED(r) ((r) & 1)
#define DMA_SIZE(r) (1u << ((r) >> 2 & 3)) // bytes of a transfer
#define DMA_SIZE_BAD(r) (((r) >> 2 & 3) == 3)
#define DMA_INC_READ 4
#define DMA_INC_WRITE (5 + DMA_REV)
#define DMA_AT(shift) ((shift) + 2 * DMA_REV)
#define DMA_RING_BITS(r) ((r) >> DMA_AT(6) & 0xf)
#define DMA_RING_WRITE(r) ((r) >> DMA_AT(10) & 1)
#define DMA_CHAIN(r) ((r) >> DMA_AT(11) & 0xf)
#define DMA_TREQ(r) ((r) >> DMA_AT(15) & 0x3f)
#define DMA_QUIET(r) ((r) >> DMA_AT(21) & 1)
#define DMA_BSWAP(r) ((r) >> DMA_AT(22) & 1)
#define DMA_SNIFF(r) ((r) >> DMA_AT(23) & 1)
#define DMA_BUSY (1u << DMA_AT(24))
#define DMA_WRITE_ERROR (1u << 29)
#define DMA_READ_ERROR (1u << 30)
#define DMA_BUS_ERROR (1u << 31)
#define DMA_ERRORS (DMA_WRITE_ERROR | DMA_READ_ERROR | DMA_BUS_ERROR)
#define DMA_SETTINGS (DMA_BUSY - 1) // what a program may set
#define DMA_PERMANENT 63        // not paced

struct dma {
    uint32_t read, write, count, reload, ctrl;
    bool busy;
    uint64_t over;      // not paced: the cycle in which it is done
};

struct pios;

void dma_start(struct pios *pios, int channel, uint64_t cycle);
void dma_stop(struct pios *pios, int channel);
void dma_paced(struct pios *pios, uint64_t cycle); // a FIFO changed: what it asks for is transferred
void dma_done(struct pios *pios, uint64_t cycle);  // those that are done by then
bool dma_simulated(uint32_t ctrl, uint32_t count); // what paces it is, and how it counts
uint32_t dma_control(const struct dma *dma, uint32_t word); // its control register after a write
