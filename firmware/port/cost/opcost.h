// cost/opcost.h: the cost of each of the 256 opcodes in ns (filled by cost/interpreter.c), for override/py/vmentrytable.h.
#pragma once
#include <stdint.h>
extern int32_t vb_fuel;
extern uint16_t vb_opcost[256];
