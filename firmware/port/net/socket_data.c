// net/socket_data.c: sending and receiving.

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "shared/netutils/netutils.h"
#include "net/socket.h"

#define PIECE 5760 // the bench takes no more at once
#define DATAGRAM_MOST 1472

// ---- sending ----

// Sends one piece, as much as there is room for; waits for room until a time.
static mp_uint_t send_piece(socket_obj_t *self, const uint8_t *data, size_t len, uint64_t until, int *errcode) {
    len = MIN(len, PIECE);
    for (;;) {
        uint32_t before = vb_net_fetched;
        int32_t status = vb_socket_request(VB_CALL_SOCKET_SEND, self->fd, 0, data, len, NULL, 0);
        if (status >= 0) {
            if (!(status & VB_STATUS_MORE)) {
                vb_net_clear(self->fd, VB_SOCKET_WRITABLE, before);
            }
            return status & VB_NET_COUNT;
        }
        if (status != -MP_EAGAIN && status != -VB_ERRNO_INPROGRESS) {
            *errcode = vb_net_errno(status);
            return MP_STREAM_ERROR;
        }
        vb_net_clear(self->fd, VB_SOCKET_WRITABLE, before);
        if (!vb_net_wait(&vb_net.sockets[self->fd], VB_SOCKET_WRITABLE, until)) {
            *errcode = vb_socket_late(self);
            return MP_STREAM_ERROR;
        }
    }
}

mp_uint_t vb_socket_write(mp_obj_t self_in, const void *data, mp_uint_t len, int *errcode) {
    socket_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->fd < 0) {
        *errcode = MP_EBADF;
        return MP_STREAM_ERROR;
    }
    return send_piece(self, data, len, vb_socket_end_of_wait(self), errcode);
}

// Returns how much was sent before the time-out; raises if nothing was.
static size_t send_all(socket_obj_t *self, const uint8_t *data, size_t len) {
    uint64_t until = vb_socket_end_of_wait(self);
    size_t done = 0;
    do {
        int errcode = 0;
        mp_uint_t n = send_piece(self, data + done, len - done, until, &errcode);
        if (n == MP_STREAM_ERROR) {
            if (done && errcode == vb_socket_late(self)) {
                break;
            }
            mp_raise_OSError(errcode);
        }
        done += n;
    } while (done < len);
    return done;
}

static mp_obj_t socket_send(mp_obj_t self_in, mp_obj_t data_in) {
    socket_obj_t *self = vb_socket_opened(self_in);
    mp_buffer_info_t data;
    mp_get_buffer_raise(data_in, &data, MP_BUFFER_READ);
    size_t len = VB_IS_ESP32 ? data.len : MIN(data.len, PIECE);
    return MP_OBJ_NEW_SMALL_INT(send_all(self, data.buf, len));
}
MP_DEFINE_CONST_FUN_OBJ_2(vb_socket_send_obj, socket_send);

