// net/socket.c: the module `socket`, as ports/esp32/modsocket.c and extmod/modlwip.c (rp2) behave.
// The flags of each socket are in vb_net.sockets, so that a check needs no call.

#include <string.h>

#include "py/gc.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "shared/netutils/netutils.h"
#include "net/socket.h"

struct vb_socket_ahead vb_socket_ahead[VB_NET_SOCKETS];

int vb_socket_late(const socket_obj_t *self) {
    return self->timeout ? MP_ETIMEDOUT : MP_EAGAIN;
}

socket_obj_t *vb_socket_opened(mp_obj_t self_in) {
    socket_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->fd < 0) {
        mp_raise_OSError(MP_EBADF);
    }
    return self;
}

static socket_obj_t *make(int fd, uint8_t type, uint8_t state) {
    socket_obj_t *self = mp_obj_malloc_with_finaliser(socket_obj_t, &vb_socket_type);
    *self = (socket_obj_t) {{&vb_socket_type}, fd, type, state, VB_NEVER, MP_OBJ_NULL, NULL};
    vb_socket_ahead[fd].at = vb_socket_ahead[fd].len = 0;
    return self;
}

static mp_obj_t socket_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 3, false);
    mp_int_t family = n_args > 0 ? mp_obj_get_int(args[0]) : AF_INET;
    mp_int_t kind = n_args > 1 ? mp_obj_get_int(args[1]) : SOCK_STREAM;
    if (family == AF_INET6 || kind == SOCK_RAW) {
        vb_not_simulated(kind == SOCK_RAW ? "SOCK_RAW" : "AF_INET6");
    }
    if (family != AF_INET || (kind != SOCK_STREAM && kind != SOCK_DGRAM)) {
        mp_raise_OSError(VB_IS_ESP32 ? 123 : MP_EINVAL); // newlib: EPROTONOSUPPORT
    }
    int32_t fd = vb_socket_request(VB_CALL_SOCKET_OPEN, kind, 0, NULL, 0, NULL, 0);
    if (fd == -MP_ENFILE) { // sockets without a reference are closed by the collector
        gc_collect();
        fd = vb_socket_request(VB_CALL_SOCKET_OPEN, kind, 0, NULL, 0, NULL, 0);
    }
    vb_net_check(fd);
    vb_net.sockets[fd] = kind == SOCK_DGRAM ? VB_SOCKET_WRITABLE : 0;
    return MP_OBJ_FROM_PTR(make(fd, kind, kind == SOCK_DGRAM ? VB_SOCKET_CONNECTED : VB_SOCKET_NEW));
}

// ---- addresses ----

void vb_socket_lookup(mp_obj_t name_in, uint8_t *ip) {
    size_t len;
    const char *name = mp_obj_str_get_data(name_in, &len);
    if (len == 0) {
        memset(ip, 0, 4);
    } else if (vb_socket_request(VB_CALL_LOOKUP, 0, 0, name, MIN(len, 255), ip, 4) < 0) {
        mp_raise_OSError(VB_IS_ESP32 ? -202 : -2); // EAI_FAIL; what lwip_getaddrinfo_cb says
    }
}

// (host, port); the ESP32 accepts names, too.
static uint32_t get_address(mp_obj_t pair, uint8_t *ip) {
    mp_obj_t *items;
    mp_obj_get_array_fixed_n(pair, 2, &items);
    mp_int_t port = mp_obj_get_int(items[1]);
    if (port < 0 || port > 65535) {
        mp_raise_ValueError(NULL);
    }
    if (VB_IS_ESP32) {
        vb_socket_lookup(items[0], ip);
    } else {
        netutils_parse_inet_addr(pair, ip, NETUTILS_BIG);
    }
    return port;
}

// ---- connections ----

static mp_obj_t socket_bind(mp_obj_t self_in, mp_obj_t pair) {
    socket_obj_t *self = vb_socket_opened(self_in);
    uint8_t ip[4];
    uint32_t port = get_address(pair, ip);
    vb_net_check(vb_net_call(VB_CALL_SOCKET_BIND, self->fd, port, NULL, 0, NULL, 0));
    self->state = VB_SOCKET_CONNECTED;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_bind_obj, socket_bind);

static mp_obj_t socket_listen(size_t n_args, const mp_obj_t *args) {
    socket_obj_t *self = vb_socket_opened(args[0]);
    mp_int_t backlog = n_args > 1 ? MAX(mp_obj_get_int(args[1]), 0) : 2; // MICROPY_PY_SOCKET_LISTEN_BACKLOG_DEFAULT
    vb_net_check(vb_net_call(VB_CALL_SOCKET_LISTEN, self->fd, backlog, NULL, 0, NULL, 0));
    self->state = VB_SOCKET_LISTENING;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_listen_obj, 1, 2, socket_listen);

