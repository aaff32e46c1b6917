// machine/modtime.c: time.time(), localtime() and sleep(); included by extmod/modtime.c. The calendar is machine/rtc.c.

#include "shared/timeutils/timeutils.h"
#include "core/internal.h"

static mp_obj_t mp_time_time_get(void) {
    vb_charge(VB_NS_TIME);
    return mp_obj_new_int_from_ull(mp_hal_time_ns() / 1000000000u);
}

static mp_obj_t mp_time_localtime_get(void) {
    vb_charge(VB_NS_TIME);
    timeutils_struct_time_t tm;
    timeutils_seconds_since_epoch_to_struct_time(mp_hal_time_ns() / 1000000000u, &tm);
    const mp_int_t fields[8] = {tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour,
                                tm.tm_min, tm.tm_sec, tm.tm_wday, tm.tm_yday};
    mp_obj_t tuple[8];
    for (int i = 0; i < 8; i++) {
        tuple[i] = mp_obj_new_int(fields[i]);
    }
    return mp_obj_new_tuple(8, tuple);
}

// Negative times are 0, as on the chips; C does not define that conversion.
static void mp_time_sleep(mp_obj_t seconds) {
    mp_float_t ms = 1000 * mp_obj_get_float(seconds);
    mp_hal_delay_ms(ms > 0 ? (mp_uint_t)MIN(ms, (mp_float_t)0xffffff00u) : 0);
}
