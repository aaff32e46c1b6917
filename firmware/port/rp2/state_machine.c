// rp2/state_machine.c: rp2.StateMachine.
// Arguments and messages: ports/rp2/rp2_pio.c of 1.25.0.

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/engine.h"

#if VB_RP2

#include "rp2/modrp2.h"

#define MACHINES (PIO_BLOCKS * PIO_MACHINES)

typedef struct {
    mp_obj_base_t base;
    uint8_t id;
} sm_obj_t;

#define SM(n) {{&vb_rp2_sm_type}, n}
static const sm_obj_t sm_objects[MACHINES] = {
    SM(0), SM(1), SM(2), SM(3), SM(4), SM(5), SM(6), SM(7),
    #if PIO_BLOCKS > 2
    SM(8), SM(9), SM(10), SM(11),
    #endif
};

int vb_rp2_sm_id(mp_obj_t self) {
    return ((const sm_obj_t *)MP_OBJ_TO_PTR(self))->id;
}

static int block_of(mp_obj_t self) {
    return vb_rp2_sm_id(self) / PIO_MACHINES;
}

struct machine *vb_rp2_sm_machine(mp_obj_t self) {
    return &vb_pios.block[block_of(self)].machine[vb_rp2_sm_id(self) % PIO_MACHINES];
}

mp_obj_t vb_rp2_sm_get(int id) {
    if (id < 0 || id >= MACHINES) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid StateMachine"));
    }
    return MP_OBJ_FROM_PTR(&sm_objects[id]);
}

static void sm_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    mp_printf(print, "StateMachine(%u)", vb_rp2_sm_id(self));
}

// ---- init ----

struct pins {
    int base, count; // base -1: none
    uint32_t out, level;
};

static void add_pin(struct pins *pins, mp_obj_t how) {
    mp_int_t value = mp_obj_get_int(how);
    pins->out |= (uint32_t)(value >> 1 & 1) << pins->count;
    pins->level |= (uint32_t)(value & 1) << pins->count;
    pins->count++;
}

// The program's settings of its pins, and their first pins.
static struct pins pins_of(mp_obj_t how, mp_obj_t base) {
    struct pins pins = {.base = base == mp_const_none ? -1 : vb_pin_get(base)};
    if (mp_obj_is_int(how)) {
        add_pin(&pins, how);
    } else if (how != mp_const_none) {
        size_t count;
        mp_obj_t *items;
        mp_obj_get_array(how, &count, &items);
        for (size_t i = 0; i < MIN(count, 32); i++) {
            add_pin(&pins, items[i]);
        }
    }
    return pins;
}

static void take_pads(mp_obj_t self, const struct pins *pins) {
    if (pins->base >= 0) {
        vb_pio_pads(block_of(self), pins->base, pins->count, pins->out, pins->level);
    }
}

static uint32_t div256_of(mp_int_t freq) {
    if (freq < 0) {
        return 256;
    }
    if (freq == 0) {
        return 65536 * 256;
    }
    uint64_t div = (uint64_t)VB_CPU_HZ * 256 / freq;
    if (div < 256 || div > 65536 * 256) {
        mp_raise_ValueError(MP_ERROR_TEXT("freq out of range"));
    }
    return div;
}

static void override(uint32_t *word, mp_obj_t arg, int shift, int bits) {
    if (arg != mp_const_none) {
        uint32_t mask = ((1u << bits) - 1) << shift;
        *word = (*word & ~mask) | ((uint32_t)mp_obj_get_int(arg) << shift & mask);
    }
}

