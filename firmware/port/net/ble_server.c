// net/ble_server.c: the GATT server: attributes with their values, and the answers to requests of ATT.

#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "net/ble.h"

#if MICROPY_PY_BLUETOOTH

#define NOT_ACTIVE MP_ENODEV
#define MOST_ATTRIBUTES 1024
#define MOST_BUFFER 0xffff
#define ATT_INVALID_HANDLE 0x01
#define ATT_NO_READ 0x02
#define ATT_NO_WRITE 0x03
#define ATT_INVALID_PDU 0x04
#define ATT_NO_AUTHENTICATION 0x05
#define ATT_NOT_SUPPORTED 0x06
#define ATT_INVALID_OFFSET 0x07
#define ATT_INVALID_LENGTH 0x0d
#define ATT_UNSUPPORTED_GROUP 0x10

#define SECURE_READ (MP_BLUETOOTH_CHARACTERISTIC_FLAG_READ_ENCRYPTED | MP_BLUETOOTH_CHARACTERISTIC_FLAG_READ_AUTHENTICATED \
    | MP_BLUETOOTH_CHARACTERISTIC_FLAG_READ_AUTHORIZED)
#define SECURE_WRITE (MP_BLUETOOTH_CHARACTERISTIC_FLAG_WRITE_ENCRYPTED | MP_BLUETOOTH_CHARACTERISTIC_FLAG_WRITE_AUTHENTICATED \
    | MP_BLUETOOTH_CHARACTERISTIC_FLAG_WRITE_AUTHORIZED)
#define MAY_WRITE (MP_BLUETOOTH_CHARACTERISTIC_FLAG_WRITE | MP_BLUETOOTH_CHARACTERISTIC_FLAG_WRITE_NO_RESPONSE)
#define UPDATES (MP_BLUETOOTH_CHARACTERISTIC_FLAG_NOTIFY | MP_BLUETOOTH_CHARACTERISTIC_FLAG_INDICATE)
#define READ MP_BLUETOOTH_CHARACTERISTIC_FLAG_READ

// The attributes; the handle of the first is 1. A declaration is in front of its value, a CCCD behind it.
enum { SERVICE, DECLARATION, VALUE, DESCRIPTOR, CCCD, NAME, APPEARANCE };
typedef struct _vb_ble_attribute_t {
    uint8_t kind, uuid_len, uuid[16]; // of a declaration: of its value
    uint16_t flags;
    uint8_t subscribed[VB_BLE_CONNECTIONS]; // of a CCCD: what each client has written
} attribute_t;

#define attributes MP_STATE_PORT(ble_attributes)
#define values MP_STATE_PORT(ble_values)
static uint16_t count;

// ---- the table ----

static int add(uint8_t kind, const uint8_t *uuid, uint8_t uuid_len, uint16_t flags) {
    if (count == MOST_ATTRIBUTES) {
        return MP_ENOMEM;
    }
    attributes = m_renew(attribute_t, attributes, count, count + 1);
    attribute_t *made = &attributes[count++];
    memset(made, 0, sizeof(*made));
    made->kind = kind;
    made->uuid_len = uuid_len;
    memcpy(made->uuid, uuid, uuid_len);
    made->flags = flags;
    return 0;
}

static int add16(uint8_t kind, uint16_t uuid, uint16_t flags) {
    uint8_t bytes[2];
    vb_ble_put16(bytes, uuid);
    return add(kind, bytes, 2, flags);
}

static void add_characteristic16(uint8_t kind, uint16_t uuid, uint16_t flags) {
    add16(DECLARATION, uuid, flags);
    add16(kind, uuid, flags);
}

void vb_ble_server_start(void) {
    attributes = NULL;
    count = 0;
    add16(SERVICE, 0x1800, 0);
    add_characteristic16(NAME, 0x2a00, READ);
    if (VB_IS_ESP32) {
        add_characteristic16(APPEARANCE, 0x2a01, READ);
    }
    add16(SERVICE, 0x1801, 0);
    add_characteristic16(VALUE, 0x2a05, VB_IS_ESP32 ? MP_BLUETOOTH_CHARACTERISTIC_FLAG_INDICATE : READ);
    if (VB_IS_ESP32) {
        add16(CCCD, UUID_CCCD, READ | MAY_WRITE);
    }
}

int mp_bluetooth_gatts_register_service_begin(bool append) {
    if (!mp_bluetooth_is_active()) {
        return NOT_ACTIVE;
    }
    mp_bluetooth_gatts_db_reset(values);
    vb_ble_server_start();
    return 0;
}

