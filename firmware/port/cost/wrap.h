// cost/wrap.h: how a C function of the core is charged. The linker's --wrap=f (WRAPPED in the Makefile) gives
// calls of f to __wrap_f, and f itself as __real_f; it misses calls within one object file. Two functions
// carry a macro of MicroPython's for this (mpconfigport.h, MICROPY_WRAP_...): of these all calls are seen.
#pragma once

#define WRAP(type, name, parameters, arguments, cost) \
    type __real_##name parameters; \
    type __wrap_##name parameters { vb_spend(cost); return __real_##name arguments; }