enum {
    ARG_prog, ARG_freq, ARG_in_base, ARG_out_base, ARG_set_base, ARG_jmp_pin, ARG_sideset_base,
    ARG_in_shiftdir, ARG_out_shiftdir, ARG_push_thresh, ARG_pull_thresh
};
static const mp_arg_t init_args[] = {
    { MP_QSTR_prog, MP_ARG_REQUIRED | MP_ARG_OBJ },
    { MP_QSTR_freq, MP_ARG_INT, {.u_int = -1} },
    { MP_QSTR_in_base, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_out_base, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_set_base, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_jmp_pin, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_sideset_base, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_in_shiftdir, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_out_shiftdir, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_push_thresh, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_pull_thresh, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
};

static uint32_t shiftctrl_of(mp_obj_t *prog, const mp_arg_val_t *args) {
    uint32_t word = mp_obj_get_int_truncated(prog[PROG_SHIFTCTRL]);
    override(&word, args[ARG_in_shiftdir].u_obj, 18, 1);
    override(&word, args[ARG_out_shiftdir].u_obj, 19, 1);
    override(&word, args[ARG_push_thresh].u_obj, 20, 5);
    override(&word, args[ARG_pull_thresh].u_obj, 25, 5);
    return word;
}

static uint32_t pin_or_0(mp_obj_t pin) {
    return pin == mp_const_none ? 0 : vb_pin_get(pin);
}

void vb_rp2_sm_init(mp_obj_t self, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw) {
    mp_arg_val_t args[MP_ARRAY_SIZE(init_args)];
    mp_arg_parse_all(n_args, pos_args, kw, MP_ARRAY_SIZE(init_args), init_args, args);
    vb_charge(VB_NS_PIO_INIT);
    mp_obj_t *prog;
    mp_obj_get_array_fixed_n(args[ARG_prog].u_obj, PROG_FIELDS, &prog);
    mp_int_t at = mp_obj_get_int(prog[PROG_OFFSET + block_of(self)]);
    uint32_t offset = (at < 0 ? vb_pio_add(block_of(self), prog) : at) & 31;
    uint32_t div256 = div256_of(args[ARG_freq].u_int);
    struct pins out = pins_of(prog[PROG_OUT], args[ARG_out_base].u_obj);
    struct pins set = pins_of(prog[PROG_SET], args[ARG_set_base].u_obj);
    struct pins side = pins_of(prog[PROG_SIDE], args[ARG_sideset_base].u_obj);
    uint32_t execctrl = mp_obj_get_int_truncated(prog[PROG_EXECCTRL]) + (offset << 12) + (offset << 7);
    execctrl |= pin_or_0(args[ARG_jmp_pin].u_obj) << 24;
    uint32_t pinctrl = pin_or_0(args[ARG_in_base].u_obj) << 15;
    pinctrl |= out.base < 0 ? 0 : out.count << 20 | out.base;
    pinctrl |= set.base < 0 ? 0 : MIN(set.count, 5) << 26 | set.base << 5;
    pinctrl |= side.base < 0 ? 0 : (uint32_t)(side.count + EXEC_SIDE_EN(execctrl)) << 29 | side.base << 10;
    uint32_t shiftctrl = shiftctrl_of(prog, args);

    uint64_t now = vb_pio_now();
    struct machine *sm = vb_rp2_sm_machine(self);
    *sm = (struct machine) {
        .execctrl = execctrl, .pinctrl = pinctrl, .div256 = div256, .first_pc = offset,
        .x = sm->x, .y = sm->y, .osr = sm->osr,
    };
    pio_set_shiftctrl(sm, shiftctrl);
    pio_reset(sm, now);
    take_pads(self, &out);
    take_pads(self, &set);
    take_pads(self, &side);
    vb_pio_touched();
}

static mp_obj_t sm_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    mp_obj_t self = vb_rp2_sm_get(mp_obj_get_int(args[0]));
    if (n_args > 1 || n_kw > 0) {
        mp_map_t kw;
        mp_map_init_fixed_table(&kw, n_kw, args + n_args);
        vb_rp2_sm_init(self, n_args - 1, args + 1, &kw);
    }
    return self;
}

static mp_obj_t sm_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    vb_rp2_sm_init(args[0], n_args - 1, args + 1, kw);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(sm_init_obj, 1, sm_init);

// ---- running ----

