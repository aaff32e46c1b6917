// net/ble.c: Bluetooth Low Energy: the radio, advertising, scanning, connections.

#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "core/internal.h"
#include "net/ble.h"

VB_AT_SOFT_RESET(vb_ble_soft_reset, 48)

#if MICROPY_PY_BLUETOOTH

#define NOT_ACTIVE MP_ENODEV
#define MOST_ADVERTISED 31
#define SLOT_US 625 // the unit of intervals of advertising and scanning
#define LEAST_ADVERTISING 0x20
#define MOST_ADVERTISING 0x4000
#define USUAL_ADVERTISING 48  // NimBLE: BLE_GAP_ADV_FAST_INTERVAL1_MIN
#define INTERVAL_US 1250      // the unit of the interval of a connection
#define HCI_INVALID 0x12      // the error of the controller: invalid parameters
#define HCI_INVALID_NIMBLE (0x200 + HCI_INVALID)
#define MOST_NAME (VB_IS_ESP32 ? 31 : 248) // NimBLE: BLE_SVC_GAP_DEVICE_NAME_MAX_LENGTH
#if VB_ESP32
#define USUAL_NAME "MPY ESP32" // sdkconfig.ble
#else
#define USUAL_NAME "MPY BTSTACK"
#endif
#define EVENT_HEAD sizeof(struct vb_ble_event)
#define MOST_EVENT (EVENT_HEAD + VB_BLE_MOST_MTU)

struct vb_ble_connection vb_ble_connections[VB_BLE_CONNECTIONS];
uint16_t vb_ble_mtu;
uint8_t vb_ble_name[MOST_NAME] = USUAL_NAME;
size_t vb_ble_name_len = sizeof(USUAL_NAME) - 1;

static bool active, scanning, connecting;
static uint8_t scan_number;
static uint8_t own_address[7]; // type, then the address
static uint8_t address_mode;
static uint8_t advertised[2][1 + MOST_ADVERTISED]; // the data and the scan response, each a string
static const uint8_t nobody[6];

// ---- events ----

// Events that the interrupt has fetched, and the scheduler has not handled yet.
static uint8_t inbox[4 * MOST_EVENT];
static size_t inbox_len;
static bool more; // the bench has events for which the inbox had no room
static mp_sched_node_t node;
static void handle_events(mp_sched_node_t *node);

static bool has_room(void) {
    return sizeof(inbox) - inbox_len >= MOST_EVENT;
}

static void fetch(void) {
    static bool fetching; // an interrupt came during the call below: its bytes are not counted yet
    if (fetching || !has_room()) {
        more = true;
    } else {
        fetching = true;
        more = false;
        size_t room = sizeof(inbox) - inbox_len;
        int32_t got = vb_call(VB_CALL_BLE_FETCH, 0, room, NULL, 0, inbox + inbox_len, room);
        inbox_len += got & (VB_STATUS_MORE - 1);
        more |= (got & VB_STATUS_MORE) != 0;
        fetching = false;
    }
    mp_sched_schedule_node(&node, handle_events);
}

static struct vb_ble_connection *by_number(uint8_t number) {
    for (int i = 0; i < VB_BLE_MOST_CONNECTIONS; i++) {
        if (vb_ble_connections[i].open && vb_ble_connections[i].number == number) {
            return &vb_ble_connections[i];
        }
    }
    return NULL;
}

static void connected(uint8_t number, const struct vb_ble_connected *with) {
    for (int i = 0; i < VB_BLE_MOST_CONNECTIONS; i++) {
        struct vb_ble_connection *connection = &vb_ble_connections[i];
        if (!connection->open) {
            *connection = (struct vb_ble_connection) {
                .open = true, .central = with->central, .number = number, .mtu = VB_BLE_LEAST_MTU,
            };
            memcpy(connection->address, &with->type, sizeof(connection->address));
            vb_ble_server_connected(i);
            connecting &= !with->central;
            mp_bluetooth_gap_on_connected_disconnected(
                with->central ? MP_BLUETOOTH_IRQ_PERIPHERAL_CONNECT : MP_BLUETOOTH_IRQ_CENTRAL_CONNECT,
                vb_ble_handle(connection), with->type, with->address);
            return;
        }
    }
    vb_call(VB_CALL_BLE_DISCONNECT, number, 0, NULL, 0, NULL, 0); // as BTstack does without memory for it
}

