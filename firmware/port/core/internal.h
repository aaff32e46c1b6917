// core/internal.h: what the files of the core share, beyond what the peripherals see (core/board.h).
#pragma once

#include "py/obj.h"
#include "core/board.h"

struct vb_options {
    uint64_t seed, t0_ns, ticks0_ms;
    uint8_t uid[6];
    int cause, wake;          // machine.reset_cause(), machine.wake_reason()
    size_t heap_bytes;
    uint32_t chance;          // the seed of this boot
};

// What may end a sleep (esp32).
struct vb_wake {
    uint64_t ext1_pins;
    int8_t ext0_pin;          // -1: none
    uint8_t ext0_kinds;       // machine.SLEEP | machine.DEEPSLEEP
    bool ext0_level, ext1_level, touch;
};
extern struct vb_options vb_options; // main.c

// cost/interpreter.c
void vb_cost_start(void);

// core/clock.c
void vb_clock_start(uint64_t t0);
void vb_clock_jump(uint64_t t);
bool vb_clock_busy(void);         // handles due alarms, edges and pending channels
void vb_serve_hard(void);         // lets hard handlers run that are due
bool vb_serve_caused(void);       // before a wait: serves what the program or a handler has just caused; false: nothing
extern uint64_t vb_settled;       // time does not pass again before this
void vb_clock_settle(void);       // the program looks at what is outside, whether the bench is asked for it or not
void vb_clock_hz(uint32_t hz);    // machine.freq(): the processor's speed from now on
void vb_clock_overlap(bool on);   // both processors work, each has half of the turns
void vb_clock_step(uint64_t t, bool line, bool heeds); // one step of vb_wfe(); the line, or a scheduled call, may end it
uint64_t vb_clock_work(uint64_t most, bool heeds); // one step of up to `most` ns of work in C: how many ns of it passed
extern uint32_t vb_events;        // counts events that may end a wait

// core/alarm.c
uint64_t vb_alarm_next(void);     // the time of the first one
void vb_alarms_run(void);
void vb_alarms_sleep(void);       // light sleep: none runs until vb_alarms_wake()
void vb_alarms_wake(void);

// core/thread.c
struct vb_thread;
void vb_thread_map(void);         // before the lock
void vb_thread_start(void);       // a boot: only the main thread exists
bool vb_thread_others(void);
void vb_thread_keep_interior(void); // in a collection: see safe/held.c
struct vb_thread *vb_thread_me(void);
bool vb_thread_main_called(void); // scheduled calls wait for another thread than this one, or it runs them now
size_t vb_thread_bytes(void);     // memory that their stacks take from the heap's growth
uint64_t vb_thread_due(void);     // when the turn may have to change
bool vb_thread_is_next(void);     // it is time for another thread
void vb_thread_turn(void);        // lets it run
void vb_thread_sleep(uint64_t until, bool line);   // one step of a wait, like vb_wfe(); other threads run meanwhile
void vb_thread_busy(uint64_t until);               // a busy wait of one core
void vb_thread_wait_unlocked(const bool *locked);
void vb_thread_make_way(const bool *locked);       // it is unlocked now: a thread that waits for it runs

// core/heap.c
void vb_heap_map(void);           // before the lock
void vb_heap_start(void);         // a boot

// core/sleep.c
extern struct vb_wake vb_wake;
void vb_wake_on_pin(uint8_t gpio, bool level, uint8_t kinds); // Pin.irq(wake=)
bool vb_sleep_keeps_input(uint8_t pin); // the pad keeps its pull in deep sleep
uint8_t vb_sleep(uint8_t kind, uint64_t until); // kind: [sleep]; returns machine.wake_reason()

#if VB_ESP32
// esp32/partition.c
extern size_t vb_storage_bytes, vb_nvs_bytes; // of the file system, which is first in the image, and of the settings behind it
extern uint32_t vb_storage_address;           // of the file system in the flash
void vb_partitions_start(size_t image_bytes);
#endif

// machine/rtc.c
void vb_rtc_start(void);          // a hard reset or power on

// machine/wdt.c
extern uint64_t vb_wdt_due;       // VB_NEVER: there is no watchdog
void vb_wdt_sleep(void);
void vb_wdt_wake(void);
__attribute__((noreturn)) void vb_wdt_bite(void);

// The variable keeps its value over a reset of the board's own; all others are as in a new process.
#define VB_RETAINED __attribute__((section("vb_retained")))

