// core/engine.h: what the chip does by itself while the processor runs: the state machines of PIO on the RP2040, the pulses
// of RMT on the ESP32.
//
// An engine is simulated later than the processor, when the processor does something visible: the engine's edges get the
// times at which they happen, and reach the bench in order. Engine and bench go on together, however late the processor
// is: the engine gets each level at its own time, and the bench is asked at each coupled edge. Where an edge matters to the
// processor at its own time (a coupled output, an interrupt) a copy of the engine looks ahead, and an alarm stops the
// processor at that time.
#pragma once

#include "core/board.h"

// ---- core/engine.c ----

extern bool vb_engine_on;             // set by the family's engine: there is something to simulate
void vb_engine_catch_up(void);        // simulates it up to vb_now()
void vb_engine_touched(void);         // the processor changed something: the look ahead is not valid any more
void vb_engine_plan(void);            // sets the alarm; by vb_service()

// ---- given by each family (rp2/pio_class.c, esp32/rmt.c) ----

// Emits all edges by vb_pin_drive(), up to a time or to the first coupled one; returns how far it came.
uint64_t vb_engine_run(uint64_t until);
uint64_t vb_engine_next(uint64_t most); // when the processor has to stop, looking ahead to `most`
void vb_engine_due(void);             // at that time: interrupts
void vb_engine_stop(void);            // soft reset: all stops

// ---- pads that an engine drives (core/pin.c) ----

enum { VB_OF_PIN, VB_OF_RMT, VB_OF_PIO0 }; // VB_OF_PIO0 + n: block n of PIO
// The owner drives the pad, until vb_pin_mode() gives it back to Pin.
void vb_pin_lend(uint8_t pin, uint8_t to);
bool vb_pin_is_of(uint8_t pin, uint8_t who);
void vb_pin_drive(uint8_t pin, bool out, bool level, uint64_t t); // t: when, not after vb_now()
uint64_t vb_pin_watched(void);          // pins whose edges matter at their own time
uint64_t vb_pin_levels(void);         // all levels, without a request to the bench
