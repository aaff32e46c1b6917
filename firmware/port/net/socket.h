// net/socket.h: the socket object, shared by the files of the module `socket`.
#pragma once

#include "net/radio.h"

enum { VB_SOCKET_NEW, VB_SOCKET_LISTENING, VB_SOCKET_CONNECTED, VB_SOCKET_PEER_CLOSED };

typedef struct _socket_obj_t {
    mp_obj_base_t base;
    int8_t fd;
    uint8_t type, state;
    uint64_t timeout; // ns; 0 does not wait, VB_NEVER waits for ever
    mp_obj_t callback; // called with the socket when something has come (option 20), or MP_OBJ_NULL
    struct _socket_obj_t *next; // with a callback
} socket_obj_t;

// Constants of lwIP.
#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SO_BINDTODEVICE 0x100b
#define SO_CALLBACK 20 // of both ports of MicroPython
#define IP_ADD_MEMBERSHIP (VB_IS_ESP32 ? 3 : 0x400)

extern const mp_obj_type_t vb_socket_type;

// A buffer for small reads, so that a protocol that reads byte by byte does not call the bench for each.
struct vb_socket_ahead {
    uint16_t at, len;
    uint8_t data[VB_NET_BUFFER];
};
extern struct vb_socket_ahead vb_socket_ahead[VB_NET_SOCKETS];

static inline uint64_t vb_socket_end_of_wait(const socket_obj_t *self) {
    return self->timeout == VB_NEVER ? VB_NEVER : vb_now() + self->timeout;
}
int vb_socket_late(const socket_obj_t *self);   // the error at the end of the wait
socket_obj_t *vb_socket_opened(mp_obj_t self);  // raises EBADF for a closed one

void vb_socket_lookup(mp_obj_t name, uint8_t *ip); // the address of a host; raises the chip's errors

// net/socket_known.c: as vb_net_call(), for calls whose answer the board may know. Of SOCKET_CONNECT only those of new streams.
int32_t vb_socket_request(uint8_t op, uint16_t b, uint32_t c, const void *out, size_t out_len, void *in, size_t in_len);

// net/socket_data.c
mp_uint_t vb_socket_read(mp_obj_t self, void *buf, mp_uint_t size, int *errcode);
mp_uint_t vb_socket_write(mp_obj_t self, const void *data, mp_uint_t len, int *errcode);
MP_DECLARE_CONST_FUN_OBJ_2(vb_socket_send_obj);
MP_DECLARE_CONST_FUN_OBJ_2(vb_socket_sendall_obj);
MP_DECLARE_CONST_FUN_OBJ_3(vb_socket_sendto_obj);
MP_DECLARE_CONST_FUN_OBJ_2(vb_socket_recv_obj);
MP_DECLARE_CONST_FUN_OBJ_2(vb_socket_recvfrom_obj);
