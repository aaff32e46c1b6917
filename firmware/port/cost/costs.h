// cost/costs.h: the virtual time of each action of the interpreter and of the chip.
//
// The table is in microseconds of an emulated RP2040 at 125 MHz (MicroPython 1.25.0 built from Debian's
// sources, run under rp2040py 0.3.6, which counts Cortex-M0+ cycles but no flash cache misses), fitted by
// tools/calibrate.py to small programs (docs/measured/timing.md: how well, also on whole programs that were not
// fitted). It writes the numbers here. A real Pico is slower by the geometric mean 1.12 of twelve published
// benchmark scores (micropython pull request 14182). ESP32 at 160 MHz is a GUESS: 0.8 of a real Pico
// (scruss.com's benchmark: 15.4 s against 19.8 s), floats 0.55 because it has an FPU.
#pragma once

#include VB_FAMILY_H // families/, chips/: VB_SPEED, VB_FLOAT_SPEED, this chip against the emulator

#define VB_US(us) ((uint32_t)((us) * 1000 * VB_SPEED + 0.5))
#define VB_FLOAT_US(us) ((uint32_t)((us) * 1000 * VB_FLOAT_SPEED + 0.5))

// Opcodes by class.
// The class of each opcode: cost/interpreter.c (data_ops, flow_ops).
#define VB_NS_OP_LOAD VB_US(0.286)              // locals and small constants
#define VB_NS_OP_STORE VB_US(0.130)
#define VB_NS_OP_STACK VB_US(0.093)             // pop, dup, rot
#define VB_NS_OP_OBJECT VB_US(0.371)            // constants that are objects, cells of closures
#define VB_NS_OP_JUMP VB_US(0.483)
#define VB_NS_OP_BRANCH VB_US(0.520)            // jump if
#define VB_NS_OP_NAME VB_US(0.927)              // global and module names
#define VB_NS_OP_UNARY VB_US(0.655)
#define VB_NS_OP_BINARY VB_US(0.350)
#define VB_NS_OP_SUBSCR VB_US(1.090)
#define VB_NS_OP_ATTR VB_US(0.779)
#define VB_NS_OP_METHOD VB_US(1.527)
#define VB_NS_OP_CALL VB_US(1.511)
#define VB_NS_OP_CALL_METHOD VB_US(1.895)
#define VB_NS_OP_RETURN VB_US(0.665)
#define VB_NS_OP_YIELD VB_US(1.237)
#define VB_NS_OP_ITER VB_US(1.248)
#define VB_NS_OP_BUILD VB_US(0.667)             // lists, tuples, functions: what is made of the stack
#define VB_NS_OP_UNPACK VB_US(1.202)
#define VB_NS_OP_GUARD VB_US(0.209)             // try, with, finally

// Memory.
#define VB_NS_ALLOC VB_US(2.556)
#define VB_NS_ALLOC_BLOCK VB_US(0.071)          // per 16-byte block
#define VB_NS_REALLOC VB_US(0.981)
#define VB_NS_FREE VB_US(2.514)
#define VB_NS_GC_HOOK VB_US(0.260)              // per MICROPY_GC_HOOK_LOOP: mark, sweep, search
#define VB_NS_MEM VB_US(0.389)                  // memcpy and the like: the call
#define VB_NS_MEM_BYTE VB_US(0.008)             // and each byte

