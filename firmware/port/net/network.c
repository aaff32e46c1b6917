// net/network.c: what the WLAN classes of both families share, and the addresses.
// Sources: ports/esp32/network_common.c, extmod/network_lwip.c (rp2).

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modnetwork.h"
#include "shared/netutils/netutils.h"
#include "core/internal.h"
#include "net/radio.h"

#define MOST_FOUND 16
#define MOST_STATIONS 16
#define HIDDEN (1 << 8)
#define OWN_DIGITS (VB_IS_ESP32 ? 6 : 4) // digits of the MAC in the name of the own access point

bool vb_wlan_on[2];
uint8_t vb_wlan_ssid[33];
struct vb_wlan_own vb_wlan_own;
static const uint8_t own_address[4] = {192, 168, 4, 1}, mask24[4] = {255, 255, 255, 0};

static struct {
    bool on;
    uint8_t ip[4], mask[4], gateway[4], dns[4];
} fixed; // what ifconfig() set for the station

// ---- the radio ----

static void set_macs(void) {
    static bool done;
    if (done) {
        return;
    }
    done = true;
    memcpy(vb_net_mac[0], vb_options.uid, 6);
    memcpy(vb_net_mac[1], vb_options.uid, 6);
    if (VB_IS_ESP32) {
        vb_net_mac[1][5]++;
    } else {
        memcpy(vb_net_mac[0], "\x28\xcd\xc1", 3); // Raspberry Pi's prefix; station and access point share the MAC
        memcpy(vb_net_mac[1], "\x28\xcd\xc1", 3);
    }
}

void vb_wlan_switch(int itf, bool on) {
    set_macs();
    if (on != vb_wlan_on[itf]) {
        vb_wlan_on[itf] = on;
        vb_net_call(VB_CALL_RADIO_SWITCH, itf, on, vb_net_mac[itf], 6, NULL, 0);
        vb_net_fetch();
    }
}

void vb_wlan_set_text(uint8_t *to, size_t room, mp_obj_t text) {
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(text, &bytes, MP_BUFFER_READ);
    memset(to, 0, room);
    memcpy(to, bytes.buf, MIN(bytes.len, room - 1));
}

void vb_wlan_default_own(void) {
    static const char hex[] = "0123456789ABCDEF";
    if (!vb_wlan_own.ssid[0]) {
        set_macs();
        memcpy(vb_wlan_own.ssid, VB_IS_ESP32 ? "ESP_" : "PICO", 4);
        for (int i = 0; i < OWN_DIGITS; i++) {
            uint8_t byte = vb_net_mac[1][6 - OWN_DIGITS / 2 + i / 2];
            vb_wlan_own.ssid[4 + i] = hex[byte >> (i % 2 ? 0 : 4) & 15];
        }
        vb_wlan_own.channel = VB_IS_ESP32 ? 1 : 3;
        vb_wlan_own.most = 4;
        vb_wlan_send_own();
    }
}

void vb_wlan_join(mp_obj_t ssid, mp_obj_t key, mp_obj_t bssid) {
    uint8_t data[33 + 65 + 7];
    size_t len = 0;
    if (ssid != mp_const_none || key != mp_const_none || bssid != mp_const_none) {
        len = vb_net_string(data, ssid, 32);
        len += vb_net_string(data + len, key, 64);
        len += vb_net_string(data + len, bssid, 6);
        memset(vb_wlan_ssid, 0, sizeof(vb_wlan_ssid));
        memcpy(vb_wlan_ssid, data + 1, data[0]);
    }
    vb_net_call(VB_CALL_RADIO_CONNECT, 0, 0, data, len, NULL, 0);
    vb_net_fetch();
}

void vb_wlan_send_own(void) {
    uint8_t data[33 + 64];
    size_t ssid = strlen((char *)vb_wlan_own.ssid), key = strlen((char *)vb_wlan_own.key);
    data[0] = ssid;
    memcpy(data + 1, vb_wlan_own.ssid, ssid);
    data[1 + ssid] = key;
    memcpy(data + 2 + ssid, vb_wlan_own.key, key);
    vb_net_call(VB_CALL_RADIO_OWN, vb_wlan_own.channel, vb_wlan_own.most | (vb_wlan_own.hidden ? HIDDEN : 0), data,
        ssid + key + 2, NULL, 0);
    vb_net_fetch();
}

