// net/ble_client.c: the GATT client: what a program asks of the other side's server.

#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "net/ble.h"

#if MICROPY_PY_BLUETOOTH

#define NOT_ACTIVE MP_ENODEV
#define STATUS(error) (VB_IS_ESP32 ? 0x100 + (error) : (error)) // NimBLE: BLE_HS_ERR_ATT_BASE
#define IS_DISCOVERY(event) ((event) == MP_BLUETOOTH_IRQ_GATTC_SERVICE_DONE \
    || (event) == MP_BLUETOOTH_IRQ_GATTC_CHARACTERISTIC_DONE || (event) == MP_BLUETOOTH_IRQ_GATTC_DESCRIPTOR_DONE)

static bool get_uuid(mp_obj_bluetooth_uuid_t *uuid, const uint8_t *bytes, size_t len) {
    *uuid = (mp_obj_bluetooth_uuid_t) {.base = {&mp_type_bluetooth_uuid}, .type = len};
    if (len != MP_BLUETOOTH_UUID_TYPE_16 && len != MP_BLUETOOTH_UUID_TYPE_128) {
        return false;
    }
    memcpy(uuid->data, bytes, len);
    return true;
}

static bool equal(const mp_obj_bluetooth_uuid_t *a, const mp_obj_bluetooth_uuid_t *b) {
    return a->type == b->type && !memcmp(a->data, b->data, a->type);
}

// ---- procedures ----

// NimBLE has room for a few at a time. BTstack does one, and the exchange of the MTU beside it.
static int begin(uint16_t conn_handle, struct vb_ble_connection **connection) {
    if (!mp_bluetooth_is_active()) {
        return NOT_ACTIVE;
    }
    if (!(*connection = vb_ble_find(conn_handle))) {
        return MP_ENOTCONN;
    }
    for (int i = 0; i < (*connection)->procedures && !VB_IS_ESP32; i++) {
        if ((*connection)->procedure[i].request != ATT_MTU_REQ) {
            return MP_EALREADY;
        }
    }
    return (*connection)->procedures == VB_BLE_PROCEDURES ? MP_ENOMEM : 0;
}

// Sends the request with which a discovery begins or goes on.
static int ask_range(struct vb_ble_connection *connection, const struct vb_ble_procedure *procedure) {
    uint8_t pdu[7 + 16] = {procedure->request};
    vb_ble_put16(pdu + 1, procedure->handle);
    vb_ble_put16(pdu + 3, procedure->end);
    size_t len = 5;
    if (procedure->request != ATT_INFO_REQ) {
        vb_ble_put16(pdu + 5, procedure->request == ATT_TYPE_REQ ? UUID_DECLARATION : UUID_SERVICE);
        len = 7;
    }
    if (procedure->request == ATT_FIND_REQ) {
        memcpy(pdu + 7, procedure->wanted.data, procedure->wanted.type);
        len += procedure->wanted.type;
    }
    return vb_ble_send(connection, pdu, len, false);
}

static void keep(struct vb_ble_connection *connection, const struct vb_ble_procedure *procedure) {
    connection->procedure[connection->procedures++] = *procedure;
}

static void drop(struct vb_ble_connection *connection, struct vb_ble_procedure *procedure) {
    struct vb_ble_procedure *end = connection->procedure + --connection->procedures;
    memmove(procedure, procedure + 1, (char *)end - (char *)procedure);
}

static int discover(uint16_t conn_handle, struct vb_ble_procedure *procedure, const mp_obj_bluetooth_uuid_t *uuid) {
    struct vb_ble_connection *connection;
    int error = begin(conn_handle, &connection);
    if (error) {
        return error;
    }
    if (uuid) {
        procedure->filtered = true;
        if (!get_uuid(&procedure->wanted, uuid->data, uuid->type)) {
            return MP_EINVAL;
        }
    }
    if (!procedure->handle || procedure->handle > procedure->end) {
        return MP_EINVAL;
    }
    error = ask_range(connection, procedure);
    if (!error) {
        keep(connection, procedure);
    }
    return error;
}

int mp_bluetooth_gattc_discover_primary_services(uint16_t conn_handle, const mp_obj_bluetooth_uuid_t *uuid) {
    struct vb_ble_procedure procedure = {
        .request = uuid ? ATT_FIND_REQ : ATT_GROUP_REQ, .event = MP_BLUETOOTH_IRQ_GATTC_SERVICE_DONE, .handle = 1, .end = 0xffff,
    };
    return discover(conn_handle, &procedure, uuid);
}

