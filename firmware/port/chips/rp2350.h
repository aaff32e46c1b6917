// chips/rp2350.h: the RP2350A with its Arm cores, as on a Raspberry Pi Pico 2 and Pico 2 W.
// Sources: MicroPython 1.25.0 ports/rp2 (boards/RPI_PICO2/, boards/RPI_PICO2_W/, and the files named at a line); the data
// sheet. What the names mean is in chips/rp2.h.
#pragma once

#define MICROPY_HW_BOARD_NAME "Raspberry Pi Pico2"
#define MICROPY_HW_MCU_NAME "RP2350"
#define MICROPY_BOARD_BUILD_NAME "RPI_PICO2"
#define VB_RADIO_BUILD_NAME "RPI_PICO2_W"
#define VB_RADIO_MACHINE "Raspberry Pi Pico 2 W with RP2350" // boards/RPI_PICO2_W/mpconfigboard.h
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "Pico2W" // boards/RPI_PICO2_W/mpconfigboard.h

// At 150 MHz it takes 0.52 of a Pico's time (scruss.com's benchmark: 10.3 s against 19.8 s; bm_chaos.py of micropython
// pull request 19352: 0.50). Floats: a GUESS, as it has an FPU.
#define VB_SPEED (1.12 * 0.52)
#define VB_FLOAT_SPEED (1.12 * 0.4)
#define VB_MATH_SPEED (1.12 * 0.4)

#define VB_CPU_HZ 150000000
#define VB_MOST_KHZ 300000

#define VB_HEAP_BYTES (498 * 1024) // memmap_mp_rp2350.ld: to 4 KB before the end of RAM; 10 KB of data, as on a Pico: a GUESS
#define VB_RADIO_HEAP_BYTES (444 * 1024) // a GUESS: as much less as on a Pico W
#define VB_STACK_BYTES (12 * 1024) // memmap_mp_rp2350.ld: __micropy_extra_stack__ and both scratch memories
#define VB_FLASH_BYTES (3 * 1024 * 1024) // boards/RPI_PICO2/mpconfigboard.h: 4 MB less 1 MB

#define VB_PWM_SLICES 12           // 8 to 11 have pins on the RP2350B only
#define VB_PIO_BLOCKS 3
#define VB_DMA_CHANNELS 16
#define VB_DMA_REVERSE 1
#define VB_UART_AUX 1
#define VB_FUNC_GPCK 9
#define VB_FUNC_USB 10

#define VB_SIO_STEP 8
#define VB_REG_IO_BANK0 0x40028000
#define VB_REG_PADS_BANK0 0x40038000
#define VB_REG_TIMER 0x400b0000    // TIMER0
#define VB_REG_RANDOMBIT 0x400e8020
#define VB_PAD_ISOLATED 0x100
