// vb_mpy.c: what `import` says of a .mpy file. Bytecode that was not compiled here can write memory by address, so none
// is loaded: a file that the chip refuses is refused as there (py/persistentcode.c, mp_raw_code_load), any other says so.
// `sys.implementation` has no _mpy, so that mip and mpremote bring sources.

#include "py/persistentcode.h"
#include "py/reader.h"
#include "py/runtime.h"

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