// [(ssid, bssid, channel, rssi, security, hidden)]; on rp2 the last item is the number of beacons.
mp_obj_t vb_wlan_scan(bool hidden_count) {
    struct vb_access_point found[MOST_FOUND];
    int32_t n = vb_net_call(VB_CALL_RADIO_SCAN, 0, 0, NULL, 0, found, sizeof(found));
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (int i = 0; i < MIN(n, MOST_FOUND); i++) {
        const struct vb_access_point *p = &found[i];
        mp_int_t security = p->security;
        if (!VB_IS_ESP32 && security) {
            security = 5; // cyw43: 1 WEP, 2 WPA, 4 WPA2, and what each allows
        }
        mp_obj_t items[6] = {
            mp_obj_new_bytes(p->name, MIN(p->length, sizeof(p->name))),
            mp_obj_new_bytes(p->bssid, sizeof(p->bssid)),
            MP_OBJ_NEW_SMALL_INT(p->channel),
            MP_OBJ_NEW_SMALL_INT(p->rssi),
            MP_OBJ_NEW_SMALL_INT(security),
            hidden_count ? MP_OBJ_NEW_SMALL_INT(1) : mp_const_false,
        };
        mp_obj_list_append(list, mp_obj_new_tuple(6, items));
    }
    return list;
}

mp_obj_t vb_wlan_stations(void) {
    uint8_t macs[MOST_STATIONS * 6];
    int32_t n = vb_net_call(VB_CALL_RADIO_STATIONS, 0, 0, NULL, 0, macs, sizeof(macs));
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (int i = 0; i < MIN(n, MOST_STATIONS); i++) {
        mp_obj_t mac = mp_obj_new_bytes(macs + i * 6, 6);
        mp_obj_list_append(list, mp_obj_new_tuple(1, &mac));
    }
    return list;
}

// ---- addresses ----

static void get_addresses(int itf, uint8_t *a) {
    if (itf == 1) {
        memcpy(a, own_address, 4);
        memcpy(a + 4, mask24, 4);
        memcpy(a + 8, own_address, 4);
        memcpy(a + 12, VB_IS_ESP32 ? "\0\0\0\0" : (const char *)own_address, 4);
    } else if (fixed.on) {
        memcpy(a, fixed.ip, 16);
    } else {
        memcpy(a, vb_net.ip, 16);
    }
}

static void use_fixed(int itf, bool on) {
    if (itf == 1) {
        vb_not_simulated("another address of the own access point");
    }
    fixed.on = on;
    vb_net_call(VB_CALL_RADIO_SET, VB_RADIO_ADDRESS, 0, fixed.ip, on ? 4 : 0, NULL, 0);
    vb_net_fetch();
}

