// rp2/pio_class.c: rp2.PIO, a block of state machines.
// Arguments, constants and messages: ports/rp2/rp2_pio.c of 1.25.0.

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"

#if VB_RP2

#include "rp2/modrp2.h"

typedef struct {
    mp_obj_base_t base;
    uint8_t block;
} pio_obj_t;

#define PIO(n) {{&vb_rp2_pio_type}, n}
static const pio_obj_t pio_objects[PIO_BLOCKS] = {
    PIO(0), PIO(1),
    #if PIO_BLOCKS > 2
    PIO(2),
    #endif
};

#define FLAGS(trigger) ((trigger) >> 8 & 0xf)

static int block_of(mp_obj_t self) {
    return ((const pio_obj_t *)MP_OBJ_TO_PTR(self))->block;
}

static void pio_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    mp_printf(print, "PIO(%u)", block_of(self));
}

static mp_obj_t pio_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, 1, false);
    mp_int_t block = mp_obj_get_int(args[0]);
    if (block < 0 || block >= PIO_BLOCKS) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid PIO"));
    }
    return MP_OBJ_FROM_PTR(&pio_objects[block]);
}

// ---- programs ----

static uint32_t mask_of(int length, int offset) {
    return (length < PIO_MEMORY ? (1u << length) - 1 : ~0u) << offset;
}

// From the top down, as in the SDK.
static int free_place(const struct pio *pio, int length) {
    for (int offset = PIO_MEMORY - length; offset >= 0; offset--) {
        if (!(pio->used & mask_of(length, offset))) {
            return offset;
        }
    }
    mp_raise_OSError(MP_ENOMEM);
}

// A jump's target moves with its program.
static uint16_t placed(uint16_t instruction, int offset) {
    return instruction >> 13 == 0 ? instruction + offset : instruction;
}

uint32_t vb_pio_add(int block, mp_obj_t *prog) {
    mp_buffer_info_t code;
    mp_get_buffer_raise(prog[PROG_CODE], &code, MP_BUFFER_READ);
    struct pio *pio = &vb_pios.block[block];
    int length = code.len / 2;
    if (length == 0 || length > PIO_MEMORY) {
        mp_raise_OSError(MP_ENOMEM);
    }
    int offset = free_place(pio, length);
    vb_pio_now();
    for (int i = 0; i < length; i++) {
        pio->memory[offset + i] = placed(((uint16_t *)code.buf)[i], offset);
    }
    pio->used |= mask_of(length, offset);
    prog[PROG_OFFSET + block] = MP_OBJ_NEW_SMALL_INT(offset);
    return offset;
}