static int add_value(uint8_t kind, const mp_obj_bluetooth_uuid_t *uuid, uint16_t flags, uint16_t *handle) {
    int error = add(kind, uuid->data, uuid->type, flags);
    *handle = count;
    mp_bluetooth_gatts_db_create_entry(values, count, MP_BLUETOOTH_DEFAULT_ATTR_LEN);
    return error;
}

int mp_bluetooth_gatts_register_service(mp_obj_bluetooth_uuid_t *service_uuid, mp_obj_bluetooth_uuid_t **characteristic_uuids,
    uint16_t *characteristic_flags, mp_obj_bluetooth_uuid_t **descriptor_uuids, uint16_t *descriptor_flags,
    uint8_t *num_descriptors, uint16_t *handles, size_t num_characteristics) {
    int error = add(SERVICE, service_uuid->data, service_uuid->type, 0);
    for (size_t i = 0; i < num_characteristics && !error; i++) {
        const mp_obj_bluetooth_uuid_t *uuid = characteristic_uuids[i];
        uint16_t flags = characteristic_flags[i];
        error = add(DECLARATION, uuid->data, uuid->type, flags);
        error = error ? error : add_value(VALUE, uuid, flags, handles++);
        if (!error && (flags & UPDATES)) {
            error = add16(CCCD, UUID_CCCD, READ | MAY_WRITE);
        }
        for (int n = num_descriptors[i]; n && !error; n--) {
            error = add_value(DESCRIPTOR, *descriptor_uuids++, *descriptor_flags++, handles++);
        }
    }
    return error;
}

int mp_bluetooth_gatts_register_service_end(void) {
    return 0;
}

void vb_ble_server_connected(int index) {
    for (int i = 0; i < count; i++) {
        attributes[i].subscribed[index] = 0;
    }
}

static attribute_t *find(uint16_t handle) {
    return handle && handle <= count ? &attributes[handle - 1] : NULL;
}

// The attribute behind a value that says who gets its updates; NULL: there is none.
static attribute_t *cccd_of(uint16_t value_handle) {
    attribute_t *next = find(value_handle) ? find(value_handle + 1) : NULL;
    return next && next->kind == CCCD ? next : NULL;
}

// ---- the program's own access ----

int mp_bluetooth_gatts_read(uint16_t value_handle, const uint8_t **value, size_t *value_len) {
    if (!mp_bluetooth_is_active()) {
        return NOT_ACTIVE;
    }
    return mp_bluetooth_gatts_db_read(values, value_handle, value, value_len);
}

int mp_bluetooth_gatts_set_buffer(uint16_t value_handle, size_t len, bool append) {
    if (!mp_bluetooth_is_active()) {
        return NOT_ACTIVE;
    }
    if (!len || len > MOST_BUFFER) { // MicroPython's function frees the value, or its size wraps
        return MP_ENOMEM;
    }
    return mp_bluetooth_gatts_db_resize(values, value_handle, len, append);
}

static int update(struct vb_ble_connection *connection, uint16_t value_handle, uint8_t kind, const uint8_t *value, size_t len) {
    static uint8_t pdu[VB_BLE_MOST_MTU];
    if (kind == ATT_INDICATE && connection->indicated) {
        return MP_EALREADY;
    }
    len = MIN(len, connection->mtu - 3u);
    pdu[0] = kind;
    vb_ble_put16(pdu + 1, value_handle);
    memcpy(pdu + 3, value, len);
    int error = vb_ble_send(connection, pdu, 3 + len, false);
    if (!error && kind == ATT_INDICATE) {
        connection->indicated = value_handle;
    }
    return error;
}

int mp_bluetooth_gatts_notify_indicate(uint16_t conn_handle, uint16_t value_handle, int gatts_op, const uint8_t *value,
    size_t value_len) {
    if (!mp_bluetooth_is_active()) {
        return NOT_ACTIVE;
    }
    struct vb_ble_connection *connection = vb_ble_find(conn_handle);
    if (!connection) {
        return VB_IS_ESP32 ? MP_ENOTCONN : MP_EINVAL;
    }
    if (!value) {
        const mp_bluetooth_gatts_db_entry_t *entry = mp_bluetooth_gatts_db_lookup(values, value_handle);
        if (!entry) {
            return MP_EINVAL;
        }
        value = entry->data;
        value_len = entry->data_len;
    }
    uint8_t kind = gatts_op == MP_BLUETOOTH_GATTS_OP_NOTIFY ? ATT_NOTIFY : ATT_INDICATE;
    return update(connection, value_handle, kind, value, value_len);
}

