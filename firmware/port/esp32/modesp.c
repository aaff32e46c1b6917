// esp32/modesp.c: the module esp: the flash by its addresses. Of it only the file system and the settings are here; the
// rest, which no program of this board runs, raises.
// Behaviour: ports/esp32/modesp.c of 1.25.0.

#include "py/mperrno.h"
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

static const mp_rom_map_elem_t esp_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_esp) },
    { MP_ROM_QSTR(MP_QSTR_osdebug), MP_ROM_PTR(&osdebug_obj) },
    { MP_ROM_QSTR(MP_QSTR_flash_read), MP_ROM_PTR(&flash_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_flash_write), MP_ROM_PTR(&flash_write_obj) },
    { MP_ROM_QSTR(MP_QSTR_flash_erase), MP_ROM_PTR(&flash_erase_obj) },
    { MP_ROM_QSTR(MP_QSTR_flash_size), MP_ROM_PTR(&flash_size_obj) },
    { MP_ROM_QSTR(MP_QSTR_flash_user_start), MP_ROM_PTR(&flash_user_start_obj) },
    { MP_ROM_QSTR(MP_QSTR_gpio_matrix_in), MP_ROM_PTR(&gpio_matrix_obj) },
    { MP_ROM_QSTR(MP_QSTR_gpio_matrix_out), MP_ROM_PTR(&gpio_matrix_obj) },
    { MP_ROM_QSTR(MP_QSTR_LOG_NONE), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_LOG_ERROR), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_LOG_WARNING), MP_ROM_INT(2) },
    { MP_ROM_QSTR(MP_QSTR_LOG_INFO), MP_ROM_INT(3) },
    { MP_ROM_QSTR(MP_QSTR_LOG_DEBUG), MP_ROM_INT(4) },
    { MP_ROM_QSTR(MP_QSTR_LOG_VERBOSE), MP_ROM_INT(5) },
};
static MP_DEFINE_CONST_DICT(esp_dict, esp_table);

const mp_obj_module_t vb_esp_module = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&esp_dict};
MP_REGISTER_MODULE(MP_QSTR_esp, vb_esp_module);

#endif
