// rp2/dma_class.c: rp2.DMA.
// Arguments, fields and messages: ports/rp2/rp2_dma.c of 1.25.0. Not simulated: what paces transfers besides PIO, the sniffer,
// and memory at an address that is not in a buffer which the program gave or asked for the address of.

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objarray.h"
#include "py/runtime.h"
#include "core/engine.h"
#include "core/internal.h"

#if VB_RP2

#include "rp2/modrp2.h"

#define CLOSED 0xff
#define VB_NS_DMA VB_US(2.0) // a setting, a read of a state; a GUESS

typedef struct {
    mp_obj_base_t base;
    uint8_t channel;
} dma_obj_t;

MP_REGISTER_ROOT_POINTER(void *vb_dma_irqs[VB_DMA_CHANNELS]);
static uint32_t claimed;

static int open_channel(mp_obj_t self_in) {
    const dma_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->channel == CLOSED) {
        mp_raise_ValueError(MP_ERROR_TEXT("channel closed"));
    }
    return self->channel;
}

static mp_obj_t dma_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    int channel = __builtin_ctz(~claimed);
    if (channel >= DMA_CHANNELS) {
        mp_raise_OSError(MP_EBUSY);
    }
    dma_obj_t *self = mp_obj_malloc_with_finaliser(dma_obj_t, &vb_rp2_dma_type);
    self->channel = channel;
    claimed |= 1u << channel;
    return MP_OBJ_FROM_PTR(self);
}

static void dma_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    mp_printf(print, "DMA(%u)", ((const dma_obj_t *)MP_OBJ_TO_PTR(self_in))->channel);
}

// ---- the registers ----

// A buffer, a StateMachine, or a number.
static uint32_t address_of(int channel, bool write, mp_obj_t what) {
    int place = 2 * channel + write;
    if (mp_obj_is_type(what, &vb_rp2_sm_type)) {
        return vb_dma_fifo_address(vb_rp2_sm_id(what), write);
    }
    mp_buffer_info_t memory;
    if (mp_get_buffer(what, &memory, write ? MP_BUFFER_WRITE : MP_BUFFER_READ)) {
        return vb_memory_hold(place, what);
    }
    uint32_t address = mp_obj_get_int_truncated(what);
    void *at;
    mp_obj_t buf = vb_memory_buffer(address, 1, MP_BUFFER_READ, &at);
    vb_memory_hold(place, buf);
    return address;
}

static void set(int channel, qstr attr, mp_obj_t value) {
    struct dma *dma = &vb_pios.dma[channel];
    switch (attr) {
        case MP_QSTR_read: dma->read = address_of(channel, false, value); break;
        case MP_QSTR_write: dma->write = address_of(channel, true, value); break;
        case MP_QSTR_count:
            dma->reload = mp_obj_get_int_truncated(value);
            dma->count = dma->busy ? dma->count : dma->reload;
            break;
        case MP_QSTR_ctrl: dma->ctrl = dma_control(dma, mp_obj_get_int_truncated(value)); break;
    }
}

static void start(int channel) {
    struct dma *dma = &vb_pios.dma[channel];
    if (DMA_ENABLED(dma->ctrl) && !dma_simulated(dma->ctrl, dma->reload)) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not simulated: DMA that PIO does not pace, sniffer"));
    }
    dma_start(&vb_pios, channel, vb_pio_now());
    if (dma->ctrl & DMA_BUS_ERROR) {
        dma->ctrl &= ~DMA_ERRORS; // the exception tells it: the next transfer may be right
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not simulated: DMA outside of a buffer"));
    }
    vb_pio_touched();
}

// A view of what the registers hold now. On the chip writes to it have an effect; here it is read-only.
static mp_obj_t registers_of(int channel) {
    const struct dma *dma = &vb_pios.dma[channel];
    const uint32_t words[16] = {
        dma->read, dma->write, dma->count, dma->ctrl, dma->ctrl, dma->read, dma->write, dma->count,
        dma->ctrl, dma->count, dma->read, dma->write, dma->ctrl, dma->write, dma->count, dma->read,
    };
    mp_obj_t copy = mp_obj_new_bytes((const byte *)words, sizeof(words));
    return mp_obj_new_memoryview('I', 16, (void *)mp_obj_str_get_str(copy));
}

