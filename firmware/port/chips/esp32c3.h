// chips/esp32c3.h: the ESP32-C3, as on a module MINI-1.
// Sources: MicroPython 1.25.0 ports/esp32 (boards/ESP32_GENERIC_C3/, machine_*.c, and the files named at a line);
// soc_caps.h and gpio_sig_map.h of ESP-IDF 5.2; the Technical Reference Manual (registers). What the names mean is in chips/esp32.h.
#pragma once

#define MICROPY_HW_BOARD_NAME "ESP32C3 module"
#define MICROPY_HW_MCU_NAME "ESP32C3"
#define MICROPY_BOARD_BUILD_NAME "ESP32_GENERIC_C3"
#define VB_IMAGE_CHIP 5            // esp_chip_id_t: in the header of a program
#define MICROPY_PY_NETWORK_HOSTNAME_DEFAULT "mpy-esp32c3"

// Speed against the emulated RP2040 of cost/costs.h, at 160 MHz: from published times (tools/calibration/published.toml).
#define VB_SPEED (1.12 * 0.59)
#define VB_FLOAT_SPEED (1.12 * 0.58)
#define VB_MATH_SPEED (1.12 * 0.77)
#define VB_MOST_MHZ 160

#define VB_HEAP_BYTES (64 * 1024)
#define VB_POOL_BYTES (112 * 1024) // a GUESS

#define VB_PINS 22
#define VB_PIN_EXISTS(n) (0x303fffull >> (n) & 1) // machine_pin.h: 0 to 13, 20, 21; 18 and 19 are USB's
#define VB_PIN_INPUT_ONLY(n) 0
#define VB_PIN_IS_RTC(n) ((n) <= 5)
#define VB_PIN_MAY_WAKE(n) (0xff0e00f015ull >> (n) & 1) // modesp32.h has the ESP32's RTC_VALID_EXT_PINS here,
#define VB_NO_EXT0 1                                    // and no pin ends a sleep: no SOC_PM_SUPPORT_EXT0_WAKEUP,
#define VB_NO_EXT1 1                                    // no SOC_PM_SUPPORT_EXT1_WAKEUP

// In the order of their channels. Each attenuation: microvolts at 0 and nanovolts per step. The chip is adjusted so that
// 400, 550, 750 and 1370 mV read about 2000 (IDF, esp_efuse_rtc_calib.c).
#define VB_ADCS ADC1(0), ADC1(1), ADC1(2), ADC1(3), ADC1(4), ADC2(5)
#define VB_ADC_LEAST_BITS 12
#define VB_ADC_MOST_BITS 12
#define VB_ADC_LINE {0, 200000}, {0, 275000}, {0, 375000}, {0, 685000}
#define VB_ADC_BEND 4095
#define VB_ADC_BEND_STEP_NV 685000

#define VB_HAS_DAC 0
#define VB_HAS_TOUCH 0

#define VB_LEDC_GROUPS 1
#define VB_LEDC_GROUP_CHANNELS 6
#define VB_LEDC_MOST_BITS 14
#define VB_LEDC_REF_TICK 0
#define VB_RMT_CHANNELS 2
#define VB_TIMERS 2
#define VB_I2S_IDS 1
#define VB_I2CS I2C(0, 18, 19)
#define VB_SPIS SPI(1, 6, 7, 2)
#define VB_SDCARD_WIRES {NO_PIN, NO_PIN, NO_PIN}
#define VB_SDCARD_CS 13
#define VB_SDCARD_HOST 0
#define VB_UARTS 2
#define VB_UART_PINS {{21, 20}, {10, 9}}

#define VB_HAS_ULP 0
#define VB_HAS_MCU_TEMPERATURE 1
#define VB_HAS_BOOTLOADER 1
#define VB_HAS_SLEEP_HOLD 1
#define VB_HAS_USB_DEVICE 0
#define VB_HAS_BLE 1

#define VB_REG_GPIO 0x60004000
#define VB_REG_OUT_SELECT (VB_REG_GPIO + 0x554)
#define VB_REG_IO_MUX 0x60009000
#define VB_REG_RANDOM 0x600260b0
#define VB_PAD_IS_GPIO 1
#define VB_SIGNAL_LEDC 45
#define VB_SIGNAL_RMT 51
#define VB_SIGNAL_GPIO 128
#define VB_PADS {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21}
