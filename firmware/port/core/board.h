// core/board.h: what a peripheral may use: clock, alarms, records, calls, pads. The hardware of this MicroPython is a
// bench, another process at the other end of a stream (frames.toml).
//
// Time is virtual: nanoseconds since the bench's power-on. It passes because code is charged for its work
// (cost/costs.h) and because waits jump. No result depends on the wall clock.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "frames.h" // VB_REC_..., VB_MODE_..., made from frames.toml by the Makefile
#ifndef VB_COSTS_H
#define VB_COSTS_H "cost/costs.h" // VB_NS_..., what each action costs on this family; tools/calibrate.py has its own
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

// ---- what a file adds to the core: read by gencollect.py, each at the start of a line ----

#define VB_MACHINE_CLASS(name, type)       // machine.<name>, a `const mp_obj_type_t type`
#define VB_MACHINE_CLASS_IF(condition, name, type) // on the chips for which it is not 0
#define VB_ENTRY(module, name, type, object) // <module>.<name>, a `const type object`; modules: machine, esp32
#define VB_ENTRY_IF(condition, module, name, type, object) // on the chips for which it is not 0
#define VB_AT_SOFT_RESET(function, order)  // void function(void), before the heap is swept; low orders first

// ---- clock (core/clock.c) ----

// Nanoseconds left before vb_service() must run. The interpreter subtracts the cost of each opcode and
// compares at jumps and returns; 32 bits, as this is the hot path.
extern int32_t vb_fuel;

uint64_t vb_now(void);         // virtual ns, exact at any moment
uint64_t vb_ticks_us(void);    // what time.ticks_us() counts, before it wraps
void vb_charge(uint32_t ns);   // adds the time of some work; never serves, never raises: allowed everywhere
#define VB_FUEL_MAX 1000000000 // 1 s: C functions may overdraw as much below zero
static inline void vb_spend(uint32_t ns) { // vb_charge() for less than 1 s, in the hot paths
    vb_fuel -= ns;
    if (__builtin_expect(vb_fuel < -VB_FUEL_MAX, 0)) {
        vb_charge(0);
    }
}
void vb_elapse(uint64_t ns);   // adds time that does not depend on the processor's speed, without interrupts: the flash erases
void vb_service(void);         // handles what is due (alarms, wakes, horizon); never raises
void vb_service_soon(void);    // makes the next jump or return call vb_service()
extern bool vb_hard;           // the program has hard handlers: they may run before any opcode

// Passes time to t exactly, and serves alarms, hard interrupts and the horizon meanwhile. Runs no scheduled Python and
// cannot be interrupted: for C loops of the chip like sleep_us and time_pulse_us.
void vb_wait_until(uint64_t t);

// One step of a wait that Python may interrupt: passes time until t or an event (an alarm, an interrupt, news from the bench,
// a scheduled call), whichever is first, and returns. Callers loop around it with mp_handle_pending(). VB_NEVER: no time-out.
void vb_wfe(uint64_t t);
void vb_rest(uint64_t t); // as vb_wfe(); bytes that a UART receives meanwhile do not end it, unless they call a handler

// ---- alarms (core/alarm.c): exact in ns, run in one loop that is not reentrant and must never raise ----

struct vb_alarm {
    uint64_t due; // VB_NEVER: not pending
    void (*run)(struct vb_alarm *alarm, uint64_t due); // may set the alarm again: next = due + period
    struct vb_alarm *next;
};
// The owner keeps the memory while the alarm is pending. Zeroed memory is not a valid alarm: set due = VB_NEVER first.
void vb_alarm_set(struct vb_alarm *alarm, uint64_t due);
void vb_alarm_cancel(struct vb_alarm *alarm); // does nothing if it is not pending
void vb_alarm_cancel_all(void);

// machine.disable_irq(): alarms and edges wait (edges are latched once, as in a chip's flag).
extern bool vb_irq_off;

// ---- link (core/link.c) ----