static void disconnected(struct vb_ble_connection *connection) {
    uint16_t handle = vb_ble_handle(connection);
    connection->open = false;
    struct vb_ble_connection was = *connection;
    vb_ble_client_gone(handle, &was);
    if (active && was.indicated) {
        mp_bluetooth_gatts_on_indicate_complete(handle, was.indicated, VB_BLE_GONE);
    }
    if (active) {
        mp_bluetooth_gap_on_connected_disconnected(
            was.central ? MP_BLUETOOTH_IRQ_PERIPHERAL_DISCONNECT : MP_BLUETOOTH_IRQ_CENTRAL_DISCONNECT,
            handle, VB_IS_ESP32 ? was.address[0] : 0xff, VB_IS_ESP32 ? was.address + 1 : nobody);
    }
}

static void report_failure(void) {
    mp_bluetooth_gap_on_connected_disconnected(MP_BLUETOOTH_IRQ_PERIPHERAL_DISCONNECT, VB_BLE_NO_HANDLE, 0xff, nobody);
}

static void handle(const struct vb_ble_event *event, const uint8_t *data) {
    struct vb_ble_connection *connection = by_number(event->number);
    switch (event->kind) {
        case VB_BLE_REPORT: {
            const struct vb_ble_report *report = (const void *)data;
            if (scanning && event->number == scan_number && event->size >= sizeof(*report)) {
                mp_bluetooth_gap_on_scan_result(report->type, report->address, report->kind, report->rssi,
                    data + sizeof(*report), event->size - sizeof(*report));
            }
            break;
        }
        case VB_BLE_SCAN_DONE:
            if (scanning && event->number == scan_number) {
                scanning = false;
                mp_bluetooth_gap_on_scan_complete();
            }
            break;
        case VB_BLE_CONNECTED:
            if (event->size == sizeof(struct vb_ble_connected)) {
                connected(event->number, (const void *)data);
            }
            break;
        case VB_BLE_DISCONNECTED:
            if (connection) {
                disconnected(connection);
            }
            break;
        case VB_BLE_FAILED:
            if (connecting) {
                connecting = false;
                report_failure();
            }
            break;
        case VB_BLE_PDU:
            if (connection && event->size) {
                // Requests and commands are even, or have the bit of a command; also a confirmation is for the server.
                bool to_server = (data[0] & ATT_IS_COMMAND) || data[0] == ATT_CONFIRM || (data[0] % 2 == 0 && data[0] < ATT_NOTIFY);
                (to_server ? vb_ble_server_take : vb_ble_client_take)(connection, data, event->size);
            }
            break;
    }
}

static void handle_events(mp_sched_node_t *node) {
    static uint8_t now[MOST_EVENT]; // the scheduler is locked: nothing else handles events
    while (active && (more || inbox_len)) {
        if (more && has_room()) {
            fetch();
        }
        if (!inbox_len) {
            continue;
        }
        struct vb_ble_event event;
        memcpy(&event, inbox, EVENT_HEAD);
        size_t whole = EVENT_HEAD + event.size;
        if (inbox_len < EVENT_HEAD || whole > inbox_len) { // the bench sends no such event
            inbox_len = 0;
            break;
        }
        bool fits = whole <= sizeof(now); // another board may send a longer PDU than this chip has room for
        memcpy(now, inbox + EVENT_HEAD, fits ? event.size : 0);
        inbox_len -= whole;
        memmove(inbox, inbox + whole, inbox_len);
        if (fits) {
            handle(&event, now);
        }
    }
}

// ---- the radio ----

