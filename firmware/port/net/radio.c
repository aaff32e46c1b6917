// net/radio.c: the radio for the network modules: its state, as the bench last reported it.

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objmodule.h"
#include "py/runtime.h"
#include "core/internal.h"
#include "net/espnow.h"
#include "net/radio.h"

VB_AT_SOFT_RESET(vb_net_soft_reset, 50)

#define HOUR_NS 3600000000000ull

struct vb_radio vb_net;
uint32_t vb_net_fetched;
uint8_t vb_net_mac[2][6];
bool vb_radio = VB_RADIO;

void vb_net_need_radio(mp_obj_t module_name) {
    if (!vb_radio) {
        mp_raise_msg_varg(&mp_type_ImportError, MP_ERROR_TEXT("no module named '%q'"), mp_obj_str_get_qstr(module_name));
    }
}

// Modules in C that the Pico W's firmware has and the Pico's has not; py/builtinimport.c calls this in place of
// mp_module_get_builtin().
mp_obj_t vb_module_get_builtin(qstr name, bool extensible) {
    #if VB_RP2
    bool needs_radio = name == MP_QSTR_bluetooth || name == MP_QSTR_websocket || name == MP_QSTR__webrepl || name == MP_QSTR_lwip || name == MP_QSTR_tls;
    if (needs_radio && !vb_radio) {
        return MP_OBJ_NULL;
    }
    #endif
    return mp_module_get_builtin(name, extensible);
}

void vb_not_simulated(const char *what) {
    mp_raise_msg_varg(&mp_type_NotImplementedError, MP_ERROR_TEXT("%s: not simulated"), what);
}

// ---- state ----

void vb_net_fetch(void) {
    uint8_t before[VB_NET_SOCKETS];
    memcpy(before, vb_net.sockets, sizeof(before));
    static const struct vb_told told = {
        .flag = VB_FLAG_RADIO, .bytes = &vb_link_radio, .len = sizeof(vb_link_radio), .fetches = 1 << VB_CHANNEL_RADIO,
    };
    vb_call_told(&told, VB_CALL_RADIO_STATE, 0, 0, NULL, 0, &vb_net, sizeof(vb_net));
    vb_net_fetched++;
    vb_events++; // who waits has perhaps looked before
    vb_service_soon(); // another thread, too
    vb_socket_call(before);
}

int32_t vb_net_call(uint8_t op, uint16_t b, uint32_t c, const void *out, size_t out_len, void *in, size_t in_len) {
    vb_on_pending(VB_CHANNEL_RADIO, vb_net_fetch);
    return vb_call(op, b, c, out, out_len, in, in_len);
}

void vb_net_clear(int socket, uint8_t flags, uint32_t fetched_before) {
    if (vb_net_fetched == fetched_before) {
        vb_net.sockets[socket] &= ~flags;
    }
}

bool vb_net_wait(const volatile uint8_t *what, uint8_t bits, uint64_t until) {
    vb_serial_watched(); // an earlier look at the serial line has nothing to do with this wait
    while (!(*what & bits)) {
        mp_handle_pending(true);
        if (*what & bits) { // a callback has opened or closed a socket: no event would end a wait
            return true;
        }
        if (vb_now() >= until) {
            return false;
        }
        vb_wfe(MIN(until, vb_now() + HOUR_NS)); // always with an end, so that the serial line does not end the wait
    }
    return true;
}

// The station stays connected, as on both chips, and goes on to connect; ESP-NOW ends.
void vb_net_soft_reset(void) {
    vb_on_pending(VB_CHANNEL_RADIO, vb_net_fetch);
    #if VB_ESP32
    vb_espnow_stop();
    #endif
}

// ---- errors ----

// The bench speaks Linux's numbers ([errno] in frames.toml). ESP-IDF's lwIP has newlib's (override/py/mperrno.h).
int vb_net_errno(int32_t status) {
    switch (-status) {
        case VB_ERRNO_ADDRINUSE: return MP_EADDRINUSE;
        case VB_ERRNO_CONNABORTED: return MP_ECONNABORTED;
        case VB_ERRNO_CONNRESET: return MP_ECONNRESET;
        case VB_ERRNO_ISCONN: return MP_EISCONN;
        case VB_ERRNO_NOTCONN: return MP_ENOTCONN;
        case VB_ERRNO_HOSTUNREACH: return MP_EHOSTUNREACH;
        case VB_ERRNO_INPROGRESS: return MP_EINPROGRESS;
        case VB_ERRNO_OPNOTSUPP: return MP_EOPNOTSUPP;
        case VB_ERRNO_MSGSIZE: return MP_ENOMEM;
        default: return -status;
    }
}

void vb_net_raise(int32_t status) {
    mp_raise_OSError(vb_net_errno(status));
}

void vb_net_check(int32_t status) {
    if (status < 0) {
        vb_net_raise(status);
    }
}

size_t vb_net_string(uint8_t *to, mp_obj_t text, size_t most) {
    size_t len = 0;
    if (text != mp_const_none) {
        mp_buffer_info_t bytes;
        mp_get_buffer_raise(text, &bytes, MP_BUFFER_READ);
        len = MIN(bytes.len, most);
        memcpy(to + 1, bytes.buf, len);
    }
    to[0] = len;
    return len + 1;
}
