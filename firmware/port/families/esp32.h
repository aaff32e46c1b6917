// families/esp32.h: an ESP32-WROOM-32 board with the ESP32_GENERIC firmware.
// Sources: MicroPython 1.25.0 ports/esp32 (named at each line), the ESP32 data sheet.
#pragma once

#define VB_FAMILY_ID 1             // of the HELLO record
#define VB_FAMILY_PINS 40
#define MICROPY_HW_BOARD_NAME "Generic ESP32 module"
#define MICROPY_HW_MCU_NAME "ESP32"
#define MICROPY_PY_SYS_PLATFORM "esp32"
#define MICROPY_EPOCH_IS_1970 0
#define VB_BOOT_TIME_S 0           // seconds of the epoch at power-on: 2000-01-01
#define VB_RTC_STARTS_ANEW 0       // not at a hard reset: machine_rtc.c uses settimeofday(), which counts in the RTC

// Speed against the emulated RP2040 of cost/costs.h.
#define VB_SPEED (1.12 * 0.8)
#define VB_FLOAT_SPEED (1.12 * 0.55)

#define VB_CPU_HZ 160000000        // IDF's default; ESP32_GENERIC sets none

// Memory. Python starts with 56 KB (mpconfigport.h) and grows into the memory that IDF has left: the largest piece of
// IDF's heap, 108 KB, is "max new split" of micropython.mem_info() on a fresh board.
#define VB_HEAP_ADDRESS 0x3ffb0000
#define VB_HEAP_BYTES (56 * 1024)
#define VB_POOL_ADDRESS 0x3f800000 // not an address of the chip, so that --heap can enlarge the first heap
#define VB_POOL_BYTES (108 * 1024)
#define VB_STACK_BYTES (16 * 1024) // mpconfigport.h: MICROPY_TASK_STACK_SIZE
#define MICROPY_STACK_CHECK_MARGIN 1024

#define VB_FLASH_BYTES (2 * 1024 * 1024) // partitions-4MiB.csv: vfs
#define VB_NVS_BYTES 0x6000              // nvs, behind the file system in the image

#define VB_RADIO 1
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "mpy-esp32"

// The serial line: a UART behind a USB bridge. The processor puts bytes into a FIFO of 128 and continues; with a full
// FIFO it waits for the line, 10 bits a byte at 115200.
#define VB_RX_RING 260             // mphalport.c
#define VB_TX_FIFO 128
#define VB_TX_LINE_NS 86806

// The timing of sleep_us(), mphalport.c: the overhead of the call, and the part that is a busy wait.
#define VB_SLEEP_US_OVERHEAD 5
#define VB_SLEEP_US_BUSY 150

#define VB_PIN_EXISTS(n) (0xff0effffffull >> (n) & 1) // machine_pin.h: 24 and 28 to 31 do not exist
#define VB_PIN_INPUT_ONLY(n) ((n) >= 34)
#define VB_PIN_IS_RTC(n) (0xff0e00f015ull >> (n) & 1) // 0, 2, 4, 12 to 15, 25 to 27, 32 to 39: data sheet, RTC_GPIO

#define VB_RESET_PULL VB_PULL_NONE
#define VB_SOFT_RESET_CAUSE 5
#define VB_RESET_CAUSE 2   // machine.reset(): HARD_RESET (modmachine.c)
#define VB_RESET_NS 300000000 // from the board's own reset to the interpreter: two loaders and IDF; a GUESS
