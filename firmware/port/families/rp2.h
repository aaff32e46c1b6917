// families/rp2.h: a Raspberry Pi Pico with the RPI_PICO firmware.
// Sources: MicroPython 1.25.0 ports/rp2 (named at each line), the RP2040 data sheet.
#pragma once

#define VB_FAMILY_ID 2             // of the HELLO record
#define VB_PINS 30
#define VB_EXT_PINS 3              // of the WiFi chip of a Pico W: numbers behind those of the GPIOs
#define VB_EXT_HIGH (1ull << 32)   // WL_GPIO2: there is power at VBUS
#define MICROPY_HW_BOARD_NAME "Raspberry Pi Pico"
#define MICROPY_HW_MCU_NAME "RP2040"
#define MICROPY_BOARD_BUILD_NAME "RPI_PICO"
#define MICROPY_PY_SYS_PLATFORM "rp2"
#define MICROPY_EPOCH_IS_1970 1
#define VB_BOOT_TIME_S 1609459200  // main.c: the RTC starts at 2021-01-01
#define VB_RTC_STARTS_ANEW 1       // at each hard reset: main.c

// Speed against the emulated RP2040 of cost/costs.h.
#define VB_SPEED 1.12
#define VB_FLOAT_SPEED 1.12
#define VB_MATH_SPEED 1.12

#define VB_CPU_HZ 125000000
#define VB_PERIPHERAL_HZ 48000000  // clk_peri, of SPI: set_sys_clock_khz() takes it from USB's clock (main.c, modmachine.c)

// Memory: from the end of the firmware's own data to the end of RAM, as measured in the emulator.
#define VB_HEAP_ADDRESS 0x20000000
#define VB_HEAP_BYTES (246 * 1024)
// With a radio, as much less as its driver, lwIP and the Bluetooth stack keep: a GUESS (26 KB of it: main.c of 1.19.1).
#define VB_RADIO_HEAP_BYTES (192 * 1024)
#define VB_STACK_BYTES (8 * 1024)  // PICO_STACK_SIZE
#define MICROPY_STACK_CHECK_MARGIN 256

#define VB_NVS_BYTES 0
#define VB_FLASH_BYTES (1408 * 1024) // boards/RPI_PICO/mpconfigboard.h

#define VB_HAS_BOOTLOADER 1
#define VB_HAS_USB_DEVICE 1
#define VB_HAS_BLE 1               // on a board with a radio
#define VB_I2S_IDS 2

#define VB_RADIO 0                 // a Pico W has one (--radio)
#define VB_RADIO_BUILD_NAME "RPI_PICO_W"
#define VB_RADIO_MACHINE "Raspberry Pi Pico W with RP2040" // boards/RPI_PICO_W/mpconfigboard.h
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "PicoW" // boards/RPI_PICO_W/mpconfigboard.h

// The serial line: USB. Bytes leave in packets, without a wait that a program could notice.
#define VB_RX_RING 512             // mphalport.c
#define VB_TX_FIFO 256
#define VB_TX_LINE_NS 0

// sleep_us() of more than 1 ms waits like sleep_ms(), and the last 1 ms is a busy wait (mphalport.c).
#define VB_SLEEP_US_OVERHEAD 0
#define VB_SLEEP_US_BUSY 1000

#define VB_PIN_EXISTS(n) ((n) < 30)
#define VB_PIN_INPUT_ONLY(n) 0
#define VB_PIN_IS_RTC(n) 0

#define VB_RESET_PULL VB_PULL_DOWN // data sheet 2.19.6.3: PADS_BANK0 GPIO0, PDE = 1 after reset
#define VB_SOFT_RESET_CAUSE 0 // the chip keeps the cause of the last hard reset
#define VB_RESET_CAUSE 3   // machine.reset() is the watchdog's (modmachine.c)
#define VB_RESET_NS 20000000 // from that to the interpreter: the boot ROM and start-up; a GUESS
