// core/clock.c: the virtual clock and every wait.
//
// now = base + (fuel_full - vb_fuel) * rate. Fuel is work, in nanoseconds of one processor at its usual speed. Code uses
// it up; at zero vb_service() handles what is due. A change of the clock or a new deadline must call refuel(), or the
// deadline is missed.

#include "py/bc0.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "core/aside.h"
#include "core/internal.h"
#include "core/engine.h"
#include "cost/opcost.h"

#define POLL_NS 2000000       // running code checks for a wake of the bench at most this often
#define JUMP_TO_ITSELF (0x40 - 2) // the argument of that JUMP: two bytes back, from 0x40 on
#define ONE (1 << 16)

int32_t vb_fuel = 0;
static int32_t fuel_full = 0;
static uint64_t base;         // virtual ns when vb_fuel was fuel_full
static uint32_t rest;         // of a ns, times ONE: no part of it is lost, however often the sum is made
static uint64_t rate = ONE, speed = ONE; // ns of time per ns of work, times ONE; the same for one processor
static bool overlap;          // both processors work
uint32_t vb_events;           // counts events that may end a wait
static uint64_t poll_due;
static bool busy;             // in run_due(), which is not reentrant
static uint64_t handlers_ns;  // time that interrupts took
bool vb_irq_off;
bool vb_hard;
uint64_t vb_settled;          // the program has sent or seen something at this time, or handlers ran until then
static bool served_off;       // a service ran while interrupts were off: events may wait

uint64_t vb_ticks_us(void) {
    return (vb_now() - vb_options.t0_ns) / 1000 + vb_options.ticks0_ms * 1000;
}

// Since `base`, in ns times ONE.
static uint64_t passed(void) {
    return ((uint32_t)fuel_full - (uint32_t)vb_fuel) * rate + rest;
}

uint64_t vb_now(void) {
    return base + passed() / ONE;
}

// Adds the used fuel to the base, and sets the fuel for this many ns of time.
static void refuel(uint64_t ns) {
    uint64_t units = passed();
    base += units / ONE;
    rest = units % ONE;
    ns = MIN(ns, VB_FUEL_MAX);
    fuel_full = vb_fuel = rate == ONE ? ns : MIN((ns * ONE + rate - 1) / (uint32_t)rate, VB_FUEL_MAX);
}

static void refuel_now(void) {
    refuel(0);
}

void vb_charge(uint32_t ns) {
    if (ns > VB_FUEL_MAX) {
        base += ns * rate / ONE;
        return;
    }
    vb_fuel -= ns;
    if (vb_fuel < -VB_FUEL_MAX) {
        vb_aside(refuel_now);
    }
}

void vb_elapse(uint64_t ns) {
    refuel(0);
    base += ns;
    vb_settled = base; // the chip writes its flash with interrupts off
}

static void set_rate(void) {
    refuel(0);
    rate = overlap ? speed / 2 : speed;
}

void vb_clock_hz(uint32_t hz) {
    speed = (uint64_t)VB_CPU_HZ * ONE / hz;
    set_rate();
}

void vb_clock_overlap(bool on) {
    if (overlap != on) {
        overlap = on;
        set_rate();
    }
}

void vb_service_soon(void) {
    vb_aside(refuel_now);
}

void vb_clock_start(uint64_t t0) {
    base = t0;
    fuel_full = vb_fuel = 0;
}

// ---- service ----

// Edges, or channels with news, whose handlers have not run.
static bool news_waits(void) {
    return vb_link_has_pending() || vb_pin_has_edges();
}

// The time at which something must be handled.
static uint64_t deadline(void) {
    if (!busy && !vb_irq_off && news_waits()) {
        return 0; // it came while the engine was planned
    }
    uint64_t t = MIN(poll_due, vb_thread_due());
    t = MIN(t, MIN(vb_alarm_next(), vb_wdt_due));
    return MIN(t, vb_link_due());
}

static void run_handlers(void) {
    vb_alarms_run();
    if (!vb_irq_off && news_waits()) {
        vb_events++;
        vb_pending_deliver();
        vb_pin_deliver();
    }
}

// Handles what is due now: the bench, alarms, edges. Handlers run Python (hard interrupts), which may call this again:
// then only time passes, and the bench is asked at the horizon, as a handler may never end.
static void run_due(void) {
    vb_engine_catch_up();
    if (busy) {
        if (vb_now() >= vb_horizon()) {
            vb_sync();
        }
        return;
    }
    busy = true;
    if (vb_now() >= vb_link_due()) {
        vb_sync();
    }
    uint64_t from = vb_now();
    if (vb_alarm_next() <= from || (!vb_irq_off && news_waits())) {
        vb_aside_back(run_handlers);
        vb_settled = vb_now();
    }
    handlers_ns += vb_now() - from;
    busy = false;
}

