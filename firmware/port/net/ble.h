// net/ble.h: Bluetooth Low Energy: what the files behind MicroPython's module bluetooth share. The bench is the air; it takes
// PDUs of ATT from one side of a connection to the other. Each side checks what it gets.
//
// Sources: extmod/nimble/modbluetooth_nimble.c (ESP32), extmod/btstack/modbluetooth_btstack.c (Pico W), and what these stacks do.
#pragma once

#include "extmod/modbluetooth.h"
#include "net/radio.h"

#define VB_BLE_MOST_MTU (VB_IS_ESP32 ? 527 : 1017) // NimBLE's BLE_ATT_MTU_MAX; HCI_ACL_PAYLOAD_SIZE without L2CAP's head

#if MICROPY_PY_BLUETOOTH

#define VB_BLE_CONNECTIONS 4                      // sdkconfig.ble
#define VB_BLE_MOST_CONNECTIONS (VB_IS_ESP32 ? VB_BLE_CONNECTIONS : 1) // btstack_config_common.h: MAX_NR_HCI_CONNECTIONS
#define VB_BLE_FIRST_HANDLE (VB_IS_ESP32 ? 0 : 64) // the handle of the first connection
#define VB_BLE_NO_HANDLE 0xffff
#define VB_BLE_LEAST_MTU 23
#define VB_BLE_MOST_VALUE 512
#define VB_BLE_PROCEDURES 4                       // at a time: NimBLE's BLE_GATT_MAX_PROCS
#define VB_BLE_GONE (VB_IS_ESP32 ? 7 : 0x1f)    // the status of what a disconnection ended: BLE_HS_ENOTCONN, or ATT's

// PDUs of ATT (Core Specification, Vol 3, Part F, 3.4).
enum {
    ATT_ERROR = 0x01, ATT_MTU_REQ, ATT_MTU_RSP, ATT_INFO_REQ, ATT_INFO_RSP, ATT_FIND_REQ, ATT_FIND_RSP, ATT_TYPE_REQ,
    ATT_TYPE_RSP, ATT_READ_REQ, ATT_READ_RSP, ATT_BLOB_REQ, ATT_BLOB_RSP, ATT_GROUP_REQ = 0x10, ATT_GROUP_RSP,
    ATT_WRITE_REQ, ATT_WRITE_RSP, ATT_NOTIFY = 0x1b, ATT_INDICATE = 0x1d, ATT_CONFIRM, ATT_WRITE_CMD = 0x52,
};
#define ATT_IS_COMMAND 0x40
#define ATT_NOT_FOUND 0x0a

#define UUID_SERVICE 0x2800
#define UUID_DECLARATION 0x2803
#define UUID_CCCD 0x2902

struct vb_ble_procedure {
    uint8_t request;      // the PDU that it sends
    uint16_t event;       // what the program gets at its end
    uint16_t handle, end; // the attribute, or the range
    bool filtered, found; // only attributes with this UUID; a characteristic whose end is not known yet
    mp_obj_bluetooth_uuid_t wanted, uuid;
    uint16_t value_handle;
    uint8_t properties;
};

struct vb_ble_connection {
    bool open, central, mtu_asked;
    uint8_t number; // the bench's
    uint8_t address[7]; // type, then the address
    uint16_t mtu, indicated; // the value of the indication that was not confirmed yet
    int procedures;
    struct vb_ble_procedure procedure[VB_BLE_PROCEDURES];
};
extern struct vb_ble_connection vb_ble_connections[VB_BLE_CONNECTIONS];

static inline uint16_t vb_ble_u16(const uint8_t *p) { return p[0] | p[1] << 8; }
static inline void vb_ble_put16(uint8_t *p, uint16_t v) { p[0] = v, p[1] = v >> 8; }

// ble.c
struct vb_ble_connection *vb_ble_find(uint16_t handle); // NULL: not connected
uint16_t vb_ble_handle(const struct vb_ble_connection *connection);
int vb_ble_send(struct vb_ble_connection *connection, const uint8_t *pdu, size_t len, bool answer); // errno, or 0
extern uint16_t vb_ble_mtu; // what is asked for
extern uint8_t vb_ble_name[];
extern size_t vb_ble_name_len;

// ble_server.c
void vb_ble_server_start(void); // only the services that are always there
void vb_ble_server_connected(int index);
void vb_ble_server_take(struct vb_ble_connection *connection, const uint8_t *pdu, size_t len);

// ble_client.c
void vb_ble_client_take(struct vb_ble_connection *connection, const uint8_t *pdu, size_t len);
void vb_ble_client_gone(uint16_t conn_handle, struct vb_ble_connection *was); // what was going on fails

#endif
