// vb_esp32_rmt.h: the pulses that esp32.RMT sends.
#pragma once

#include "py/obj.h"

#define VB_RMT_LONGEST 32767 // ticks of one pulse: 15 bits

// What write_pulses(duration, data) means: duration | level << 15 of each pulse; raises as the chip's does.
uint16_t *vb_rmt_train(mp_obj_t duration, mp_obj_t data, bool loop, size_t *count);
