// machine/spi.h: a transfer over SPI, below machine.SPI (machine/spi.c).
#pragma once

#include <stddef.h>
#include <stdint.h>

#define NO_PIN 255

struct wire {
    uint8_t sck, mosi, miso, flags; // flags: [spi] bits of frames.toml
    uint32_t hz;
};

void vb_spi_set_up(const struct wire *wire);
// Zeros are sent without `src`; what comes is dropped without `dest`.
void vb_spi_transfer(const struct wire *wire, size_t len, const uint8_t *src, uint8_t *dest);