static mp_obj_t add_program(mp_obj_t self, mp_obj_t prog_in) {
    mp_obj_t *prog;
    mp_obj_get_array_fixed_n(prog_in, PROG_FIELDS, &prog);
    vb_pio_add(block_of(self), prog);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(add_program_obj, add_program);

static mp_obj_t remove_program(size_t n_args, const mp_obj_t *args) {
    int block = block_of(args[0]), length = PIO_MEMORY, offset = 0;
    if (n_args > 1) {
        mp_obj_t *prog;
        mp_obj_get_array_fixed_n(args[1], PROG_FIELDS, &prog);
        mp_buffer_info_t code;
        mp_get_buffer_raise(prog[PROG_CODE], &code, MP_BUFFER_READ);
        length = code.len / 2;
        offset = mp_obj_get_int(prog[PROG_OFFSET + block]);
        if (offset < 0) {
            mp_raise_ValueError(MP_ERROR_TEXT("prog not in instruction memory"));
        }
        prog[PROG_OFFSET + block] = MP_OBJ_NEW_SMALL_INT(-1);
    }
    vb_pios.block[block].used &= ~mask_of(length, offset);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(remove_program_obj, 1, 2, remove_program);

static mp_obj_t state_machine(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    mp_int_t n = mp_obj_get_int(args[1]);
    if (n < 0 || n >= PIO_MACHINES) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid StateMachine"));
    }
    mp_obj_t sm = vb_rp2_sm_get(block_of(args[0]) * PIO_MACHINES + n);
    if (n_args > 2 || kw->used > 0) {
        vb_rp2_sm_init(sm, n_args - 2, args + 2, kw);
    }
    return sm;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(state_machine_obj, 2, state_machine);

// ---- interrupts ----

vb_pio_irq_t *vb_pio_irq_object(void **slot, mp_obj_t parent, const mp_irq_methods_t *methods) {
    if (*slot == NULL) {
        vb_pio_irq_t *irq = m_new0(vb_pio_irq_t, 1);
        mp_irq_init(&irq->base, methods, parent);
        *slot = irq;
    }
    return *slot;
}

static void set_trigger(int block, vb_pio_irq_t *irq, uint32_t trigger) {
    if (trigger & 0xff) {
        mp_raise_NotImplementedError(MP_ERROR_TEXT("not simulated: interrupts of PIO's FIFOs"));
    }
    irq->flags = 0;
    irq->trigger = trigger;
    if (irq->base.handler != mp_const_none) {
        vb_pio_irq_on(block, 0xf, false);
        vb_pio_irq_on(block, FLAGS(trigger), true);
    }
    vb_pio_touched();
}

static mp_uint_t irq_trigger(mp_obj_t self, mp_uint_t trigger) {
    set_trigger(block_of(self), MP_STATE_PORT(vb_pio_irqs)[block_of(self)], trigger);
    return 0;
}

static mp_uint_t irq_info(mp_obj_t self, mp_uint_t what) {
    vb_pio_irq_t *irq = MP_STATE_PORT(vb_pio_irqs)[block_of(self)];
    return what == MP_IRQ_INFO_FLAGS ? irq->flags : what == MP_IRQ_INFO_TRIGGERS ? irq->trigger : 0;
}

static const mp_irq_methods_t irq_methods = {.trigger = irq_trigger, .info = irq_info};

static mp_obj_t pio_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw) {
    enum { ARG_handler, ARG_trigger, ARG_hard };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_trigger, MP_ARG_INT, {.u_int = 0xf00} },
        { MP_QSTR_hard, MP_ARG_BOOL, {.u_bool = false} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    int block = block_of(pos_args[0]);
    vb_pio_irq_t *irq = vb_pio_irq_object(&MP_STATE_PORT(vb_pio_irqs)[block], pos_args[0], &irq_methods);
    if (n_args > 1 || kw->used != 0) {
        irq->base.handler = args[ARG_handler].u_obj;
        irq->base.ishard = args[ARG_hard].u_bool;
        vb_hard |= irq->base.ishard;
        set_trigger(block, irq, args[ARG_trigger].u_int);
    }
    return MP_OBJ_FROM_PTR(irq);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pio_irq_obj, 1, pio_irq);

static const mp_rom_map_elem_t pio_table[] = {
    { MP_ROM_QSTR(MP_QSTR_add_program), MP_ROM_PTR(&add_program_obj) },
    { MP_ROM_QSTR(MP_QSTR_remove_program), MP_ROM_PTR(&remove_program_obj) },
    { MP_ROM_QSTR(MP_QSTR_state_machine), MP_ROM_PTR(&state_machine_obj) },
    { MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&pio_irq_obj) },
    { MP_ROM_QSTR(MP_QSTR_IN_LOW), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_IN_HIGH), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_OUT_LOW), MP_ROM_INT(2) },
    { MP_ROM_QSTR(MP_QSTR_OUT_HIGH), MP_ROM_INT(3) },
    { MP_ROM_QSTR(MP_QSTR_SHIFT_LEFT), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_SHIFT_RIGHT), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_JOIN_NONE), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_JOIN_TX), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_JOIN_RX), MP_ROM_INT(2) },
    { MP_ROM_QSTR(MP_QSTR_IRQ_SM0), MP_ROM_INT(0x100) },
    { MP_ROM_QSTR(MP_QSTR_IRQ_SM1), MP_ROM_INT(0x200) },
    { MP_ROM_QSTR(MP_QSTR_IRQ_SM2), MP_ROM_INT(0x400) },
    { MP_ROM_QSTR(MP_QSTR_IRQ_SM3), MP_ROM_INT(0x800) },
};
static MP_DEFINE_CONST_DICT(pio_dict, pio_table);

MP_DEFINE_CONST_OBJ_TYPE(vb_rp2_pio_type, MP_QSTR_PIO, MP_TYPE_FLAG_NONE,
    make_new, pio_make_new, print, pio_print, locals_dict, &pio_dict);

#endif