static mp_obj_t socket_sendall(mp_obj_t self_in, mp_obj_t data_in) {
    socket_obj_t *self = vb_socket_opened(self_in);
    mp_buffer_info_t data;
    mp_get_buffer_raise(data_in, &data, MP_BUFFER_READ);
    if (send_all(self, data.buf, data.len) < data.len) {
        mp_raise_OSError(MP_ETIMEDOUT);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_2(vb_socket_sendall_obj, socket_sendall);

static mp_obj_t socket_sendto(mp_obj_t self_in, mp_obj_t data_in, mp_obj_t pair) {
    socket_obj_t *self = vb_socket_opened(self_in);
    mp_buffer_info_t data;
    mp_get_buffer_raise(data_in, &data, MP_BUFFER_READ);
    uint8_t packet[4 + DATAGRAM_MOST];
    if (data.len > sizeof(packet) - 4) {
        mp_raise_OSError(MP_ENOMEM);
    }
    uint32_t port = netutils_parse_inet_addr(pair, packet, NETUTILS_BIG);
    memcpy(packet + 4, data.buf, data.len);
    int32_t status = vb_net_call(VB_CALL_SOCKET_SEND_TO, self->fd, port & 0xffff, packet, data.len + 4, NULL, 0);
    vb_net_check(status);
    return MP_OBJ_NEW_SMALL_INT(status & VB_NET_COUNT);
}
MP_DEFINE_CONST_FUN_OBJ_3(vb_socket_sendto_obj, socket_sendto);

// ---- receiving ----

// Fetches a piece of the stream, or a datagram with its sender.
static int32_t receive(socket_obj_t *self, uint8_t op, void *to, size_t most, int *errcode) {
    uint64_t until = vb_socket_end_of_wait(self);
    for (;;) {
        uint32_t before = vb_net_fetched;
        int32_t status = -MP_EAGAIN;
        if (vb_net.sockets[self->fd] & VB_SOCKET_READABLE) {
            status = vb_socket_request(op, self->fd, most, NULL, 0, to, most);
        }
        if (status != -MP_EAGAIN) {
            if (status >= 0 && !(status & VB_STATUS_MORE)) {
                vb_net_clear(self->fd, VB_SOCKET_READABLE, before);
            }
            *errcode = status < 0 ? vb_net_errno(status) : 0;
            return status < 0 ? status : status & VB_NET_COUNT;
        }
        vb_net_clear(self->fd, VB_SOCKET_READABLE, before);
        if (!vb_net_wait(&vb_net.sockets[self->fd], VB_SOCKET_READABLE, until)) {
            *errcode = vb_socket_late(self);
            return status;
        }
    }
}

static mp_uint_t read_datagram(socket_obj_t *self, void *buf, size_t size, struct vb_peer *from, int *errcode) {
    static uint8_t packet[sizeof(struct vb_peer) + DATAGRAM_MOST];
    int32_t n = receive(self, VB_CALL_SOCKET_RECEIVE_FROM, packet, sizeof(packet), errcode);
    if (n < 0) {
        return MP_STREAM_ERROR;
    }
    memcpy(from, packet, sizeof(*from));
    n = MIN((size_t)n, size);
    memcpy(buf, packet + sizeof(struct vb_peer), n);
    return n;
}

static mp_uint_t read_stream(socket_obj_t *self, uint8_t *buf, size_t size, int *errcode) {
    if (self->state < VB_SOCKET_CONNECTED) {
        *errcode = MP_ENOTCONN;
        return MP_STREAM_ERROR;
    }
    if (size == 0) {
        return 0;
    }
    bool direct = size >= VB_NET_BUFFER;
    if (vb_socket_ahead[self->fd].at == vb_socket_ahead[self->fd].len) {
        if (self->state == VB_SOCKET_PEER_CLOSED) {
            return 0;
        }
        uint8_t *to = direct ? buf : vb_socket_ahead[self->fd].data;
        int32_t n = receive(self, VB_CALL_SOCKET_RECEIVE, to, direct ? MIN(size, PIECE) : VB_NET_BUFFER, errcode);
        if (n < 0) {
            return MP_STREAM_ERROR;
        }
        if (n == 0) {
            self->state = VB_SOCKET_PEER_CLOSED;
        }
        if (direct || n == 0) {
            return n;
        }
        vb_socket_ahead[self->fd].at = 0;
        vb_socket_ahead[self->fd].len = n;
    }
    size_t n = MIN(size, (size_t)(vb_socket_ahead[self->fd].len - vb_socket_ahead[self->fd].at));
    memcpy(buf, vb_socket_ahead[self->fd].data + vb_socket_ahead[self->fd].at, n);
    vb_socket_ahead[self->fd].at += n;
    return n;
}

static mp_uint_t read_any(socket_obj_t *self, void *buf, size_t size, struct vb_peer *from, int *errcode) {
    if (self->fd < 0) {
        *errcode = MP_EBADF;
        return MP_STREAM_ERROR;
    }
    return self->type == SOCK_DGRAM ? read_datagram(self, buf, size, from, errcode)
           : read_stream(self, buf, size, errcode);
}

mp_uint_t vb_socket_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    struct vb_peer from;
    return read_any(MP_OBJ_TO_PTR(self_in), buf, size, &from, errcode);
}

static mp_obj_t receive_bytes(mp_obj_t self_in, mp_obj_t len_in, struct vb_peer *from) {
    vstr_t vstr;
    vstr_init_len(&vstr, mp_obj_get_int(len_in));
    int errcode;
    mp_uint_t n = read_any(MP_OBJ_TO_PTR(self_in), vstr.buf, vstr.len, from, &errcode);
    if (n == MP_STREAM_ERROR) {
        mp_raise_OSError(errcode);
    }
    vstr.len = n;
    return mp_obj_new_bytes_from_vstr(&vstr);
}

static mp_obj_t socket_recv(mp_obj_t self_in, mp_obj_t len_in) {
    struct vb_peer from;
    return receive_bytes(self_in, len_in, &from);
}
MP_DEFINE_CONST_FUN_OBJ_2(vb_socket_recv_obj, socket_recv);

static mp_obj_t socket_recvfrom(mp_obj_t self_in, mp_obj_t len_in) {
    struct vb_peer from = {0};
    mp_obj_t pair[2] = {receive_bytes(self_in, len_in, &from)};
    pair[1] = netutils_format_inet_addr(from.ip, from.port, NETUTILS_BIG);
    return mp_obj_new_tuple(2, pair);
}
MP_DEFINE_CONST_FUN_OBJ_2(vb_socket_recvfrom_obj, socket_recvfrom);