static void make_random_address(bool is_static) {
    own_address[0] = 1;
    for (int i = 1; i < 7; i++) {
        own_address[i] = vb_random() >> 8;
    }
    own_address[1] = (own_address[1] & 0x3f) | (is_static ? 0xc0 : 0);
}

static void set_public_address(void) {
    own_address[0] = 0;
    memcpy(own_address + 1, vb_options.uid, 6);
    if (VB_IS_ESP32) {
        own_address[6] += 2; // IDF: the MAC of Bluetooth
    } else {
        memcpy(own_address + 1, "\x28\xcd\xc1", 3);
        own_address[6] += 1; // mp_hal_get_mac() of rp2
    }
}

static void switch_radio(bool on) {
    vb_call(VB_CALL_BLE_SWITCH, 0, on, own_address, sizeof(own_address), NULL, 0);
}

int mp_bluetooth_init(void) {
    mp_bluetooth_deinit();
    address_mode = MP_BLUETOOTH_ADDRESS_MODE_PUBLIC;
    set_public_address();
    vb_ble_mtu = VB_IS_ESP32 ? 256 : VB_BLE_MOST_MTU; // IDF's CONFIG_BT_NIMBLE_ATT_PREFERRED_MTU; l2cap_max_le_mtu()
    memset(advertised, 0, sizeof(advertised));
    mp_bluetooth_gatts_db_create(&MP_STATE_PORT(ble_values));
    vb_ble_server_start();
    inbox_len = 0;
    more = false;
    vb_on_pending(VB_CHANNEL_BLE, fetch);
    switch_radio(true);
    active = true;
    return 0;
}

void mp_bluetooth_deinit(void) {
    if (!active) {
        return;
    }
    if (scanning && VB_IS_ESP32) {
        mp_bluetooth_gap_scan_stop();
    }
    active = scanning = connecting = false;
    switch_radio(false);
    vb_on_pending(VB_CHANNEL_BLE, NULL);
    memset(vb_ble_connections, 0, sizeof(vb_ble_connections));
    MP_STATE_PORT(ble_values) = NULL;
    MP_STATE_PORT(ble_attributes) = NULL;
}

bool mp_bluetooth_is_active(void) {
    return active;
}

static void need_active(void) {
    if (!active) {
        mp_raise_OSError(NOT_ACTIVE);
    }
}

void mp_bluetooth_get_current_address(uint8_t *addr_type, uint8_t *addr) {
    need_active();
    if (address_mode == MP_BLUETOOTH_ADDRESS_MODE_RPA) {
        mp_raise_OSError(MP_EINVAL);
    }
    *addr_type = own_address[0];
    memcpy(addr, own_address + 1, 6);
}

void mp_bluetooth_set_address_mode(uint8_t mode) {
    need_active();
    if (mode > MP_BLUETOOTH_ADDRESS_MODE_NRPA) {
        return;
    }
    if (!VB_IS_ESP32 && mode >= MP_BLUETOOTH_ADDRESS_MODE_RPA) {
        mp_raise_OSError(MP_EINVAL);
    }
    if (mode == MP_BLUETOOTH_ADDRESS_MODE_PUBLIC) {
        set_public_address();
    } else {
        make_random_address(mode == MP_BLUETOOTH_ADDRESS_MODE_RANDOM);
    }
    address_mode = mode;
    switch_radio(true);
}

size_t mp_bluetooth_gap_get_device_name(const uint8_t **buf) {
    *buf = vb_ble_name;
    return vb_ble_name_len;
}

int mp_bluetooth_gap_set_device_name(const uint8_t *buf, size_t len) {
    if (len > MOST_NAME) {
        return MP_EINVAL;
    }
    memcpy(vb_ble_name, buf, len);
    vb_ble_name_len = len;
    return 0;
}

int mp_bluetooth_get_preferred_mtu(void) {
    need_active();
    return vb_ble_mtu;
}

int mp_bluetooth_set_preferred_mtu(uint16_t mtu) {
    if (!active) {
        return NOT_ACTIVE;
    }
    if (mtu < VB_BLE_LEAST_MTU || mtu > VB_BLE_MOST_MTU) {
        return MP_EINVAL;
    }
    vb_ble_mtu = mtu;
    return 0;
}

