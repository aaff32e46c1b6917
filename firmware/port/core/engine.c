// core/engine.c: when an engine (core/engine.h) is simulated, and when the processor has to stop for it.

#include "core/aside.h"
#include "core/internal.h"
#include "core/engine.h"

VB_AT_SOFT_RESET(vb_engine_stop, 10)

#define LOOK_NS 100000000 // the step of looking ahead
#define LIVE_NS 20000000  // the longest delay of edges where a person watches

bool vb_engine_on;
static bool running;
static bool touched;
static uint64_t planned_levels, planned_watched;

static void come_by(struct vb_alarm *alarm, uint64_t due) {
    vb_engine_catch_up();
    vb_engine_due();
    touched = true;
    if (vb_realtime()) {
        vb_sync();
    }
}

static struct vb_alarm alarm = {.due = VB_NEVER, .run = come_by};

static void catch_up(void) {
    uint64_t now = vb_now(), t;
    while ((t = vb_engine_run(MIN(now, vb_horizon()))) < now && vb_engine_on) {
        vb_link_come_to(t);
    }
}

void vb_engine_catch_up(void) {
    if (vb_engine_on && !running) {
        running = true;
        vb_aside(catch_up);
        running = false;
    }
}

void vb_engine_touched(void) {
    touched = true;
    vb_service_soon();
}

void vb_engine_plan(void) {
    if (!vb_engine_on) {
        vb_alarm_cancel(&alarm);
        return;
    }
    uint64_t levels = vb_pin_levels();
    if (!touched && levels == planned_levels && vb_pin_watched() == planned_watched) {
        return;
    }
    vb_engine_catch_up();
    touched = false;
    planned_levels = levels;
    planned_watched = vb_pin_watched();
    uint64_t most = vb_now() + (vb_realtime() ? LIVE_NS : LOOK_NS);
    uint64_t next = vb_engine_next(most);
    if (next == VB_NEVER && vb_realtime()) {
        next = most;
    }
    if (next != alarm.due) {
        next == VB_NEVER ? vb_alarm_cancel(&alarm) : vb_alarm_set(&alarm, next);
    }
}
