// cost/costs.h: the virtual time of each action of the interpreter and of the chip.
//
// The table is in microseconds of an emulated RP2040 at 125 MHz (MicroPython 1.25.0 built from Debian's
// sources, run under rp2040py 0.3.6, which counts Cortex-M0+ cycles but no flash cache misses), fitted by
// tools/calibrate.py to small programs (docs/measured/timing.md: how well, also on whole programs that were not
// fitted). It writes the numbers here. A real Pico is slower by the geometric mean 1.12 of twelve published
// benchmark scores (micropython pull request 14182). The ESP32 series has three factors against a Pico, from published
// times (chips/, tools/timing_chips.py): for floats, for mathematical functions, and for everything else.
#pragma once

#include VB_FAMILY_H // families/, chips/: VB_SPEED, VB_FLOAT_SPEED, VB_MATH_SPEED, this chip against the emulator

#define VB_US(us) ((uint32_t)((us) * 1000 * VB_SPEED + 0.5))
#define VB_FLOAT_US(us) ((uint32_t)((us) * 1000 * VB_FLOAT_SPEED + 0.5))
#define VB_MATH_US(us) ((uint32_t)((us) * 1000 * VB_MATH_SPEED + 0.5))

// Opcodes by class.
// The class of each opcode: cost/interpreter.c (data_ops, flow_ops).
#define VB_NS_OP_LOAD VB_US(0.329)              // locals and small constants
#define VB_NS_OP_STORE VB_US(0.085)
#define VB_NS_OP_STACK VB_US(0.120)             // pop, dup, rot
#define VB_NS_OP_OBJECT VB_US(0.434)            // other constants, cells of closures
#define VB_NS_OP_JUMP VB_US(0.441)
#define VB_NS_OP_BRANCH VB_US(0.490)            // jump if
#define VB_NS_OP_NAME VB_US(0.872)              // global and module names
#define VB_NS_OP_UNARY VB_US(0.173)
#define VB_NS_OP_BINARY VB_US(0.398)
#define VB_NS_OP_SUBSCR VB_US(1.019)
#define VB_NS_OP_ATTR VB_US(0.659)
#define VB_NS_OP_METHOD VB_US(1.520)
#define VB_NS_OP_CALL VB_US(1.420)
#define VB_NS_OP_CALL_METHOD VB_US(1.893)
#define VB_NS_OP_RETURN VB_US(0.762)
#define VB_NS_OP_YIELD VB_US(1.034)
#define VB_NS_OP_ITER VB_US(1.264)
#define VB_NS_OP_BUILD VB_US(0.318)             // lists, tuples, functions: what is made of the stack
#define VB_NS_OP_UNPACK VB_US(1.290)
#define VB_NS_OP_GUARD VB_US(0.174)             // try, with, finally

// Memory.
#define VB_NS_ALLOC VB_US(2.550)
#define VB_NS_ALLOC_BLOCK VB_US(0.189)          // per 16-byte block
#define VB_NS_REALLOC VB_US(1.309)
#define VB_NS_FREE VB_US(2.358)
#define VB_NS_GC_HOOK VB_US(0.215)              // per MICROPY_GC_HOOK_LOOP: mark, sweep, search
#define VB_NS_MEM VB_US(0.393)                  // memcpy and the like: the call
#define VB_NS_MEM_BYTE VB_US(0.004)             // and each byte
#define VB_NS_GC_INFO VB_US(0.200)              // more than a hook, per block: gc.mem_free(), gc.mem_alloc()

