// machine/wdt.c: machine.WDT; included by extmod/machine_wdt.c. Limits and errors: ports/esp32/machine_wdt.c and
// ports/rp2/machine_wdt.c. Neither a program nor a soft reset can stop it; any hard reset does.

#include "py/mphal.h"
#include "core/internal.h"

#define CAUSE_WDT 3

uint64_t vb_wdt_due = VB_NEVER;
static uint64_t period_ns;

// In light sleep the ESP32's watchdog stops, as its clock (APB) is off; in deep sleep it has no power.
static uint64_t left_ns = VB_NEVER;

void vb_wdt_sleep(void) {
    if (VB_ESP32 && vb_wdt_due != VB_NEVER) {
        left_ns = vb_wdt_due - vb_now();
        vb_wdt_due = VB_NEVER;
    }
}

void vb_wdt_wake(void) {
    if (left_ns != VB_NEVER) {
        vb_wdt_due = vb_now() + left_ns;
        left_ns = VB_NEVER;
    }
}

typedef struct _machine_wdt_obj_t {
    mp_obj_base_t base;
} machine_wdt_obj_t;

static const machine_wdt_obj_t wdt = {{&machine_wdt_type}};

static void mp_machine_wdt_feed(machine_wdt_obj_t *self) {
    vb_wdt_due = vb_now() + period_ns;
    vb_service_soon();
}

static machine_wdt_obj_t *mp_machine_wdt_make_new_instance(mp_int_t id, mp_int_t timeout_ms) {
    #if VB_ESP32
    if (id != 0) {
        mp_raise_ValueError(NULL);
    }
    if (timeout_ms <= 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("WDT timeout too short"));
    }
    #else
    if (id != 0) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("WDT(%d) doesn't exist"), id);
    }
    if ((mp_uint_t)timeout_ms > 8388) { // 0xffffff / 2 us
        mp_raise_ValueError(MP_ERROR_TEXT("timeout exceeds 8388"));
    }
    #endif
    period_ns = timeout_ms * 1000000ull;
    mp_machine_wdt_feed((machine_wdt_obj_t *)&wdt);
    return (machine_wdt_obj_t *)&wdt;
}

static void say(void *data, const char *str, size_t len) {
    vb_serial_write(str, len);
}

// The ESP32 has IDF's task watchdog, which prints a message before it resets the chip by a panic.
void vb_wdt_bite(void) {
    vb_wdt_due = VB_NEVER;
    #if VB_ESP32
    mp_printf(&(const mp_print_t) {NULL, say}, "E (%u) task_wdt: Task watchdog got triggered: mpy_machine_wdt was not fed in time.\r\n"
        "Rebooting...\r\n", (unsigned)(vb_ticks_us() / 1000));
    #endif
    vb_options.wake = 0;
    vb_reset(CAUSE_WDT);
}
