// safe/type.c: classes of a program, whose methods run while memory is held (safe/held.c).
//
// It is MicroPython's own file, which calls operators and attributes by another function, but not a constructor: no C code
// goes through a list while that runs. The Makefile compiles this file in place of py/objtype.c.

#include "py/runtime.h"
#include "safe/held.h"

#define CONSTRUCTS (!__builtin_strcmp(__func__, "mp_obj_instance_make_new"))
#define mp_call_function_1(function, arg) vb_call_function_held(function, arg)
#define mp_call_method_n_kw(n, kw, call) \
    (CONSTRUCTS ? mp_call_method_n_kw(n, kw, call) : vb_call_method_held(n, kw, call))
#include "py/objtype.c"