int mp_bluetooth_gattc_discover_characteristics(uint16_t conn_handle, uint16_t start_handle, uint16_t end_handle,
    const mp_obj_bluetooth_uuid_t *uuid) {
    const struct vb_ble_connection *connection = vb_ble_find(conn_handle);
    for (int i = 0; connection && i < connection->procedures; i++) {
        if (connection->procedure[i].request == ATT_TYPE_REQ) {
            return VB_IS_ESP32 ? MP_EBUSY : MP_EALREADY;
        }
    }
    struct vb_ble_procedure procedure = {
        .request = ATT_TYPE_REQ, .event = MP_BLUETOOTH_IRQ_GATTC_CHARACTERISTIC_DONE, .handle = start_handle, .end = end_handle,
    };
    return discover(conn_handle, &procedure, uuid);
}

int mp_bluetooth_gattc_discover_descriptors(uint16_t conn_handle, uint16_t start_handle, uint16_t end_handle) {
    struct vb_ble_procedure procedure = {
        .request = ATT_INFO_REQ, .event = MP_BLUETOOTH_IRQ_GATTC_DESCRIPTOR_DONE, .handle = start_handle + 1, .end = end_handle,
    };
    return discover(conn_handle, &procedure, NULL);
}

int mp_bluetooth_gattc_read(uint16_t conn_handle, uint16_t value_handle) {
    struct vb_ble_connection *connection;
    int error = begin(conn_handle, &connection);
    uint8_t pdu[3] = {ATT_READ_REQ, value_handle, value_handle >> 8};
    if (!error && !(error = vb_ble_send(connection, pdu, sizeof(pdu), false))) {
        keep(connection, &(struct vb_ble_procedure) {
            .request = ATT_READ_REQ, .event = MP_BLUETOOTH_IRQ_GATTC_READ_DONE, .handle = value_handle});
    }
    return error;
}

int mp_bluetooth_gattc_write(uint16_t conn_handle, uint16_t value_handle, const uint8_t *value, size_t value_len,
    unsigned int mode) {
    static uint8_t pdu[VB_BLE_MOST_MTU];
    if (!mp_bluetooth_is_active()) {
        return NOT_ACTIVE;
    }
    struct vb_ble_connection *connection = vb_ble_find(conn_handle);
    if (!connection) {
        return MP_ENOTCONN;
    }
    if (mode > MP_BLUETOOTH_WRITE_MODE_WITH_RESPONSE) {
        return MP_EINVAL;
    }
    bool wants_answer = mode == MP_BLUETOOTH_WRITE_MODE_WITH_RESPONSE;
    int error = wants_answer ? begin(conn_handle, &connection) : 0;
    if (!VB_IS_ESP32 && !wants_answer && value_len > connection->mtu - 3u) {
        error = MP_EINVAL; // GATT_CLIENT_VALUE_TOO_LONG; other writes are cut off
    }
    if (error) {
        return error;
    }
    size_t len = MIN(value_len, connection->mtu - 3u);
    pdu[0] = wants_answer ? ATT_WRITE_REQ : ATT_WRITE_CMD;
    vb_ble_put16(pdu + 1, value_handle);
    memcpy(pdu + 3, value, len);
    error = vb_ble_send(connection, pdu, 3 + len, false);
    if (!error && wants_answer) {
        keep(connection, &(struct vb_ble_procedure) {
            .request = ATT_WRITE_REQ, .event = MP_BLUETOOTH_IRQ_GATTC_WRITE_DONE, .handle = value_handle});
    }
    return error;
}

int mp_bluetooth_gattc_exchange_mtu(uint16_t conn_handle) {
    struct vb_ble_connection *connection;
    int error = begin(conn_handle, &connection);
    if (error) {
        return error;
    }
    if (connection->mtu_asked) { // once for each connection
        return VB_IS_ESP32 ? MP_EALREADY : 0;
    }
    uint8_t pdu[3] = {ATT_MTU_REQ, vb_ble_mtu, vb_ble_mtu >> 8};
    error = vb_ble_send(connection, pdu, sizeof(pdu), false);
    if (!error) {
        connection->mtu_asked = true;
        keep(connection, &(struct vb_ble_procedure) {
            .request = ATT_MTU_REQ, .event = MP_BLUETOOTH_IRQ_MTU_EXCHANGED, .handle = vb_ble_mtu});
    }
    return error;
}

