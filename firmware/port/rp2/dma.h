// rp2/dma.h: the DMA channels of the RP2040 (RP2040 datasheet 2.5).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DMA_CHANNELS 12
#define DMA_REGISTERS 0x50000000 // 64 bytes for each channel (datasheet 2.5.7)

// Fields of the control register.
#define DMA_ENABLED(r) ((r) & 1)
#define DMA_SIZE(r) (1u << ((r) >> 2 & 3)) // bytes of a transfer
#define DMA_SIZE_BAD(r) (((r) >> 2 & 3) == 3)
#define DMA_INC_READ(r) ((r) >> 4 & 1)
#define DMA_INC_WRITE(r) ((r) >> 5 & 1)
#define DMA_RING_BITS(r) ((r) >> 6 & 0xf)
#define DMA_RING_WRITE(r) ((r) >> 10 & 1)
#define DMA_CHAIN(r) ((r) >> 11 & 0xf)
#define DMA_TREQ(r) ((r) >> 15 & 0x3f)
#define DMA_QUIET(r) ((r) >> 21 & 1)
#define DMA_BSWAP(r) ((r) >> 22 & 1)
#define DMA_SNIFF(r) ((r) >> 23 & 1)
#define DMA_BUSY (1u << 24)
#define DMA_WRITE_ERROR (1u << 29)
#define DMA_READ_ERROR (1u << 30)
#define DMA_BUS_ERROR (1u << 31)
#define DMA_ERRORS (DMA_WRITE_ERROR | DMA_READ_ERROR | DMA_BUS_ERROR)
#define DMA_SETTINGS 0x00ffffff // what a program may set
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
bool dma_simulated(uint32_t ctrl);                 // what paces it is
uint32_t dma_control(const struct dma *dma, uint32_t word); // its control register after a write
