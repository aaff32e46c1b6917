// net/espnow.c: sending and receiving of ESP-NOW. Source: ports/esp32/modespnow.c.

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objarray.h"
#include "py/ringbuf.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "esp32/modesp32.h"
#include "net/espnow.h"

#if VB_ESP32

#define MAGIC 0x99
#define FETCHED 4400       // 16 messages (hardware/bench/peripherals/espnow.py)
#define RESPONSE_NS 100000000

struct header {
    uint8_t magic, len;
    uint32_t time_ms;
    int8_t rssi;
    uint8_t peer[6];
} __attribute__((packed));
_Static_assert(sizeof(struct header) == VB_ESPNOW_HEAD, "net/espnow.h");

vb_espnow_obj_t vb_espnow;
volatile uint8_t vb_espnow_came; // what a wait checks: 1 a message, 2 all responses

static const struct { int code; const char *name; } errors[] = {
    {ESP_ERR_ESPNOW_NOT_INIT, "ESP_ERR_ESPNOW_NOT_INIT"}, {ESP_ERR_ESPNOW_ARG, "ESP_ERR_ESPNOW_ARG"},
    {ESP_ERR_ESPNOW_FULL, "ESP_ERR_ESPNOW_FULL"}, {ESP_ERR_ESPNOW_NOT_FOUND, "ESP_ERR_ESPNOW_NOT_FOUND"},
    {ESP_ERR_ESPNOW_INTERNAL, "ESP_ERR_ESPNOW_INTERNAL"}, {ESP_ERR_ESPNOW_EXIST, "ESP_ERR_ESPNOW_EXIST"},
    {ESP_ERR_ESPNOW_IF, "ESP_ERR_ESPNOW_IF"}, {ESP_ERR_ESPNOW_CHAN, "ESP_ERR_ESPNOW_CHAN"},
};

void vb_espnow_raise(int code) {
    for (size_t i = 0; i < MP_ARRAY_SIZE(errors); i++) {
        if (errors[i].code == code) {
            vb_esp_error(-code, errors[i].name);
        }
    }
    mp_raise_OSError(-code);
}

void vb_espnow_need_on(void) {
    if (!vb_espnow.on) {
        vb_espnow_raise(ESP_ERR_ESPNOW_NOT_INIT);
    }
}

uint8_t *vb_espnow_bytes(mp_obj_t obj, size_t len, mp_uint_t how) {
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(obj, &bytes, how);
    if (bytes.len != len) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid buffer length"));
    }
    return bytes.buf;
}

// ---- receiving ----

static void take_message(const uint8_t *p) {
    struct header head = {MAGIC, p[7], mp_hal_ticks_ms(), (int8_t)p[0]};
    memcpy(head.peer, p + 1, 6);
    ringbuf_t *ring = &vb_espnow.ring;
    if (sizeof(head) + head.len >= ringbuf_free(ring)) {
        vb_espnow.dropped++;
        return;
    }
    ringbuf_put_bytes(ring, (uint8_t *)&head, sizeof(head));
    ringbuf_put_bytes(ring, p + 8, head.len);
    vb_espnow.received++;
    if (MP_STATE_PORT(espnow_callback) != mp_const_none) {
        mp_sched_schedule(MP_STATE_PORT(espnow_callback), MP_STATE_PORT(espnow_callback_arg));
    }
}

void vb_espnow_note(void) {
    vb_espnow_came = (ringbuf_avail(&vb_espnow.ring) ? 1 : 0) | (vb_espnow.responses >= vb_espnow.sent ? 2 : 0);
}

// Runs as an interrupt when the bench has something for it.
static void fetch(void) {
    static uint8_t results[FETCHED];
    memset(results, 0, sizeof(results));
    vb_call(VB_CALL_ESPNOW_FETCH, 0, 0, NULL, 0, results, sizeof(results));
    vb_espnow.responses += results[0] + results[1];
    vb_espnow.failures += results[0];
    if (vb_espnow.on) {
        for (const uint8_t *p = results + 2; p + 8 < results + sizeof(results) && p[7]; p += 8 + p[7]) {
            take_message(p);
        }
        vb_espnow_note();
    }
}

static void start(void) {
    if (!vb_espnow.on) {
        MP_STATE_PORT(espnow_ring) = m_new(uint8_t, vb_espnow.rxbuf + 1);
        vb_espnow.ring = (ringbuf_t) {.buf = MP_STATE_PORT(espnow_ring), .size = vb_espnow.rxbuf + 1};
        vb_espnow.on = true;
        vb_net_call(VB_CALL_ESPNOW_SWITCH, 0, 1, NULL, 0, NULL, 0);
        vb_on_pending(VB_CHANNEL_ESPNOW, fetch);
    }
}

static void stop(void) {
    if (vb_espnow.on) {
        vb_net_call(VB_CALL_ESPNOW_SWITCH, 0, 0, NULL, 0, NULL, 0);
        vb_espnow.on = false;
        vb_espnow.peer_count = 0;
        vb_espnow.sent = vb_espnow.responses;
    }
}

void vb_espnow_stop(void) {
    stop();
    vb_espnow.base.type = NULL;
}

