// net/espnow_peers.c: the peers to which a board may send ESP-NOW messages.

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "net/espnow.h"

#if VB_ESP32

static struct vb_espnow_peer *find(const uint8_t *mac) {
    for (int i = 0; i < vb_espnow.peer_count; i++) {
        if (memcmp(vb_espnow.peers[i].mac, mac, 6) == 0) {
            return &vb_espnow.peers[i];
        }
    }
    return NULL;
}

static struct vb_espnow_peer *known(mp_obj_t mac) {
    vb_espnow_need_on();
    struct vb_espnow_peer *peer = find(vb_espnow_bytes(mac, 6, MP_BUFFER_READ));
    if (!peer) {
        vb_espnow_raise(ESP_ERR_ESPNOW_NOT_FOUND);
    }
    return peer;
}

void vb_espnow_check_peer(const uint8_t *mac) {
    const struct vb_espnow_peer *peer = find(mac);
    if (!peer) {
        vb_espnow_raise(ESP_ERR_ESPNOW_NOT_FOUND);
    }
    if (!vb_wlan_on[peer->itf]) {
        vb_espnow_raise(ESP_ERR_ESPNOW_IF);
    }
    if (peer->channel && peer->channel != vb_net.channel) {
        vb_espnow_raise(ESP_ERR_ESPNOW_CHAN);
    }
}

static mp_obj_t set_pmk(mp_obj_t self, mp_obj_t key) {
    vb_espnow_need_on();
    vb_espnow_bytes(key, 16, MP_BUFFER_READ);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(vb_espnow_set_pmk_obj, set_pmk);

static void update(struct vb_espnow_peer *peer, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_lmk, ARG_channel, ARG_ifidx, ARG_encrypt };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_lmk, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_channel, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_ifidx, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_encrypt, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    if (args[ARG_lmk].u_obj != mp_const_none) {
        peer->encrypt = mp_obj_is_true(args[ARG_lmk].u_obj);
        if (peer->encrypt) {
            memcpy(peer->lmk, vb_espnow_bytes(args[ARG_lmk].u_obj, 16, MP_BUFFER_READ), 16);
        }
    }
    if (args[ARG_channel].u_obj != mp_const_none) {
        peer->channel = mp_obj_get_int(args[ARG_channel].u_obj);
    }
    if (args[ARG_ifidx].u_obj != mp_const_none) {
        mp_int_t itf = mp_obj_get_int(args[ARG_ifidx].u_obj);
        if (itf != 0 && itf != 1) {
            vb_espnow_raise(ESP_ERR_ESPNOW_ARG);
        }
        peer->itf = itf;
    }
    if (args[ARG_encrypt].u_obj != mp_const_none) {
        peer->encrypt = mp_obj_is_true(args[ARG_encrypt].u_obj);
    }
}

static mp_obj_t add_peer(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    struct vb_espnow_peer peer = {0};
    memcpy(peer.mac, vb_espnow_bytes(args[1], 6, MP_BUFFER_READ), 6);
    update(&peer, n_args - 2, args + 2, kw_args);
    vb_espnow_need_on();
    if (find(peer.mac)) {
        vb_espnow_raise(ESP_ERR_ESPNOW_EXIST);
    }
    if (vb_espnow.peer_count == VB_ESPNOW_PEERS) {
        vb_espnow_raise(ESP_ERR_ESPNOW_FULL);
    }
    vb_espnow.peers[vb_espnow.peer_count++] = peer;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(vb_espnow_add_peer_obj, 2, add_peer);

static mp_obj_t del_peer(mp_obj_t self, mp_obj_t mac) {
    struct vb_espnow_peer *peer = known(mac), *end = vb_espnow.peers + --vb_espnow.peer_count;
    memmove(peer, peer + 1, (char *)end - (char *)peer);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(vb_espnow_del_peer_obj, del_peer);

static mp_obj_t mod_peer(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    update(known(args[1]), n_args - 2, args + 2, kw_args);
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(vb_espnow_mod_peer_obj, 2, mod_peer);

static mp_obj_t tuple(const struct vb_espnow_peer *peer) {
    mp_obj_t items[5] = {
        mp_obj_new_bytes(peer->mac, 6), mp_obj_new_bytes(peer->lmk, 16), MP_OBJ_NEW_SMALL_INT(peer->channel),
        MP_OBJ_NEW_SMALL_INT(peer->itf), mp_obj_new_bool(peer->encrypt),
    };
    return mp_obj_new_tuple(5, items);
}

static mp_obj_t get_peer(mp_obj_t self, mp_obj_t mac) {
    return tuple(known(mac));
}
MP_DEFINE_CONST_FUN_OBJ_2(vb_espnow_get_peer_obj, get_peer);

// All peers but broadcast and multicast, in the order of esp_now_fetch_peer().
static mp_obj_t get_peers(mp_obj_t self) {
    vb_espnow_need_on();
    mp_obj_t items[VB_ESPNOW_PEERS];
    int n = 0;
    for (int i = 0; i < vb_espnow.peer_count; i++) {
        if (!(vb_espnow.peers[i].mac[0] & 1)) {
            items[n++] = tuple(&vb_espnow.peers[i]);
        }
    }
    return mp_obj_new_tuple(n, items);
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_espnow_get_peers_obj, get_peers);

static mp_obj_t peer_count(mp_obj_t self) {
    vb_espnow_need_on();
    int encrypted = 0;
    for (int i = 0; i < vb_espnow.peer_count; i++) {
        encrypted += vb_espnow.peers[i].encrypt;
    }
    mp_obj_t items[2] = {MP_OBJ_NEW_SMALL_INT(vb_espnow.peer_count), MP_OBJ_NEW_SMALL_INT(encrypted)};
    return mp_obj_new_tuple(2, items);
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_espnow_peer_count_obj, peer_count);

#endif