void vb_forget_hard(void) {
    vb_hard = false;
}

VB_AT_SOFT_RESET(vb_forget_hard, 5)

void vb_clock_settle(void) {
    if (vb_hard) {
        vb_settled = vb_now();
    }
}

// On the chip a hard handler interrupts a call of C code (a collection, too), which may take milliseconds. Here its work was
// done at once: the time since the interrupt passes again, with the handlers, whose time comes on top. A handler may be the
// cause of the next interrupt, and so on without end. When it happened follows from the program and the world: what is asked
// at the horizons of the bench settles nothing.
static bool interrupting;

static void interrupt_late(void) {
    uint64_t left = 0;
    bool served = false; // what was due now is done, and something is due again: a timer is faster than its interrupt
    interrupting = true;
    for (;;) {
        uint64_t now = vb_now(), horizon = vb_link_due(), alarm = vb_alarm_next(), next = MIN(horizon, alarm);
        // Two boards that asked at each other's horizons would come 1 ns further with each request, and what another board
        // does now is noticed 1 ns later there. A wait that begins before the horizon ends at the time of the edge itself.
        bool waits = horizon && next == horizon && !vb_engine_on && !vb_realtime();
        bool late = alarm <= now || (!waits && horizon <= now);
        uint64_t due = news_waits() ? vb_settled : MAX(next - waits, vb_settled); // news waits since C code looked at a pin
        if (due < now) {
            left += now - due;
            refuel(0);
            base = due;
        } else if (!left || vb_irq_off) {
            break;
        } else if (!horizon || news_waits() || (late && !served)) { // what a handler has caused, and what is due, is first
            served = late;
        } else {
            served = false;
            refuel(0);
            if (waits && alarm > now && horizon <= now + left) {
                base = vb_link_pass(MIN(now + left, alarm));
            } else {
                base = next > now ? MIN(now + left, next) : now + left;
            }
            left -= MIN(left, base - now);
        }
        vb_serve();
    }
    if (left) { // a handler has left interrupts off
        refuel(0);
        base += left;
    }
    interrupting = false;
}

bool vb_turn_is_over;

bool vb_serve_caused(void) {
    if (busy || (vb_link_due() && (vb_irq_off || !news_waits()))) {
        return false;
    }
    vb_aside(vb_serve);
    return true;
}

void vb_serve_hard(void) {
    if (!busy && !vb_irq_off) {
        vb_serve();
    }
}

void vb_serve(void) {
    if (vb_hard && !busy && !interrupting && !vb_irq_off && !vb_realtime()) {
        interrupt_late();
    }
    if (vb_now() >= vb_wdt_due) {
        vb_wdt_bite();
    }
    if (vb_now() >= poll_due) {
        vb_link_poll(0);
        vb_wall_pace();
        poll_due = vb_now() + POLL_NS;
    }
    served_off |= vb_irq_off;
    run_due();
    vb_engine_plan();
    vb_turn_is_over = vb_thread_others() && !busy && !vb_irq_off && vb_thread_is_next();
    uint64_t now = vb_now(), t = vb_turn_is_over ? 0 : deadline(); // a wait of C code cannot give its turn: the next jump does
    refuel(busy ? POLL_NS : t > now ? t - now : 0);
}

void vb_service(void) {
    vb_aside(vb_serve);
    if (vb_turn_is_over) {
        vb_thread_turn();
    }
}

// A jump to itself (`while True: pass`): only time passes, so all its rounds before the next service are charged at once,
// unless a callback or an exception is pending.
static void spin(void) {
    bool pending = MP_STATE_VM(sched_state) == MP_SCHED_PENDING
        || MP_STATE_THREAD(mp_pending_exception) != MP_OBJ_NULL;
    int32_t cost = vb_opcost[MP_BC_JUMP];
    if (!pending && vb_fuel > 0) {
        vb_fuel -= (vb_fuel - 1) / cost * cost;
    }
}

const uint8_t *vb_jump_ip;

void vb_serve_jump(void) {
    if (vb_jump_ip[0] == MP_BC_JUMP && vb_jump_ip[1] == JUMP_TO_ITSELF) {
        spin();
    }
}

bool vb_clock_busy(void) {
    return busy;
}

// ---- waits ----

// Moves the clock forward to t, without work.
void vb_clock_jump(uint64_t t) {
    uint64_t now = vb_now();
    if (t > now) {
        refuel(0);
        base = vb_settled = t; // who waits can be interrupted
        poll_due += t - now; // it counts work: otherwise each short sleep in a loop would poll
    }
}

// Passes time until t, an alarm, or news from the bench, whichever is first. Jumps, or follows the wall clock if `wall`
// is set; a wake of the bench ends a wait on the wall clock.
static uint64_t pass_until;
static bool pass_by_wall;
static uint8_t pass_kind; // WAIT or PAUSE

