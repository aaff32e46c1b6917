// costs.h: what each action of the interpreter and of the chip costs in virtual time.
//
// The table is in microseconds of an emulated RP2040 at 125 MHz (MicroPython 1.25.0 built from Debian's
// sources, run under rp2040py 0.3.6, which counts Cortex-M0+ cycles but no flash cache misses), fitted to
// about 145 micro-measurements. A real Pico is slower by the geometric mean 1.12 of twelve published
// benchmark scores (micropython pull request 14182). ESP32 at 160 MHz is a GUESS: 0.8 of a real Pico
// (scruss.com's benchmark: 15.4 s against 19.8 s), floats 0.55 because it has an FPU.
#pragma once

#include VB_FAMILY_H // families/*.h: VB_SPEED, VB_FLOAT_SPEED, this family against the emulator

#define VB_US(us) ((uint32_t)((us) * 1000 * VB_SPEED + 0.5))
#define VB_FLOAT_US(us) ((uint32_t)((us) * 1000 * VB_FLOAT_SPEED + 0.5))

// Opcodes by class.
#define VB_NS_OP_SIMPLE VB_US(0.20) // load and store of locals, constants, pop, dup
#define VB_NS_OP_JUMP VB_US(0.70)
#define VB_NS_OP_NAME VB_US(1.76)   // global and module names
#define VB_NS_OP_ARITH VB_US(0.93)  // unary and binary
#define VB_NS_OP_SUBSCR VB_US(1.40)
#define VB_NS_OP_ATTR VB_US(1.25)
#define VB_NS_OP_CALL VB_US(3.37)
#define VB_NS_OP_RETURN VB_US(2.47) // return and yield
#define VB_NS_OP_ITER VB_US(0.98)

// Memory.
#define VB_NS_ALLOC VB_US(3.81)
#define VB_NS_ALLOC_BLOCK VB_US(0.385) // per 16-byte block
#define VB_NS_REALLOC VB_US(5.78)
#define VB_NS_GC_HOOK VB_US(0.219)     // per MICROPY_GC_HOOK_LOOP: mark, sweep, search for free blocks

// C functions of the core.
#define VB_NS_QSTR_FIND VB_US(24.0)
#define VB_NS_LOAD_METHOD VB_US(5.27)
#define VB_NS_STORE_ATTR VB_US(10.8)
#define VB_NS_ITERNEXT VB_US(2.07)
#define VB_NS_EQUAL VB_US(2.12)
#define VB_NS_FORMAT_INT VB_US(38.0)
#define VB_NS_FORMAT_FLOAT VB_FLOAT_US(62.0)
#define VB_NS_MATH VB_FLOAT_US(16.5)   // sin, log, exp, atan2
#define VB_NS_TOKEN VB_US(54.0)        // the compiler, per token: about 570 us a line

// machine and time calls: measured less the opcodes around them. The least write, p(1) called from C,
// is what hardware/boards/*.toml name as min_write_ns.
#define VB_NS_PIN_WRITE VB_US(0.5)
#define VB_NS_PIN_READ VB_US(0.5)
#define VB_NS_PIN_INIT VB_US(4.5)
#define VB_NS_ADC_READ VB_US(2.0)
#define VB_NS_PWM_DUTY VB_US(2.0)
#define VB_NS_PWM_FREQ VB_US(2.5)
#define VB_NS_I2C_CALL VB_US(12.0)     // a guess: the driver's work around a transfer
#define VB_NS_PIO VB_US(1.5)           // a word into or out of a FIFO of PIO; a GUESS
#define VB_NS_PIO_INIT VB_US(60.0)     // StateMachine(...); a GUESS
#define VB_NS_UART_CALL VB_US(6.0)     // a guess
#define VB_NS_UART_BYTE VB_US(1.0)     // a guess: a byte through the buffer
#define VB_NS_SPI_CALL VB_US(5.0)
#define VB_SOFT_SPI_MAX_HZ 250000      // a program that toggles as fast as it can
#define VB_NS_TIMER_INIT VB_US(20.0)
#define VB_NS_TIME VB_US(4.0)
#define VB_NS_SLEEP VB_US(12.0)        // the overhead of sleep(), sleep_ms()
#define VB_NS_SLEEP_US VB_US(1.0)
#define VB_NS_TX_BYTE VB_US(1.24)      // a printed byte; the time of the line comes on top (families/*.h)
#define VB_NS_IRQ_SOFT VB_US(4.5)      // taken from the line that was interrupted
#define VB_NS_IRQ_HARD VB_US(11.0)     // edge to handler

// Flash. The emulator takes no time to erase or program: 45 ms for a 4 KB sector and 0.4 ms for a page
// of 256 bytes are the data sheet's (W25Q16JV). A call of littlefs into the driver is fitted to
// open-read-close in 617 us.
#define VB_NS_FLASH_CALL VB_US(20)
#define VB_NS_FLASH_ERASE 45000000
#define VB_NS_FLASH_PAGE 400000
