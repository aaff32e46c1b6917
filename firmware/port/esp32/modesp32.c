// esp32/modesp32.c: the module esp32: entries of other files (VB_ENTRY), and what is not simulated.
// Names: ports/esp32/modesp32.c of 1.25.0.

#include <string.h>

#include "py/mphal.h"
#include "py/objstr.h"
#include "py/runtime.h"

#if VB_ESP32

#include "collected.h"
#include "esp32/modesp32.h"

void vb_esp_error(int number, const char *name) {
    mp_obj_str_t *text = m_new_obj_maybe(mp_obj_str_t);
    if (text == NULL) { // as check_esp_err() of ports/esp32: also where the heap is locked
        mp_raise_OSError(number);
    }
    *text = (mp_obj_str_t) {{&mp_type_str}, 0, strlen(name), (const byte *)name};
    mp_obj_t args[] = {MP_OBJ_NEW_SMALL_INT(number), MP_OBJ_FROM_PTR(text)};
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, 2, 0, args));
}

#if VB_HAS_ULP
static mp_obj_t ulp_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_raise_NotImplementedError(MP_ERROR_TEXT("not simulated: esp32.ULP"));
}
static MP_DEFINE_CONST_OBJ_TYPE(ulp_type, MP_QSTR_ULP, MP_TYPE_FLAG_NONE, make_new, ulp_make_new);
#endif

// The chip on a bench has 27 degrees Celsius, as that of a Pico (machine/adc_rp2.c).
#if VB_HAS_MCU_TEMPERATURE
static mp_obj_t mcu_temperature(void) {
    return MP_OBJ_NEW_SMALL_INT(27);
}
static MP_DEFINE_CONST_FUN_OBJ_0(mcu_temperature_obj, mcu_temperature);
#else
static mp_obj_t raw_temperature(void) {
    mp_hal_delay_us_fast(105); // the sensor is given 100 us after it is switched on, and 5 us for the conversion
    return MP_OBJ_NEW_SMALL_INT(81); // degrees Fahrenheit, says the documentation of the port
}
static MP_DEFINE_CONST_FUN_OBJ_0(raw_temperature_obj, raw_temperature);
#endif

static const mp_rom_map_elem_t esp32_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_esp32) },
    VB_ENTRIES_esp32
    { MP_ROM_QSTR(MP_QSTR_idf_heap_info), MP_ROM_PTR(&vb_idf_heap_info_obj) },
    #if VB_HAS_ULP
    { MP_ROM_QSTR(MP_QSTR_ULP), MP_ROM_PTR(&ulp_type) },
    #endif
    #if VB_HAS_MCU_TEMPERATURE
    { MP_ROM_QSTR(MP_QSTR_mcu_temperature), MP_ROM_PTR(&mcu_temperature_obj) },
    #else
    { MP_ROM_QSTR(MP_QSTR_raw_temperature), MP_ROM_PTR(&raw_temperature_obj) },
    #endif
    { MP_ROM_QSTR(MP_QSTR_WAKEUP_ALL_LOW), MP_ROM_FALSE },
    { MP_ROM_QSTR(MP_QSTR_WAKEUP_ANY_HIGH), MP_ROM_TRUE },
    { MP_ROM_QSTR(MP_QSTR_HEAP_DATA), MP_ROM_INT(4) },
    { MP_ROM_QSTR(MP_QSTR_HEAP_EXEC), MP_ROM_INT(1) },
};
static MP_DEFINE_CONST_DICT(esp32_dict, esp32_table);

const mp_obj_module_t vb_esp32_module = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&esp32_dict};
MP_REGISTER_MODULE(MP_QSTR_esp32, vb_esp32_module);

#endif
