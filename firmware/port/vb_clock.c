// vb_clock.c: the virtual clock, its alarms, and every wait.
//
// now = base + (fuel_full - vb_fuel). Code burns fuel; at zero vb_service() looks at what is due. All
// that moves the clock or adds a deadline must refuel, or the deadline is missed.

#include "py/mphal.h"
#include "py/runtime.h"
#include "vb_internal.h"
#include "vb_engine.h"

#define POLL_NS 2000000       // running code looks for a poke of the bench at most this often

int32_t vb_fuel = 0;
static int32_t fuel_full = 0;
static uint64_t base;         // virtual ns when vb_fuel was fuel_full
static uint64_t poll_due;
static bool busy;             // in the loop of due things: it is not reentrant
bool vb_irq_off;
static bool served_off;       // something may have been held back while interrupts were off
static struct vb_alarm *alarms; // sorted by time; equal times in the order they were set

uint64_t vb_ticks_us(void) {
    return (vb_now() - vb_options.t0_ns) / 1000 + vb_options.ticks0_ms * 1000;
}

uint64_t vb_now(void) {
    return base + ((uint32_t)fuel_full - (uint32_t)vb_fuel);
}

// Takes what was burnt into the base, and leaves ns of fuel.
static void refuel(uint64_t ns) {
    base = vb_now();
    fuel_full = vb_fuel = ns < VB_FUEL_MAX ? ns : VB_FUEL_MAX;
}

void vb_charge(uint32_t ns) {
    if (ns > VB_FUEL_MAX) {
        base += ns;
        return;
    }
    vb_fuel -= ns;
    if (vb_fuel < -VB_FUEL_MAX) {
        refuel(0);
    }
}

void vb_service_soon(void) {
    refuel(0);
}

void vb_clock_start(uint64_t t0) {
    base = t0;
    fuel_full = vb_fuel = 0;
}

// ---- alarms ----

static uint64_t next_alarm(void) {
    return alarms && !vb_irq_off ? alarms->due : VB_NEVER;
}

void vb_alarm_cancel(struct vb_alarm *alarm) {
    if (alarm->due == VB_NEVER) {
        return;
    }
    for (struct vb_alarm **p = &alarms; *p; p = &(*p)->next) {
        if (*p == alarm) {
            *p = alarm->next;
            break;
        }
    }
    alarm->due = VB_NEVER;
}

void vb_alarm_set(struct vb_alarm *alarm, uint64_t due) {
    vb_alarm_cancel(alarm);
    alarm->due = due;
    struct vb_alarm **p = &alarms;
    while (*p && (*p)->due <= due) {
        p = &(*p)->next;
    }
    alarm->next = *p;
    *p = alarm;
    vb_service_soon();
}

void vb_alarm_cancel_all(void) {
    while (alarms) {
        vb_alarm_cancel(alarms);
    }
}

// Those that are due now. What falls due meanwhile waits for the next service: timers that are faster
// than their own interrupts would else never let the program, or the bench, come again.
static void run_alarms(void) {
    uint64_t now = vb_now();
    while (next_alarm() <= now) {
        struct vb_alarm *alarm = alarms;
        uint64_t due = alarm->due;
        vb_alarm_cancel(alarm);
        alarm->run(alarm, due);
    }
}

// ---- service ----

// Time until something must be looked at.
static uint64_t deadline(void) {
    uint64_t t = poll_due;
    t = MIN(t, next_alarm());
    return MIN(t, vb_link_due());
}

// What is due now: the bench, alarms, edges. Handlers run Python (hard interrupts), so code in them may
// call us again: then only time passes, and at its end the bench is told: a handler may have no end.
static void run_due(void) {
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
    run_alarms();
    if (!vb_irq_off) {
        vb_mail_deliver();
        vb_pin_deliver();
    }
    busy = false;
}

void vb_service(void) {
    if (vb_now() >= poll_due) {
        vb_link_poll(0);
        vb_wall_pace();
        poll_due = vb_now() + POLL_NS;
    }
    served_off |= vb_irq_off;
    run_due();
    vb_engine_plan();
    uint64_t now = vb_now(), t = deadline();
    refuel(busy ? POLL_NS : t > now ? t - now : 0);
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
        base = t;
        poll_due += t - now; // it counts work: short sleeps in a loop would poll at each
    }
}

// Passes time to the first of t, an alarm, or something that the bench has to say. Jumps, or follows the wall
// clock if wall is set; a poke of the bench ends a wait on the wall clock.
static void pass(uint64_t t, bool wall) {
    t = MIN(t, next_alarm());
    uint64_t due = vb_link_due();
    if (wall) {
        vb_wall_wait(MIN(t, due));
    } else if (vb_engine_on && due != VB_NEVER) {
        vb_clock_jump(MIN(t, due)); // its edges reach the bench before time passes there
    } else if (t == VB_NEVER || (due < t && t - vb_now() >= 1000)) {
        vb_link_wait(t); // the bench knows what comes before, or that nothing does
    } else {
        vb_clock_jump(MIN(t, due));
    }
}

void vb_wait_until(uint64_t t) {
    if (busy) { // in a hard interrupt: the chip would wait with all others shut out
        vb_clock_jump(t);
        return;
    }
    vb_service();
    while (vb_now() < t) {
        pass(t, vb_realtime());
        vb_service();
    }
}

void vb_wfe(uint64_t t) {
    vb_service();
    if (busy) { // in a hard interrupt, as in vb_wait_until()
        t == VB_NEVER ? (void)vb_link_poll(-1) : vb_clock_jump(t);
        return;
    }
    // Without a time-out only the serial line can end the wait, if no alarm does; with one, the line may
    // if the program looked at it just before (select). Both follow the wall clock where a person may type.
    bool line = vb_serial_watched() || t == VB_NEVER;
    bool pending = MP_STATE_VM(sched_state) == MP_SCHED_PENDING;
    if (pending || vb_now() >= t || (line && vb_serial_arrived())) {
        return;
    }
    bool wall = vb_realtime() || (line && !vb_headless());
    if (line && !vb_headless()) {
        vb_wall_mark();
        vb_sync();
        vb_wall_follow();
        if (vb_serial_arrived()) {
            return;
        }
    } else if (wall && vb_link_void()) {
        vb_sync(); // what the board wrote may be answered while it waits
        return;
    }
    pass(t, wall);
    vb_service();
}

void vb_wfe_ms(int32_t timeout_ms) {
    vb_wfe(timeout_ms < 0 ? VB_NEVER : vb_now() + timeout_ms * 1000000ull);
}

unsigned vb_irq_disable(void) {
    unsigned was = vb_irq_off;
    vb_irq_off = true;
    return was;
}

void vb_irq_restore(unsigned state) {
    if (vb_irq_off && !state) {
        vb_irq_off = false;
        if (served_off) {
            served_off = false;
            vb_link_irq_on();
        }
    }
}
