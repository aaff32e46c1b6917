// net/wlan_rp2.c: network.WLAN as the firmware of a Pico W has it. Source: extmod/network_cyw43.c.

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"
#include "shared/netutils/netutils.h"
#include "net/radio.h"

#if VB_RP2

#define LINK_DOWN 0
#define LINK_JOIN 1
#define LINK_UP 3
#define LINK_NONET (-2)
#define LINK_BADAUTH (-3)
#define REASON_NO_AP_FOUND 201
#define REASON_AUTH_FAIL 202
#define AUTH_OPEN 0
#define AUTH_WPA2_MIXED_PSK 0x00400006
#define PM_PERFORMANCE 0xa11142 // CYW43_PM_VALUE(2, 200, 1, 1, 10)

static const vb_wlan_obj_t objects[2] = {{{&vb_wlan_type}, 0}, {{&vb_wlan_type}, 1}};
static mp_int_t pm = PM_PERFORMANCE, power = 31, antenna; // values of config()

static mp_int_t link_status(int itf) {
    if (itf == 1) {
        return vb_net.own_on ? LINK_UP : LINK_DOWN;
    }
    if (vb_net.station == VB_NET_UP) {
        return LINK_UP;
    }
    if (vb_net.station == VB_NET_JOINING) {
        return LINK_JOIN;
    }
    return vb_net.reason == REASON_NO_AP_FOUND ? LINK_NONET
           : vb_net.reason == REASON_AUTH_FAIL ? LINK_BADAUTH : LINK_DOWN;
}

static void wlan_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    const vb_wlan_obj_t *self = MP_OBJ_TO_PTR(self_in);
    static const char *const names[] = {"badauth", "nonet", "fail", "down", "join", "join", "up"};
    static const uint8_t own[4] = {192, 168, 4, 1}, none[4];
    const uint8_t *ip = self->itf == 0 ? vb_net.ip : vb_net.own_on ? own : none;
    mp_printf(print, "<CYW43 %s %s %u.%u.%u.%u>", self->itf == 0 ? "STA" : "AP",
        names[link_status(self->itf) + 3], ip[0], ip[1], ip[2], ip[3]);
}

static mp_obj_t wlan_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 1, false);
    return MP_OBJ_FROM_PTR(&objects[n_args != 0 && mp_obj_get_int(args[0]) != 0]);
}

static mp_obj_t wlan_active(size_t n_args, const mp_obj_t *args) {
    const vb_wlan_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args == 1) {
        return mp_obj_new_bool(vb_wlan_on[self->itf]);
    }
    if (self->itf == 1) {
        vb_wlan_default_own();
    } else { // the driver does not join again by itself
        vb_net_call(VB_CALL_RADIO_SET, VB_RADIO_TRIES, 0, NULL, 0, NULL, 0);
    }
    vb_wlan_switch(self->itf, mp_obj_is_true(args[1]));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_active_obj, 1, 2, wlan_active);

static mp_obj_t wlan_deinit(mp_obj_t self_in) {
    vb_wlan_switch(0, false);
    vb_wlan_switch(1, false);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_deinit_obj, wlan_deinit);

