// mpconfigport.h: the parts of MicroPython that are compiled in: those of ports/esp32 and ports/rp2 of 1.25.0, without
// everything that could reach memory by address.
#pragma once

#include <stdint.h>
#include <alloca.h>
#include VB_FAMILY_H

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;
#define MP_SSIZE_MAX INTPTR_MAX
#define MP_STATE_PORT MP_STATE_VM

// Memory and errors, as on both chips.
#define MICROPY_ENABLE_GC (1)
#define MICROPY_STACK_CHECK (1)
#define MICROPY_PY_THREAD (1)
#define MICROPY_PY_THREAD_GIL (0) // threads take turns where the interpreter pauses (core/thread.c)
#define MICROPY_ALLOC_PATH_MAX (128)
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)
#define MICROPY_FLOAT_IMPL (MICROPY_FLOAT_IMPL_FLOAT)
#define MP_NEED_LOG2 (1) // lib/libm has none
#define MICROPY_OPT_COMPUTED_GOTO (1)
#define MICROPY_SCHEDULER_DEPTH (8)
#define MICROPY_SCHEDULER_STATIC_NODES (1)
#define MICROPY_READER_VFS (1)
#define MICROPY_VFS (1)
#define MICROPY_USE_INTERNAL_PRINTF (0)
#define MICROPY_PY_BUILTINS_HELP_TEXT vb_help_text

// Left out: everything that writes memory by address.
#define MICROPY_EMIT_X86 (0)
#define MICROPY_EMIT_X64 (0)
#ifndef MICROPY_PERSISTENT_CODE_LOAD // .mpy files raise: core/compile.c
#define MICROPY_PERSISTENT_CODE_LOAD (0)
#endif
#define MICROPY_PY_UCTYPES (0)
#define MICROPY_PY_MACHINE_MEMX (0)

// Time. 2^30 explicitly, as the default depends on the word size.
#define MICROPY_PY_TIME_TICKS_PERIOD (1 << 30)
#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME (1)
#define MICROPY_PY_TIME_TIME_TIME_NS (1)
#define MICROPY_PY_TIME_CUSTOM_SLEEP (1)
#define MICROPY_PY_TIME_INCLUDEFILE "machine/modtime.c"

#define MICROPY_PY_OS_INCLUDEFILE "machine/modos.c"
#define MICROPY_PY_OS_DUPTERM (1)
#define MICROPY_PY_OS_DUPTERM_NOTIFY (1)
#define MICROPY_PY_OS_UNAME (1)
#define MICROPY_PY_OS_URANDOM (1)
#define MICROPY_PY_OS_SYNC (1)
#define MICROPY_PY_RANDOM_SEED_INIT_FUNC (vb_random())
#define MICROPY_PY_HASHLIB_SHA256 (1)
#define MICROPY_PY_HASHLIB_SHA1 (1)
#define MICROPY_PY_HASHLIB_MD5 (VB_ESP32)
#define MICROPY_PY_CRYPTOLIB (1)
#define MICROPY_PY_WEBSOCKET (1)
#define MICROPY_PY_WEBREPL (1)

// The families differ here.
#if VB_ESP32
#define MICROPY_WARNINGS (1)
#define MICROPY_STREAMS_POSIX_API (1)
#define MICROPY_PY_STR_BYTES_CMP_WARN (1)
#define MICROPY_PY_ALL_INPLACE_SPECIAL_METHODS (1)
#define MICROPY_PY_IO_BUFFEREDWRITER (1)
#define MICROPY_GC_SPLIT_HEAP (1)
#define MICROPY_GC_SPLIT_HEAP_AUTO (1)
void *vb_heap_grow(size_t bytes);
void vb_heap_shrink(void *at);
#define MP_PLAT_ALLOC_HEAP(bytes) vb_heap_grow(bytes)
#define MP_PLAT_FREE_HEAP(at) vb_heap_shrink(at)
#else
#define MICROPY_PY_RE_MATCH_GROUPS (1)
#define MICROPY_PY_RE_MATCH_SPAN_START_END (1)
#define MICROPY_PY_MACHINE_FREQ_NUM_ARGS_MAX (2)
#endif
#define MICROPY_USE_INTERNAL_ERRNO (1)

