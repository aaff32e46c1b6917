// mphalport.h: the hardware functions that MicroPython's shared drivers need.
#pragma once

#include "shared/runtime/interrupt_char.h"
#include "core/board.h"

static inline mp_uint_t mp_hal_ticks_ms(void) { return (mp_uint_t)(vb_ticks_us() / 1000); }
static inline mp_uint_t mp_hal_ticks_us(void) { return (mp_uint_t)vb_ticks_us(); }
static inline mp_uint_t mp_hal_ticks_cpu(void) { return (mp_uint_t)(vb_ticks_us() * (VB_CPU_HZ / 1000000)); }
void mp_hal_set_interrupt_char(int c);

// Busy waits of bit-banged buses; not interruptible.
static inline void mp_hal_delay_us_fast(mp_uint_t us) { vb_wait_until(vb_now() + us * 1000ull); }

#define mp_hal_pin_obj_t mp_uint_t
#define MP_HAL_PIN_FMT "%u"
#define mp_hal_quiet_timing_enter() MICROPY_BEGIN_ATOMIC_SECTION()
#define mp_hal_quiet_timing_exit(state) MICROPY_END_ATOMIC_SECTION(state)
#define mp_hal_get_pin_obj(o) vb_pin_get(o)
#define mp_hal_pin_name(p) (p)
#define mp_hal_pin_input(p) vb_pin_mode(p, VB_MODE_IN, vb_pin_pull(p))
#define mp_hal_pin_output(p) vb_pin_mode(p, VB_MODE_OUT, vb_pin_pull(p))
#define mp_hal_pin_open_drain(p) vb_pin_mode(p, VB_MODE_OPEN_DRAIN, vb_pin_pull(p))
#define mp_hal_pin_read(p) vb_pin_read(p)
#define mp_hal_pin_write(p, v) vb_pin_write(p, v)
#define mp_hal_pin_od_low(p) vb_pin_write(p, 0)
#define mp_hal_pin_od_high(p) vb_pin_write(p, 1)
