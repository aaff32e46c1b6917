// net/espnow_class.c: the module `_espnow`; the class ESPNow is firmware/espnow/espnow.py.

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "net/espnow.h"

#if VB_ESP32

static mp_obj_t espnow_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    if (!vb_espnow.base.type) {
        vb_espnow = (vb_espnow_obj_t) {
            .base = {&vb_espnow_type}, .timeout_ms = 300000, .rxbuf = 2 * (VB_ESPNOW_HEAD + VB_ESPNOW_MOST),
        };
        MP_STATE_PORT(espnow_callback) = mp_const_none;
        MP_STATE_PORT(espnow_callback_arg) = mp_const_none;
        MP_STATE_PORT(espnow_peers) = mp_obj_new_dict(0);
        mp_obj_dict_get_map(MP_STATE_PORT(espnow_peers))->is_fixed = 1;
    }
    return MP_OBJ_FROM_PTR(&vb_espnow);
}

static mp_obj_t espnow_config(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_get, ARG_rxbuf, ARG_timeout_ms, ARG_rate };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_, MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_rxbuf, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
        { MP_QSTR_timeout_ms, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = INT32_MIN} },
        { MP_QSTR_rate, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    if (args[ARG_rxbuf].u_int >= 0) {
        vb_espnow.rxbuf = MIN(args[ARG_rxbuf].u_int, 60000);
    }
    if (args[ARG_timeout_ms].u_int != INT32_MIN) {
        vb_espnow.timeout_ms = args[ARG_timeout_ms].u_int;
    }
    if (args[ARG_get].u_obj == MP_OBJ_NULL) {
        return mp_const_none;
    }
    switch (mp_obj_str_get_qstr(args[ARG_get].u_obj)) {
        case MP_QSTR_rxbuf:
            return MP_OBJ_NEW_SMALL_INT(vb_espnow.rxbuf);
        case MP_QSTR_timeout_ms:
            return mp_obj_new_int(vb_espnow.timeout_ms);
    }
    mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
}
static MP_DEFINE_CONST_FUN_OBJ_KW(espnow_config_obj, 1, espnow_config);

static mp_obj_t espnow_stats(mp_obj_t self) {
    mp_obj_t items[5] = {
        mp_obj_new_int_from_uint(vb_espnow.sent), mp_obj_new_int_from_uint(vb_espnow.responses),
        mp_obj_new_int_from_uint(vb_espnow.failures), mp_obj_new_int_from_uint(vb_espnow.received),
        mp_obj_new_int_from_uint(vb_espnow.dropped),
    };
    return mp_obj_new_tuple(5, items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(espnow_stats_obj, espnow_stats);

static mp_uint_t espnow_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t arg, int *errcode) {
    if (request != MP_STREAM_POLL) {
        *errcode = MP_EINVAL;
        return MP_STREAM_ERROR;
    }
    if (!vb_espnow.on) {
        return 0;
    }
    vb_espnow_note();
    return arg ^ ((vb_espnow_came & 1 ? 0 : arg & MP_STREAM_POLL_RD) | (vb_espnow_came & 2 ? 0 : arg & MP_STREAM_POLL_WR));
}

static void espnow_attr(mp_obj_t self, qstr attr, mp_obj_t *dest) {
    if (dest[0] == MP_OBJ_NULL) {
        if (attr == MP_QSTR_peers_table) {
            dest[0] = MP_STATE_PORT(espnow_peers);
        } else {
            dest[1] = MP_OBJ_SENTINEL; // look among the methods
        }
    }
}

static const mp_rom_map_elem_t espnow_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_active), MP_ROM_PTR(&vb_espnow_active_obj) },
    { MP_ROM_QSTR(MP_QSTR_config), MP_ROM_PTR(&espnow_config_obj) },
    { MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&vb_espnow_irq_obj) },
    { MP_ROM_QSTR(MP_QSTR_stats), MP_ROM_PTR(&espnow_stats_obj) },
    { MP_ROM_QSTR(MP_QSTR_recvinto), MP_ROM_PTR(&vb_espnow_recvinto_obj) },
    { MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&vb_espnow_send_obj) },
    { MP_ROM_QSTR(MP_QSTR_any), MP_ROM_PTR(&vb_espnow_any_obj) },
    { MP_ROM_QSTR(MP_QSTR_set_pmk), MP_ROM_PTR(&vb_espnow_set_pmk_obj) },
    { MP_ROM_QSTR(MP_QSTR_add_peer), MP_ROM_PTR(&vb_espnow_add_peer_obj) },
    { MP_ROM_QSTR(MP_QSTR_del_peer), MP_ROM_PTR(&vb_espnow_del_peer_obj) },
    { MP_ROM_QSTR(MP_QSTR_get_peers), MP_ROM_PTR(&vb_espnow_get_peers_obj) },
    { MP_ROM_QSTR(MP_QSTR_mod_peer), MP_ROM_PTR(&vb_espnow_mod_peer_obj) },
    { MP_ROM_QSTR(MP_QSTR_get_peer), MP_ROM_PTR(&vb_espnow_get_peer_obj) },
    { MP_ROM_QSTR(MP_QSTR_peer_count), MP_ROM_PTR(&vb_espnow_peer_count_obj) },
};
static MP_DEFINE_CONST_DICT(espnow_locals, espnow_locals_table);

static const mp_stream_p_t espnow_stream = {.ioctl = espnow_ioctl};

MP_DEFINE_CONST_OBJ_TYPE(
    vb_espnow_type, MP_QSTR_ESPNowBase, MP_TYPE_FLAG_NONE,
    make_new, espnow_make_new,
    attr, espnow_attr,
    protocol, &espnow_stream,
    locals_dict, &espnow_locals
    );

static const mp_rom_map_elem_t espnow_globals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__espnow) },
    { MP_ROM_QSTR(MP_QSTR_ESPNowBase), MP_ROM_PTR(&vb_espnow_type) },
    { MP_ROM_QSTR(MP_QSTR_MAX_DATA_LEN), MP_ROM_INT(VB_ESPNOW_MOST) },
    { MP_ROM_QSTR(MP_QSTR_ADDR_LEN), MP_ROM_INT(6) },
    { MP_ROM_QSTR(MP_QSTR_KEY_LEN), MP_ROM_INT(16) },
    { MP_ROM_QSTR(MP_QSTR_MAX_TOTAL_PEER_NUM), MP_ROM_INT(VB_ESPNOW_PEERS) },
    { MP_ROM_QSTR(MP_QSTR_MAX_ENCRYPT_PEER_NUM), MP_ROM_INT(VB_ESPNOW_ENCRYPTED) },
};
static MP_DEFINE_CONST_DICT(espnow_globals, espnow_globals_table);

const mp_obj_module_t vb_espnow_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&espnow_globals,
};
MP_REGISTER_MODULE(MP_QSTR__espnow, vb_espnow_module);
MP_REGISTER_ROOT_POINTER(mp_obj_t espnow_callback);
MP_REGISTER_ROOT_POINTER(mp_obj_t espnow_callback_arg);
MP_REGISTER_ROOT_POINTER(mp_obj_t espnow_peers);
MP_REGISTER_ROOT_POINTER(uint8_t *espnow_ring);

#endif