// ---- answers ----

static void report_characteristic(uint16_t conn_handle, struct vb_ble_procedure *procedure, uint16_t end) {
    if (procedure->found) {
        procedure->found = false;
        if (!procedure->filtered || equal(&procedure->wanted, &procedure->uuid)) {
            mp_obj_bluetooth_uuid_t uuid = procedure->uuid;
            mp_bluetooth_gattc_on_characteristic_result(conn_handle, procedure->value_handle, end, procedure->properties, &uuid);
        }
    }
}

static void report_end(uint16_t conn_handle, struct vb_ble_procedure *procedure, uint16_t status) {
    if (procedure->event == MP_BLUETOOTH_IRQ_GATTC_CHARACTERISTIC_DONE) {
        report_characteristic(conn_handle, procedure, procedure->end);
        if (!mp_bluetooth_is_active()) {
            return;
        }
    }
    if (IS_DISCOVERY(procedure->event)) {
        mp_bluetooth_gattc_on_discover_complete(procedure->event, conn_handle, status);
    } else if (procedure->event != MP_BLUETOOTH_IRQ_MTU_EXCHANGED) {
        mp_bluetooth_gattc_on_read_write_status(procedure->event, conn_handle, procedure->handle, status);
    }
}

// One entry of a list; the last handle that it is about, 0 if it makes no sense.
static uint16_t report_entry(uint16_t conn_handle, struct vb_ble_procedure *procedure, const uint8_t *entry, size_t len) {
    mp_obj_bluetooth_uuid_t uuid;
    uint16_t handle = vb_ble_u16(entry);
    if (handle < procedure->handle || handle > procedure->end) {
        return 0;
    }
    switch (procedure->request) {
        case ATT_GROUP_REQ:
        case ATT_FIND_REQ: {
            uint16_t end = vb_ble_u16(entry + 2);
            bool known = procedure->request == ATT_FIND_REQ || get_uuid(&uuid, entry + 4, len - 4);
            if (end < handle || !known) {
                return 0;
            }
            if (procedure->request == ATT_FIND_REQ) {
                uuid = procedure->wanted;
            }
            mp_bluetooth_gattc_on_primary_service_result(conn_handle, handle, end, &uuid);
            return end;
        }
        case ATT_TYPE_REQ:
            if (!get_uuid(&uuid, entry + 5, len - 5)) {
                return 0;
            }
            report_characteristic(conn_handle, procedure, handle - 1);
            procedure->found = true;
            procedure->properties = entry[2];
            procedure->value_handle = vb_ble_u16(entry + 3);
            procedure->uuid = uuid;
            return handle;
        default:
            if (!get_uuid(&uuid, entry + 2, len - 2)) {
                return 0;
            }
            mp_bluetooth_gattc_on_descriptor_result(conn_handle, handle, &uuid);
            return handle;
    }
}

// A part of what a discovery finds. The handlers that this calls may begin other procedures, so this one waits aside.
static void take_list(struct vb_ble_connection *connection, struct vb_ble_procedure *found, const uint8_t *pdu, size_t len) {
    struct vb_ble_procedure procedure = *found;
    uint16_t conn_handle = vb_ble_handle(connection), last = 0;
    uint8_t number = connection->number;
    size_t at = 2, size = pdu[1];
    if (procedure.request == ATT_FIND_REQ) {
        at = 1;
        size = 4;
    } else if (procedure.request == ATT_INFO_REQ) {
        size = pdu[1] == 1 ? 4 : 18;
    }
    size_t least = procedure.request == ATT_TYPE_REQ ? 7 : procedure.request == ATT_GROUP_REQ ? 6 : 4;
    bool good = len > at && size >= least;
    drop(connection, found);
    keep(connection, &procedure); // its place stays taken
    while (good && at + size <= len) {
        last = report_entry(conn_handle, &procedure, pdu + at, size);
        at += size;
        if (!mp_bluetooth_is_active() || !connection->open || connection->number != number) {
            return;
        }
        good = last >= procedure.handle;
        procedure.handle = last + 1;
    }
    for (int i = 0; i < connection->procedures; i++) {
        struct vb_ble_procedure *own = &connection->procedure[i];
        if (own->request == procedure.request && own->event == procedure.event) {
            bool is_over = !good || last >= procedure.end;
            *own = procedure;
            if (is_over || ask_range(connection, own)) {
                drop(connection, own);
                report_end(conn_handle, &procedure, good ? 0 : STATUS(ATT_NOT_FOUND));
            }
            return;
        }
    }
}

