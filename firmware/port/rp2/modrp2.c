// rp2/modrp2.c: the C half of the module rp2 (`_rp2`; rp2.py is the other half), and what is not simulated.
// Names: ports/rp2/modrp2.c of 1.25.0.

#include "py/mphal.h"
#include "py/runtime.h"

#if VB_RP2

#include "rp2/modrp2.h"

// The bench has no such button yet.
static mp_obj_t bootsel_button(void) {
    mp_raise_NotImplementedError(MP_ERROR_TEXT("not simulated: rp2.bootsel_button"));
}
static MP_DEFINE_CONST_FUN_OBJ_0(bootsel_button_obj, bootsel_button);

MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(mod_network_country_obj); // extmod/modnetwork.c

static const mp_rom_map_elem_t rp2_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_rp2) },
    { MP_ROM_QSTR(MP_QSTR_Flash), MP_ROM_PTR(&vb_flash_type) },
    { MP_ROM_QSTR(MP_QSTR_PIO), MP_ROM_PTR(&vb_rp2_pio_type) },
    { MP_ROM_QSTR(MP_QSTR_StateMachine), MP_ROM_PTR(&vb_rp2_sm_type) },
    { MP_ROM_QSTR(MP_QSTR_DMA), MP_ROM_PTR(&vb_rp2_dma_type) },
    { MP_ROM_QSTR(MP_QSTR_bootsel_button), MP_ROM_PTR(&bootsel_button_obj) },
    { MP_ROM_QSTR(MP_QSTR_country), MP_ROM_PTR(&mod_network_country_obj) }, // of a Pico W
};

static mp_obj_dict_t rp2_dict = {
    .base = {&mp_type_dict},
    .map = {
        .all_keys_are_qstrs = 1, .is_fixed = 1, .is_ordered = 1,
        .used = MP_ARRAY_SIZE(rp2_table) - 1, .alloc = MP_ARRAY_SIZE(rp2_table) - 1,
        .table = (mp_map_elem_t *)(mp_rom_map_elem_t *)rp2_table,
    },
};

void vb_rp2_has_radio(void) {
    rp2_dict.map.used = rp2_dict.map.alloc = MP_ARRAY_SIZE(rp2_table);
}

const mp_obj_module_t vb_rp2_module = {.base = {&mp_type_module}, .globals = &rp2_dict};
MP_REGISTER_MODULE(MP_QSTR__rp2, vb_rp2_module);

#endif
