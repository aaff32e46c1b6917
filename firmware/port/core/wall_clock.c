// core/wall_clock.c: pacing by the wall clock, for boards that a person uses. A headless run never reads the wall clock.

#include "py/mpconfig.h"
#include "py/misc.h"
#include "core/internal.h"
#include "core/host.h"

#define AHEAD_NS 1000000 // realtime: how far code may run ahead of the wall clock
#define BEHIND_NS 100000000 // and how far it may be late, and still catch up

static int64_t offset; // wall clock less virtual clock

void vb_wall_restart(void) {
    offset = vb_host_clock_ns() - (int64_t)vb_now();
}

void vb_wall_pace(void) {
    if (!vb_realtime()) {
        return;
    }
    int64_t ahead = (int64_t)vb_now() + offset - vb_host_clock_ns();
    if (ahead < -BEHIND_NS) {
        vb_wall_restart(); // a slow host
    } else if (ahead > AHEAD_NS) {
        vb_link_poll(ahead / 1000000);
    }
}

void vb_wall_mark(void) {
    if (!vb_realtime() && !vb_headless()) {
        vb_wall_restart();
    }
}

void vb_wall_follow(void) {
    int64_t now = vb_headless() ? 0 : vb_host_clock_ns() - offset;
    vb_clock_jump(now > 0 ? MIN((uint64_t)now, vb_horizon()) : 0);
}

void vb_wall_wait(uint64_t t) {
    if (!vb_realtime()) {
        vb_wall_restart(); // sleeps have jumped since the last wait
    }
    bool wake = false;
    while (!wake) {
        int64_t now = vb_host_clock_ns() - offset;
        if (t != VB_NEVER && now >= (int64_t)t) {
            break;
        }
        int64_t ms = t == VB_NEVER ? -1 : ((int64_t)t - now + 999999) / 1000000;
        wake = vb_link_poll(ms > 60000 ? 60000 : ms);
    }
    int64_t now = vb_host_clock_ns() - offset;
    vb_clock_jump(now > 0 ? MIN((uint64_t)now, t) : 0);
}
