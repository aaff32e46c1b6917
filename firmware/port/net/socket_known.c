// net/socket_known.c: calls of sockets whose answers the bench may have told (SOCKETS in frames.toml).

#include <string.h>

#include "core/aside.h"
#include "net/socket.h"

static uint16_t open_sockets; // bit n: socket n of the bench is open

// An IPv4 address in its usual text, as the bench reads it; false for anything else.
static bool parse_ip(const char *text, size_t len, uint8_t *ip) {
    size_t parts = 0, digits = 0;
    unsigned number = 0;
    for (size_t i = 0; i <= len; i++) {
        if (i < len && text[i] >= '0' && text[i] <= '9') {
            number = number * 10 + text[i] - '0';
            if (++digits > 3 || number > 255) {
                return false;
            }
        } else if ((i == len || text[i] == '.') && digits && parts < 4) {
            ip[parts++] = number;
            number = digits = 0;
        } else {
            return false;
        }
    }
    return parts == 4;
}

// The call, and its answer if the bench has told it.
static struct {
    uint8_t op;
    uint16_t b;
    uint32_t c;
    const uint8_t *out;
    size_t len;
} call;
static struct vb_told answer;

static void find_answer(void) {
    static uint8_t ip[4];
    struct vb_sockets *known = &vb_link_sockets;
    bool is_known = true;
    int32_t status = 0;
    size_t work_len = 0;
    answer = (struct vb_told) {.ends = VB_FLAG_RADIO}; // it has the flags of all sockets
    switch (call.op) {
        case VB_CALL_LOOKUP:
            is_known = parse_ip((const char *)call.out, call.len, ip);
            answer.bytes = ip;
            answer.len = sizeof(ip);
            answer.ends = 0;
            break;
        case VB_CALL_SOCKET_OPEN:
            while (open_sockets >> status & 1) {
                status++;
            }
            is_known = status < (int32_t)VB_NET_SOCKETS;
            break;
        case VB_CALL_SOCKET_CLOSE:
            answer.after = known->after;
            break;
        case VB_CALL_SOCKET_CONNECT:
            is_known = call.out[0] != 127;
            status = -VB_ERRNO_INPROGRESS;
            answer.after = known->after;
            break;
        case VB_CALL_SOCKET_SEND:
            is_known = call.len > 0 && call.len <= known->rooms[call.b];
            work_len = call.len;
            status = call.len < known->rooms[call.b] ? call.len | VB_STATUS_MORE : call.len;
            answer.after = known->after;
            break;
        case VB_CALL_SOCKET_RECEIVE:
            is_known = call.b == known->number && known->count > 0 && known->count <= call.c;
            status = work_len = known->count;
            answer.bytes = vb_link_received;
            answer.len = known->count;
            break;
        default:
            is_known = false;
    }
    uint64_t ns = known->work + (uint64_t)known->work * work_len / 1024;
    answer.value = (uint32_t)status | ns << 32;
    answer.flag = vb_link_knows(VB_FLAG_SOCKETS) && is_known ? VB_FLAG_SOCKETS : 0;
}

// What the call changes of what the bench has told, and will not tell again before it is asked.
static void follow(uint8_t op, uint16_t b, size_t len, int32_t status, bool is_posted) {
    if ((op == VB_CALL_SOCKET_OPEN || op == VB_CALL_SOCKET_ACCEPT) && status >= 0) {
        open_sockets |= 1 << status;
    } else if (op == VB_CALL_SOCKET_CLOSE) {
        open_sockets &= ~(1 << b);
    }
    if (!is_posted) {
        return;
    }
    if (op == VB_CALL_SOCKET_SEND) {
        vb_link_sockets.rooms[b] -= len;
    } else if (op == VB_CALL_SOCKET_CLOSE) {
        vb_link_sockets.rooms[b] = 0;
    }
    if ((op == VB_CALL_SOCKET_CLOSE || op == VB_CALL_SOCKET_RECEIVE) && b == vb_link_sockets.number) {
        vb_link_sockets.count = 0;
    }
}

int32_t vb_socket_request(uint8_t op, uint16_t b, uint32_t c, const void *out, size_t out_len, void *in, size_t in_len) {
    vb_on_pending(VB_CHANNEL_RADIO, vb_net_fetch);
    vb_call_begin();
    call.op = op;
    call.b = b;
    call.c = c;
    call.out = out;
    call.len = out_len;
    vb_aside(find_answer); // what it knows leaves nothing on the stack
    uint64_t value = vb_call_answer(&answer, op, b, c, out, out_len, in, in_len);
    follow(op, b, out_len, (int32_t)value, answer.flag); // before another thread calls
    return vb_call_end(value);
}