// core/link.c
void vb_hello(void);
void vb_flush(void);
uint64_t vb_link_pass(uint64_t t); // the time of the next news, at most t
void vb_link_wait(uint64_t t, uint8_t kind); // jumps to the time of the next news, at most to t; WAIT or PAUSE
bool vb_link_void(void);          // the promise of the last grant ended, or the bench sent a wake
bool vb_link_edges_unknown(void); // inputs may have changed since the last grant
uint64_t vb_link_due(void);       // when the bench must be asked at the latest: the horizon, or sooner
bool vb_link_poll(int timeout_ms); // whether the bench sent a wake; ends the process if it is gone
void vb_link_put(uint8_t kind, uint8_t a, uint16_t b, uint32_t c); // buffers a record, with no other effect
void vb_link_late(uint8_t kind, uint8_t a, uint16_t b, uint32_t c, uint64_t t); // of an engine: t is not after vb_now()
void vb_link_read_rarely(uint8_t pin, bool on); // an input of a UART: the bench tells its level only when it is asked
void vb_link_watch(uint8_t pin);  // from now on the bench tells each edge there, too
uint64_t vb_link_levels(void);    // the levels now, as the last grant said
bool vb_link_must_ask(void);       // an output may have changed the inputs
void vb_link_come_to(uint64_t t); // of an engine: the levels from t on, not after vb_now()
// The answer to the call in the buffer: as it was told, or the grant's value, for which the board waits; its bytes in `into`.
uint64_t vb_link_call(const struct vb_told *what, bool post, uint8_t *into, size_t len);
uint64_t vb_link_convert(uint8_t pin, uint64_t before); // microvolts: asks, or knows them; `before`: the last reading there
bool vb_link_knows(uint64_t flag); // whether the last grant tells the answer to calls of a kind, and its promise holds
bool vb_link_has_pending(void);
uint64_t vb_link_pending(void);      // channels with news in the last grant; 0 when called again
bool vb_realtime(void);
bool vb_headless(void);

// core/call.c
void vb_pending_deliver(void);       // runs the functions of the channels with news
void vb_pending_clear(void);        // soft reset
bool vb_pending_calls(void);         // news of some channel call a handler of the program

// core/wall_clock.c
void vb_wall_restart(void);       // from now on virtual time and wall time run together
void vb_wall_pace(void);          // in realtime: waits if virtual time is ahead
void vb_wall_mark(void);          // before a request that the bench may answer late
void vb_wall_follow(void);        // after it: virtual time passes as long as it took
void vb_wall_wait(uint64_t t);    // until t by the wall clock, or a wake

// core/serial.c
unsigned vb_serial_room(void);
void vb_serial_receive(const uint8_t *data, size_t len);
void vb_serial_write(const char *str, size_t len); // to the line, without os.dupterm()
bool vb_serial_arrived(void);
bool vb_serial_watched(void);     // the program polled the line since the last wait

// core/pin.c
bool vb_pin_has_irq(uint8_t pin);
bool vb_pin_has_edges(void);      // latched ones
void vb_pin_deliver(void);        // runs the handlers of latched edges
void vb_pin_irq(uint8_t pin, bool rise, bool fall, bool hard); // sets which edges are latched
void vb_pin_fire(uint8_t pin, bool rose, bool fell);           // machine/pin_*.c: the handler of the pin
void vb_pin_irq_forget(void);                                  // machine/pin_*.c: all handlers
uint8_t vb_pin_direction(uint8_t pin);                         // VB_MODE_...
bool vb_pin_look(uint8_t pin);                                 // the value of Pin.value(), at no cost
bool vb_pin_latch(uint8_t pin);                                // the last written level
void vb_pin_start(void);
void vb_pin_deinit_all(void);
void vb_pin_float_all(bool deep_sleep); // a hard reset or deep sleep: all pads that are not held
void vb_pin_hold(uint8_t pin, bool on);
bool vb_pin_any_held(void);
void vb_pin_hold_asleep(bool on);
void vb_pin_watch(uint8_t pin, bool asleep);

// core/memory.c
uint32_t vb_memory_hold(int place, mp_obj_t buf); // keeps a buffer at a place (0 to 31), and returns its address; raises
mp_obj_t vb_memory_buffer(uint32_t address, size_t size, unsigned flags, void **at); // MP_OBJ_NULL: not within one
MP_DECLARE_CONST_FUN_OBJ_1(vb_memory_address_obj);
MP_DECLARE_CONST_FUN_OBJ_1(vb_memory_place_obj);

// core/absent.c
void vb_asked(mp_obj_t owner, qstr name); // an attribute is looked up

// core/flash.c
void vb_flash_start(size_t bytes); // of the file system
void vb_flash_read(size_t at, void *to, size_t len); // all raise OSError
void vb_flash_program(size_t at, const void *from, size_t len);
void vb_flash_erase(size_t at);   // 4 KB

// rp2/modrp2.c, machine/pin_rp2.c
void vb_rp2_has_radio(void); // the module of a Pico W
void vb_pin_has_radio(void); // the names of its pins

// main.c
void vb_state(uint8_t state, uint32_t detail);
int vb_reset_cause(void);
__attribute__((noreturn)) void vb_reset(int cause); // the board resets itself, now
__attribute__((noreturn)) void vb_panic(uint32_t detail); // the interpreter failed: reports this to the bench and ends the process
__attribute__((noreturn)) void vb_enter_loader(void);     // rp2: the boot ROM takes over; it reports this, and ends the process