static mp_obj_t espnow_active(size_t n_args, const mp_obj_t *args) {
    if (n_args > 1) {
        mp_obj_is_true(args[1]) ? start() : stop();
    }
    return mp_obj_new_bool(vb_espnow.on);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(vb_espnow_active_obj, 1, 2, espnow_active);

static mp_obj_t update_rssi(const struct header *head) {
    mp_map_t *map = mp_obj_dict_get_map(MP_STATE_PORT(espnow_peers));
    mp_obj_t key = mp_obj_new_bytes(head->peer, 6);
    map->is_fixed = 0;
    mp_map_elem_t *item = mp_map_lookup(map, key, MP_MAP_LOOKUP_ADD_IF_NOT_FOUND);
    map->is_fixed = 1;
    mp_obj_t items[2] = {MP_OBJ_NEW_SMALL_INT(head->rssi), mp_obj_new_int_from_uint(head->time_ms)};
    item->value = mp_obj_new_list(2, items);
    return item->key;
}

static mp_obj_t espnow_recvinto(size_t n_args, const mp_obj_t *args) {
    vb_espnow_need_on();
    mp_int_t timeout_ms = n_args > 2 && args[2] != mp_const_none ? mp_obj_get_int(args[2]) : vb_espnow.timeout_ms;
    mp_obj_list_t *list = MP_OBJ_TO_PTR(args[1]);
    if (!mp_obj_is_type(args[1], &mp_type_list) || list->len < 2) {
        mp_raise_ValueError(MP_ERROR_TEXT("ESPNow.recvinto(): Invalid argument"));
    }
    mp_obj_array_t *msg = MP_OBJ_TO_PTR(list->items[1]);
    bool array = mp_obj_is_type(list->items[1], &mp_type_bytearray);
    if (array) { // its whole size counts
        msg->len += msg->free;
        msg->free = 0;
    }
    uint8_t *to = vb_espnow_bytes(list->items[1], VB_ESPNOW_MOST, MP_BUFFER_WRITE);
    vb_espnow_note();
    uint64_t until = timeout_ms < 0 ? VB_NEVER : vb_now() + timeout_ms * 1000000ull;
    struct header head;
    if (!vb_net_wait(&vb_espnow_came, 1, until) || ringbuf_get_bytes(&vb_espnow.ring, (uint8_t *)&head, sizeof(head)) < 0) {
        return MP_OBJ_NEW_SMALL_INT(0);
    }
    ringbuf_get_bytes(&vb_espnow.ring, to, head.len);
    vb_espnow_note();
    if (array) {
        msg->free = msg->len - head.len;
        msg->len = head.len;
    }
    list->items[0] = update_rssi(&head);
    if (list->len >= 4) {
        list->items[2] = MP_OBJ_NEW_SMALL_INT(head.rssi);
        list->items[3] = mp_obj_new_int_from_uint(head.time_ms);
    }
    return MP_OBJ_NEW_SMALL_INT(head.len);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(vb_espnow_recvinto_obj, 2, 3, espnow_recvinto);

static mp_obj_t espnow_any(mp_obj_t self) {
    vb_espnow_need_on();
    return mp_obj_new_bool(ringbuf_avail(&vb_espnow.ring));
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_espnow_any_obj, espnow_any);

static mp_obj_t espnow_irq(size_t n_args, const mp_obj_t *args) {
    if (args[1] != mp_const_none && !mp_obj_is_callable(args[1])) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid handler"));
    }
    MP_STATE_PORT(espnow_callback) = args[1];
    MP_STATE_PORT(espnow_callback_arg) = n_args > 2 ? args[2] : mp_const_none;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(vb_espnow_irq_obj, 2, 3, espnow_irq);

// ---- sending ----

static void wait_for_responses(void) {
    vb_espnow_note();
    if (!vb_net_wait(&vb_espnow_came, 2, vb_now() + RESPONSE_NS)) {
        mp_raise_OSError(MP_ETIMEDOUT);
    }
}

static void send_one(const uint8_t *peer, const mp_buffer_info_t *message) {
    uint8_t data[6 + VB_ESPNOW_MOST];
    memcpy(data, peer, 6);
    memcpy(data + 6, message->buf, message->len);
    vb_espnow.sent++;
    vb_net_call(VB_CALL_ESPNOW_SEND, 0, 0, data, 6 + message->len, NULL, 0);
}

static mp_obj_t espnow_send(size_t n_args, const mp_obj_t *args) {
    vb_espnow_need_on();
    bool all = n_args == 2 || !mp_obj_is_true(args[1]);
    const uint8_t *peer = all ? NULL : vb_espnow_bytes(args[1], 6, MP_BUFFER_READ);
    bool sync = n_args <= 3 || args[3] == mp_const_none || mp_obj_is_true(args[3]);
    mp_buffer_info_t message;
    mp_get_buffer_raise(args[n_args > 2 ? 2 : 1], &message, MP_BUFFER_READ);
    if (sync) {
        wait_for_responses();
    }
    uint32_t failures = vb_espnow.failures;
    if (message.len < 1 || message.len > VB_ESPNOW_MOST) {
        vb_espnow_raise(ESP_ERR_ESPNOW_ARG);
    }
    if (!all) {
        vb_espnow_check_peer(peer);
        send_one(peer, &message);
    } else {
        if (vb_espnow.peer_count == 0) {
            vb_espnow_raise(ESP_ERR_ESPNOW_NOT_FOUND);
        }
        for (int i = 0; i < vb_espnow.peer_count; i++) {
            if (!(vb_espnow.peers[i].mac[0] & 1)) { // all but broadcast and multicast
                send_one(vb_espnow.peers[i].mac, &message);
            }
        }
    }
    if (sync) {
        wait_for_responses();
    }
    return mp_obj_new_bool(!(sync && vb_espnow.failures != failures));
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(vb_espnow_send_obj, 2, 4, espnow_send);

#endif