int mp_bluetooth_gatts_write(uint16_t value_handle, const uint8_t *value, size_t value_len, bool send_update) {
    if (!mp_bluetooth_is_active()) {
        return NOT_ACTIVE;
    }
    const attribute_t *cccd = cccd_of(value_handle);
    if (send_update && !cccd && !VB_IS_ESP32) {
        return MP_EINVAL;
    }
    int error = mp_bluetooth_gatts_db_write(values, value_handle, value, value_len);
    for (int i = 0; i < VB_BLE_CONNECTIONS && send_update && cccd && !error; i++) {
        struct vb_ble_connection *connection = &vb_ble_connections[i];
        if (connection->open && (cccd->subscribed[i] & 1)) {
            update(connection, value_handle, ATT_NOTIFY, value, value_len);
        }
        if (connection->open && (cccd->subscribed[i] & 2)) {
            update(connection, value_handle, ATT_INDICATE, value, value_len);
        }
    }
    return error;
}

// ---- answers ----

static uint8_t answer[VB_BLE_MOST_MTU];

static void refuse(struct vb_ble_connection *connection, uint8_t request, uint16_t handle, uint8_t error) {
    uint8_t pdu[5] = {ATT_ERROR, request, handle, handle >> 8, error};
    vb_ble_send(connection, pdu, sizeof(pdu), true);
}

// The UUID that says what an attribute is.
static size_t type_of(const attribute_t *attribute, uint8_t *uuid) {
    if (attribute->kind == SERVICE || attribute->kind == DECLARATION) {
        vb_ble_put16(uuid, attribute->kind == SERVICE ? UUID_SERVICE : UUID_DECLARATION);
        return 2;
    }
    memcpy(uuid, attribute->uuid, attribute->uuid_len);
    return attribute->uuid_len;
}

static uint16_t end_of_service(uint16_t handle) {
    while (handle < count && attributes[handle].kind != SERVICE) {
        handle++;
    }
    return handle;
}

// Reads a value from an offset on into `to`; the length, or -error. The program's handler may run, and change everything.
static int read_value(struct vb_ble_connection *connection, uint16_t handle, size_t offset, uint8_t *to, size_t room) {
    const attribute_t *attribute = find(handle);
    if (!attribute) {
        return -ATT_INVALID_HANDLE;
    }
    uint8_t made[19];
    const uint8_t *value = made;
    size_t len = 0;
    switch (attribute->kind) {
        case SERVICE:
            value = attribute->uuid;
            len = attribute->uuid_len;
            break;
        case DECLARATION:
            made[0] = attribute->flags;
            vb_ble_put16(made + 1, handle + 1);
            memcpy(made + 3, attribute->uuid, attribute->uuid_len);
            len = 3 + attribute->uuid_len;
            break;
        case CCCD:
            vb_ble_put16(made, attribute->subscribed[connection - vb_ble_connections]);
            len = 2;
            break;
        case NAME:
            value = vb_ble_name;
            len = vb_ble_name_len;
            break;
        case APPEARANCE:
            vb_ble_put16(made, 0);
            len = 2;
            break;
        default: {
            if (!(attribute->flags & READ)) {
                return -ATT_NO_READ;
            }
            if (attribute->flags & SECURE_READ) {
                return -ATT_NO_AUTHENTICATION;
            }
            uint8_t number = connection->number;
            mp_int_t refused = offset ? 0 : mp_bluetooth_gatts_on_read_request(vb_ble_handle(connection), handle);
            if (!mp_bluetooth_is_active() || !connection->open || connection->number != number) {
                return 0;
            }
            if (refused) {
                return -(refused & 0xff);
            }
            const mp_bluetooth_gatts_db_entry_t *entry = mp_bluetooth_gatts_db_lookup(values, handle);
            if (!entry) {
                return VB_IS_ESP32 && find(handle) ? 0 : -ATT_NOT_FOUND;
            }
            value = entry->data;
            len = entry->data_len;
        }
    }
    if (offset > len) {
        return -ATT_INVALID_OFFSET;
    }
    len = MIN(len - offset, room);
    memcpy(to, value + offset, len);
    return len;
}

