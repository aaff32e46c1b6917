// chips/esp32s2.h: the ESP32-S2, as on a module MINI-1 without PSRAM.
// Sources: MicroPython 1.25.0 ports/esp32 (boards/ESP32_GENERIC_S2/, machine_*.c, and the files named at a line);
// soc_caps.h and gpio_sig_map.h of ESP-IDF 5.2; the Technical Reference Manual (registers). What the names mean is in chips/esp32.h.
#pragma once

#define MICROPY_HW_BOARD_NAME "Generic ESP32S2 module"
#define MICROPY_HW_MCU_NAME "ESP32S2"
#define MICROPY_BOARD_BUILD_NAME "ESP32_GENERIC_S2"
#define VB_IMAGE_CHIP 2            // esp_chip_id_t: in the header of a program
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "mpy-esp32s2"

// Speed against the emulated RP2040 of cost/costs.h, at 160 MHz: from published times (tools/calibration/published.toml).
#define VB_SPEED (1.12 * 0.71)
#define VB_FLOAT_SPEED (1.12 * 1.3)
#define VB_MATH_SPEED (1.12 * 0.9)
#define VB_MOST_MHZ 240

#define VB_HEAP_BYTES (64 * 1024)  // this firmware has CONFIG_SPIRAM, also without a chip of it
#define VB_POOL_BYTES (88 * 1024)  // a GUESS

#define VB_PINS 47
#define VB_PIN_EXISTS(n) (0x7ffe003fffffull >> (n) & 1) // machine_pin.h: 0 to 21, 33 to 46; 26 is PSRAM's
#define VB_PIN_INPUT_ONLY(n) ((n) >= 46)
#define VB_PIN_IS_RTC(n) ((n) <= 21)
#define VB_PIN_MAY_WAKE(n) VB_PIN_IS_RTC(n)             // modesp32.h: RTC_VALID_EXT_PINS

// In the order of their channels. Each attenuation: microvolts at 0 and nanovolts per step. The line ends where the
// data sheet's "effective measurement range" ends.
#define VB_ADCS \
    ADC1(1), ADC1(2), ADC1(3), ADC1(4), ADC1(5), ADC1(6), ADC1(7), ADC1(8), ADC1(9), ADC1(10), \
    ADC2(11), ADC2(12), ADC2(13), ADC2(14), ADC2(15), ADC2(16), ADC2(17), ADC2(18), ADC2(19), ADC2(20)
#define VB_ADC_LEAST_BITS 13
#define VB_ADC_MOST_BITS 13
#define VB_ADC_LINE {0, 91564}, {0, 128189}, {0, 158711}, {0, 305213}
#define VB_ADC_BEND 8191
#define VB_ADC_BEND_STEP_NV 305213

#define VB_HAS_DAC 1
#define VB_DACS DAC(17), DAC(18)
#define VB_HAS_TOUCH 1
#define VB_TOUCH_VERSION 2
#define VB_TOUCH_PADS PAD(1), PAD(2), PAD(3), PAD(4), PAD(5), PAD(6), PAD(7), PAD(8), PAD(9), PAD(10), PAD(11), PAD(12), \
    PAD(13), PAD(14)

#define VB_LEDC_GROUPS 1
#define VB_LEDC_GROUP_CHANNELS 8
#define VB_LEDC_MOST_BITS 14
#define VB_LEDC_REF_TICK 1
#define VB_RMT_CHANNELS 4
#define VB_TIMERS 4
#define VB_I2S_IDS 1
#define VB_I2CS I2C(0, 18, 19), I2C(1, 9, 8)
#define VB_SPIS SPI(1, 12, 11, 13), SPI(2, 36, 35, 37)
#define VB_SDCARD_WIRES {NO_PIN, NO_PIN, NO_PIN}, {14, 15, 2}
#define VB_SDCARD_CS NO_PIN, 13
#define VB_SDCARD_HOST 0
#define VB_UARTS 2
#define VB_UART_PINS {{43, 44}, {10, 9}}

#define VB_HAS_ULP 1
#define VB_HAS_MCU_TEMPERATURE 1
#define VB_HAS_BOOTLOADER 1
#define VB_HAS_SLEEP_HOLD 1
#define VB_HAS_USB_DEVICE 1
#define VB_HAS_BLE 0

#define VB_REG_GPIO 0x3f404000
#define VB_REG_OUT_SELECT (VB_REG_GPIO + 0x554)
#define VB_REG_IO_MUX 0x3f409000
#define VB_REG_RANDOM 0x60035110
#define VB_PAD_IS_GPIO 1
#define VB_SIGNAL_LEDC 79
#define VB_SIGNAL_RMT 87
#define VB_SIGNAL_GPIO 256
#define VB_PADS {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, \
    29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46}
