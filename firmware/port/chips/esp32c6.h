// chips/esp32c6.h: the ESP32-C6, as on a module WROOM-1.
// Sources: MicroPython 1.25.0 ports/esp32 (boards/ESP32_GENERIC_C6/, machine_*.c, and the files named at a line);
// soc_caps.h and gpio_sig_map.h of ESP-IDF 5.2; the Technical Reference Manual (registers). What the names mean is in chips/esp32.h.
#pragma once

#define MICROPY_HW_BOARD_NAME "ESP32C6 module"
#define MICROPY_HW_MCU_NAME "ESP32C6"
#define MICROPY_BOARD_BUILD_NAME "ESP32_GENERIC_C6"
#define VB_IMAGE_CHIP 13           // esp_chip_id_t: in the header of a program
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "mpy-esp32c6"

#define VB_SPEED (1.12 * 0.59)     // GUESSES: as the ESP32-C3, whose core it has at the same clock
#define VB_FLOAT_SPEED (1.12 * 0.58)
#define VB_MATH_SPEED (1.12 * 0.77)
#define VB_MOST_MHZ 160

#define VB_HEAP_BYTES (64 * 1024)
#define VB_POOL_BYTES (176 * 1024) // a GUESS

#define VB_PINS 31
#define VB_PIN_EXISTS(n) ((n) < 24) // machine_pin.h: the flash has 24 to 30
#define VB_PIN_INPUT_ONLY(n) 0
#define VB_PIN_IS_RTC(n) ((n) <= 7)
#define VB_PIN_MAY_WAKE(n) (0xff0e00f015ull >> (n) & 1) // modesp32.h has the ESP32's RTC_VALID_EXT_PINS here
#define VB_NO_EXT0 1               // no SOC_PM_SUPPORT_EXT0_WAKEUP

// In the order of their channels. Each attenuation: microvolts at 0 and nanovolts per step. The chip is adjusted so that
// 750, 1000 and 2800 mV read about 2850, and 1500 mV about 2900 (IDF, esp_efuse_rtc_calib.c).
#define VB_ADCS ADC1(0), ADC1(1), ADC1(2), ADC1(3), ADC1(4), ADC1(5), ADC1(6)
#define VB_ADC_LEAST_BITS 12
#define VB_ADC_MOST_BITS 12
#define VB_ADC_LINE {0, 263158}, {0, 350877}, {0, 517241}, {0, 982456}
#define VB_ADC_BEND 4095
#define VB_ADC_BEND_STEP_NV 982456

#define VB_HAS_DAC 0
#define VB_HAS_TOUCH 0

#define VB_LEDC_GROUPS 1
#define VB_LEDC_GROUP_CHANNELS 6
#define VB_LEDC_MOST_BITS 20
#define VB_LEDC_REF_TICK 0
#define VB_RMT_CHANNELS 2
#define VB_TIMERS 2
#define VB_I2S_IDS 0               // mpconfigboard.h: MICROPY_PY_MACHINE_I2S
#define VB_I2CS I2C(0, 18, 19)
#define VB_SPIS SPI(1, 6, 7, 2)
#define VB_SDCARD_WIRES {NO_PIN, NO_PIN, NO_PIN}
#define VB_SDCARD_CS 13
#define VB_SDCARD_HOST 0
#define VB_UARTS 3                 // 2 is the low-power one
#define VB_UART_PINS {{16, 17}, {10, 9}, {5, 4}}

#define VB_HAS_ULP 0
#define VB_HAS_MCU_TEMPERATURE 1
#define VB_HAS_BOOTLOADER 0        // mpconfigport.h
#define VB_HAS_SLEEP_HOLD 0        // SOC_GPIO_SUPPORT_HOLD_SINGLE_IO_IN_DSLP: each pad is held by itself
#define VB_HAS_BLE 1
#define VB_HAS_USB_DEVICE 0

#define VB_REG_GPIO 0x60091000
#define VB_REG_OUT_SELECT (VB_REG_GPIO + 0x554)
#define VB_REG_IO_MUX 0x60090000
#define VB_REG_RANDOM 0x600b2808
#define VB_PAD_IS_GPIO 1
#define VB_SIGNAL_LEDC 0
#define VB_SIGNAL_RMT 71
#define VB_SIGNAL_GPIO 128
#define VB_PADS {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, \
    29, 30}