static mp_obj_t socket_accept(mp_obj_t self_in) {
    socket_obj_t *self = vb_socket_opened(self_in);
    uint64_t until = vb_socket_end_of_wait(self);
    struct vb_accepted peer;
    int32_t fd;
    for (;;) {
        uint32_t before = vb_net_fetched;
        fd = vb_socket_request(VB_CALL_SOCKET_ACCEPT, self->fd, 0, NULL, 0, &peer, sizeof(peer));
        if (fd != -MP_EAGAIN) {
            break;
        }
        vb_net_clear(self->fd, VB_SOCKET_READABLE, before);
        if (!vb_net_wait(&vb_net.sockets[self->fd], VB_SOCKET_READABLE, until)) {
            mp_raise_OSError(vb_socket_late(self));
        }
    }
    vb_net_check(fd);
    if (!peer.more) {
        vb_net.sockets[self->fd] &= ~VB_SOCKET_READABLE;
    }
    vb_net_fetch(); // data may have come for the new one already
    mp_obj_t pair[2] = {
        MP_OBJ_FROM_PTR(make(fd, SOCK_STREAM, VB_SOCKET_CONNECTED)),
        netutils_format_inet_addr(peer.ip, peer.port, NETUTILS_BIG),
    };
    return mp_obj_new_tuple(2, pair);
}
static MP_DEFINE_CONST_FUN_OBJ_1(socket_accept_obj, socket_accept);

static mp_obj_t socket_connect(mp_obj_t self_in, mp_obj_t pair) {
    socket_obj_t *self = vb_socket_opened(self_in);
    uint8_t ip[4];
    uint32_t port = get_address(pair, ip);
    bool is_new = self->type == SOCK_STREAM && self->state == VB_SOCKET_NEW;
    int32_t status = (is_new ? vb_socket_request : vb_net_call)(VB_CALL_SOCKET_CONNECT, self->fd, port, ip, 4, NULL, 0);
    if (status >= 0 || status == -VB_ERRNO_INPROGRESS) {
        self->state = VB_SOCKET_CONNECTED;
    }
    if (status == -VB_ERRNO_INPROGRESS && self->timeout) {
        if (!vb_net_wait(&vb_net.sockets[self->fd], VB_SOCKET_WRITABLE, vb_socket_end_of_wait(self))) {
            mp_raise_OSError(MP_ETIMEDOUT);
        }
        status = 0;
        if (vb_net.sockets[self->fd] & VB_SOCKET_FAILED) { // an empty send returns the error
            status = vb_net_call(VB_CALL_SOCKET_SEND, self->fd, 0, NULL, 0, NULL, 0);
        }
    }
    vb_net_check(status);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_connect_obj, socket_connect);

// ---- the rest ----

MP_REGISTER_ROOT_POINTER(struct _socket_obj_t *vb_sockets_called);
VB_AT_SOFT_RESET(vb_socket_forget_all, 49)

void vb_socket_forget_all(void) {
    MP_STATE_PORT(vb_sockets_called) = NULL;
}

static void set_callback(socket_obj_t *self, mp_obj_t callback) {
    socket_obj_t **at = &MP_STATE_PORT(vb_sockets_called);
    while (*at && *at != self) {
        at = &(*at)->next;
    }
    if (*at) {
        *at = self->next;
    }
    self->callback = callback;
    if (callback != MP_OBJ_NULL) {
        self->next = MP_STATE_PORT(vb_sockets_called);
        MP_STATE_PORT(vb_sockets_called) = self;
    }
}

void vb_socket_call(const uint8_t *before) {
    for (socket_obj_t *self = MP_STATE_PORT(vb_sockets_called); self; self = self->next) {
        if (vb_net.sockets[self->fd] & ~before[self->fd] & (VB_SOCKET_READABLE | VB_SOCKET_FAILED)) {
            mp_sched_schedule(self->callback, MP_OBJ_FROM_PTR(self));
        }
    }
}