static mp_obj_t sm_active(size_t n_args, const mp_obj_t *args) {
    struct machine *sm = vb_rp2_sm_machine(args[0]);
    vb_charge(VB_NS_PIO);
    if (n_args > 1) {
        if (!sm->div256) {
            mp_raise_NotImplementedError(MP_ERROR_TEXT("not simulated: a StateMachine without a program"));
        }
        pio_enable(sm, mp_obj_is_true(args[1]), vb_pio_now());
        vb_pio_touched();
    }
    return mp_obj_new_bool(sm->enabled);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(sm_active_obj, 1, 2, sm_active);

static mp_obj_t sm_restart(mp_obj_t self) {
    vb_pio_now();
    struct machine *sm = vb_rp2_sm_machine(self);
    pio_restart(sm);
    sm->pc = sm->first_pc;
    vb_pio_touched();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(sm_restart_obj, sm_restart);

// The module rp2 assembles a text, with the side-set of this machine.
static mp_int_t encoded(mp_obj_t self, mp_obj_t instruction) {
    mp_int_t code;
    if (mp_obj_get_int_maybe(instruction, &code)) {
        return code;
    }
    mp_obj_t module = mp_import_name(MP_QSTR_rp2, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    struct machine *sm = vb_rp2_sm_machine(self);
    mp_obj_t args[] = {
        instruction, MP_OBJ_NEW_SMALL_INT(PINS_SIDE_COUNT(sm->pinctrl)),
        MP_OBJ_NEW_SMALL_INT(EXEC_SIDE_EN(sm->execctrl)),
    };
    return mp_obj_get_int(mp_call_function_n_kw(mp_load_attr(module, MP_QSTR_asm_pio_encode), 3, 0, args));
}

static mp_obj_t sm_exec(mp_obj_t self, mp_obj_t instruction) {
    mp_int_t code = encoded(self, instruction);
    vb_charge(VB_NS_PIO);
    uint64_t now = vb_pio_now();
    pio_exec(&vb_pios, block_of(self), vb_rp2_sm_id(self) % PIO_MACHINES, code, now);
    vb_pio_touched();
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(sm_exec_obj, sm_exec);

// ---- interrupts ----

static void set_trigger(mp_obj_t self, vb_pio_irq_t *irq, uint32_t trigger) {
    irq->flags = 0;
    irq->trigger = trigger;
    vb_pio_irq_on(block_of(self), 1 << vb_rp2_sm_id(self) % PIO_MACHINES, irq->base.handler != mp_const_none);
    vb_pio_touched();
}

static mp_uint_t irq_trigger(mp_obj_t self, mp_uint_t trigger) {
    set_trigger(self, MP_STATE_PORT(vb_sm_irqs)[vb_rp2_sm_id(self)], trigger);
    return 0;
}

static mp_uint_t irq_info(mp_obj_t self, mp_uint_t what) {
    vb_pio_irq_t *irq = MP_STATE_PORT(vb_sm_irqs)[vb_rp2_sm_id(self)];
    return what == MP_IRQ_INFO_FLAGS ? irq->flags : what == MP_IRQ_INFO_TRIGGERS ? irq->trigger : 0;
}

static const mp_irq_methods_t irq_methods = {.trigger = irq_trigger, .info = irq_info};

static mp_obj_t sm_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw) {
    enum { ARG_handler, ARG_trigger, ARG_hard };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_trigger, MP_ARG_INT, {.u_int = 1} },
        { MP_QSTR_hard, MP_ARG_BOOL, {.u_bool = false} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_obj_t self = pos_args[0];
    vb_pio_irq_t *irq = vb_pio_irq_object(&MP_STATE_PORT(vb_sm_irqs)[vb_rp2_sm_id(self)], self, &irq_methods);
    if (n_args > 1 || kw->used != 0) {
        irq->base.handler = args[ARG_handler].u_obj;
        irq->base.ishard = args[ARG_hard].u_bool;
        vb_hard |= irq->base.ishard;
        set_trigger(self, irq, args[ARG_trigger].u_int);
    }
    return MP_OBJ_FROM_PTR(irq);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(sm_irq_obj, 1, sm_irq);

static const mp_rom_map_elem_t sm_table[] = {
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&sm_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_active), MP_ROM_PTR(&sm_active_obj) },
    { MP_ROM_QSTR(MP_QSTR_restart), MP_ROM_PTR(&sm_restart_obj) },
    { MP_ROM_QSTR(MP_QSTR_exec), MP_ROM_PTR(&sm_exec_obj) },
    { MP_ROM_QSTR(MP_QSTR_get), MP_ROM_PTR(&vb_rp2_sm_get_obj) },
    { MP_ROM_QSTR(MP_QSTR_put), MP_ROM_PTR(&vb_rp2_sm_put_obj) },
    { MP_ROM_QSTR(MP_QSTR_rx_fifo), MP_ROM_PTR(&vb_rp2_sm_rx_fifo_obj) },
    { MP_ROM_QSTR(MP_QSTR_tx_fifo), MP_ROM_PTR(&vb_rp2_sm_tx_fifo_obj) },
    { MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&sm_irq_obj) },
};
static MP_DEFINE_CONST_DICT(sm_dict, sm_table);

MP_DEFINE_CONST_OBJ_TYPE(vb_rp2_sm_type, MP_QSTR_StateMachine, MP_TYPE_FLAG_NONE,
    make_new, sm_make_new, print, sm_print, locals_dict, &sm_dict);

#endif
