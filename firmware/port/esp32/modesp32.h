// esp32/modesp32.h: what the files of the module esp32 share.
#pragma once

#include "py/obj.h"

__attribute__((noreturn)) void vb_esp_error(int number, const char *name); // OSError(number, name), as Espressif's drivers

// ---- esp32/rmt_train.c ----

#define VB_RMT_LONGEST 32767 // ticks of one pulse: 15 bits

// What write_pulses(duration, data) means: duration | level << 15 of each pulse; raises as the chip's does.
uint16_t *vb_rmt_train(mp_obj_t duration, mp_obj_t data, bool loop, size_t *count);

// ---- core/heap.c ----

MP_DECLARE_CONST_FUN_OBJ_1(vb_idf_heap_info_obj);