static int write_value(struct vb_ble_connection *connection, uint16_t handle, const uint8_t *data, size_t len) {
    attribute_t *attribute = find(handle);
    if (!attribute) {
        return ATT_INVALID_HANDLE;
    }
    if (!(attribute->flags & MAY_WRITE) || attribute->kind == DECLARATION) {
        return ATT_NO_WRITE;
    }
    if (attribute->flags & SECURE_WRITE) {
        return ATT_NO_AUTHENTICATION;
    }
    if (attribute->kind == CCCD) {
        if (len != 2) {
            return ATT_INVALID_LENGTH;
        }
        attribute->subscribed[connection - vb_ble_connections] = data[0] & 3;
        return 0;
    }
    if (len > VB_BLE_MOST_VALUE) {
        return ATT_INVALID_LENGTH;
    }
    mp_bluetooth_gatts_db_entry_t *entry = mp_bluetooth_gatts_db_lookup(values, handle);
    if (!entry) {
        return ATT_NOT_FOUND;
    }
    size_t offset = entry->append ? entry->data_len : 0;
    entry->data_len = MIN(entry->data_alloc, len + offset);
    memcpy(entry->data + offset, data, entry->data_len - offset);
    mp_bluetooth_gatts_on_write(vb_ble_handle(connection), handle);
    return 0;
}

static void answer_mtu(struct vb_ble_connection *connection, const uint8_t *pdu) {
    uint8_t reply[3] = {ATT_MTU_RSP, vb_ble_mtu, vb_ble_mtu >> 8};
    vb_ble_send(connection, reply, sizeof(reply), true);
    connection->mtu = MAX(VB_BLE_LEAST_MTU, MIN(vb_ble_u16(pdu + 1), vb_ble_mtu));
    connection->mtu_asked = true;
    mp_bluetooth_gatts_on_mtu_exchanged(vb_ble_handle(connection), connection->mtu);
}

// The answers with a list begin with a byte for the format of its entries, and all entries are of the same length.

static size_t list_types(uint16_t first, uint16_t last, size_t room) {
    size_t at = 2, len = 0;
    for (uint32_t handle = first; handle <= last && handle <= count; handle++) {
        uint8_t uuid[16];
        size_t uuid_len = type_of(&attributes[handle - 1], uuid);
        if ((len && uuid_len != len) || at + 2 + uuid_len > room) {
            break;
        }
        len = uuid_len;
        answer[1] = len == 2 ? 1 : 2;
        vb_ble_put16(answer + at, handle);
        memcpy(answer + at + 2, uuid, len);
        at += 2 + len;
    }
    return len ? at : 0;
}

static size_t list_services(uint16_t first, uint16_t last, size_t room) {
    size_t at = 2, len = 0;
    for (uint32_t handle = first; handle <= last && handle <= count; handle++) {
        const attribute_t *service = &attributes[handle - 1];
        if (service->kind != SERVICE) {
            continue;
        }
        if ((len && service->uuid_len != len) || at + 4 + service->uuid_len > room) {
            break;
        }
        len = service->uuid_len;
        answer[1] = 4 + len;
        vb_ble_put16(answer + at, handle);
        vb_ble_put16(answer + at + 2, end_of_service(handle));
        memcpy(answer + at + 4, service->uuid, len);
        at += answer[1];
    }
    return len ? at : 0;
}

static size_t list_services_with(uint16_t first, uint16_t last, const uint8_t *uuid, size_t len, size_t room) {
    size_t at = 1;
    for (uint32_t handle = first; handle <= last && handle <= count && at + 4 <= room; handle++) {
        const attribute_t *service = &attributes[handle - 1];
        if (service->kind == SERVICE && service->uuid_len == len && !memcmp(service->uuid, uuid, len)) {
            vb_ble_put16(answer + at, handle);
            vb_ble_put16(answer + at + 2, end_of_service(handle));
            at += 4;
        }
    }
    return at > 1 ? at : 0;
}

// Attributes of a type with their values: all declarations that fit, or one of another type. The length, or -error.
static int list_values(struct vb_ble_connection *connection, uint16_t first, uint16_t last, const uint8_t *uuid, size_t uuid_len,
    size_t room) {
    size_t at = 2;
    for (uint32_t handle = first; handle <= last && handle <= count; handle++) {
        const attribute_t *attribute = &attributes[handle - 1];
        uint8_t type[16], value[255 - 2];
        if (type_of(attribute, type) != uuid_len || memcmp(type, uuid, uuid_len)) {
            continue;
        }
        bool only = attribute->kind != DECLARATION;
        int len = read_value(connection, handle, 0, value, MIN(sizeof(value), room - 4));
        if (len < 0) {
            return len;
        }
        if ((at > 2 && answer[1] != 2 + len) || at + 2 + len > room) {
            break;
        }
        answer[1] = 2 + len;
        vb_ble_put16(answer + at, handle);
        memcpy(answer + at + 2, value, len);
        at += 2 + len;
        if (only) {
            break;
        }
    }
    return at > 2 ? (int)at : -ATT_NOT_FOUND;
}

