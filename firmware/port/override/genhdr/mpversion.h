// override/genhdr/mpversion.h: the version of the chips' official firmware. Debian's source package would put its own
// revision and date into the banner and os.uname(). The -I order finds this file before the generated one.
#define MICROPY_GIT_TAG "v1.25.0"
#define MICROPY_GIT_HASH "f498a16c7d"
#define MICROPY_BUILD_DATE "2025-04-15"

// The files that contain the machine's name include this file last. An option decides between Pico and Pico W
// (main.c: --radio), so the name is not a constant there.
#if VB_RP2
#include "py/objstr.h"
extern mp_obj_str_t mp_sys_implementation_machine_obj;
extern mp_obj_str_t mp_sys_implementation__build_obj;
extern mp_obj_str_t mp_os_uname_info_machine_obj;
#undef MP_DEFINE_STR_OBJ // after `static const`
#define MP_DEFINE_STR_OBJ(name, text) \
    byte name##_text[] = text; mp_obj_str_t name = {{&mp_type_str}, 0, sizeof(text) - 1, name##_text}
#ifdef MICROPY_INCLUDED_LIB_UTILS_PYEXEC_H // pyexec.c: ("; " MICROPY_BANNER_MACHINE)
#undef MICROPY_BANNER_MACHINE
#define MICROPY_BANNER_MACHINE ), mp_hal_stdout_tx_str((const char *)mp_sys_implementation_machine_obj.data
#endif
#endif
