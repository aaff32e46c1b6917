// core/compile.c: what code may run: only bytecode that was compiled here.
//
// It is MicroPython's own compiler with two more decorators. Machine code would take no virtual time and could write any
// memory of the process. So @micropython.native makes bytecode here, like @micropython.bytecode. Decorators whose code
// means something else in machine code raise as in a MicroPython without that emitter: libraries (belay) look for this
// text, to find out what a board has. The Makefile compiles this file in place of py/compile.c.

#include <stddef.h>
#include "py/compile.h"
#include "py/persistentcode.h"
#include "py/reader.h"

typedef struct _compiler_t compiler_t;
static qstr as_bytecode(compiler_t *comp, mp_parse_node_t *names);

// py/compile.c compares a decorator's name with this one in a single place.
#define MP_QSTR_bytecode as_bytecode(comp, name_nodes)
#include "py/compile.c"
#undef MP_QSTR_bytecode

// names: the two names of a decorator (micropython and another), inside the node of the decorator.
static void refuse(compiler_t *comp, mp_parse_node_t *names) {
    if (comp->compile_error == MP_OBJ_NULL) {
        qstr name = MP_PARSE_NODE_LEAF_ARG(names[1]);
        comp->compile_error = mp_obj_new_exception_msg_varg(&mp_type_SyntaxError,
            MP_ERROR_TEXT("invalid micropython decorator: %q is not simulated"), name);
        compile_error_set_line(comp, (mp_parse_node_t)((char *)names - offsetof(mp_parse_node_struct_t, nodes)));
    }
}

static bool is_machine_code(qstr name) {
    #if VB_RP2
    return name == MP_QSTR_viper || name == MP_QSTR_asm_thumb;
    #else
    return name == MP_QSTR_viper;
    #endif
}

// The name that the compiler accepts: the decorator's own, if the chip has it.
static qstr as_bytecode(compiler_t *comp, mp_parse_node_t *names) {
    qstr name = MP_PARSE_NODE_LEAF_ARG(names[1]);
    if (is_machine_code(name)) {
        refuse(comp, names);
    }
    return name == MP_QSTR_native || is_machine_code(name) ? name : MP_QSTR_bytecode;
}

// `import` of a .mpy file raises: bytecode that was not compiled here can write memory by address. A file that the chip
// rejects gives the chip's error (py/persistentcode.c, mp_raw_code_load), any other says "not simulated".
// `sys.implementation` has no _mpy, so mip and mpremote install sources.
void mp_raw_code_load_file(qstr filename, mp_compiled_module_t *context) {
    mp_reader_t reader;
    mp_reader_new_file(&reader, filename);
    bool is_mpy = reader.readbyte(reader.data) == 'M' && reader.readbyte(reader.data) == MPY_VERSION;
    reader.close(reader.data);
    if (!is_mpy) {
        mp_raise_ValueError(MP_ERROR_TEXT("incompatible .mpy file"));
    }
    mp_raise_msg_varg(&mp_type_NotImplementedError,
        MP_ERROR_TEXT("not simulated: .mpy files; put the .py on the board in place of %q"), filename);
}