static mp_obj_t socket_setsockopt(size_t n_args, const mp_obj_t *args) {
    (void)n_args; // always 4
    socket_obj_t *self = vb_socket_opened(args[0]);
    mp_int_t option = mp_obj_get_int(args[2]);
    if (option == SO_CALLBACK) {
        set_callback(self, args[3] == mp_const_none ? MP_OBJ_NULL : args[3]);
        return mp_const_none;
    }
    if (option == IP_ADD_MEMBERSHIP && mp_obj_get_int(args[1]) == 0) {
        vb_not_simulated("multicast");
    }
    if (VB_IS_ESP32 && option == SO_BINDTODEVICE) {
        mp_obj_str_get_str(args[3]);
    } else {
        mp_obj_get_int(args[3]); // other options have no visible effect here
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_setsockopt_obj, 4, 4, socket_setsockopt);

static mp_obj_t socket_settimeout(mp_obj_t self_in, mp_obj_t timeout) {
    socket_obj_t *self = MP_OBJ_TO_PTR(self_in);
    self->timeout = timeout == mp_const_none ? VB_NEVER : (uint64_t)(mp_obj_get_float(timeout) * 1000) * 1000000;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_settimeout_obj, socket_settimeout);

static mp_obj_t socket_setblocking(mp_obj_t self_in, mp_obj_t blocking) {
    socket_obj_t *self = MP_OBJ_TO_PTR(self_in);
    self->timeout = mp_obj_is_true(blocking) ? VB_NEVER : 0;
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(socket_setblocking_obj, socket_setblocking);

static mp_obj_t socket_makefile(size_t n_args, const mp_obj_t *args) {
    (void)n_args;
    return args[0];
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(socket_makefile_obj, 1, 3, socket_makefile);

#if VB_ESP32
static mp_obj_t socket_fileno(mp_obj_t self_in) {
    socket_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return MP_OBJ_NEW_SMALL_INT(self->fd < 0 ? -1 : self->fd + 48); // LWIP_SOCKET_OFFSET: numbers after those of files
}
static MP_DEFINE_CONST_FUN_OBJ_1(socket_fileno_obj, socket_fileno);
#endif

static mp_uint_t poll_flags(const socket_obj_t *self, mp_uint_t wanted) {
    if (self->fd < 0) {
        return MP_STREAM_POLL_NVAL;
    }
    uint8_t flags = vb_net.sockets[self->fd];
    mp_uint_t ret = 0;
    if ((flags & VB_SOCKET_READABLE) || vb_socket_ahead[self->fd].at < vb_socket_ahead[self->fd].len) {
        ret |= wanted & MP_STREAM_POLL_RD;
    }
    if (flags & VB_SOCKET_WRITABLE) {
        ret |= wanted & MP_STREAM_POLL_WR;
    }
    if (self->state == VB_SOCKET_NEW) {
        ret |= (wanted & MP_STREAM_POLL_WR) | MP_STREAM_POLL_HUP;
    } else if (flags & VB_SOCKET_FAILED) {
        ret |= VB_IS_ESP32 ? wanted & MP_STREAM_POLL_HUP : MP_STREAM_POLL_HUP;
    }
    return ret;
}

static mp_uint_t socket_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    socket_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (request == MP_STREAM_POLL) {
        return poll_flags(self, arg);
    }
    if (request == MP_STREAM_CLOSE) {
        if (self->fd >= 0) {
            set_callback(self, MP_OBJ_NULL);
            vb_socket_request(VB_CALL_SOCKET_CLOSE, self->fd, 0, NULL, 0, NULL, 0);
            vb_net.sockets[self->fd] = 0;
            self->fd = -1;
        }
        return 0;
    }
    *errcode = MP_EINVAL;
    return MP_STREAM_ERROR;
}

static const mp_rom_map_elem_t socket_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&mp_stream_close_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_stream_close_obj) },
    { MP_ROM_QSTR(MP_QSTR_bind), MP_ROM_PTR(&socket_bind_obj) },
    { MP_ROM_QSTR(MP_QSTR_listen), MP_ROM_PTR(&socket_listen_obj) },
    { MP_ROM_QSTR(MP_QSTR_accept), MP_ROM_PTR(&socket_accept_obj) },
    { MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&socket_connect_obj) },
    { MP_ROM_QSTR(MP_QSTR_send), MP_ROM_PTR(&vb_socket_send_obj) },
    { MP_ROM_QSTR(MP_QSTR_sendall), MP_ROM_PTR(&vb_socket_sendall_obj) },
    { MP_ROM_QSTR(MP_QSTR_sendto), MP_ROM_PTR(&vb_socket_sendto_obj) },
    { MP_ROM_QSTR(MP_QSTR_recv), MP_ROM_PTR(&vb_socket_recv_obj) },
    { MP_ROM_QSTR(MP_QSTR_recvfrom), MP_ROM_PTR(&vb_socket_recvfrom_obj) },
    { MP_ROM_QSTR(MP_QSTR_setsockopt), MP_ROM_PTR(&socket_setsockopt_obj) },
    { MP_ROM_QSTR(MP_QSTR_settimeout), MP_ROM_PTR(&socket_settimeout_obj) },
    { MP_ROM_QSTR(MP_QSTR_setblocking), MP_ROM_PTR(&socket_setblocking_obj) },
    { MP_ROM_QSTR(MP_QSTR_makefile), MP_ROM_PTR(&socket_makefile_obj) },
    #if VB_ESP32
    { MP_ROM_QSTR(MP_QSTR_fileno), MP_ROM_PTR(&socket_fileno_obj) },
    #endif
    { MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj) },
    { MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj) },
    { MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj) },
    { MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj) },
};
static MP_DEFINE_CONST_DICT(socket_locals, socket_locals_table);

static const mp_stream_p_t socket_stream = {.read = vb_socket_read, .write = vb_socket_write, .ioctl = socket_ioctl};

MP_DEFINE_CONST_OBJ_TYPE(
    vb_socket_type, MP_QSTR_socket, MP_TYPE_FLAG_NONE,
    make_new, socket_make_new,
    protocol, &socket_stream,
    locals_dict, &socket_locals
    );