static void pass_aside(void) {
    bool wall = pass_by_wall;
    uint64_t t = MIN(pass_until, MIN(vb_alarm_next(), vb_wdt_due));
    uint64_t due = vb_link_due();
    if (wall) {
        vb_wall_wait(MIN(t, due));
    } else if (vb_engine_on && due != VB_NEVER) {
        vb_clock_jump(MIN(t, due)); // the engine's edges must reach the bench before its time passes
    } else if (t == VB_NEVER || (due < t && (pass_kind == VB_REC_WAIT || t - vb_now() >= 1000))) {
        vb_link_wait(t, pass_kind); // the bench knows what happens before t, if anything
    } else {
        vb_clock_jump(MIN(t, due));
    }
}

static void pass(uint64_t t, bool wall, uint8_t kind) {
    pass_until = t;
    pass_by_wall = wall;
    pass_kind = kind;
    vb_aside(pass_aside);
}

void vb_wait_until(uint64_t t) {
    if (busy) { // in a hard interrupt: on the chip nothing else runs meanwhile
        vb_clock_jump(t);
        return;
    }
    vb_aside(vb_serve);
    #if VB_RP2
    if (vb_thread_others() && !vb_irq_off && vb_now() < t) {
        vb_thread_busy(t); // the other core runs on
    }
    #endif
    while (vb_now() < t) {
        if (!vb_serve_caused()) {
            pass(t, vb_realtime(), VB_REC_WAIT);
            vb_aside(vb_serve);
        }
    }
}

static bool is_over(uint64_t t, bool line, bool heeds) {
    bool called = MP_STATE_VM(sched_state) == MP_SCHED_PENDING
        || MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL;
    return (called && heeds) || vb_now() >= t || (line && vb_serial_arrived());
}

static void step(uint64_t t, bool line, bool heeds, uint8_t kind) {
    if (is_over(t, line, heeds)) {
        return;
    }
    bool wall = vb_realtime() || (line && !vb_headless());
    if (line && !vb_headless()) {
        vb_wall_mark();
        vb_aside(vb_sync);
        vb_wall_follow();
        if (vb_serial_arrived()) {
            return;
        }
    } else if (wall && vb_link_void()) {
        vb_aside(vb_sync); // the bench may react to what the board wrote, during the wait
        return;
    }
    if (!vb_serve_caused()) {
        pass(t, wall, kind);
        vb_aside(vb_serve);
    }
}

void vb_clock_step(uint64_t t, bool line, bool heeds) {
    step(t, line, heeds, VB_REC_WAIT);
}

// The time of interrupts is not work. Other threads wait.
uint64_t vb_clock_work(uint64_t most, bool heeds) {
    vb_aside(vb_serve);
    uint64_t from = vb_now() - handlers_ns;
    if (busy) { // in a hard interrupt, as in vb_wait_until()
        vb_clock_jump(vb_now() + most);
    } else {
        vb_clock_step(vb_now() + most, false, heeds);
    }
    return MIN(vb_now() - handlers_ns - from, most);
}

static void wait_for_event(uint64_t t, uint8_t kind) {
    uint32_t before = vb_events;
    vb_aside(vb_serve);
    if (vb_events != before) { // perhaps it is what the caller waits for, who has looked before
        return;
    }
    if (busy) { // in a hard interrupt, as in vb_wait_until()
        t == VB_NEVER ? (void)vb_link_poll(-1) : vb_clock_jump(t);
        return;
    }
    // Without a time-out only an alarm or the serial line can end the wait. With a time-out the line can end it if the
    // program polled it just before (select). Both follow the wall clock where a person may type.
    bool line = vb_serial_watched() || t == VB_NEVER;
    if (vb_thread_others() && !vb_irq_off) {
        vb_thread_sleep(t, line);
        return;
    }
    do { // the end of a promise is no event: the caller would use time to look, at a moment that is the bench's choice
        step(t, line, true, kind);
    } while (vb_events == before && !is_over(t, line, true));
}

void vb_wfe(uint64_t t) {
    wait_for_event(t, VB_REC_WAIT);
}

void vb_rest(uint64_t t) {
    wait_for_event(t, vb_pending_calls() ? VB_REC_WAIT : VB_REC_PAUSE);
}

void vb_wfe_ms(int32_t timeout_ms) {
    vb_wfe(timeout_ms < 0 ? VB_NEVER : vb_now() + timeout_ms * 1000000ull);
}

// ---- interrupts ----

unsigned vb_irq_disable(void) {
    unsigned was = vb_irq_off;
    vb_irq_off = true;
    return was;
}

void vb_irq_restore(unsigned state) {
    if (vb_irq_off && !state) {
        vb_irq_off = false;
        vb_settled = vb_now();
        if (served_off) {
            served_off = false;
            vb_service_soon();
        }
    }
}
