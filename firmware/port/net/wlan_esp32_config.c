// net/wlan_esp32_config.c: WLAN.config() of the ESP32's firmware. Source: ports/esp32/network_wlan.c.

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"
#include "net/radio.h"

#if VB_ESP32

static int reconnects = -1, power = 78, protocols = 7, saving = 1; // values of config(); IDF's defaults

static void set_mac(int itf, mp_obj_t value) {
    mp_buffer_info_t mac;
    mp_get_buffer_raise(value, &mac, MP_BUFFER_READ);
    if (mac.len != 6) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid buffer length"));
    }
    vb_wlan_switch(itf, vb_wlan_on[itf]);
    memcpy(vb_net_mac[itf], mac.buf, 6);
    if (vb_wlan_on[itf]) {
        vb_net_call(VB_CALL_RADIO_SWITCH, itf, 1, vb_net_mac[itf], 6, NULL, 0);
    }
}

static void set_channel(const vb_wlan_obj_t *self, mp_int_t channel) {
    if (self->itf == 1) {
        vb_wlan_own.channel = channel;
    } else {
        vb_net_call(VB_CALL_RADIO_SET, VB_RADIO_CHANNEL, channel & 15, NULL, 0, NULL, 0);
        vb_net_fetch();
    }
}

// Sets it if it is a setting of the own access point; raises for the station. Returns whether it is one.
static bool set_own(const vb_wlan_obj_t *self, qstr key, mp_obj_t value) {
    if (key == MP_QSTR_ssid || key == MP_QSTR_essid) {
        vb_wlan_require(self, 1);
        vb_wlan_set_text(vb_wlan_own.ssid, sizeof(vb_wlan_own.ssid), value);
    } else if (key == MP_QSTR_hidden) {
        vb_wlan_require(self, 1);
        vb_wlan_own.hidden = mp_obj_is_true(value);
    } else if (key == MP_QSTR_security || key == MP_QSTR_authmode) {
        vb_wlan_require(self, 1);
        vb_wlan_own.security = mp_obj_get_int(value);
    } else if (key == MP_QSTR_key || key == MP_QSTR_password) {
        vb_wlan_require(self, 1);
        vb_wlan_set_text(vb_wlan_own.key, sizeof(vb_wlan_own.key), value);
    } else if (key == MP_QSTR_max_clients) {
        vb_wlan_require(self, 1);
        vb_wlan_own.most = MIN(MAX(mp_obj_get_int(value), 1), 10);
    } else {
        return false;
    }
    return true;
}

static void config_set(const vb_wlan_obj_t *self, qstr key, mp_obj_t value) {
    if (set_own(self, key, value)) {
        return;
    }
    switch (key) {
        case MP_QSTR_mac:
            set_mac(self->itf, value);
            break;
        case MP_QSTR_channel:
            set_channel(self, mp_obj_get_int(value));
            break;
        case MP_QSTR_hostname:
        case MP_QSTR_dhcp_hostname:
            mod_network_hostname(1, &value);
            break;
        case MP_QSTR_reconnects:
            vb_wlan_require(self, 0);
            reconnects = mp_obj_get_int(value);
            vb_net_call(VB_CALL_RADIO_SET, VB_RADIO_TRIES, reconnects & 255, NULL, 0, NULL, 0);
            break;
        case MP_QSTR_txpower:
            power = mp_obj_get_float(value) * 4;
            break;
        case MP_QSTR_protocol:
            protocols = mp_obj_get_int(value);
            break;
        case MP_QSTR_pm:
            saving = mp_obj_get_int(value);
            break;
        default:
            mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
    }
}

static mp_obj_t text(const uint8_t *s) {
    return mp_obj_new_str_from_cstr((const char *)s);
}

static mp_obj_t get_own(const vb_wlan_obj_t *self, qstr key) {
    vb_wlan_require(self, 1);
    return key == MP_QSTR_hidden ? mp_obj_new_bool(vb_wlan_own.hidden) : MP_OBJ_NEW_SMALL_INT(vb_wlan_own.security);
}

static mp_obj_t config_get(const vb_wlan_obj_t *self, qstr key) {
    switch (key) {
        case MP_QSTR_mac:
            vb_wlan_switch(self->itf, vb_wlan_on[self->itf]);
            return mp_obj_new_bytes(vb_net_mac[self->itf], 6);
        case MP_QSTR_ssid:
        case MP_QSTR_essid:
            return text(self->itf == 0 ? vb_wlan_ssid : vb_wlan_own.ssid);
        case MP_QSTR_hidden:
        case MP_QSTR_security:
        case MP_QSTR_authmode:
            return get_own(self, key);
        case MP_QSTR_channel:
            return MP_OBJ_NEW_SMALL_INT(vb_net.channel ? vb_net.channel : 1);
        case MP_QSTR_ifname:
            return self->itf == 0 ? MP_OBJ_NEW_QSTR(MP_QSTR_st1) : MP_OBJ_NEW_QSTR(MP_QSTR_ap2);
        case MP_QSTR_hostname:
        case MP_QSTR_dhcp_hostname:
            vb_wlan_require(self, 0);
            return mod_network_hostname(0, NULL);
        case MP_QSTR_max_clients:
            return MP_OBJ_NEW_SMALL_INT(vb_wlan_own.most);
        case MP_QSTR_reconnects:
            vb_wlan_require(self, 0);
            return MP_OBJ_NEW_SMALL_INT(reconnects);
        case MP_QSTR_txpower:
            return mp_obj_new_float(power * 0.25f);
        case MP_QSTR_protocol:
            return MP_OBJ_NEW_SMALL_INT(protocols);
        case MP_QSTR_pm:
            return MP_OBJ_NEW_SMALL_INT(saving);
    }
    mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
}

static mp_obj_t wlan_config(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    const vb_wlan_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args != 1 && kwargs->used != 0) {
        mp_raise_TypeError(MP_ERROR_TEXT("either pos or kw args are allowed"));
    }
    if (kwargs->used == 0) {
        if (n_args != 2) {
            mp_raise_TypeError(MP_ERROR_TEXT("can query only one param"));
        }
        return config_get(self, mp_obj_str_get_qstr(args[1]));
    }
    if (self->itf == 1) {
        vb_wlan_default_own();
    }
    for (size_t i = 0; i < kwargs->alloc; i++) {
        if (mp_map_slot_is_filled(kwargs, i)) {
            config_set(self, mp_obj_str_get_qstr(kwargs->table[i].key), kwargs->table[i].value);
        }
    }
    if (self->itf == 1) {
        vb_wlan_send_own();
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(vb_wlan_config_obj, 1, wlan_config);

#endif
