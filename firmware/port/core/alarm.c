// core/alarm.c: actions at a given virtual time: timers, and everything else that is a struct vb_alarm.

#include "py/mpconfig.h"
#include "py/misc.h"
#include "core/internal.h"

static struct vb_alarm *alarms; // sorted by time; equal times in the order they were set
static uint64_t asleep_since = VB_NEVER;

uint64_t vb_alarm_next(void) {
    return alarms && !vb_irq_off && asleep_since == VB_NEVER ? alarms->due : VB_NEVER;
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

// Runs the alarms that are due now. An alarm that becomes due during this waits for the next service: otherwise a timer
// that is faster than its own interrupt would block the program and the bench for ever.
void vb_alarms_run(void) {
    uint64_t now = vb_now();
    while (vb_alarm_next() <= now) {
        struct vb_alarm *alarm = alarms;
        uint64_t due = alarm->due;
        vb_alarm_cancel(alarm);
        alarm->run(alarm, due);
        vb_events++;
    }
}

void vb_alarms_sleep(void) {
    asleep_since = vb_now();
}

// In light sleep the ESP32's timers stop, as their clock (APB) is off. The RP2040's timers go on, and alarms that became
// due run after the sleep.
void vb_alarms_wake(void) {
    #if VB_ESP32
    for (struct vb_alarm *alarm = alarms; alarm; alarm = alarm->next) {
        alarm->due += vb_now() - asleep_since;
    }
    #endif
    asleep_since = VB_NEVER;
    vb_service_soon();
}