static void dma_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    const dma_obj_t *self = MP_OBJ_TO_PTR(self_in);
    bool is_register = attr == MP_QSTR_read || attr == MP_QSTR_write || attr == MP_QSTR_count || attr == MP_QSTR_ctrl;
    vb_charge(is_register ? VB_NS_DMA : 0);
    if (is_register) {
        int channel = open_channel(self_in);
        vb_engine_catch_up();
        const struct dma *dma = &vb_pios.dma[channel];
        if (dest[0] == MP_OBJ_NULL) {
            uint32_t word = attr == MP_QSTR_read ? dma->read : attr == MP_QSTR_write ? dma->write
                : attr == MP_QSTR_count ? dma->count : dma->ctrl | (dma->busy ? DMA_BUSY : 0);
            dest[0] = mp_obj_new_int_from_uint(word);
        } else if (dest[1] != MP_OBJ_NULL) {
            set(channel, attr, dest[1]);
            dest[0] = MP_OBJ_NULL;
        }
    } else if (dest[0] != MP_OBJ_NULL) {
        return;
    } else if (attr == MP_QSTR_channel) {
        dest[0] = MP_OBJ_NEW_SMALL_INT(self->channel);
    } else if (attr == MP_QSTR_registers) {
        dest[0] = registers_of(open_channel(self_in));
    } else {
        dest[1] = MP_OBJ_SENTINEL;
    }
}

