// machine/modos.c: os.urandom; included by extmod/modos.c. Random numbers come from the bench's seed: the same run
// gives the same numbers.

#include "py/ringbuf.h"
#include "core/internal.h"

extern ringbuf_t stdin_ringbuf; // core/serial.c; os.dupterm_notify() fills it

// splitmix64 (public domain, S. Vigna).
uint32_t vb_random(void) {
    vb_options.seed += 0x9e3779b97f4a7c15u;
    uint64_t z = vb_options.seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (z ^ (z >> 31)) >> 32;
}

static mp_obj_t mp_os_urandom(mp_obj_t num) {
    mp_int_t n = mp_obj_get_int(num);
    if (n < 0) { // -1 would make a vstr of one byte with a length of 4 GB
        m_malloc_fail(n);
    }
    vstr_t vstr;
    vstr_init_len(&vstr, n);
    for (size_t i = 0; i < vstr.len; i++) {
        vstr.buf[i] = vb_random();
    }
    return mp_obj_new_bytes_from_vstr(&vstr);
}
static MP_DEFINE_CONST_FUN_OBJ_1(mp_os_urandom_obj, mp_os_urandom);
