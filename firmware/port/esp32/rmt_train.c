// esp32/rmt_train.c: the arguments of RMT.write_pulses(): durations and a first level that toggles; one duration and
// levels; or durations and levels. ports/esp32/esp32_rmt.c of 1.25.0.

#include "py/mphal.h"
#include "py/runtime.h"
#include "esp32/modesp32.h"

#if VB_ESP32

#define LOOP_MOST 126 // pulses that fit into a channel's memory

struct train {
    mp_obj_t *durations, *levels; // NULL: one duration for all, or levels that toggle
    size_t count;
    mp_int_t duration, level;
};

static struct train train_of(mp_obj_t duration, mp_obj_t data) {
    struct train train = {0};
    size_t levels = 0;
    if (!mp_obj_is_type(data, &mp_type_tuple) && !mp_obj_is_type(data, &mp_type_list)) {
        mp_obj_get_array(duration, &train.count, &train.durations);
        train.level = mp_obj_is_true(data);
    } else if (mp_obj_is_int(duration)) {
        train.duration = mp_obj_get_int(duration);
        mp_obj_get_array(data, &train.count, &train.levels);
    } else {
        mp_obj_get_array(duration, &train.count, &train.durations);
        mp_obj_get_array(data, &levels, &train.levels);
        if (train.count != levels) {
            mp_raise_ValueError(MP_ERROR_TEXT("duration and data must have same length"));
        }
    }
    if (train.count == 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("No pulses"));
    }
    return train;
}

static uint16_t pulse_of(const struct train *train, size_t i) {
    mp_int_t duration = train->durations ? mp_obj_get_int(train->durations[i]) : train->duration;
    bool level = train->levels ? mp_obj_is_true(train->levels[i]) : (train->level + i) & 1;
    return (duration & VB_RMT_LONGEST) | level << 15;
}

uint16_t *vb_rmt_train(mp_obj_t duration, mp_obj_t data, bool loop, size_t *count) {
    struct train train = train_of(duration, data);
    if (loop && train.count > LOOP_MOST) {
        mp_raise_ValueError(MP_ERROR_TEXT("Too many pulses for loop"));
    }
    uint16_t *pulses = m_new(uint16_t, train.count);
    for (size_t i = 0; i < train.count; i++) {
        pulses[i] = pulse_of(&train, i);
    }
    *count = train.count;
    return pulses;
}

#endif
