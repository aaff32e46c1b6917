// vb.h: what the files of this port share. The hardware of this MicroPython is a bench, another
// process at the other end of one descriptor (frames.toml); this header is the board's side of it.
//
// Time is virtual: nanoseconds since the bench's power-on. It passes because code is charged for what
// it does (costs.h) and because waits jump. Nothing here reads the wall clock to compute a result.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frames.h" // VB_REC_..., VB_MODE_..., made from frames.toml by the Makefile
#ifndef VB_COSTS_H
#define VB_COSTS_H "costs.h" // VB_NS_..., what each action costs on this family; tools/calibrate.py has its own
#endif
#include VB_COSTS_H

#define VB_NEVER UINT64_MAX

// The family, also as a value.
#ifndef VB_ESP32
#define VB_ESP32 0
#endif
#ifndef VB_RP2
#define VB_RP2 0
#endif

// ---- what a file offers to the core: read by gencollect.py, each at the start of a line ----

#define VB_MACHINE_CLASS(name, type)       // machine.<name>, a `const mp_obj_type_t type`
#define VB_MACHINE_CLASS_ESP32(name, type) // on one family only
#define VB_MACHINE_CLASS_RP2(name, type)
#define VB_ENTRY(module, name, type, object) // <module>.<name>, a `const type object`; modules: machine, esp32
#define VB_AT_SOFT_RESET(function)         // void function(void), before the heap is swept

// ---- clock (vb_clock.c) ----

// Nanoseconds left before vb_service() must run. The interpreter subtracts the cost of each opcode and
// compares at jumps and returns; 32 bits, as this is the hot path.
extern int32_t vb_fuel;

uint64_t vb_now(void);         // virtual ns, exact at any moment
uint64_t vb_ticks_us(void);    // what time.ticks_us() counts, before it wraps
void vb_charge(uint32_t ns);   // work that costs time; never serves, never raises: allowed everywhere
#define VB_FUEL_MAX 1000000000 // 1 s: leaves as much below zero for what C functions overdraw
static inline void vb_spend(uint32_t ns) { // the same, of less than 1 s, in the hot paths
    vb_fuel -= ns;
    if (__builtin_expect(vb_fuel < -VB_FUEL_MAX, 0)) {
        vb_charge(0);
    }
}
void vb_elapse(uint64_t ns);   // time that passes however fast the processor is: the flash erases
void vb_service(void);         // serves what is due (alarms, pokes, horizon); never raises
void vb_service_soon(void);    // makes the next jump or return call vb_service()

// Passes time to t exactly, serving alarms, hard interrupts and the horizon on the way. Runs no
// scheduled Python and cannot be interrupted: for C loops of the chip that are so (sleep_us, time_pulse_us).
void vb_wait_until(uint64_t t);

// One step of a wait that Python may interrupt: passes time to the first of t, an own alarm or the
// horizon, and returns. Callers loop around it with mp_handle_pending(). VB_NEVER: no time-out.
void vb_wfe(uint64_t t);

// ---- alarms (vb_alarm.c): exact in ns, run in one loop that is not reentrant and must never raise ----

struct vb_alarm {
    uint64_t due; // VB_NEVER: not pending
    void (*run)(struct vb_alarm *alarm, uint64_t due); // may set its alarm again: next = due + period
    struct vb_alarm *next;
};
// The owner keeps the memory alive while pending. Zeroed memory is no valid alarm: set due = VB_NEVER first.
void vb_alarm_set(struct vb_alarm *alarm, uint64_t due);
void vb_alarm_cancel(struct vb_alarm *alarm); // of one that is not pending: nothing happens
void vb_alarm_cancel_all(void);

// machine.disable_irq(): alarms and edges wait (edges are latched once, as in a chip's flag).
extern bool vb_irq_off;

// ---- link (vb_link.c) ----

// A record stamped with vb_now(), written behind. MODE, and OUT, PWM, TX that the bench said are
// coupled, void its promise that inputs stand still: the next read asks again.
void vb_emit(uint8_t kind, uint8_t a, uint16_t b, uint32_t c);
void vb_sync(void);                        // asks for the inputs; returns with fresh levels
uint64_t vb_convert(uint8_t pin); // what the ADC is given there, in microvolts
bool vb_level(uint8_t pin);                // level at the pin; asks only if the promise is over
uint64_t vb_horizon(void);                 // nothing the board could see changes before it
extern uint64_t vb_coupled;                // bit n: output n matters to an input; 63: the serial output

// ---- calls (vb_call.c): buses, radio, and all else that is more than a pin ----

// Sends the bytes and the call, waits for its answer, and lets the time pass that the bench says it takes (interrupts
// are served meanwhile, no scheduled Python runs). Returns the status: >= 0, or -errno. The answer's bytes land in
// `in`, what is missing stays as it was, what is too much is lost. The caller charges for the processor's work.
int32_t vb_call(uint8_t op, uint16_t b, uint32_t c, const void *out, size_t out_len, void *in, size_t in_len);

#define VB_CALL_MOST (32 * 1024) // bytes of one call, each way; the bench ends a board that sends more

// fn runs as an interrupt would, when the bench says that the channel has something that was not fetched yet; it
// fetches it by a call of its own. NULL: nobody listens.
void vb_on_mail(uint8_t channel, void (*fn)(void));

// ---- pins (vb_pin.c) ----

#define VB_PINS (VB_FAMILY_PINS) // GPIO numbers 0 .. VB_PINS - 1 (some do not exist: families/*.h)

// GPIO number of a Python pin: a Pin, a number, a name as the family's Pin() takes it; raises as it does.
uint8_t vb_pin_get(void *mp_obj);
// Sets direction and pull of a pad and tells the bench (VB_MODE_..., VB_PULL_...).
void vb_pin_mode(uint8_t pin, uint8_t mode, uint8_t pull);
// What a push-pull or open drain pad was last told, what is at the pad, and its present pull.
void vb_pin_write(uint8_t pin, bool level);
bool vb_pin_read(uint8_t pin);
uint8_t vb_pin_pull(uint8_t pin);
// Called by the link with each grant: pins with such an edge since the last one.
void vb_pin_edges(uint64_t rose, uint64_t fell);

// ---- given by vb_machine_pwm_rp2.c and vb_esp32_ledc.c ----

void vb_pwm_detach(uint8_t pin); // Pin() takes the pad back: its PWM no longer reaches it

// vb_machine_{adc,pwm}_{esp32,rp2}.c are the include files of extmod/machine_adc.c and machine_pwm.c;
// vb_machine_timer.c is a source of its own with `const mp_obj_type_t machine_timer_type`;
// vb_machine_pulse.c overrides machine_time_pulse_us (MP_WEAK in extmod).