static mp_obj_t dma_config(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw) {
    static const uint16_t names[] = {MP_QSTR_read, MP_QSTR_write, MP_QSTR_count, MP_QSTR_ctrl};
    static const mp_arg_t allowed[] = {
        { MP_QSTR_read, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_write, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_count, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_ctrl, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_trigger, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false} },
    };
    int channel = open_channel(pos_args[0]);
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    vb_charge(VB_NS_DMA);
    vb_engine_catch_up();
    for (size_t i = 0; i < MP_ARRAY_SIZE(names); i++) {
        if (args[i].u_obj != MP_OBJ_NULL) {
            set(channel, names[i], args[i].u_obj);
        }
    }
    if (args[MP_ARRAY_SIZE(names)].u_bool) {
        start(channel);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(dma_config_obj, 1, dma_config);

static mp_obj_t dma_active(size_t n_args, const mp_obj_t *args) {
    int channel = open_channel(args[0]);
    vb_charge(VB_NS_DMA);
    vb_engine_catch_up();
    if (n_args > 1) {
        if (mp_obj_is_true(args[1])) {
            start(channel);
        } else {
            dma_stop(&vb_pios, channel);
        }
    }
    return mp_obj_new_bool(vb_pios.dma[channel].busy);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(dma_active_obj, 1, 2, dma_active);

// ---- the fields of the control register ----

static const struct {
    uint16_t name;
    uint8_t shift, bits;
    bool read_only;
} fields[] = {
    { MP_QSTR_enable, 0, 1 }, { MP_QSTR_high_pri, 1, 1 }, { MP_QSTR_size, 2, 2 }, { MP_QSTR_inc_read, DMA_INC_READ, 1 },
    #if DMA_REV
    { MP_QSTR_inc_read_rev, DMA_INC_READ + 1, 1 },
    #endif
    { MP_QSTR_inc_write, DMA_INC_WRITE, 1 },
    #if DMA_REV
    { MP_QSTR_inc_write_rev, DMA_INC_WRITE + 1, 1 },
    #endif
    { MP_QSTR_ring_size, DMA_AT(6), 4 }, { MP_QSTR_ring_sel, DMA_AT(10), 1 }, { MP_QSTR_chain_to, DMA_AT(11), 4 },
    { MP_QSTR_treq_sel, DMA_AT(15), 6 }, { MP_QSTR_irq_quiet, DMA_AT(21), 1 }, { MP_QSTR_bswap, DMA_AT(22), 1 },
    { MP_QSTR_sniff_en, DMA_AT(23), 1 }, { MP_QSTR_busy, DMA_AT(24), 1, true }, { MP_QSTR_write_err, 29, 1 }, { MP_QSTR_read_err, 30, 1 }, { MP_QSTR_ahb_err, 31, 1, true },
};
#define FIELDS MP_ARRAY_SIZE(fields)
#define DEFAULTS \
    (1u << DMA_AT(21) | DMA_PERMANENT << DMA_AT(15) | 1 << DMA_INC_WRITE | 1 << DMA_INC_READ | 2 << 2 | 1)

static mp_obj_t dma_pack_ctrl(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    const dma_obj_t *self = MP_OBJ_TO_PTR(args[0]);
    if (n_args > 1) {
        mp_raise_TypeError(MP_ERROR_TEXT("pack_ctrl only takes keyword arguments"));
    }
    uint32_t word = DEFAULTS | (self->channel & 0xf) << DMA_AT(11);
    size_t left = kw->used;
    mp_map_elem_t *given = mp_map_lookup(kw, MP_OBJ_NEW_QSTR(MP_QSTR_default), MP_MAP_LOOKUP);
    if (given) {
        left--;
        word = mp_obj_get_int_truncated(given->value);
    }
    for (size_t i = 0; i < FIELDS; i++) {
        if (!(given = mp_map_lookup(kw, MP_OBJ_NEW_QSTR(fields[i].name), MP_MAP_LOOKUP))) {
            continue;
        }
        left--;
        if (fields[i].read_only) {
            continue;
        }
        uint32_t value = mp_obj_get_int_truncated(given->value), mask = (1u << fields[i].bits) - 1;
        if (value & ~mask) {
            mp_raise_ValueError(MP_ERROR_TEXT("bad field value"));
        }
        word = (word & ~(mask << fields[i].shift)) | value << fields[i].shift;
    }
    if (left) {
        mp_raise_TypeError(NULL);
    }
    return mp_obj_new_int_from_uint(word);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(dma_pack_ctrl_obj, 1, dma_pack_ctrl);

static mp_obj_t dma_unpack_ctrl(mp_obj_t word_in) {
    uint32_t word = mp_obj_get_int_truncated(word_in);
    mp_obj_t found = mp_obj_new_dict(FIELDS);
    for (size_t i = 0; i < FIELDS; i++) {
        uint32_t value = word >> fields[i].shift & ((1u << fields[i].bits) - 1);
        mp_obj_dict_store(found, MP_OBJ_NEW_QSTR(fields[i].name), MP_OBJ_NEW_SMALL_INT(value));
    }
    return found;
}
static MP_DEFINE_CONST_FUN_OBJ_1(dma_unpack_ctrl_fun_obj, dma_unpack_ctrl);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(dma_unpack_ctrl_obj, MP_ROM_PTR(&dma_unpack_ctrl_fun_obj));

// ---- interrupts ----

static mp_uint_t irq_trigger(mp_obj_t self, mp_uint_t trigger) {
    vb_dma_irq_on(open_channel(self), trigger != 0);
    return 0;
}

static mp_uint_t irq_info(mp_obj_t self, mp_uint_t what) {
    int channel = open_channel(self);
    const vb_pio_irq_t *irq = MP_STATE_PORT(vb_dma_irqs)[channel];
    return what == MP_IRQ_INFO_FLAGS ? irq->flags : what == MP_IRQ_INFO_TRIGGERS ? vb_pios.dma_raised >> channel & 1 : 0;
}

static const mp_irq_methods_t irq_methods = {.trigger = irq_trigger, .info = irq_info};

static mp_obj_t dma_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw) {
    enum { ARG_handler, ARG_hard };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_hard, MP_ARG_BOOL, {.u_bool = false} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    int channel = open_channel(pos_args[0]);
    if (MP_STATE_PORT(vb_dma_irqs)[channel] == NULL) {
        vb_pios.dma_raised &= ~(1u << channel);
    }
    vb_pio_irq_t *irq = vb_pio_irq_object(&MP_STATE_PORT(vb_dma_irqs)[channel], pos_args[0], &irq_methods);
    if (n_args > 1 || kw->used != 0) {
        irq->base.handler = args[ARG_handler].u_obj;
        irq->base.ishard = args[ARG_hard].u_bool;
        vb_hard |= irq->base.ishard;
        irq->flags = 0;
        irq->trigger = 1;
        vb_dma_irq_on(channel, irq->base.handler != mp_const_none);
        vb_pio_touched();
    }
    return MP_OBJ_FROM_PTR(irq);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(dma_irq_obj, 1, dma_irq);

// As on the chip, a transfer goes on.
static mp_obj_t dma_close(mp_obj_t self_in) {
    dma_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->channel != CLOSED) {
        MP_STATE_PORT(vb_dma_irqs)[self->channel] = NULL;
        vb_dma_irq_on(self->channel, false);
        claimed &= ~(1u << self->channel);
        self->channel = CLOSED;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(dma_close_obj, dma_close);

static const mp_rom_map_elem_t dma_table[] = {
    { MP_ROM_QSTR(MP_QSTR_config), MP_ROM_PTR(&dma_config_obj) },
    { MP_ROM_QSTR(MP_QSTR_active), MP_ROM_PTR(&dma_active_obj) },
    { MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&dma_irq_obj) },
    { MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&dma_close_obj) },
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&dma_close_obj) },
    { MP_ROM_QSTR(MP_QSTR_pack_ctrl), MP_ROM_PTR(&dma_pack_ctrl_obj) },
    { MP_ROM_QSTR(MP_QSTR_unpack_ctrl), MP_ROM_PTR(&dma_unpack_ctrl_obj) },
};
static MP_DEFINE_CONST_DICT(dma_dict, dma_table);

MP_DEFINE_CONST_OBJ_TYPE(vb_rp2_dma_type, MP_QSTR_DMA, MP_TYPE_FLAG_NONE,
    make_new, dma_make_new, print, dma_print, attr, dma_attr, locals_dict, &dma_dict);

#endif
