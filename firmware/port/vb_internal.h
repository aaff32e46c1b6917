// vb_internal.h: what the files of the core share, beyond what the peripherals see (vb.h).
#pragma once

#include "vb.h"

struct vb_options {
    int bench_fd, flash_fd;
    uint64_t seed, t0_ns, ticks0_ms;
    uint8_t uid[6];
    int cause;
    size_t heap_bytes;
};
extern struct vb_options vb_options; // main.c

// vb_cost.c
void vb_cost_start(void);

// vb_clock.c
void vb_clock_start(uint64_t t0);
void vb_clock_jump(uint64_t t);
bool vb_clock_busy(void);

// vb_link.c
void vb_hello(void);
void vb_flush(void);
void vb_link_wait(uint64_t t);    // until something is new or t is near: what the bench says jumps
bool vb_link_void(void);          // the promise of the last grant is over, or the bench poked
uint64_t vb_link_due(void);       // when the bench must be asked at the latest: the horizon, or sooner
bool vb_link_poll(int timeout_ms); // looks for a poke; leaves the process if the bench is gone
void vb_link_irq_on(void);        // interrupts are allowed again: ask for what was held back
void vb_link_put(uint8_t kind, uint8_t a, uint16_t b, uint32_t c); // a record as it is
void vb_link_late(uint8_t kind, uint8_t a, uint16_t b, uint32_t c, uint64_t t); // of an engine: t is past, after all others
uint64_t vb_link_levels(void);    // what the last grant said, without asking
uint64_t vb_link_ask(uint8_t *into, size_t len); // sends what was put, waits: the grant's value; bytes to `into`
uint64_t vb_link_mail(void);      // channels that have something for us, as the last grant said; once a grant
bool vb_realtime(void);
bool vb_headless(void);

// vb_call.c
void vb_mail_deliver(void);       // runs the functions of the channels that have something
void vb_mail_forget(void);        // soft reset

// vb_wall.c
void vb_wall_restart(void);       // from here on virtual and wall time run together
void vb_wall_pace(void);          // in realtime: waits if virtual time is ahead
void vb_wall_mark(void);          // before a request that the bench may answer late, and
void vb_wall_follow(void);        // after it: the time that it took has passed on the board, too
void vb_wall_wait(uint64_t t);    // until t by the wall clock, or a poke

// vb_serial.c
unsigned vb_serial_room(void);
void vb_serial_receive(const uint8_t *data, size_t len);
bool vb_serial_arrived(void);
bool vb_serial_watched(void);     // the program polled the line since the last wait

// vb_pin.c
void vb_pin_deliver(void);        // runs the handlers of latched edges
void vb_pin_irq(uint8_t pin, bool rise, bool fall, bool hard); // which edges are latched from now on
void vb_pin_fire(uint8_t pin, bool rose, bool fell);           // vb_machine_pin_*.c: the handler of the pin
void vb_pin_irq_forget(void);                                  // vb_machine_pin_*.c: all handlers
uint8_t vb_pin_direction(uint8_t pin);                         // VB_MODE_...
bool vb_pin_look(uint8_t pin);                                 // the level that Pin.value() says, at no cost
bool vb_pin_latch(uint8_t pin);                                // what was last written
void vb_pin_start(void);
void vb_pin_deinit_all(void);

// vb_lock.c
__attribute__((noreturn)) void vb_lock_and_run(size_t flash_bytes, void (*run)(void)); // on its own stack
void *vb_map(uintptr_t address, size_t bytes);

// vb_flash.c
void vb_flash_start(size_t bytes);

// main.c
void vb_state(uint8_t state, uint32_t detail);
int vb_reset_cause(void);