// C functions of the core.
#define VB_NS_MAP_HIT VB_US(0.435)              // a look-up with a hit in the cache
#define VB_NS_MAP_MISS VB_US(1.670)             // a look-up that searches, and each place that it compares
#define VB_NS_MAP_PROBE VB_US(0.297)
#define VB_NS_QSTR_FIND VB_US(1.159)            // a search for an interned string: its hash, per byte, then
#define VB_NS_QSTR_BYTE VB_US(0.089)
#define VB_NS_QSTR_BISECT VB_US(0.500)          // each step in a sorted pool
#define VB_NS_QSTR_PROBE VB_US(0.119)           // each string of another pool
#define VB_NS_LOAD_ATTR VB_US(0.840)
#define VB_NS_LOAD_METHOD VB_US(0.108)          // from C
#define VB_NS_STORE_ATTR VB_US(2.015)
#define VB_NS_MEMBER VB_US(1.467)               // a member of a class: bound to its object, or a property called
#define VB_NS_GETITER VB_US(0.260)
#define VB_NS_ITERNEXT VB_US(0.440)
#define VB_NS_APPEND VB_US(0.528)               // to a list, from C
#define VB_NS_CALL_C VB_US(0.801)               // a call from C: map, sorted, __init__ ...
#define VB_NS_FRAME VB_US(1.523)                // a call of a Python function
#define VB_NS_RESUME VB_US(0.551)               // a Python function starts, a generator continues
#define VB_NS_ARGS VB_US(0.219)                 // keyword arguments of C functions, and each of them
#define VB_NS_ARG VB_US(0.108)
#define VB_NS_RAISE VB_US(0.934)
#define VB_NS_TRACEBACK VB_US(7.396)
#define VB_NS_STACK VB_US(1.258)                // a check of the stack's limit, at each recursion in C
#define VB_NS_EQUAL VB_US(0.771)
#define VB_NS_UNARY_INT VB_US(0.529)            // not, -, len(), hash(): of a small int, and of other objects
#define VB_NS_UNARY VB_US(0.380)
#define VB_NS_BINARY_INT VB_US(0.390)           // operators on small ints; also in sum, sorted, min
#define VB_NS_BINARY VB_US(1.223)               // operators on other objects
#define VB_NS_BINARY_FLOAT VB_FLOAT_US(1.820)
#define VB_NS_BINARY_COMPLEX VB_FLOAT_US(3.036)
#define VB_NS_COMPLEX_PRODUCT VB_FLOAT_US(3.370)
#define VB_NS_PRODUCT VB_US(0.332)              // in addition for * // and %
#define VB_NS_SET VB_US(0.459)                  // a look-up in a set
#define VB_NS_PRINT VB_US(0.564)                // an object is printed, into a string or not
#define VB_NS_PRINT_STR VB_US(1.878)
#define VB_NS_PRINTF VB_US(2.668)               // a format of C's printf
#define VB_NS_VSTR VB_US(1.698)                 // something is appended to a growing string
#define VB_NS_FORMAT_INT VB_US(3.829)
#define VB_NS_FORMAT_FLOAT VB_FLOAT_US(26.144)
#define VB_NS_FORMAT_DECADE VB_FLOAT_US(14.539) // and per power of ten between it and 1
#define VB_NS_SINE VB_MATH_US(21.872)           // sin, cos
#define VB_NS_TANGENT VB_MATH_US(41.758)        // tan
#define VB_NS_ARC VB_MATH_US(12.512)            // asin, acos
#define VB_NS_EXP VB_MATH_US(19.352)            // exp, log, atan
#define VB_NS_POWER VB_MATH_US(81.645)          // except to 2, 1 and 0.5, which have short cuts
#define VB_NS_ROUND VB_FLOAT_US(1.749)          // round, floor, ceil, trunc
#define VB_NS_FMOD VB_FLOAT_US(2.192)
#define VB_NS_SQRT VB_MATH_US(3.572)
#define VB_NS_POWER_BIT VB_US(0.709)            // a power of small ints, per bit of the exponent
#define VB_NS_SORT VB_US(0.378)                 // a step of a sort, in addition to its comparison
#define VB_NS_REVERSE VB_US(0.087)              // per item of list.reverse()
#define VB_NS_HASH VB_US(0.622)                 // the hash of a string that is not interned, and each byte of it
#define VB_NS_HASH_BYTE VB_US(0.086)
#define VB_NS_UTF8_BYTE VB_US(0.128)            // a byte that is checked or counted as UTF-8
#define VB_NS_CHAR VB_US(0.172)                 // a character is read, classified or converted
#define VB_NS_PARSE_INT VB_US(1.998)            // a number is read from text, and each of its characters
#define VB_NS_PARSE_FLOAT VB_US(4.526)
#define VB_NS_PARSE_DIGIT VB_US(0.387)
#define VB_NS_HEX_BYTE VB_US(0.221)             // binascii, per byte of the data
#define VB_NS_TO_BASE64_BYTE VB_US(0.265)
#define VB_NS_FROM_BASE64_BYTE VB_US(0.347)
#define VB_NS_CRC_BYTE VB_US(0.183)
#define VB_NS_SHA256_BLOCK VB_US(69.651)        // hashlib, per block of 64 bytes
#define VB_NS_SHA1_BLOCK VB_US(25.320)
#define VB_NS_FORMAT_CODE VB_US(1.596)          // the size of a code in a format of struct
#define VB_NS_ELEMENT VB_US(0.562)              // an element of an array, a field of struct
#define VB_NS_MPZ VB_US(0.182)                  // an operation on big ints, and each digit of 16 bits
#define VB_NS_MPZ_DIGIT VB_US(0.042)
#define VB_NS_MPZ_MUL VB_US(0.141)              // per pair of digits
#define VB_NS_MPZ_PRODUCT VB_US(1.618)          // a product inside a power, in addition
#define VB_NS_MPZ_DIV VB_US(0.392)
#define VB_NS_MPZ_TEXT VB_US(0.529)
#define VB_NS_MPZ_FROM_TEXT VB_US(0.264)
#define VB_NS_PIXEL_SET VB_US(0.375)            // framebuf: a pixel of a format with whole bytes is set, is read
#define VB_NS_PIXEL_GET VB_US(0.344)
#define VB_NS_BITS_SET VB_US(0.114)             // in addition where pixels share a byte
#define VB_NS_BITS_GET VB_US(0.139)
#define VB_NS_FILL_ROW VB_US(0.235)             // a row or a column of a filled rectangle, and each pixel of it
#define VB_NS_FILL_PIXEL VB_US(0.072)
#define VB_NS_FILL_BITS VB_US(0.127)
#define VB_NS_LINE_PIXEL VB_US(0.427)           // in addition in line(), ellipse(), poly()
#define VB_NS_GLYPH VB_US(5.707)                // a character is drawn, without its pixels
#define VB_NS_TOKEN VB_US(53.366)               // the compiler, per token: about 570 us a line