static mp_obj_t ifconfig(size_t n_args, const mp_obj_t *args) {
    vb_wlan_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    uint8_t a[16];
    if (n_args == 1) {
        get_addresses(self->itf, a);
        mp_obj_t items[4];
        for (int i = 0; i < 4; i++) {
            items[i] = netutils_format_ipv4_addr(a + 4 * i, NETUTILS_BIG);
        }
        return mp_obj_new_tuple(4, items);
    }
    if (mp_obj_is_str(args[1])) {
        if (self->itf == 1 || strcmp("dhcp", mp_obj_str_get_str(args[1])) != 0) {
            mp_raise_ValueError(MP_ERROR_TEXT("invalid arguments"));
        }
        use_fixed(0, false);
        return mp_const_none;
    }
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(args[1], 4, &items);
    for (int i = 0; i < 4; i++) {
        netutils_parse_ipv4_addr(items[i], a + 4 * i, NETUTILS_BIG);
    }
    memcpy(fixed.ip, a, 16);
    use_fixed(self->itf, true);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(vb_wlan_ifconfig_obj, 1, 2, ifconfig);

static mp_obj_t get_ipconfig(vb_wlan_obj_t *self, qstr key) {
    uint8_t a[16];
    get_addresses(self->itf, a);
    switch (key) {
        case MP_QSTR_addr4: {
            mp_obj_t pair[2] = {
                netutils_format_ipv4_addr(a, NETUTILS_BIG), netutils_format_ipv4_addr(a + 4, NETUTILS_BIG),
            };
            return mp_obj_new_tuple(2, pair);
        }
        case MP_QSTR_gw4:
            return netutils_format_ipv4_addr(a + 8, NETUTILS_BIG);
        case MP_QSTR_dhcp4:
            if (self->itf == 0) {
                return mp_obj_new_bool(!fixed.on);
            }
            break;
        #if VB_RP2
        case MP_QSTR_has_dhcp4:
            return mp_obj_new_bool(self->itf == 0 && !fixed.on && vb_net.station == VB_NET_UP);
        #endif
    }
    mp_raise_ValueError(MP_ERROR_TEXT("unexpected key"));
}

static void set_ipconfig(vb_wlan_obj_t *self, qstr key, mp_obj_t value) {
    if (!fixed.on && key != MP_QSTR_dhcp4) {
        get_addresses(self->itf, fixed.ip);
    }
    if (key == MP_QSTR_dhcp4 && self->itf == 0) {
        use_fixed(0, !mp_obj_is_true(value));
    } else if (key == MP_QSTR_addr4 && mp_obj_is_str(value)) {
        char text[20];
        strncpy(text, mp_obj_str_get_str(value), sizeof(text) - 1);
        text[sizeof(text) - 1] = 0;
        char *slash = strchr(text, '/');
        if (slash) {
            uint32_t bits = 0xffffffffu << (32 - MIN(MAX(slash[1] ? (slash[1] - '0') * (slash[2] ? 10 : 1)
                + (slash[2] ? slash[2] - '0' : 0) : 24, 1), 32));
            for (int i = 0; i < 4; i++) {
                fixed.mask[i] = bits >> (24 - 8 * i);
            }
            *slash = 0;
        }
        netutils_parse_ipv4_addr(mp_obj_new_str(text, strlen(text)), fixed.ip, NETUTILS_BIG);
        use_fixed(self->itf, true);
    } else if (key == MP_QSTR_addr4) {
        mp_obj_t *items;
        mp_obj_get_array_fixed_n(value, 2, &items);
        netutils_parse_ipv4_addr(items[0], fixed.ip, NETUTILS_BIG);
        netutils_parse_ipv4_addr(items[1], fixed.mask, NETUTILS_BIG);
        use_fixed(self->itf, true);
    } else if (key == MP_QSTR_gw4) {
        netutils_parse_ipv4_addr(value, fixed.gateway, NETUTILS_BIG);
        use_fixed(self->itf, true);
    } else {
        mp_raise_ValueError(MP_ERROR_TEXT("unexpected key"));
    }
}

static mp_obj_t ipconfig(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    vb_wlan_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (kwargs->used == 0) {
        if (n_args != 2) {
            mp_raise_TypeError(MP_ERROR_TEXT("must query one param"));
        }
        return get_ipconfig(self, mp_obj_str_get_qstr(args[1]));
    }
    if (n_args != 1) {
        mp_raise_TypeError(MP_ERROR_TEXT("can't specify pos and kw args"));
    }
    for (size_t i = 0; i < kwargs->alloc; i++) {
        if (mp_map_slot_is_filled(kwargs, i)) {
            set_ipconfig(self, mp_obj_str_get_qstr(kwargs->table[i].key), kwargs->table[i].value);
        }
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(vb_wlan_ipconfig_obj, 1, ipconfig);

// network.ipconfig(): only the name server is common to all interfaces.
static mp_obj_t network_ipconfig(size_t n_args, const mp_obj_t *args, mp_map_t *kwargs) {
    if (kwargs->used) {
        vb_not_simulated("another name server");
    }
    if (n_args != 1) {
        mp_raise_TypeError(MP_ERROR_TEXT("must query one param"));
    }
    if (mp_obj_str_get_qstr(args[0]) != MP_QSTR_dns) {
        mp_raise_ValueError(MP_ERROR_TEXT("unexpected key"));
    }
    uint8_t a[16];
    get_addresses(0, a);
    return netutils_format_ipv4_addr(a + 12, NETUTILS_BIG);
}
MP_DEFINE_CONST_FUN_OBJ_KW(vb_network_ipconfig_obj, 0, network_ipconfig);

// extmod/modnetwork.c: `import network`.
static mp_obj_t network_init(void) {
    vb_net_need_radio(MP_OBJ_NEW_QSTR(MP_QSTR_network));
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(vb_network_init_obj, network_init);

static mp_obj_t not_simulated(size_t n_args, const mp_obj_t *args) {
    vb_not_simulated("LAN and PPP");
}
MP_DEFINE_CONST_FUN_OBJ_VAR(vb_network_not_simulated_obj, 0, not_simulated);
