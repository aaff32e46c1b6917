// net/espnow.h: the state of ESP-NOW, shared by its files.
#pragma once

#include "py/ringbuf.h"
#include "net/radio.h"

#define VB_ESPNOW_MOST 250 // ESP_NOW_MAX_DATA_LEN
#define VB_ESPNOW_HEAD 13  // of a message in the ring
#define VB_ESPNOW_PEERS 20
#define VB_ESPNOW_ENCRYPTED 6

// esp_now.h
#define ESP_ERR_ESPNOW_NOT_INIT 0x3065
#define ESP_ERR_ESPNOW_ARG 0x3066
#define ESP_ERR_ESPNOW_FULL 0x3068
#define ESP_ERR_ESPNOW_NOT_FOUND 0x3069
#define ESP_ERR_ESPNOW_INTERNAL 0x306a
#define ESP_ERR_ESPNOW_EXIST 0x306b
#define ESP_ERR_ESPNOW_IF 0x306c
#define ESP_ERR_ESPNOW_CHAN 0x306d

typedef struct {
    mp_obj_base_t base;
    bool on;
    ringbuf_t ring; // messages that were not read yet, each after its header
    mp_int_t timeout_ms, rxbuf;
    uint32_t sent, responses, failures, received, dropped;
    int peer_count;
    struct vb_espnow_peer {
        uint8_t mac[6], lmk[16], channel, itf;
        bool encrypt; // accepted; the bench does not encrypt
    } peers[VB_ESPNOW_PEERS];
} vb_espnow_obj_t;
extern vb_espnow_obj_t vb_espnow;
extern const mp_obj_type_t vb_espnow_type;

NORETURN void vb_espnow_raise(int code); // OSError(-code, name), like check_esp_err()
void vb_espnow_need_on(void);
void vb_espnow_stop(void); // soft reset
extern volatile uint8_t vb_espnow_came; // 1: there is a message, 2: every sent message has its response
void vb_espnow_note(void);              // updates it
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(vb_espnow_active_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(vb_espnow_irq_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(vb_espnow_recvinto_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(vb_espnow_send_obj);
MP_DECLARE_CONST_FUN_OBJ_1(vb_espnow_any_obj);
uint8_t *vb_espnow_bytes(mp_obj_t obj, size_t len, mp_uint_t how); // of exactly this length

// net/espnow_peers.c
void vb_espnow_check_peer(const uint8_t *mac); // raises if a message may not go there
MP_DECLARE_CONST_FUN_OBJ_2(vb_espnow_set_pmk_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(vb_espnow_add_peer_obj);
MP_DECLARE_CONST_FUN_OBJ_2(vb_espnow_del_peer_obj);
MP_DECLARE_CONST_FUN_OBJ_1(vb_espnow_get_peers_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(vb_espnow_mod_peer_obj);
MP_DECLARE_CONST_FUN_OBJ_2(vb_espnow_get_peer_obj);
MP_DECLARE_CONST_FUN_OBJ_1(vb_espnow_peer_count_obj);