static void take_mtu(struct vb_ble_connection *connection, struct vb_ble_procedure *procedure, const uint8_t *pdu, size_t len) {
    uint16_t asked = procedure->handle;
    drop(connection, procedure);
    if (len >= 3) {
        connection->mtu = MAX(VB_BLE_LEAST_MTU, MIN(asked, vb_ble_u16(pdu + 1)));
        mp_bluetooth_gatts_on_mtu_exchanged(vb_ble_handle(connection), connection->mtu);
    }
}

static void take_answer(struct vb_ble_connection *connection, struct vb_ble_procedure *found, const uint8_t *pdu, size_t len) {
    uint16_t conn_handle = vb_ble_handle(connection);
    struct vb_ble_procedure procedure = *found;
    drop(connection, found);
    if (procedure.request == ATT_READ_REQ) {
        const uint8_t *value = pdu + 1;
        uint16_t value_len = len - 1;
        mp_bluetooth_gattc_on_data_available(MP_BLUETOOTH_IRQ_GATTC_READ_RESULT, conn_handle, procedure.handle, &value, &value_len, 1);
    }
    if (mp_bluetooth_is_active()) {
        report_end(conn_handle, &procedure, 0);
    }
}

static void take_error(struct vb_ble_connection *connection, struct vb_ble_procedure *found, uint8_t error) {
    struct vb_ble_procedure procedure = *found;
    drop(connection, found);
    bool is_end = IS_DISCOVERY(procedure.event) && error == ATT_NOT_FOUND;
    report_end(vb_ble_handle(connection), &procedure, is_end ? 0 : STATUS(error));
}

static void take_update(struct vb_ble_connection *connection, const uint8_t *pdu, size_t len) {
    if (len < 3) {
        return;
    }
    uint8_t number = connection->number;
    bool indicated = pdu[0] == ATT_INDICATE;
    const uint8_t *value = pdu + 3;
    uint16_t value_len = len - 3;
    mp_bluetooth_gattc_on_data_available(indicated ? MP_BLUETOOTH_IRQ_GATTC_INDICATE : MP_BLUETOOTH_IRQ_GATTC_NOTIFY,
        vb_ble_handle(connection), vb_ble_u16(pdu + 1), &value, &value_len, 1);
    if (indicated && connection->open && connection->number == number) {
        uint8_t confirm = ATT_CONFIRM;
        vb_ble_send(connection, &confirm, 1, true);
    }
}

void vb_ble_client_take(struct vb_ble_connection *connection, const uint8_t *pdu, size_t len) {
    if (len > connection->mtu) {
        return;
    }
    if (pdu[0] == ATT_NOTIFY || pdu[0] == ATT_INDICATE) {
        take_update(connection, pdu, len);
        return;
    }
    bool failed = pdu[0] == ATT_ERROR;
    if (failed && len < 5) {
        return;
    }
    uint8_t request = failed ? pdu[1] : pdu[0] - 1;
    for (int i = 0; i < connection->procedures; i++) {
        struct vb_ble_procedure *procedure = &connection->procedure[i];
        if (procedure->request == request) {
            if (failed) {
                take_error(connection, procedure, pdu[4]);
            } else if (request == ATT_MTU_REQ) {
                take_mtu(connection, procedure, pdu, len);
            } else if (IS_DISCOVERY(procedure->event)) {
                take_list(connection, procedure, pdu, len);
            } else {
                take_answer(connection, procedure, pdu, len);
            }
            return;
        }
    }
}

void vb_ble_client_gone(uint16_t conn_handle, struct vb_ble_connection *was) {
    for (int i = 0; i < was->procedures && mp_bluetooth_is_active(); i++) {
        was->procedure[i].found = false;
        report_end(conn_handle, &was->procedure[i], VB_BLE_GONE);
    }
}

#endif