#if MICROPY_PY_BLUETOOTH_ENABLE_PAIRING_BONDING
// They have an effect on pairing only.
void mp_bluetooth_set_bonding(bool enabled) {}
void mp_bluetooth_set_mitm_protection(bool enabled) {}
void mp_bluetooth_set_le_secure(bool enabled) {}
void mp_bluetooth_set_io_capability(uint8_t capability) {}

int mp_bluetooth_gap_pair(uint16_t conn_handle) {
    vb_not_simulated("bluetooth.BLE.gap_pair");
}

int mp_bluetooth_gap_passkey(uint16_t conn_handle, uint8_t action, mp_int_t passkey) {
    vb_not_simulated("bluetooth.BLE.gap_passkey");
}
#endif

// ---- advertising ----

static bool set_advertised(int which, const uint8_t *data, size_t len) {
    if (len > MOST_ADVERTISED) {
        return false;
    }
    if (data) { // without data, what was set before
        advertised[which][0] = len;
        memcpy(advertised[which] + 1, data, len);
    }
    return true;
}

int mp_bluetooth_gap_advertise_start(bool connectable, int32_t interval_us, const uint8_t *adv_data, size_t adv_data_len,
    const uint8_t *sr_data, size_t sr_data_len) {
    if (!active) {
        return NOT_ACTIVE;
    }
    mp_bluetooth_gap_advertise_stop();
    bool fits = set_advertised(0, adv_data, adv_data_len) && set_advertised(1, sr_data, sr_data_len);
    if (!fits && VB_IS_ESP32) {
        return -HCI_INVALID;
    }
    int32_t slots = interval_us / SLOT_US;
    if (slots == 0) {
        slots = USUAL_ADVERTISING;
    }
    if (slots < LEAST_ADVERTISING || slots > MOST_ADVERTISING) {
        if (VB_IS_ESP32) {
            return -HCI_INVALID_NIMBLE;
        }
        slots = MAX(LEAST_ADVERTISING, MIN(slots, MOST_ADVERTISING));
    }
    uint8_t data[sizeof(advertised)];
    size_t first = 1 + advertised[0][0], second = 1 + advertised[1][0];
    memcpy(data, advertised[0], first);
    memcpy(data + first, advertised[1], second);
    vb_call(VB_CALL_BLE_ADVERTISE, connectable, slots * SLOT_US, data, first + second, NULL, 0);
    return 0;
}

void mp_bluetooth_gap_advertise_stop(void) {
    if (active) {
        vb_call(VB_CALL_BLE_ADVERTISE, 0, 0, NULL, 0, NULL, 0);
    }
}

// ---- scanning ----

int mp_bluetooth_gap_scan_start(int32_t duration_ms, int32_t interval_us, int32_t window_us, bool active_scan) {
    if (!active) {
        return NOT_ACTIVE;
    }
    if (VB_IS_ESP32 && scanning) {
        return MP_EALREADY;
    }
    struct vb_ble_scan scan = {
        .ms = MAX(duration_ms, 0),
        .interval_us = MAX(4, MIN(interval_us / SLOT_US, 0x4000)) * SLOT_US,
        .window_us = MAX(4, MIN(window_us / SLOT_US, 0x4000)) * SLOT_US,
    };
    scanning = true;
    scan_number++;
    vb_call(VB_CALL_BLE_SCAN, scan_number | active_scan << 8, 0, &scan, sizeof(scan), NULL, 0);
    return 0;
}

int mp_bluetooth_gap_scan_stop(void) {
    if (!active) {
        return NOT_ACTIVE;
    }
    if (scanning || !VB_IS_ESP32) { // BTstack reports the end in any case
        scanning = false;
        vb_call(VB_CALL_BLE_SCAN, 0, 0, NULL, 0, NULL, 0);
        mp_bluetooth_gap_on_scan_complete();
    }
    return 0;
}

