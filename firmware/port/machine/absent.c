// machine/absent.c: classes of machine that are not simulated: the constructor raises.

#include "py/runtime.h"
#include "core/board.h"

static mp_obj_t absent(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_raise_msg_varg(&mp_type_NotImplementedError, MP_ERROR_TEXT("not simulated: machine.%q"), (qstr)type->name);
}

#if !VB_I2S_IDS
void vb_i2s_deinit_all(void) {
}
#endif
#if VB_HAS_USB_DEVICE
MP_DEFINE_CONST_OBJ_TYPE(vb_machine_usb_type, MP_QSTR_USBDevice, MP_TYPE_FLAG_NONE, make_new, absent);
VB_MACHINE_CLASS_IF(VB_HAS_USB_DEVICE, USBDevice, vb_machine_usb_type)
#endif