static mp_obj_t wlan_scan(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    static const mp_arg_t allowed[] = {
        { MP_QSTR_passive, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false} },
        { MP_QSTR_ssid, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_essid, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_bssid, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    if (!vb_wlan_on[0]) {
        mp_raise_OSError(MP_EPERM);
    }
    return vb_wlan_scan(true);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_scan_obj, 1, wlan_scan);

static mp_obj_t wlan_connect(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_ssid, ARG_key, ARG_auth, ARG_security, ARG_bssid, ARG_channel };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_ssid, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_key, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_auth, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
        { MP_QSTR_security, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
        { MP_QSTR_bssid, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_channel, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(args[ARG_ssid].u_obj, &bytes, MP_BUFFER_READ);
    if (args[ARG_bssid].u_obj != mp_const_none) {
        mp_get_buffer_raise(args[ARG_bssid].u_obj, &bytes, MP_BUFFER_READ);
        if (bytes.len != 6) {
            mp_raise_ValueError(NULL);
        }
    }
    if (!vb_wlan_on[0]) { // cyw43_wifi_join
        mp_raise_OSError(MP_EPERM);
    }
    vb_wlan_join(args[ARG_ssid].u_obj, args[ARG_key].u_obj, args[ARG_bssid].u_obj);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_connect_obj, 1, wlan_connect);

static mp_obj_t wlan_disconnect(mp_obj_t self_in) {
    vb_net_call(VB_CALL_RADIO_DISCONNECT, 0, 0, NULL, 0, NULL, 0);
    vb_net_fetch();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_disconnect_obj, wlan_disconnect);

static mp_obj_t wlan_isconnected(mp_obj_t self_in) {
    const vb_wlan_obj_t *self = MP_OBJ_TO_PTR(self_in);
    bool up = link_status(self->itf) == LINK_UP;
    return mp_obj_new_bool(up && (self->itf == 0 || vb_net.own_stations));
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_isconnected_obj, wlan_isconnected);

static mp_obj_t wlan_status(size_t n_args, const mp_obj_t *args) {
    const vb_wlan_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args == 1) {
        return MP_OBJ_NEW_SMALL_INT(link_status(self->itf));
    }
    switch (mp_obj_str_get_qstr(args[1])) {
        case MP_QSTR_rssi:
            if (self->itf != 0) {
                mp_raise_ValueError(MP_ERROR_TEXT("STA required"));
            }
            return MP_OBJ_NEW_SMALL_INT(vb_net.rssi);
        case MP_QSTR_stations:
            if (self->itf != 1) {
                mp_raise_ValueError(MP_ERROR_TEXT("AP required"));
            }
            return vb_wlan_stations();
    }
    mp_raise_ValueError(MP_ERROR_TEXT("unknown status param"));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_status_obj, 1, 2, wlan_status);

// ---- config() ----

static mp_obj_t text(const uint8_t *s) {
    return mp_obj_new_str((const char *)s, strlen((const char *)s));
}

static mp_obj_t config_get(const vb_wlan_obj_t *self, qstr key) {
    switch (key) {
        case MP_QSTR_antenna:
            return MP_OBJ_NEW_SMALL_INT(antenna);
        case MP_QSTR_channel:
            return MP_OBJ_NEW_SMALL_INT(self->itf == 1 ? vb_wlan_own.channel : vb_net.channel);
        case MP_QSTR_ssid:
        case MP_QSTR_essid:
            return text(self->itf == 0 ? vb_wlan_ssid : vb_wlan_own.ssid);
        case MP_QSTR_security:
            return mp_obj_new_int(vb_wlan_own.key[0] ? AUTH_WPA2_MIXED_PSK : AUTH_OPEN);
        case MP_QSTR_mac:
            vb_wlan_switch(self->itf, vb_wlan_on[self->itf]);
            return mp_obj_new_bytes(vb_net_mac[self->itf], 6);
        case MP_QSTR_pm:
            return MP_OBJ_NEW_SMALL_INT(pm);
        case MP_QSTR_txpower:
            return MP_OBJ_NEW_SMALL_INT(power);
        case MP_QSTR_hostname:
            return mod_network_hostname(0, NULL);
    }
    mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
}

// Whether the own access point has to restart for it.
static bool config_set(const vb_wlan_obj_t *self, qstr key, mp_obj_t value) {
    switch (key) {
        case MP_QSTR_antenna:
            antenna = mp_obj_get_int(value);
            return false;
        case MP_QSTR_channel:
            vb_wlan_own.channel = mp_obj_get_int(value);
            return true;
        case MP_QSTR_ssid:
        case MP_QSTR_essid:
            vb_wlan_set_text(vb_wlan_own.ssid, sizeof(vb_wlan_own.ssid), value);
            return true;
        case MP_QSTR_security:
            if (mp_obj_get_int(value) == AUTH_OPEN) {
                memset(vb_wlan_own.key, 0, sizeof(vb_wlan_own.key));
            }
            return true;
        case MP_QSTR_key:
        case MP_QSTR_password:
            vb_wlan_set_text(vb_wlan_own.key, sizeof(vb_wlan_own.key), value);
            return true;
        case MP_QSTR_pm:
            pm = mp_obj_get_int(value);
            return false;
        case MP_QSTR_txpower:
            power = mp_obj_get_int(value);
            return false;
        case MP_QSTR_hostname:
            mod_network_hostname(1, &value);
            return false;
        case MP_QSTR_monitor:
        case MP_QSTR_trace:
            vb_not_simulated("monitor and trace of the radio");
    }
    mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
}

static mp_obj_t wlan_config(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    const vb_wlan_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (kwargs->used == 0) {
        if (n_args != 2) {
            mp_raise_TypeError(MP_ERROR_TEXT("must query one param"));
        }
        return config_get(self, mp_obj_str_get_qstr(args[1]));
    }
    if (n_args != 1) {
        mp_raise_TypeError(MP_ERROR_TEXT("can't specify pos and kw args"));
    }
    bool anew = false;
    for (size_t i = 0; i < kwargs->alloc; i++) {
        if (mp_map_slot_is_filled(kwargs, i)) {
            anew |= config_set(self, mp_obj_str_get_qstr(kwargs->table[i].key), kwargs->table[i].value);
        }
    }
    if (anew) {
        vb_wlan_default_own();
        vb_wlan_send_own();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_config_obj, 1, wlan_config);

static mp_obj_t wlan_raw(size_t n_args, const mp_obj_t *args) {
    vb_not_simulated("WLAN.ioctl and WLAN.send_ethernet");
}
static MP_DEFINE_CONST_FUN_OBJ_VAR(wlan_raw_obj, 1, wlan_raw);

static const mp_rom_map_elem_t wlan_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&wlan_deinit_obj) },
    { MP_ROM_QSTR(MP_QSTR_active), MP_ROM_PTR(&wlan_active_obj) },
    { MP_ROM_QSTR(MP_QSTR_scan), MP_ROM_PTR(&wlan_scan_obj) },
    { MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&wlan_connect_obj) },
    { MP_ROM_QSTR(MP_QSTR_disconnect), MP_ROM_PTR(&wlan_disconnect_obj) },
    { MP_ROM_QSTR(MP_QSTR_isconnected), MP_ROM_PTR(&wlan_isconnected_obj) },
    { MP_ROM_QSTR(MP_QSTR_ifconfig), MP_ROM_PTR(&vb_wlan_ifconfig_obj) },
    { MP_ROM_QSTR(MP_QSTR_ipconfig), MP_ROM_PTR(&vb_wlan_ipconfig_obj) },
    { MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&wlan_status_obj) },
    { MP_ROM_QSTR(MP_QSTR_config), MP_ROM_PTR(&wlan_config_obj) },
    { MP_ROM_QSTR(MP_QSTR_ioctl), MP_ROM_PTR(&wlan_raw_obj) },
    { MP_ROM_QSTR(MP_QSTR_send_ethernet), MP_ROM_PTR(&wlan_raw_obj) },
    { MP_ROM_QSTR(MP_QSTR_IF_STA), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_IF_AP), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_SEC_OPEN), MP_ROM_INT(AUTH_OPEN) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WPA_WPA2), MP_ROM_INT(AUTH_WPA2_MIXED_PSK) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WPA3), MP_ROM_INT(0x01000004) },
    { MP_ROM_QSTR(MP_QSTR_SEC_WPA2_WPA3), MP_ROM_INT(0x01400004) },
    { MP_ROM_QSTR(MP_QSTR_PM_NONE), MP_ROM_INT(0x10) },
    { MP_ROM_QSTR(MP_QSTR_PM_PERFORMANCE), MP_ROM_INT(PM_PERFORMANCE) },
    { MP_ROM_QSTR(MP_QSTR_PM_POWERSAVE), MP_ROM_INT(0x11) },
};
static MP_DEFINE_CONST_DICT(wlan_locals, wlan_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    vb_wlan_type, MP_QSTR_CYW43, MP_TYPE_FLAG_NONE,
    make_new, wlan_make_new,
    print, wlan_print,
    locals_dict, &wlan_locals
    );

#endif
