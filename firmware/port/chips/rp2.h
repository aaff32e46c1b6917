// chips/rp2.h: the RP2040, as on a Raspberry Pi Pico and Pico W.
// Sources: MicroPython 1.25.0 ports/rp2 (boards/RPI_PICO/, boards/RPI_PICO_W/, and the files named at a line); the data sheet.
#pragma once

#define MICROPY_HW_BOARD_NAME "Raspberry Pi Pico"
#define MICROPY_HW_MCU_NAME "RP2040"
#define MICROPY_BOARD_BUILD_NAME "RPI_PICO"
#define VB_RADIO_BUILD_NAME "RPI_PICO_W"
#define VB_RADIO_MACHINE "Raspberry Pi Pico W with RP2040" // boards/RPI_PICO_W/mpconfigboard.h
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "PicoW" // boards/RPI_PICO_W/mpconfigboard.h

// Speed against the emulated RP2040 of cost/costs.h.
#define VB_SPEED 1.12
#define VB_FLOAT_SPEED 1.12
#define VB_MATH_SPEED 1.12

#define VB_CPU_HZ 125000000
#define VB_MOST_KHZ 270000         // above it few chips work

// Memory: from the end of the firmware's own data to the end of RAM, as measured in the emulator.
#define VB_HEAP_BYTES (246 * 1024)
// With a radio, as much less as its driver, lwIP and the Bluetooth stack keep: a GUESS (26 KB of it: main.c of 1.19.1).
#define VB_RADIO_HEAP_BYTES (192 * 1024)
#define VB_STACK_BYTES (8 * 1024)  // PICO_STACK_SIZE
#define VB_FLASH_BYTES (1408 * 1024) // boards/RPI_PICO/mpconfigboard.h

#define VB_PWM_SLICES 8
#define VB_PIO_BLOCKS 2
#define VB_DMA_CHANNELS 12
#define VB_DMA_REVERSE 0           // addresses may go down
#define VB_UART_AUX 0              // UART1_TX and RX at the pins of CTS and RTS
#define VB_FUNC_GPCK 8             // functions of a pad (2.19.2)
#define VB_FUNC_USB 9

// Registers: SIO (2.3.1.7), IO_BANK0 and PADS_BANK0 (2.19.6), TIMER (4.6.5), ROSC (2.17.8).
#define VB_SIO_STEP 4              // from GPIO_OUT to GPIO_OUT_SET and so on
#define VB_REG_IO_BANK0 0x40014000
#define VB_REG_PADS_BANK0 0x4001c000
#define VB_REG_TIMER 0x40054000
#define VB_REG_RANDOMBIT 0x4006001c
#define VB_PAD_ISOLATED 0          // of a pad that no program has used
