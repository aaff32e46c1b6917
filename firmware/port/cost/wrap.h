// cost/wrap.h: charges a C function of MicroPython. The linker's --wrap=f (WRAPPED in the Makefile) turns calls of f into
// __wrap_f, and f itself into __real_f; it does not see calls within one object file. Two functions have a macro of
// MicroPython for this (mpconfigport.h, MICROPY_WRAP_...), which sees all calls.
#pragma once

#define WRAP(type, name, parameters, arguments, cost) \
    type __real_##name parameters; \
    type __wrap_##name parameters { vb_spend(cost); return __real_##name arguments; }
