// cost/opcost.h: the cost of each of the 256 opcodes in ns (filled by cost/interpreter.c), for override/py/vmentrytable.h.
#pragma once
#include <stdbool.h>
#include <stdint.h>
extern int32_t vb_fuel;
extern uint16_t vb_opcost[256];
#if VB_RP2
extern bool vb_hard;
void vb_serve_hard(void); // core/internal.h
#endif