// C functions of the core.
#define VB_NS_MAP_HIT VB_US(0.377)              // a look-up with a hit in the cache
#define VB_NS_MAP_MISS VB_US(2.280)             // a look-up that searches, and each place that it compares
#define VB_NS_MAP_PROBE VB_US(0.298)
#define VB_NS_QSTR_FIND VB_US(0.437)            // a search for an interned string: its hash, per byte, then
#define VB_NS_QSTR_BYTE VB_US(0.162)
#define VB_NS_QSTR_BISECT VB_US(0.000)          // each step in a sorted pool
#define VB_NS_QSTR_PROBE VB_US(0.174)           // each string of another pool
#define VB_NS_LOAD_ATTR VB_US(0.746)
#define VB_NS_LOAD_METHOD VB_US(0.116)          // from C
#define VB_NS_STORE_ATTR VB_US(1.343)
#define VB_NS_MEMBER VB_US(1.117)               // a member of a class: bound to its object, or a property called
#define VB_NS_GETITER VB_US(0.255)
#define VB_NS_ITERNEXT VB_US(0.371)
#define VB_NS_CALL_C VB_US(1.688)               // a call from C: map, sorted, __init__ ...
#define VB_NS_FRAME VB_US(1.556)                // a call of a Python function
#define VB_NS_RESUME VB_US(0.582)               // a Python function starts, a generator continues
#define VB_NS_ARGS VB_US(0.240)                 // keyword arguments of C functions, and each of them
#define VB_NS_ARG VB_US(0.101)
#define VB_NS_RAISE VB_US(1.363)
#define VB_NS_TRACEBACK VB_US(7.520)
#define VB_NS_STACK VB_US(1.303)                // a check of the stack's limit, at each recursion in C
#define VB_NS_EQUAL VB_US(0.734)
#define VB_NS_BINARY_INT VB_US(0.474)           // operators on small ints; also in sum, sorted, min
#define VB_NS_BINARY VB_US(1.551)               // operators on other objects
#define VB_NS_BINARY_FLOAT VB_FLOAT_US(2.205)
#define VB_NS_BINARY_COMPLEX VB_FLOAT_US(3.486)
#define VB_NS_COMPLEX_PRODUCT VB_FLOAT_US(3.349)
#define VB_NS_PRODUCT VB_US(0.358)              // in addition for * // and %
#define VB_NS_SET VB_US(0.802)                  // a look-up in a set
#define VB_NS_PRINT VB_US(0.610)                // an object is printed, into a string or not
#define VB_NS_PRINT_STR VB_US(1.136)
#define VB_NS_VSTR VB_US(2.134)                 // something is appended to a growing string
#define VB_NS_FORMAT_INT VB_US(3.749)
#define VB_NS_FORMAT_FLOAT VB_FLOAT_US(23.251)
#define VB_NS_FORMAT_DECADE VB_FLOAT_US(18.513) // and per power of ten between it and 1
#define VB_NS_SINE VB_FLOAT_US(21.798)          // sin, cos
#define VB_NS_TANGENT VB_FLOAT_US(41.853)       // tan, asin, acos
#define VB_NS_EXP VB_FLOAT_US(18.929)           // exp, log, atan
#define VB_NS_POWER VB_FLOAT_US(80.916)         // except to 2, 1 and 0.5, which have short cuts
#define VB_NS_REPEAT VB_US(0.002)               // per element of a sequence times n
#define VB_NS_ELEMENT VB_US(0.586)              // an element of an array, a field of struct
#define VB_NS_MPZ VB_US(0.000)                  // an operation on big ints, and each digit of 16 bits
#define VB_NS_MPZ_DIGIT VB_US(0.121)
#define VB_NS_MPZ_MUL VB_US(0.142)              // per pair of digits
#define VB_NS_MPZ_DIV VB_US(0.417)
#define VB_NS_MPZ_TEXT VB_US(0.541)
#define VB_NS_TOKEN VB_US(56.745)               // the compiler, per token: about 570 us a line

// Calls of machine and time: measured without the opcodes around them. The shortest write, p(1) called from C, is
// min_write_ns in hardware/boards/chips/*.toml.
#define VB_NS_PIN_WRITE VB_US(0.500)
#define VB_NS_EXT_PIN VB_US(200.0)   // a command to the WiFi chip; a GUESS
#define VB_NS_PIN_READ VB_US(0.101)
#define VB_NS_PIN_INIT VB_US(0.000)
#define VB_NS_ADC_READ VB_US(0.100)
#define VB_NS_PWM_DUTY VB_US(2.038)
#define VB_NS_PWM_FREQ VB_US(4.024)
#define VB_NS_I2C_CALL VB_US(12.0)     // a guess: the driver's work around a transfer
#define VB_NS_UART_CALL VB_US(6.0)     // a guess
#define VB_NS_UART_BYTE VB_US(1.0)     // a guess: a byte through the buffer
#define VB_NS_SPI_CALL VB_US(5.0)
#define VB_SOFT_SPI_MAX_HZ 250000      // a program that toggles pins as fast as possible
#define VB_NS_TIMER_INIT VB_US(6.154)
#define VB_NS_TIME VB_US(1.384)
#define VB_NS_SLEEP VB_US(15.177)               // the overhead of sleep(), sleep_ms()
#define VB_NS_SLEEP_US VB_US(0.100)
#define VB_NS_TX VB_US(10.050)                  // a write to the serial line, and each of its bytes;
#define VB_NS_TX_BYTE VB_US(0.573)              // the line itself takes more time (families/*.h)
#define VB_NS_IRQ_SOFT VB_US(3.5)      // taken from the line that was interrupted
#define VB_NS_IRQ_HARD VB_US(2.0)      // without the time until the next jump or return, where it runs

// Flash. The emulator takes no time to erase or program: 45 ms for a 4 KB sector and 0.4 ms for a page
// of 256 bytes are the data sheet's (W25Q16JV). A call of littlefs into the driver is fitted to
// open-read-close in 617 us.
#define VB_NS_FLASH_CALL VB_US(31.094)
#define VB_NS_FLASH_ERASE 45000000
#define VB_NS_FLASH_PAGE 400000

// TLS (cost/tls.c). GUESSES: a product on P-256 takes about 44 million cycles of a Cortex-M0+ in C; an ESP32 has hardware for
// long numbers, SHA and AES, but not for the hash of GCM. RSA is a check of a signature with the usual exponent.
#if VB_ESP32
#define VB_NS_TLS_CURVE_256 70000000u
#define VB_NS_TLS_RSA_2048 12000000u
#define VB_NS_TLS_HASH_BYTE 60u
#define VB_NS_TLS_CIPHER_BYTE 400u
#else
#define VB_NS_TLS_CURVE_256 350000000u
#define VB_NS_TLS_RSA_2048 30000000u
#define VB_NS_TLS_HASH_BYTE 500u
#define VB_NS_TLS_CIPHER_BYTE 1600u
#endif
