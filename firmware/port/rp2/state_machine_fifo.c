// rp2/state_machine_fifo.c: the words between a program and its StateMachine (rp2/state_machine.c).

#include <string.h>

#include "py/binary.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "core/engine.h"

#if VB_RP2

#include "rp2/modrp2.h"

static uint32_t get_word(mp_obj_t self) {
    struct machine *sm = vb_rp2_sm_machine(self);
    vb_charge(VB_NS_PIO);
    vb_engine_catch_up();
    while (!sm->rx.used) {
        vb_pio_await(vb_rp2_sm_id(self), false);
    }
    uint32_t word = fifo_get(&sm->rx);
    vb_pio_touched();
    return word;
}

static void put_word(mp_obj_t self, uint32_t word) {
    struct machine *sm = vb_rp2_sm_machine(self);
    vb_charge(VB_NS_PIO);
    vb_engine_catch_up();
    while (sm->tx.used == sm->tx.room) {
        vb_pio_await(vb_rp2_sm_id(self), true);
    }
    fifo_put(&sm->tx, word);
    vb_pio_touched();
}

static size_t item_size(const mp_buffer_info_t *buf) {
    char code = buf->typecode == BYTEARRAY_TYPECODE ? 'b' : buf->typecode | 0x20;
    size_t size = code == 'b' ? 1 : code == 'h' ? 2 : code == 'i' ? 4 : 0;
    if (!size) {
        mp_raise_ValueError(MP_ERROR_TEXT("unsupported buffer type"));
    }
    return size;
}

static mp_obj_t sm_get(size_t n_args, const mp_obj_t *args) {
    uint32_t shift = n_args > 2 ? mp_obj_get_int(args[2]) : 0;
    if (n_args < 2 || args[1] == mp_const_none) {
        return mp_obj_new_int_from_uint(get_word(args[0]) >> shift);
    }
    mp_buffer_info_t buf;
    mp_get_buffer_raise(args[1], &buf, MP_BUFFER_WRITE);
    size_t size = item_size(&buf);
    for (size_t at = 0; at + size <= buf.len; at += size) {
        uint32_t word = get_word(args[0]) >> shift;
        memcpy((char *)buf.buf + at, &word, size);
    }
    return args[1];
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(vb_rp2_sm_get_obj, 1, 3, sm_get);

static mp_obj_t sm_put(size_t n_args, const mp_obj_t *args) {
    uint32_t shift = n_args > 2 ? mp_obj_get_int(args[2]) : 0;
    mp_buffer_info_t buf;
    if (!mp_get_buffer(args[1], &buf, MP_BUFFER_READ)) {
        put_word(args[0], (uint32_t)mp_obj_get_int_truncated(args[1]) << shift);
        return mp_const_none;
    }
    size_t size = item_size(&buf);
    for (size_t at = 0; at + size <= buf.len; at += size) {
        uint32_t word = 0;
        memcpy(&word, (const char *)buf.buf + at, size);
        put_word(args[0], word << shift);
    }
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(vb_rp2_sm_put_obj, 2, 3, sm_put);

static mp_obj_t sm_rx_fifo(mp_obj_t self) {
    vb_charge(VB_NS_PIO);
    vb_engine_catch_up();
    return MP_OBJ_NEW_SMALL_INT(vb_rp2_sm_machine(self)->rx.used);
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_rp2_sm_rx_fifo_obj, sm_rx_fifo);

static mp_obj_t sm_tx_fifo(mp_obj_t self) {
    vb_charge(VB_NS_PIO);
    vb_engine_catch_up();
    return MP_OBJ_NEW_SMALL_INT(vb_rp2_sm_machine(self)->tx.used);
}
MP_DEFINE_CONST_FUN_OBJ_1(vb_rp2_sm_tx_fifo_obj, sm_tx_fifo);

#endif