// Calls of machine and time: measured without the opcodes around them. The shortest write, p(1) called from C, is
// min_write_ns in hardware/boards/chips/*.toml.
#define VB_NS_PIN_WRITE VB_US(0.500)
#define VB_NS_EXT_PIN VB_US(200.0)   // a command to the WiFi chip; a GUESS
#define VB_NS_PIN_READ VB_US(0.100)
#define VB_NS_PIN_INIT VB_US(0.000)
#define VB_NS_ADC_READ VB_US(0.100)
#define VB_NS_PWM_DUTY VB_US(1.784)
#define VB_NS_PWM_FREQ VB_US(3.763)
#define VB_NS_I2C_CALL VB_US(12.0)     // a guess: the driver's work around a transfer
#define VB_NS_UART_CALL VB_US(6.0)     // a guess
#define VB_NS_UART_BYTE VB_US(1.0)     // a guess: a byte through the buffer
#define VB_NS_SPI_CALL VB_US(5.0)
#define VB_SOFT_SPI_MAX_HZ 250000      // a program that toggles pins as fast as possible
#define VB_NS_TIMER_INIT VB_US(7.530)
#define VB_NS_TIME VB_US(1.821)
#define VB_NS_SLEEP VB_US(15.205)               // the overhead of sleep(), sleep_ms()
#define VB_NS_SLEEP_US VB_US(0.100)
#define VB_NS_TX VB_US(10.546)                  // a write to the serial line, and each of its bytes;
#define VB_NS_TX_BYTE VB_US(0.674)              // the line itself takes more time (families/*.h)
#define VB_NS_IRQ_SOFT VB_US(3.5)      // taken from the line that was interrupted
#define VB_NS_IRQ_HARD VB_US(2.0)      // without the time until the next jump or return, where it runs

// Flash. The emulator takes no time to erase or program: 45 ms for a 4 KB sector and 0.4 ms for a page
// of 256 bytes are the data sheet's (W25Q16JV). A call of littlefs into the driver is fitted to
// open-read-close in 617 us.
#define VB_NS_FLASH_CALL VB_US(34.018)
#define VB_NS_FILE VB_US(3.982)                 // a file is read or written: the call, and each byte
#define VB_NS_FILE_BYTE VB_US(0.061)
#define VB_NS_FLASH_ERASE 45000000
#define VB_NS_FLASH_PAGE 400000

// TLS (cost/tls.c). GUESSES: a product on P-256 takes about 44 million cycles of a Cortex-M0+ in C; an ESP32 has hardware for
// long numbers, SHA and AES, but not for the hash of GCM. RSA is a check of a signature with the usual exponent.
#if VB_ESP32
#define VB_NS_TLS_CURVE_256 70000000u
#define VB_NS_TLS_RSA_2048 12000000u
#define VB_NS_TLS_HASH_BYTE 60u
#undef VB_NS_SHA256_BLOCK
#undef VB_NS_SHA1_BLOCK
#define VB_NS_SHA256_BLOCK 4000u
#define VB_NS_SHA1_BLOCK 4000u // and of MD5
#define VB_NS_TLS_CIPHER_BYTE 400u
#else
#define VB_NS_TLS_CURVE_256 350000000u
#define VB_NS_TLS_RSA_2048 30000000u
#define VB_NS_TLS_HASH_BYTE 1200u // of SHA-512: as SHA-256
#define VB_NS_TLS_CIPHER_BYTE 1600u
#endif
