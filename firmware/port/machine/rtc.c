// machine/rtc.c: machine.RTC and the calendar that time.time() and time.localtime() read. Behaviour and messages:
// ports/esp32/machine_rtc.c and ports/rp2/machine_rtc.c of 1.25.0.
//
// esp32: every reset keeps date and memory, the loss of power does not. rp2: the firmware sets the date to 2021-01-01
// at each start (main.c); the date has whole seconds.

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "lib/oofatfs/ff.h"
#include "shared/timeutils/timeutils.h"
#include "core/internal.h"

const mp_obj_type_t machine_rtc_type;
VB_MACHINE_CLASS(RTC, machine_rtc_type)

#define MEMORY_BYTES 2048
#define S_NS 1000000000ull

static struct {
    bool set;          // since power on
    int64_t offset_ns; // calendar, in the family's epoch, less the virtual clock
    uint16_t memory_len;
    uint8_t memory[MEMORY_BYTES];
} rtc VB_RETAINED = {0};

static void set_clock(uint64_t ns) {
    rtc.offset_ns = ns - vb_now();
    rtc.set = true;
}

void vb_rtc_start(void) {
    if (VB_RTC_STARTS_ANEW || !rtc.set) {
        set_clock(VB_BOOT_TIME_S * S_NS + vb_now() - vb_options.t0_ns);
    }
}

uint64_t mp_hal_time_ns(void) {
    return vb_now() + rtc.offset_ns;
}

// The date of files on a FAT file system.
DWORD get_fattime(void) {
    timeutils_struct_time_t tm;
    timeutils_seconds_since_epoch_to_struct_time(mp_hal_time_ns() / S_NS, &tm);
    return (tm.tm_year - 1980) << 25 | tm.tm_mon << 21 | tm.tm_mday << 16
           | tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2;
}

typedef struct {
    mp_obj_base_t base;
} rtc_obj_t;

static const rtc_obj_t rtc_obj = {{&machine_rtc_type}};

static mp_obj_t rtc_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    return MP_OBJ_FROM_PTR(&rtc_obj);
}

static mp_obj_t rtc_read(void) {
    vb_charge(VB_NS_TIME);
    uint64_t ns = mp_hal_time_ns();
    timeutils_struct_time_t tm;
    timeutils_seconds_since_epoch_to_struct_time(ns / S_NS, &tm);
    mp_obj_t tuple[8] = {
        mp_obj_new_int(tm.tm_year), mp_obj_new_int(tm.tm_mon), mp_obj_new_int(tm.tm_mday), mp_obj_new_int(tm.tm_wday),
        mp_obj_new_int(tm.tm_hour), mp_obj_new_int(tm.tm_min), mp_obj_new_int(tm.tm_sec),
        mp_obj_new_int(VB_ESP32 ? ns % S_NS / 1000 : 0),
    };
    return mp_obj_new_tuple(8, tuple);
}

// The hour is at index 4 of datetime(), at 3 of init().
static void rtc_write(mp_obj_t date, int hour) {
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(date, 8, &items);
    uint64_t s = timeutils_seconds_since_epoch(mp_obj_get_int(items[0]), mp_obj_get_int(items[1]),
        mp_obj_get_int(items[2]), mp_obj_get_int(items[hour]), mp_obj_get_int(items[hour + 1]),
        mp_obj_get_int(items[hour + 2]));
    set_clock(s * S_NS + (VB_ESP32 ? mp_obj_get_int(items[7]) * 1000 : 0));
}

static mp_obj_t rtc_datetime(size_t n_args, const mp_obj_t *args) {
    if (n_args == 1) {
        return rtc_read();
    }
    rtc_write(args[1], 4);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(rtc_datetime_obj, 1, 2, rtc_datetime);

#if VB_ESP32
static mp_obj_t rtc_init(mp_obj_t self, mp_obj_t date) {
    rtc_write(date, 3);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(rtc_init_obj, rtc_init);

static mp_obj_t rtc_memory(size_t n_args, const mp_obj_t *args) {
    if (n_args == 1) {
        return mp_obj_new_bytes(rtc.memory, rtc.memory_len);
    }
    mp_buffer_info_t buf;
    mp_get_buffer_raise(args[1], &buf, MP_BUFFER_READ);
    if (buf.len > MEMORY_BYTES) {
        mp_raise_ValueError(MP_ERROR_TEXT("buffer too long"));
    }
    memcpy(rtc.memory, buf.buf, buf.len);
    rtc.memory_len = buf.len;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(rtc_memory_obj, 1, 2, rtc_memory);
#endif

static const mp_rom_map_elem_t rtc_table[] = {
    { MP_ROM_QSTR(MP_QSTR_datetime), MP_ROM_PTR(&rtc_datetime_obj) },
    #if VB_ESP32
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&rtc_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_memory), MP_ROM_PTR(&rtc_memory_obj) },
    #endif
};
static MP_DEFINE_CONST_DICT(rtc_dict, rtc_table);

MP_DEFINE_CONST_OBJ_TYPE(machine_rtc_type, MP_QSTR_RTC, MP_TYPE_FLAG_NONE, make_new, rtc_make_new,
    locals_dict, &rtc_dict);