// Buffers a record with the time vb_now(). MODE, and OUT, PWM and TX of a coupled output, end the promise of the last
// grant that the inputs do not change: the next read asks again.
void vb_emit(uint8_t kind, uint8_t a, uint16_t b, uint32_t c);
void vb_emit_text(uint8_t kind, const char *str, size_t len); // in records of up to 6 bytes
void vb_sync(void);                        // asks the bench for the inputs
uint64_t vb_convert(uint8_t pin);          // microvolts at the pin, for the ADC
bool vb_level(uint8_t pin);                // level at the pin; asks only after the end of the promise
uint64_t vb_horizon(void);                 // no input changes before this time
extern uint64_t vb_coupled;                // bit n: output n may change an input; 63: the serial output

// ---- calls (core/call.c): buses, radio, and everything else that is more than a pin ----

// Sends the bytes and the call, waits for the answer, and passes the time that the bench says the call takes (serves
// interrupts, runs no scheduled Python). Returns the status: >= 0, or -errno. The answer's bytes go to `in`: missing ones
// leave it unchanged, surplus ones are dropped. The caller charges for the processor's work.
int32_t vb_call(uint8_t op, uint16_t b, uint32_t c, const void *out, size_t out_len, void *in, size_t in_len);

// The same for a call whose answer the bench may have told in advance: then the board does not wait.
struct vb_told {
    uint64_t flag; // VB_FLAG_RADIO, for example; 0: it has not
    uint64_t value; // the answer, as in a grant: the status, and the ns that it takes in the high half
    const void *bytes; // and its bytes
    size_t len;
    uint64_t after; // how many ns later the board may notice an effect of the call; 0: never
    uint64_t ends; // the flags whose answers the call changes: they are not known any more
    uint64_t fetches; // the channels whose news it is
};
int32_t vb_call_told(const struct vb_told *told, uint8_t op, uint16_t b, uint32_t c, const void *out, size_t out_len, void *in,
    size_t in_len);
extern struct vb_radio vb_link_radio; // the answer to RADIO_STATE that a grant told last
extern struct vb_absent vb_link_absent; // what the last grant with VB_FLAG_ABSENT said
extern struct vb_sockets vb_link_sockets; // and with VB_FLAG_SOCKETS
extern uint8_t vb_link_received[VB_TOLD_RECEIVED]; // the bytes behind it

// The three parts of vb_call_told(): interrupts up to now are served, and the last grant still holds; the call, as in a grant; its
// time passes. Only in the third one others run: handlers and threads.
void vb_call_begin(void);
uint64_t vb_call_answer(const struct vb_told *told, uint8_t op, uint16_t b, uint32_t c, const void *out, size_t out_len, void *in,
    size_t in_len);
int32_t vb_call_end(uint64_t value);

#define VB_CALL_MOST (32 * 1024) // bytes of one call, each way; the bench ends a board that sends more

// fn runs like an interrupt when the bench says that the channel has something new; it fetches that with a call.
// NULL: none.
void vb_on_pending(uint8_t channel, void (*fn)(void));
void vb_pending_has_handler(uint8_t channel, bool has); // of the program: news must reach it at once

// ---- pins (core/pin.c) ----

// GPIO numbers are 0 .. VB_PINS - 1; some do not exist (families/, chips/).

// GPIO number of a Python pin: a Pin, a number or a name, as for the family's Pin(); raises the same errors.
#if VB_RP2
extern uint32_t vb_peripheral_hz;    // machine/modmachine.c: clk_peri
#endif
uint8_t vb_pin_get(void *mp_obj);
// Sets direction and pull of a pad and reports them to the bench (VB_MODE_..., VB_PULL_...).
void vb_pin_mode(uint8_t pin, uint8_t mode, uint8_t pull);
// Sets the output latch; reads the level at the pad; its present pull.
void vb_pin_write(uint8_t pin, bool level);
bool vb_pin_read(uint8_t pin);
uint8_t vb_pin_pull(uint8_t pin);
// Called by the link with each grant: pins that had such an edge since the last one.
void vb_pin_edges(uint64_t rose, uint64_t fell);

// ---- given by machine/pwm_rp2.c and esp32/ledc.c ----

void vb_pwm_detach(uint8_t pin); // Pin() takes the pad: its PWM is disconnected from it
