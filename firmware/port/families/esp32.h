// families/esp32.h: boards with a chip of the ESP32 series and a generic firmware; what differs from chip to chip is in chips/.
// Sources: MicroPython 1.25.0 ports/esp32 (named at each line), the ESP32 data sheet.
#pragma once

#include VB_CHIP_H

#define VB_FAMILY_ID 1             // of the HELLO record
#define MICROPY_PY_SYS_PLATFORM "esp32"
#define MICROPY_EPOCH_IS_1970 0
#define VB_BOOT_TIME_S 0           // seconds of the epoch at power-on: 2000-01-01
#define VB_RTC_STARTS_ANEW 0       // not at a hard reset: machine_rtc.c uses settimeofday(), which counts in the RTC

#define VB_EXT_PINS 0
#define VB_EXT_HIGH 0

#define VB_CPU_HZ 160000000        // IDF's default on each chip; the generic firmwares set none

// Memory. Python starts with VB_HEAP_BYTES (mpconfigport.h: MICROPY_GC_INITIAL_HEAP_SIZE) and grows into the memory that
// IDF has left: VB_POOL_BYTES, the largest piece of IDF's heap, is "max new split" of micropython.mem_info() on a fresh board.
#define VB_HEAP_ADDRESS 0x3ffb0000
#define VB_POOL_ADDRESS 0x3f800000 // not an address of the chip, so that --heap can enlarge the first heap
#define VB_STACK_BYTES (16 * 1024) // mpconfigport.h: MICROPY_TASK_STACK_SIZE
#define MICROPY_STACK_CHECK_MARGIN 1024

#define VB_FLASH_BYTES (2 * 1024 * 1024) // partitions-4MiB.csv: vfs
#define VB_NVS_BYTES 0x6000              // nvs, behind the file system in the image

#define VB_RADIO 1

// The serial line: a UART behind a USB bridge. The processor puts bytes into a FIFO of 128 and continues; with a full
// FIFO it waits for the line, 10 bits a byte at 115200.
#define VB_RX_RING 260             // mphalport.c
#define VB_TX_FIFO 128
#define VB_TX_LINE_NS 86806

// The timing of sleep_us(), mphalport.c: the overhead of the call, and the part that is a busy wait.
#define VB_SLEEP_US_OVERHEAD 5
#define VB_SLEEP_US_BUSY 150

#define VB_RESET_PULL VB_PULL_NONE
#define VB_SOFT_RESET_CAUSE 5
#define VB_RESET_CAUSE 2   // machine.reset(): HARD_RESET (modmachine.c)
#define VB_RESET_NS 300000000 // from the board's own reset to the interpreter: two loaders and IDF; a GUESS