#define MICROPY_PY_MACHINE (1)
#define MICROPY_PY_MACHINE_INCLUDEFILE "machine/modmachine.c"
#define MICROPY_PY_MACHINE_RESET (1)
#define MICROPY_PY_MACHINE_BARE_METAL_FUNCS (1)
#define MICROPY_PY_MACHINE_DISABLE_IRQ_ENABLE_IRQ (1)
#define MICROPY_PY_MACHINE_PIN_MAKE_NEW mp_pin_make_new
#define MICROPY_PY_MACHINE_SIGNAL (1)
#define MICROPY_PY_MACHINE_PULSE (1)
#define MICROPY_PY_ONEWIRE (1)
#define MICROPY_PY_MACHINE_DHT_READINTO (1)
#include "machine/config.h"

// WiFi: `network` of extmod with the classes of net/wlan_*.c; `socket` is net/socket.c.
#define MICROPY_PY_NETWORK (1)
#define MICROPY_PY_NETWORK_INCLUDEFILE "net/radio.h"
#define MICROPY_PY_NETWORK_MODULE_GLOBALS_INCLUDEFILE "net/network_globals.h"

// Bluetooth: extmod/modbluetooth.c (safe/bluetooth.c) over net/ble*.c.
#define MICROPY_PY_BLUETOOTH (VB_HAS_BLE)
#define MICROPY_PY_BLUETOOTH_USE_SYNC_EVENTS (1)
#define MICROPY_PY_BLUETOOTH_ENABLE_CENTRAL_MODE (1)
#define MICROPY_PY_BLUETOOTH_ENABLE_PAIRING_BONDING (VB_ESP32)

// TLS: extmod/modtls_mbedtls.c with Mbed TLS (tls/), whose memory is a part of Python's heap.
#define MICROPY_PY_SSL (1)
#define MICROPY_SSL_MBEDTLS (1)
#define MICROPY_TRACKED_ALLOC (1)

// The files of FAT: long names, as on both chips.
#define MICROPY_FATFS_ENABLE_LFN (1)
#define MICROPY_FATFS_RPATH (2)
#define MICROPY_FATFS_MAX_SS (4096)
#define MICROPY_FATFS_LFN_CODE_PAGE 437

// Where time passes and interrupts run: at jumps and returns. The loops of the collector only count time: nothing may run
// inside them.
#include "core/aside.h"
void vb_serve(void);
void vb_serve_jump(void);
void vb_thread_turn(void);
extern int32_t vb_fuel;
extern const uint8_t *vb_jump_ip;
extern bool vb_turn_is_over;
#define MICROPY_VM_HOOK_LOOP if (vb_fuel <= 0) { VB_ASIDE(vb_serve); if (vb_turn_is_over) { vb_thread_turn(); } \
    vb_jump_ip = ip; VB_ASIDE(vb_serve_jump); }
#define MICROPY_VM_HOOK_RETURN if (vb_fuel <= 0) { VB_ASIDE(vb_serve); if (vb_turn_is_over) { vb_thread_turn(); } }
extern int32_t vb_gc_hook_ns;
#define MICROPY_GC_HOOK_LOOP(i) (vb_fuel -= vb_gc_hook_ns)

// Charged by cost/interpreter.c and cost/data.c, which call the source's functions by these names.
#define MICROPY_WRAP_MP_MAP_LOOKUP(f) __real_##f
#define MICROPY_WRAP_MP_BINARY_OP(f) __real_##f

// Every wait of MicroPython calls this.
void vb_wfe_ms(int32_t timeout_ms);
#define MICROPY_INTERNAL_WFE(timeout_ms) vb_wfe_ms(timeout_ms)

// A thread that sleeps may have to run what was scheduled.
void vb_service_soon(void);
#define MICROPY_SCHED_HOOK_SCHEDULED vb_service_soon()

// Atomic sections and machine.disable_irq() are the same.
unsigned vb_irq_disable(void);
void vb_irq_restore(unsigned state);
#define MICROPY_BEGIN_ATOMIC_SECTION() vb_irq_disable()
#define MICROPY_END_ATOMIC_SECTION(state) vb_irq_restore(state)

// main.c: reports how main.py ended.
void vb_before_exec(void);
void vb_after_exec(void *exception, int ret);
#define MICROPY_BOARD_BEFORE_PYTHON_EXEC(kind, flags) vb_before_exec()
#define MICROPY_BOARD_AFTER_PYTHON_EXEC(kind, flags, exception, ret) vb_after_exec(exception, *(ret))

uint32_t vb_random(void);
