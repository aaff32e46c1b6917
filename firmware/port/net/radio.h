// net/radio.h: what the network modules share: the last reported state of the radio, and waits for a change.
#pragma once

#include "core/board.h"
#include "py/obj.h"

#define VB_IS_ESP32 (VB_FAMILY_ID == 1) // for expressions that both families share

#define VB_NET_SOCKETS sizeof(vb_net.sockets)
#define VB_NET_BUFFER 1460
#define VB_NET_COUNT (VB_STATUS_MORE - 1) // the count in the status of data

enum { VB_NET_IDLE = 0, VB_NET_JOINING = 1, VB_NET_UP = 3 };

// The answer to RADIO_STATE.
extern struct vb_radio vb_net;
extern uint32_t vb_net_fetched; // counts how often the state was fetched

extern bool vb_radio; // this board has one (--radio)
void vb_net_need_radio(mp_obj_t module_name); // raises ImportError on a board without a radio

// A call to the bench. From then on the state is fetched whenever the bench says that it is new.
int32_t vb_net_call(uint8_t op, uint16_t b, uint32_t c, const void *out, size_t out_len, void *in, size_t in_len);
void vb_net_fetch(void);
void vb_socket_call(const uint8_t *before); // the callbacks of sockets for which something has come since `before`
void vb_net_check(int32_t status);            // raises OSError for a status below 0
NORETURN void vb_net_raise(int32_t status); // raises that error
int vb_net_errno(int32_t status);             // this family's error number
// Clears bits of a socket's flags that a call found out of date, unless the state was fetched since.
void vb_net_clear(int socket, uint8_t flags, uint32_t fetched_before);

// Waits until *what has one of the bits; false at `until`. Python may interrupt.
bool vb_net_wait(const volatile uint8_t *what, uint8_t bits, uint64_t until);

// net/network.c: what the WLAN objects of both families share; itf 0 is the station, 1 the own access point.
typedef struct {
    mp_obj_base_t base;
    int itf;
} vb_wlan_obj_t;
extern const mp_obj_type_t vb_wlan_type;
extern bool vb_wlan_on[2];
void vb_wlan_switch(int itf, bool on);
void vb_wlan_join(mp_obj_t ssid, mp_obj_t key, mp_obj_t bssid); // without any of them: the last ones
mp_obj_t vb_wlan_scan(bool hidden_count);
mp_obj_t vb_wlan_stations(void);
// The settings of the own access point; vb_wlan_send_own() sends them to the bench.
extern struct vb_wlan_own {
    uint8_t ssid[33], key[64], channel, most, security;
    bool hidden;
} vb_wlan_own;
void vb_wlan_send_own(void);
void vb_wlan_set_text(uint8_t *to, size_t room, mp_obj_t text);
void vb_wlan_default_own(void);                       // sets a name if there is none
void vb_wlan_require(const vb_wlan_obj_t *self, int itf); // raises for the other interface
MP_DECLARE_CONST_FUN_OBJ_KW(vb_wlan_config_obj);
extern uint8_t vb_wlan_ssid[33]; // the last network that the station joined or tried to join
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(vb_wlan_ifconfig_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(vb_wlan_ipconfig_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(vb_network_ipconfig_obj);
MP_DECLARE_CONST_FUN_OBJ_0(vb_network_init_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR(vb_network_not_simulated_obj);

// MAC of the station (0) and of the own access point (1), which config() may set.
extern uint8_t vb_net_mac[2][6];
size_t vb_net_string(uint8_t *to, mp_obj_t text, size_t most); // writes a length and the bytes; returns how many in all
NORETURN void vb_not_simulated(const char *what);
