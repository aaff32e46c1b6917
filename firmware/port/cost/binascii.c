// cost/binascii.c: the module binascii, whose functions take time by the length of their data.
//
// It is MicroPython's own file. The Makefile compiles this file in place of extmod/modbinascii.c. crc32() is charged in
// cost/data.c.

#include "py/runtime.h"
#include "core/board.h"

static mp_obj_t mod_binascii_a2b_base64(mp_obj_t data);
static mp_obj_t mod_binascii_b2a_base64(size_t n_args, const mp_obj_t *args, mp_map_t *keywords);
static mp_obj_t bytes_hex_as_bytes(size_t n_args, const mp_obj_t *args);

// With arguments each is MicroPython's function, alone (in the table of the module) it is ours.
#define mod_binascii_a2b_base64(data) from_base64(data)
#define mod_binascii_b2a_base64(n_args, args, keywords) to_base64(n_args, args, keywords)
#define bytes_hex_as_bytes(n_args, args) to_hex(n_args, args)
#include "extmod/modbinascii.c"
#undef mod_binascii_a2b_base64
#undef mod_binascii_b2a_base64
#undef bytes_hex_as_bytes

static size_t length(mp_obj_t data) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
    return buffer.len;
}

static mp_obj_t mod_binascii_a2b_base64(mp_obj_t data) {
    vb_charge(VB_NS_FROM_BASE64_BYTE * length(data));
    return from_base64(data);
}

static mp_obj_t mod_binascii_b2a_base64(size_t n_args, const mp_obj_t *args, mp_map_t *keywords) {
    vb_charge(VB_NS_TO_BASE64_BYTE * length(args[0]));
    return to_base64(n_args, args, keywords);
}

static mp_obj_t bytes_hex_as_bytes(size_t n_args, const mp_obj_t *args) {
    vb_charge(VB_NS_HEX_BYTE * length(args[0]));
    return to_hex(n_args, args);
}