// ---- connections ----

struct vb_ble_connection *vb_ble_find(uint16_t handle) {
    size_t index = handle - VB_BLE_FIRST_HANDLE;
    return index < VB_BLE_MOST_CONNECTIONS && vb_ble_connections[index].open ? &vb_ble_connections[index] : NULL;
}

uint16_t vb_ble_handle(const struct vb_ble_connection *connection) {
    return VB_BLE_FIRST_HANDLE + (connection - vb_ble_connections);
}

int vb_ble_send(struct vb_ble_connection *connection, const uint8_t *pdu, size_t len, bool answer) {
    int32_t status = vb_call(VB_CALL_BLE_SEND, connection->number, answer, pdu, len, NULL, 0);
    return status < 0 ? vb_net_errno(status) : 0;
}

int mp_bluetooth_gap_peripheral_connect(uint8_t addr_type, const uint8_t *addr, int32_t duration_ms,
    int32_t min_conn_interval_us, int32_t max_conn_interval_us) {
    if (!active) {
        return NOT_ACTIVE;
    }
    if (VB_IS_ESP32 && scanning) {
        mp_bluetooth_gap_scan_stop();
        if (!active) { // the handler of the scan's end
            return NOT_ACTIVE;
        }
    }
    if (connecting) {
        return VB_IS_ESP32 ? MP_EALREADY : MP_EINVAL;
    }
    int open = 0;
    for (int i = 0; i < VB_BLE_MOST_CONNECTIONS; i++) {
        const struct vb_ble_connection *connection = &vb_ble_connections[i];
        open += connection->open;
        if (connection->open && connection->address[0] == addr_type && !memcmp(connection->address + 1, addr, 6)) {
            return VB_IS_ESP32 ? MP_EIO : MP_EINVAL; // BLE_HS_EDONE
        }
    }
    if (open == VB_BLE_MOST_CONNECTIONS) {
        return MP_ENOMEM;
    }
    int32_t usual_us = VB_IS_ESP32 ? 50000 : 30000; // the longest interval that is asked for
    int32_t interval_us = max_conn_interval_us > 0 ? max_conn_interval_us : MAX(usual_us, min_conn_interval_us);
    struct vb_ble_connect connect = {
        .type = addr_type, .interval = MAX(6, MIN(interval_us / INTERVAL_US, 3200)),
    };
    memcpy(connect.address, addr, 6);
    connecting = true;
    uint32_t ms = VB_IS_ESP32 ? MAX(duration_ms, 1) : 0; // BTstack tries for ever
    int32_t status = vb_call(VB_CALL_BLE_CONNECT, 0, ms, &connect, sizeof(connect), NULL, 0);
    if (status < 0) { // a connection from outside has taken the last place just now
        connecting = false;
        return vb_net_errno(status);
    }
    return 0;
}

int mp_bluetooth_gap_peripheral_connect_cancel(void) {
    if (!active) {
        return NOT_ACTIVE;
    }
    if (!connecting) {
        return VB_IS_ESP32 ? MP_EALREADY : 0;
    }
    vb_call(VB_CALL_BLE_CONNECT, 0, 0, NULL, 0, NULL, 0);
    return 0;
}

int mp_bluetooth_gap_disconnect(uint16_t conn_handle) {
    if (!active) {
        return NOT_ACTIVE;
    }
    const struct vb_ble_connection *connection = vb_ble_find(conn_handle);
    if (!connection) {
        return VB_IS_ESP32 ? MP_ENOTCONN : 0;
    }
    vb_call(VB_CALL_BLE_DISCONNECT, connection->number, 0, NULL, 0, NULL, 0);
    return 0;
}

#endif

void vb_ble_soft_reset(void) {
    #if MICROPY_PY_BLUETOOTH
    scanning = false; // its end is not reported
    mp_bluetooth_deinit();
    node.callback = NULL; // mp_init() forgets what was scheduled
    MP_STATE_PORT(ble_given) = NULL;
    #endif
}
