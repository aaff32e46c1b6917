// tls/tls.c: what Mbed TLS needs from the board: random bytes of the bench's seed, and the board's calendar.
//
// As on the chips, certificates are checked against that calendar: on an ESP32 it is the year 2000 until the program sets it.

#include "py/mphal.h"
#include "shared/timeutils/timeutils.h"
#include "mbedtls/entropy.h"
#include "mbedtls/platform_time.h"
#include "mbedtls/platform_util.h"

uint32_t vb_random(void);

int mbedtls_hardware_poll(void *data, unsigned char *output, size_t len, size_t *olen) {
    (void)data;
    for (size_t i = 0; i < len; i++) {
        output[i] = vb_random();
    }
    *olen = len;
    return 0;
}

// Seconds since 1970.
long vb_tls_time(long *seconds) {
    long now = mp_hal_time_ns() / 1000000000u + (MICROPY_EPOCH_IS_1970 ? 0 : TIMEUTILS_SECONDS_1970_TO_2000);
    if (seconds) {
        *seconds = now;
    }
    return now;
}

mbedtls_ms_time_t mbedtls_ms_time(void) {
    return mp_hal_ticks_ms();
}

// Without the C library's, which reads the time zone of the host.
struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *seconds, struct tm *to) {
    timeutils_struct_time_t tm;
    timeutils_seconds_since_2000_to_struct_time(*seconds - TIMEUTILS_SECONDS_1970_TO_2000, &tm);
    *to = (struct tm) {.tm_year = tm.tm_year - 1900, .tm_mon = tm.tm_mon - 1, .tm_mday = tm.tm_mday,
                       .tm_hour = tm.tm_hour, .tm_min = tm.tm_min, .tm_sec = tm.tm_sec};
    return to;
}
