// chips/esp32.h: the ESP32, as on a module WROOM-32.
// Sources: MicroPython 1.25.0 ports/esp32 (boards/ESP32_GENERIC/, machine_*.c, and the files named at a line);
// soc_caps.h and gpio_sig_map.h of ESP-IDF 5.2; the Technical Reference Manual (registers).
#pragma once

#define MICROPY_HW_BOARD_NAME "Generic ESP32 module"
#define MICROPY_HW_MCU_NAME "ESP32"
#define MICROPY_BOARD_BUILD_NAME "ESP32_GENERIC"
#define VB_IMAGE_CHIP 0            // esp_chip_id_t: in the header of a program
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "mpy-esp32"

// Speed against the emulated RP2040 of cost/costs.h, at 160 MHz: from published times (tools/calibration/published.toml).
#define VB_SPEED (1.12 * 0.73)
#define VB_FLOAT_SPEED (1.12 * 0.26)
#define VB_MATH_SPEED (1.12 * 0.05)
#define VB_MOST_MHZ 240

#define VB_HEAP_BYTES (56 * 1024)
#define VB_POOL_BYTES (108 * 1024)

#define VB_PINS 40
#define VB_PIN_EXISTS(n) (0xff0effffffull >> (n) & 1) // machine_pin.h: 24 and 28 to 31 do not exist
#define VB_PIN_INPUT_ONLY(n) ((n) >= 34)
#define VB_PIN_IS_RTC(n) (0xff0e00f015ull >> (n) & 1) // 0, 2, 4, 12 to 15, 25 to 27, 32 to 39: data sheet, RTC_GPIO
#define VB_PIN_MAY_WAKE(n) VB_PIN_IS_RTC(n)           // modesp32.h: RTC_VALID_EXT_PINS

// In the order of their channels. ADC_LINE: microvolts at 0 and nanovolts per step of each attenuation, for a reference of
// 1.1 V: the constants of Espressif's line-fitting calibration for the ESP32's ADC1. At 11 dB the line bends: from the table
// of the same calibration, straight between its ends.
#define VB_ADCS \
    ADC1(36), ADC1(37), ADC1(38), ADC1(39), ADC1(32), ADC1(33), ADC1(34), ADC1(35), \
    ADC2(4), ADC2(0), ADC2(2), ADC2(15), ADC2(13), ADC2(12), ADC2(14), ADC2(27), ADC2(25), ADC2(26)
#define VB_ADC_LEAST_BITS 9
#define VB_ADC_MOST_BITS 12
#define VB_ADC_LINE {75000, 235340}, {78000, 312400}, {107000, 432240}, {142000, 805630}
#define VB_ADC_BEND 2880
#define VB_ADC_BEND_STEP_NV 554000

#define VB_HAS_DAC 1
#define VB_DACS DAC(25), DAC(26)
#define VB_HAS_TOUCH 1
#define VB_TOUCH_VERSION 1
#define VB_TOUCH_PADS PAD(4), PAD(0), PAD(2), PAD(15), PAD(13), PAD(12), PAD(14), PAD(27), PAD(33), PAD(32)

#define VB_LEDC_GROUPS 2           // high and low speed
#define VB_LEDC_GROUP_CHANNELS 8
#define VB_LEDC_MOST_BITS 20
#define VB_LEDC_REF_TICK 1         // a clock of 1 MHz for low frequencies
#define VB_RMT_CHANNELS 8          // that can send
#define VB_TIMERS 4
#define VB_I2S_IDS 2
#define VB_I2CS I2C(0, 18, 19), I2C(1, 25, 26) // scl, sda
#define VB_SPIS SPI(1, 14, 13, 12), SPI(2, 18, 23, 19) // sck, mosi, miso
#define VB_SDCARD_WIRES {18, 23, 19}, {14, 15, 2} // of SDCard's slots from 2 on
#define VB_SDCARD_CS 5, 13
#define VB_SDCARD_HOST 1           // slots below 2 exist, too
#define VB_UARTS 3
#define VB_UART_PINS {{1, 3}, {10, 9}, {17, 16}} // tx, rx

#define VB_HAS_ULP 1
#define VB_HAS_MCU_TEMPERATURE 0 // or else raw_temperature()
#define VB_HAS_BOOTLOADER 0        // machine.bootloader()
#define VB_HAS_SLEEP_HOLD 1        // esp32.gpio_deep_sleep_hold()
#define VB_HAS_USB_DEVICE 0
#define VB_HAS_BLE 1

// Registers: GPIO (TRM 4.12.2), IO_MUX (4.12.3), RANDOM (24.4), signals of the GPIO matrix (table 4-2).
#define VB_REG_GPIO 0x3ff44000
#define VB_REG_OUT_SELECT (VB_REG_GPIO + 0x530)
#define VB_REG_IO_MUX 0x3ff49000
#define VB_REG_RANDOM 0x3ff75144
#define VB_PAD_IS_GPIO 2           // the function of a pad
#define VB_SIGNAL_LEDC 71
#define VB_SIGNAL_RMT 87
#define VB_SIGNAL_GPIO 256
// The pins of the words behind IO_MUX, in their order (TRM 4.10).
#define VB_PADS {36, 37, 38, 39, 34, 35, 32, 33, 25, 26, 27, 14, 12, 13, 15, 2, 0, 4, 16, 17, 9, 10, 11, \
    6, 7, 8, 5, 18, 19, 20, 21, 22, 3, 1, 23, 24}
