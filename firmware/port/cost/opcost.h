// What each of the 256 opcodes costs, in ns (cost/interpreter.c fills it); used by override/py/vmentrytable.h.
#pragma once
#include <stdint.h>
extern int32_t vb_fuel;
extern uint16_t vb_opcost[256];