static void answer_range(struct vb_ble_connection *connection, const uint8_t *pdu, size_t len) {
    uint8_t request = pdu[0], number = connection->number;
    uint16_t first = vb_ble_u16(pdu + 1), last = vb_ble_u16(pdu + 3);
    size_t room = connection->mtu;
    if (!first || first > last) {
        refuse(connection, request, first, ATT_INVALID_HANDLE);
        return;
    }
    int made = 0;
    switch (request) {
        case ATT_INFO_REQ:
            made = list_types(first, last, room);
            break;
        case ATT_FIND_REQ:
            made = len < 7 || vb_ble_u16(pdu + 5) != UUID_SERVICE ? 0 : list_services_with(first, last, pdu + 7, len - 7, room);
            break;
        case ATT_TYPE_REQ:
            made = list_values(connection, first, last, pdu + 5, len - 5, room);
            break;
        default:
            made = len != 7 || vb_ble_u16(pdu + 5) != UUID_SERVICE ? -ATT_UNSUPPORTED_GROUP : (int)list_services(first, last, room);
    }
    if (!connection->open || connection->number != number) {
        return;
    }
    if (made <= 0) {
        refuse(connection, request, first, made ? -made : ATT_NOT_FOUND);
        return;
    }
    answer[0] = request + 1;
    vb_ble_send(connection, answer, made, true);
}

static void answer_read(struct vb_ble_connection *connection, const uint8_t *pdu) {
    uint8_t request = pdu[0], number = connection->number;
    uint16_t handle = vb_ble_u16(pdu + 1), offset = request == ATT_BLOB_REQ ? vb_ble_u16(pdu + 3) : 0;
    int len = read_value(connection, handle, offset, answer + 1, connection->mtu - 1);
    if (!connection->open || connection->number != number) {
        return;
    }
    if (len < 0) {
        refuse(connection, request, handle, -len);
        return;
    }
    answer[0] = request + 1;
    vb_ble_send(connection, answer, 1 + len, true);
}

static void answer_write(struct vb_ble_connection *connection, const uint8_t *pdu, size_t len) {
    uint8_t request = pdu[0], number = connection->number;
    uint16_t handle = vb_ble_u16(pdu + 1);
    int error = write_value(connection, handle, pdu + 3, len - 3);
    if (request == ATT_WRITE_CMD || !connection->open || connection->number != number) {
        return;
    }
    if (error) {
        refuse(connection, request, handle, error);
        return;
    }
    uint8_t done = ATT_WRITE_RSP;
    vb_ble_send(connection, &done, 1, true);
}

void vb_ble_server_take(struct vb_ble_connection *connection, const uint8_t *pdu, size_t len) {
    static const struct { uint8_t kind, least; } known[] = {
        {ATT_MTU_REQ, 3}, {ATT_INFO_REQ, 5}, {ATT_FIND_REQ, 7}, {ATT_TYPE_REQ, 7}, {ATT_READ_REQ, 3}, {ATT_BLOB_REQ, 5},
        {ATT_GROUP_REQ, 7}, {ATT_WRITE_REQ, 3}, {ATT_WRITE_CMD, 3}, {ATT_CONFIRM, 1},
    };
    size_t least = 0;
    for (size_t i = 0; i < MP_ARRAY_SIZE(known); i++) {
        least = known[i].kind == pdu[0] ? known[i].least : least;
    }
    if (!least || len < least || len > connection->mtu) {
        if (!(pdu[0] & ATT_IS_COMMAND)) {
            refuse(connection, pdu[0], 0, least ? ATT_INVALID_PDU : ATT_NOT_SUPPORTED);
        }
        return;
    }
    switch (pdu[0]) {
        case ATT_MTU_REQ:
            answer_mtu(connection, pdu);
            break;
        case ATT_READ_REQ:
        case ATT_BLOB_REQ:
            answer_read(connection, pdu);
            break;
        case ATT_WRITE_REQ:
        case ATT_WRITE_CMD:
            answer_write(connection, pdu, len);
            break;
        case ATT_CONFIRM: {
            uint16_t handle = connection->indicated;
            connection->indicated = 0;
            if (handle) {
                mp_bluetooth_gatts_on_indicate_complete(vb_ble_handle(connection), handle, 0);
            }
            break;
        }
        default:
            answer_range(connection, pdu, len);
    }
}

MP_REGISTER_ROOT_POINTER(mp_map_t *ble_values);
MP_REGISTER_ROOT_POINTER(struct _vb_ble_attribute_t *ble_attributes);

#endif
