// families/rp2.h: a Raspberry Pi Pico or Pico 2 with the firmware RPI_PICO or RPI_PICO2; what differs between their chips is
// in chips/.
// Sources: MicroPython 1.25.0 ports/rp2 (named at each line), the RP2040 and RP2350 data sheets.
#pragma once

#include VB_CHIP_H

#define VB_FAMILY_ID 2             // of the HELLO record
#define VB_PINS 30
#define VB_EXT_PINS 3              // of the WiFi chip of a Pico W: numbers behind those of the GPIOs
#define VB_EXT_HIGH (1ull << 32)   // WL_GPIO2: there is power at VBUS
#define MICROPY_PY_SYS_PLATFORM "rp2"
#define MICROPY_EPOCH_IS_1970 1
#define VB_BOOT_TIME_S 1609459200  // main.c: the RTC starts at 2021-01-01
#define VB_RTC_STARTS_ANEW 1       // at each hard reset: main.c

#define VB_PERIPHERAL_HZ 48000000  // clk_peri, of SPI: set_sys_clock_khz() takes it from USB's clock (main.c, modmachine.c)

#define VB_HEAP_ADDRESS 0x20000000
#define MICROPY_STACK_CHECK_MARGIN 256

#define VB_NVS_BYTES 0

#define VB_HAS_BOOTLOADER 1
#define VB_HAS_USB_DEVICE 1
#define VB_HAS_BLE 1               // on a board with a radio
#define VB_I2S_IDS 2

#define VB_RADIO 0                 // a Pico W has one (--radio)

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

#define VB_RESET_PULL VB_PULL_DOWN // RP2040 data sheet 2.19.6.3: PADS_BANK0 GPIO0, PDE = 1 after reset
#define VB_SOFT_RESET_CAUSE 0 // the chip keeps the cause of the last hard reset
#define VB_RESET_CAUSE 3   // machine.reset() is the watchdog's (modmachine.c)
#define VB_RESET_NS 20000000 // from that to the interpreter: the boot ROM and start-up; a GUESS
