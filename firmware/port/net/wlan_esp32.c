// net/wlan_esp32.c: network.WLAN as the ESP32's firmware has it. Source: ports/esp32/network_wlan.c.

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"
#include "net/radio.h"

#if VB_ESP32

#define STAT_IDLE 1000
#define STAT_CONNECTING 1001
#define STAT_GOT_IP 1010
#define REASON_ASSOC_LEAVE 8
#define REASON_AUTH_FAIL 202
#define WPA2_PSK 3

static const vb_wlan_obj_t objects[2] = {{{&vb_wlan_type}, 0}, {{&vb_wlan_type}, 1}};

static NORETURN void wifi_error(mp_rom_error_text_t what) {
    mp_raise_msg(&mp_type_OSError, what);
}

void vb_wlan_require(const vb_wlan_obj_t *self, int itf) {
    if (self->itf != itf) {
        wifi_error(itf == 0 ? MP_ERROR_TEXT("STA required") : MP_ERROR_TEXT("AP required"));
    }
}

static void require_station_on(void) {
    if (!vb_wlan_on[0]) {
        wifi_error(vb_wlan_on[1] ? MP_ERROR_TEXT("Wifi Invalid Mode") : MP_ERROR_TEXT("Wifi Not Started"));
    }
}

static mp_obj_t wlan_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    mp_int_t itf = n_args ? mp_obj_get_int(args[0]) : 0;
    if (itf != 0 && itf != 1) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid WLAN interface identifier"));
    }
    return MP_OBJ_FROM_PTR(&objects[itf]);
}

static mp_obj_t wlan_active(size_t n_args, const mp_obj_t *args) {
    const vb_wlan_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args > 1) {
        bool on = mp_obj_is_true(args[1]);
        if (self->itf == 1 && on) {
            vb_wlan_default_own();
        }
        vb_wlan_switch(self->itf, on);
    }
    return mp_obj_new_bool(vb_wlan_on[self->itf]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_active_obj, 1, 2, wlan_active);

static mp_obj_t wlan_connect(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_ssid, ARG_key, ARG_bssid };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_bssid, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    if (args[ARG_bssid].u_obj != mp_const_none && mp_obj_get_int(mp_obj_len(args[ARG_bssid].u_obj)) != 6) {
        mp_raise_ValueError(NULL);
    }
    require_station_on();
    if (vb_net.station == VB_NET_JOINING) { // set_config, and connect without arguments, raise then
        wifi_error(n_args > 1 ? MP_ERROR_TEXT("Wifi Internal State Error") : MP_ERROR_TEXT("Wifi Internal Error"));
    }
    vb_wlan_join(args[ARG_ssid].u_obj, args[ARG_key].u_obj, args[ARG_bssid].u_obj);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_connect_obj, 1, wlan_connect);

static mp_obj_t wlan_disconnect(mp_obj_t self_in) {
    if (!vb_wlan_on[0] && !vb_wlan_on[1]) {
        wifi_error(MP_ERROR_TEXT("Wifi Not Started"));
    }
    vb_net_call(VB_CALL_RADIO_DISCONNECT, 0, 0, NULL, 0, NULL, 0);
    vb_net_fetch();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_disconnect_obj, wlan_disconnect);

static mp_int_t station_status(void) {
    if (vb_net.station == VB_NET_UP) {
        return STAT_GOT_IP;
    }
    if (vb_net.reason > 200 && vb_net.reason <= REASON_AUTH_FAIL) {
        return vb_net.reason;
    }
    if (vb_net.station == VB_NET_JOINING) {
        return STAT_CONNECTING;
    }
    return vb_net.reason == 0 || vb_net.reason == REASON_ASSOC_LEAVE ? STAT_IDLE : vb_net.reason;
}

static mp_obj_t wlan_status(size_t n_args, const mp_obj_t *args) {
    const vb_wlan_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args == 1) {
        return self->itf == 0 ? MP_OBJ_NEW_SMALL_INT(station_status()) : mp_const_none;
    }
    switch (mp_obj_str_get_qstr(args[1])) {
        case MP_QSTR_stations:
            vb_wlan_require(self, 1);
            return vb_wlan_stations();
        case MP_QSTR_rssi:
            vb_wlan_require(self, 0);
            if (vb_net.station != VB_NET_UP) {
                wifi_error(MP_ERROR_TEXT("Wifi Not Connected"));
            }
            return MP_OBJ_NEW_SMALL_INT(vb_net.rssi);
    }
    mp_raise_ValueError(MP_ERROR_TEXT("unknown status param"));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_status_obj, 1, 2, wlan_status);

static mp_obj_t wlan_scan(mp_obj_t self_in) {
    if (!vb_wlan_on[0]) {
        wifi_error(MP_ERROR_TEXT("STA must be active"));
    }
    return vb_wlan_scan(false);
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_scan_obj, wlan_scan);

static mp_obj_t wlan_isconnected(mp_obj_t self_in) {
    const vb_wlan_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return mp_obj_new_bool(self->itf == 0 ? vb_net.station == VB_NET_UP : vb_net.own_stations != 0);
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_isconnected_obj, wlan_isconnected);

static const mp_rom_map_elem_t wlan_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_active), MP_ROM_PTR(&wlan_active_obj) },
    { MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&wlan_connect_obj) },
    { MP_ROM_QSTR(MP_QSTR_disconnect), MP_ROM_PTR(&wlan_disconnect_obj) },
    { MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&wlan_status_obj) },
    { MP_ROM_QSTR(MP_QSTR_scan), MP_ROM_PTR(&wlan_scan_obj) },
    { MP_ROM_QSTR(MP_QSTR_isconnected), MP_ROM_PTR(&wlan_isconnected_obj) },
    { MP_ROM_QSTR(MP_QSTR_config), MP_ROM_PTR(&vb_wlan_config_obj) },
    { MP_ROM_QSTR(MP_QSTR_ifconfig), MP_ROM_PTR(&vb_wlan_ifconfig_obj) },
    { MP_ROM_QSTR(MP_QSTR_ipconfig), MP_ROM_PTR(&vb_wlan_ipconfig_obj) },
    { MP_ROM_QSTR(MP_QSTR_IF_STA), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_IF_AP), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_SEC_OPEN), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WEP), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WPA), MP_ROM_INT(2) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WPA2), MP_ROM_INT(WPA2_PSK) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WPA_WPA2), MP_ROM_INT(4) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WPA2_ENT), MP_ROM_INT(5) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WPA3), MP_ROM_INT(6) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WPA2_WPA3), MP_ROM_INT(7) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WAPI), MP_ROM_INT(8) },
    { MP_ROM_QSTR(MP_QSTR_SEC_OWE), MP_ROM_INT(9) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WPA3_ENT_192), MP_ROM_INT(10) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WPA3_EXT_PSK), MP_ROM_INT(11) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WPA3_EXT_PSK_MIXED_MODE), MP_ROM_INT(12) },
    { MP_ROM_QSTR(MP_QSTR_PM_NONE), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_PM_PERFORMANCE), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_PM_POWERSAVE), MP_ROM_INT(2) },
};
static MP_DEFINE_CONST_DICT(wlan_locals, wlan_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    vb_wlan_type, MP_QSTR_WLAN, MP_TYPE_FLAG_NONE,
    make_new, wlan_make_new,
    locals_dict, &wlan_locals
    );

#endif
