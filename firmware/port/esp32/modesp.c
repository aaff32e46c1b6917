// esp32/modesp.c: the module esp: the flash by its addresses. Of it only the file system and the settings are here; the
// rest, which no program of this board runs, raises.
// Behaviour: ports/esp32/modesp.c of 1.25.0.
//
// The module is made when a program imports it. As a constant module it would need new interned strings, and their number
// decides where other names lie in the cache of py/map.c: every program would take another time.

#include <string.h>

#include "py/mperrno.h"
#include "py/objmodule.h"
#include "py/runtime.h"
#include "core/internal.h"

#if VB_ESP32

#define SECTOR 4096
#define FLASH_BYTES 0x400000
#define FILES 0x200000 // partitions-4MiB.csv: vfs
#define SETTINGS 0x9000 // and nvs

// Where a region of the flash is in the image of the bench.
static size_t place(mp_int_t offset, size_t len) {
    if (offset < 0 || offset > FLASH_BYTES || len > (size_t)(FLASH_BYTES - offset)) {
        mp_raise_OSError(MP_EIO);
    }
    if (offset >= FILES) {
        return offset - FILES;
    }
    if (offset >= SETTINGS && offset + len <= SETTINGS + VB_NVS_BYTES) {
        return VB_FLASH_BYTES + offset - SETTINGS; // behind the file system
    }
    mp_raise_NotImplementedError(MP_ERROR_TEXT("not simulated: the flash outside of the partitions vfs and nvs"));
}

static mp_obj_t flash_read(mp_obj_t offset_in, mp_obj_t buf_in) {
    mp_int_t offset = mp_obj_get_int(offset_in);
    mp_buffer_info_t buf;
    mp_get_buffer_raise(buf_in, &buf, MP_BUFFER_WRITE);
    vb_flash_read(place(offset, buf.len), buf.buf, buf.len);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(flash_read_obj, flash_read);

// Writing clears bits.
static mp_obj_t flash_write(mp_obj_t offset_in, mp_obj_t buf_in) {
    mp_int_t offset = mp_obj_get_int(offset_in);
    mp_buffer_info_t buf;
    mp_get_buffer_raise(buf_in, &buf, MP_BUFFER_READ);
    size_t at = place(offset, buf.len);
    uint8_t page[256];
    for (size_t done = 0, n; done < buf.len; done += n) {
        n = MIN(sizeof(page), buf.len - done);
        vb_flash_read(at + done, page, n);
        for (size_t i = 0; i < n; i++) {
            page[i] &= ((const uint8_t *)buf.buf)[done + i];
        }
        vb_flash_program(at + done, page, n);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(flash_write_obj, flash_write);

static mp_obj_t flash_erase(mp_obj_t sector) {
    vb_flash_erase(place((mp_int_t)((mp_uint_t)mp_obj_get_int(sector) * SECTOR), SECTOR));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(flash_erase_obj, flash_erase);

static mp_obj_t flash_size(void) {
    return MP_OBJ_NEW_SMALL_INT(FLASH_BYTES);
}
static MP_DEFINE_CONST_FUN_OBJ_0(flash_size_obj, flash_size);

static mp_obj_t flash_user_start(void) {
    return MP_OBJ_NEW_SMALL_INT(FILES);
}
static MP_DEFINE_CONST_FUN_OBJ_0(flash_user_start_obj, flash_user_start);

// The chip's own messages: there are none here.
static mp_obj_t osdebug(size_t n_args, const mp_obj_t *args) {
    if (n_args == 2) {
        mp_obj_get_int(args[1]);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(osdebug_obj, 1, 2, osdebug);

static mp_obj_t gpio_matrix(size_t n_args, const mp_obj_t *args) {
    mp_raise_NotImplementedError(MP_ERROR_TEXT("not simulated: esp.gpio_matrix_in, esp.gpio_matrix_out"));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(gpio_matrix_obj, 3, 4, gpio_matrix);

static const struct entry {
    const char *name;
    mp_rom_obj_t value;
} entries[] = {
    {"osdebug", MP_ROM_PTR(&osdebug_obj)},
    {"flash_read", MP_ROM_PTR(&flash_read_obj)},
    {"flash_write", MP_ROM_PTR(&flash_write_obj)},
    {"flash_erase", MP_ROM_PTR(&flash_erase_obj)},
    {"flash_size", MP_ROM_PTR(&flash_size_obj)},
    {"flash_user_start", MP_ROM_PTR(&flash_user_start_obj)},
    {"gpio_matrix_in", MP_ROM_PTR(&gpio_matrix_obj)},
    {"gpio_matrix_out", MP_ROM_PTR(&gpio_matrix_obj)},
    {"LOG_NONE", MP_ROM_INT(0)},
    {"LOG_ERROR", MP_ROM_INT(1)},
    {"LOG_WARNING", MP_ROM_INT(2)},
    {"LOG_INFO", MP_ROM_INT(3)},
    {"LOG_DEBUG", MP_ROM_INT(4)},
    {"LOG_VERBOSE", MP_ROM_INT(5)},
};

// Not inlined: what comes before an import that is none of ours must not use the stack (see core/host_linux.h).
static __attribute__((noinline)) mp_obj_t make(qstr name) {
    if (strcmp(qstr_str(name), "esp")) {
        return MP_OBJ_NULL;
    }
    mp_obj_t module = mp_obj_new_module(name);
    for (size_t i = 0; i < MP_ARRAY_SIZE(entries); i++) {
        mp_store_attr(module, qstr_from_str(entries[i].name), (mp_obj_t)entries[i].value);
    }
    return module;
}

// py/builtinimport.c calls this in place of mp_module_get_builtin(), with `extensible` when there is no such file. No name
// of the firmware is a late module.
mp_obj_t vb_module_get_builtin(qstr name, bool extensible) {
    if (extensible && name >= MP_QSTRnumber_of) {
        return make(name);
    }
    return mp_module_get_builtin(name, extensible);
}

#endif
