// machine/pin_rp2.c: machine.Pin of the RP2040 and the RP2350.
// Arguments, constants and messages: ports/rp2/machine_pin.c of 1.25.0.
#include <string.h>

#include "py/mphal.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "extmod/modmachine.h"
#include "shared/runtime/mpirq.h"
#include "core/internal.h"
#include "core/engine.h"
#include "machine/pin.h"
#include "machine/pwm.h"

#if VB_RP2

enum { PULL_UP = 1, PULL_DOWN = 2 };
enum { MODE_IN, MODE_OUT, MODE_OPEN_DRAIN, MODE_ALT };
enum { FALLING = 4, RISING = 8 };
enum { FUNC_SPI = 1, FUNC_UART, FUNC_I2C, FUNC_PWM, FUNC_SIO, FUNC_PIO0, FUNC_PIO1 };
enum { FUNC_NONE = 31 };

typedef struct {
    mp_obj_base_t base;
    qstr name;
} pin_obj_t;

typedef struct {
    mp_irq_obj_t base;
    uint32_t flags, trigger;
} irq_obj_t;

// X(n) for each GPIO: the chip's names, and the names on the board.
#define CPU_PINS(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15) \
    X(16) X(17) X(18) X(19) X(20) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29)

#define PIN(n) {{&machine_pin_type}, MP_QSTR_GPIO##n},
#define EXT(n) {{&machine_pin_type}, MP_QSTR_EXT_GPIO##n}
static const pin_obj_t pins[VB_PINS + VB_EXT_PINS] = {CPU_PINS(PIN) EXT(0), EXT(1), EXT(2)};
enum { WL_GPIO0 = VB_PINS, WL_GPIO1, WL_GPIO2 }; // LED, mode of the regulator, USB is there
static uint8_t function[VB_PINS + VB_EXT_PINS] = {[0 ... VB_PINS - 1] = FUNC_NONE, [VB_PINS ... WL_GPIO2] = FUNC_SIO};

#define CPU(n) {MP_ROM_QSTR(MP_QSTR_GPIO##n), MP_ROM_PTR(&pins[n])},
static const mp_rom_map_elem_t cpu_table[] = {CPU_PINS(CPU)};
static MP_DEFINE_CONST_DICT(cpu_dict, cpu_table);
static MP_DEFINE_CONST_OBJ_TYPE(cpu_type, MP_QSTR_cpu, MP_TYPE_FLAG_NONE, locals_dict, &cpu_dict);

#define GP(n) {MP_ROM_QSTR(MP_QSTR_GP##n), MP_ROM_PTR(&pins[n])}
#define HEADER \
    GP(0), GP(1), GP(2), GP(3), GP(4), GP(5), GP(6), GP(7), GP(8), GP(9), \
    GP(10), GP(11), GP(12), GP(13), GP(14), GP(15), GP(16), GP(17), GP(18), GP(19), GP(20), GP(21), GP(22)
static const mp_rom_map_elem_t board_table[] = {
    HEADER, GP(25), GP(26), GP(27), GP(28),
    {MP_ROM_QSTR(MP_QSTR_LED), MP_ROM_PTR(&pins[25])},
};
// boards/RPI_PICO_W/pins.csv: GPIO25 selects the WiFi chip.
static const mp_rom_map_elem_t board_w_table[] = {
    HEADER, GP(26), GP(27), GP(28),
    {MP_ROM_QSTR(MP_QSTR_WL_GPIO0), MP_ROM_PTR(&pins[WL_GPIO0])},
    {MP_ROM_QSTR(MP_QSTR_WL_GPIO1), MP_ROM_PTR(&pins[WL_GPIO1])},
    {MP_ROM_QSTR(MP_QSTR_WL_GPIO2), MP_ROM_PTR(&pins[WL_GPIO2])},
    {MP_ROM_QSTR(MP_QSTR_LED), MP_ROM_PTR(&pins[WL_GPIO0])},
};
static MP_DEFINE_CONST_DICT(board_w_dict, board_w_table);
static mp_obj_dict_t board_dict = {
    .base = {&mp_type_dict},
    .map = {
        .all_keys_are_qstrs = 1, .is_fixed = 1, .is_ordered = 1,
        .used = MP_ARRAY_SIZE(board_table), .alloc = MP_ARRAY_SIZE(board_table),
        .table = (mp_map_elem_t *)(mp_rom_map_elem_t *)board_table,
    },
};
static MP_DEFINE_CONST_OBJ_TYPE(board_type, MP_QSTR_board, MP_TYPE_FLAG_NONE, locals_dict, &board_dict);

void vb_pin_has_radio(void) {
    board_dict = board_w_dict;
}

uint8_t vb_pin_number(mp_obj_t self) {
    return (const pin_obj_t *)MP_OBJ_TO_PTR(self) - pins;
}

static const pin_obj_t *named(const mp_obj_dict_t *names, mp_obj_t name) {
    mp_map_elem_t *found = mp_map_lookup((mp_map_t *)&names->map, name, MP_MAP_LOOKUP);
    return found ? MP_OBJ_TO_PTR(found->value) : NULL;
}

mp_obj_t vb_pin_object(uint8_t gpio) {
    return MP_OBJ_FROM_PTR(&pins[gpio]);
}

uint8_t vb_pin_find(mp_obj_t obj) {
    if (mp_obj_is_type(obj, &machine_pin_type)) {
        return vb_pin_number(obj);
    }
    if (mp_obj_is_str(obj)) {
        const pin_obj_t *pin = named(&board_dict, obj);
        pin = pin ? pin : named(&cpu_dict, obj);
        if (pin) {
            return pin - pins;
        }
        const char *name = mp_obj_str_get_str(obj);
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("unknown named pin \"%s\""), name);
    }
    if (mp_obj_is_int(obj)) {
        mp_int_t n = mp_obj_get_int(obj);
        if (0 <= n && n < VB_PINS) {
            return n;
        }
    }
    mp_raise_ValueError(MP_ERROR_TEXT("invalid pin"));
}

static uint8_t regular(uint8_t gpio) {
    if (gpio >= VB_PINS) {
        mp_raise_ValueError(MP_ERROR_TEXT("expecting a regular GPIO Pin"));
    }
    return gpio;
}

uint8_t vb_pin_get(void *obj) {
    return regular(vb_pin_find(obj));
}

uint8_t vb_rp2_function(uint8_t gpio) {
    if (gpio >= VB_PINS) {
        return FUNC_SIO;
    }
    if (vb_pwm_drives(gpio)) {
        return FUNC_PWM;
    }
    for (int block = 0; block < VB_PIO_BLOCKS; block++) {
        if (vb_pin_is_of(gpio, VB_OF_PIO0 + block)) {
            return FUNC_PIO0 + block;
        }
    }
    return function[gpio];
}

void vb_rp2_take_back(uint8_t gpio) {
    function[gpio] = FUNC_SIO;
    vb_pin_mode(gpio, vb_pin_direction(gpio) == VB_MODE_OUT ? VB_MODE_OUT : VB_MODE_IN, vb_pin_pull(gpio));
}

static void pin_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    uint8_t gpio = vb_pin_number(self), mode = vb_pin_direction(gpio), pull = vb_pin_pull(gpio);
    bool sio = vb_rp2_function(gpio) == FUNC_SIO;
    qstr name = !sio ? MP_QSTR_ALT : mode == VB_MODE_OUT ? MP_QSTR_OUT
        : mode == VB_MODE_OPEN_DRAIN ? MP_QSTR_OPEN_DRAIN : MP_QSTR_IN;
    mp_printf(print, "Pin(%q, mode=%q", pins[gpio].name, name);
    if (pull != VB_PULL_NONE) {
        mp_printf(print, ", pull=%q", pull == VB_PULL_UP ? MP_QSTR_PULL_UP : MP_QSTR_PULL_DOWN);
    }
    if (!sio) {
        mp_printf(print, ", alt=%u", vb_rp2_function(gpio));
    }
    mp_printf(print, ")");
}

static uint8_t pull_of(mp_obj_t pull) {
    mp_int_t bits = pull == mp_const_none ? 0 : mp_obj_get_int(pull);
    return bits & PULL_UP ? VB_PULL_UP : bits & PULL_DOWN ? VB_PULL_DOWN : VB_PULL_NONE;
}

// machine_pin_cyw43.c
static void init_ext(uint8_t gpio, const mp_arg_val_t *mode_in, const mp_arg_val_t *pull, int value, mp_int_t alt) {
    if (pull->u_obj != mp_const_none) {
        mp_raise_ValueError(MP_ERROR_TEXT("pulls are not supported for external pins"));
    }
    if (alt != FUNC_SIO) {
        mp_raise_ValueError(MP_ERROR_TEXT("alternate functions are not supported for external pins"));
    }
    if (mode_in->u_obj == mp_const_none) {
        return;
    }
    mp_int_t mode = mp_obj_get_int(mode_in->u_obj);
    if (mode != MODE_IN && mode != MODE_OUT) {
        mp_raise_ValueError(MP_ERROR_TEXT("only Pin.OUT and Pin.IN are supported for this pin"));
    }
    if (value >= 0) {
        vb_pin_write(gpio, value);
    }
    vb_pin_mode(gpio, mode == MODE_OUT ? VB_MODE_OUT : VB_MODE_IN, VB_PULL_NONE);
}

static uint8_t set_mode(uint8_t gpio, mp_int_t mode, int value, mp_int_t alt) {
    function[gpio] = FUNC_SIO;
    if (mode == MODE_IN) {
        return VB_MODE_IN;
    }
    if (mode == MODE_OUT) {
        if (value >= 0) {
            vb_pin_write(gpio, value);
        }
        return VB_MODE_OUT;
    }
    if (mode == MODE_OPEN_DRAIN) {
        vb_pin_write(gpio, value != 0);
        return VB_MODE_OPEN_DRAIN;
    }
    if (alt < FUNC_SPI || alt > VB_FUNC_USB) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("invalid pin af: %d"), (int)alt);
    }
    function[gpio] = alt;
    return alt == FUNC_SIO ? vb_pin_direction(gpio) : VB_MODE_OFF;
}

// init(mode=None, pull=None, *, value=None, alt=SIO). The pull is always set: None means none.
void vb_pin_init(uint8_t gpio, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_mode, ARG_pull, ARG_value, ARG_alt };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_mode, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_pull, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_value, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_alt, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = FUNC_SIO} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    vb_charge(VB_NS_PIN_INIT);
    int value = args[ARG_value].u_obj == mp_const_none ? -1 : mp_obj_is_true(args[ARG_value].u_obj);
    if (gpio >= VB_PINS) {
        init_ext(gpio, &args[ARG_mode], &args[ARG_pull], value, args[ARG_alt].u_int);
        return;
    }
    uint8_t pull = pull_of(args[ARG_pull].u_obj);
    if (args[ARG_mode].u_obj != mp_const_none) {
        mp_int_t mode = mp_obj_get_int(args[ARG_mode].u_obj);
        vb_pin_mode(gpio, set_mode(gpio, mode, value, args[ARG_alt].u_int), pull);
    } else if (pull != vb_pin_pull(gpio)) {
        vb_pin_mode(gpio, vb_pin_direction(gpio), pull);
    }
}

// ---- interrupts ----

static void set_trigger(uint8_t gpio, irq_obj_t *irq, unsigned trigger) {
    irq->flags = 0;
    irq->trigger = trigger;
    bool on = irq->base.handler != mp_const_none;
    vb_pin_irq(gpio, on && (trigger & RISING), on && (trigger & FALLING), irq->base.ishard);
}

static mp_uint_t irq_trigger(mp_obj_t self, mp_uint_t trigger) {
    uint8_t gpio = vb_pin_number(self);
    set_trigger(gpio, MP_STATE_PORT(machine_pin_irq_obj)[gpio], trigger);
    return 0;
}

static mp_uint_t irq_info(mp_obj_t self, mp_uint_t what) {
    irq_obj_t *irq = MP_STATE_PORT(machine_pin_irq_obj)[vb_pin_number(self)];
    return what == MP_IRQ_INFO_FLAGS ? irq->flags : what == MP_IRQ_INFO_TRIGGERS ? irq->trigger : 0;
}

static const mp_irq_methods_t irq_methods = {.trigger = irq_trigger, .info = irq_info};

void vb_pin_fire(uint8_t gpio, bool rose, bool fell) {
    irq_obj_t *irq = MP_STATE_PORT(machine_pin_irq_obj)[gpio];
    irq->flags = (rose ? RISING : 0) | (fell ? FALLING : 0);
    mp_irq_handler(&irq->base);
}

void vb_pin_irq_forget(void) {
    memset(MP_STATE_PORT(machine_pin_irq_obj), 0, sizeof(MP_STATE_PORT(machine_pin_irq_obj)));
}

static mp_obj_t pin_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_handler, ARG_trigger, ARG_hard };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
        { MP_QSTR_trigger, MP_ARG_INT, {.u_int = FALLING | RISING} },
        { MP_QSTR_hard, MP_ARG_BOOL, {.u_bool = false} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    uint8_t gpio = regular(vb_pin_number(pos_args[0]));
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    irq_obj_t *irq = MP_STATE_PORT(machine_pin_irq_obj)[gpio];
    if (irq == NULL) {
        irq = m_new0(irq_obj_t, 1);
        mp_irq_init(&irq->base, &irq_methods, MP_OBJ_FROM_PTR(&pins[gpio]));
        MP_STATE_PORT(machine_pin_irq_obj)[gpio] = irq;
    }
    if (n_args > 1 || kw_args->used != 0) {
        irq->base.handler = args[ARG_handler].u_obj;
        irq->base.ishard = args[ARG_hard].u_bool;
        set_trigger(gpio, irq, args[ARG_trigger].u_int);
    }
    return MP_OBJ_FROM_PTR(irq);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_irq_obj, 1, pin_irq);

// ---- the class ----

static const mp_rom_map_elem_t pin_table[] = {
    VB_PIN_METHODS
    { MP_ROM_QSTR(MP_QSTR_low), MP_ROM_PTR(&vb_pin_off_obj) },
    { MP_ROM_QSTR(MP_QSTR_high), MP_ROM_PTR(&vb_pin_on_obj) },
    { MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&pin_irq_obj) },
    { MP_ROM_QSTR(MP_QSTR_board), MP_ROM_PTR(&board_type) },
    { MP_ROM_QSTR(MP_QSTR_cpu), MP_ROM_PTR(&cpu_type) },
    { MP_ROM_QSTR(MP_QSTR_IN), MP_ROM_INT(MODE_IN) },
    { MP_ROM_QSTR(MP_QSTR_OUT), MP_ROM_INT(MODE_OUT) },
    { MP_ROM_QSTR(MP_QSTR_OPEN_DRAIN), MP_ROM_INT(MODE_OPEN_DRAIN) },
    { MP_ROM_QSTR(MP_QSTR_ALT), MP_ROM_INT(MODE_ALT) },
    { MP_ROM_QSTR(MP_QSTR_PULL_UP), MP_ROM_INT(PULL_UP) },
    { MP_ROM_QSTR(MP_QSTR_PULL_DOWN), MP_ROM_INT(PULL_DOWN) },
    { MP_ROM_QSTR(MP_QSTR_IRQ_RISING), MP_ROM_INT(RISING) },
    { MP_ROM_QSTR(MP_QSTR_IRQ_FALLING), MP_ROM_INT(FALLING) },
    { MP_ROM_QSTR(MP_QSTR_ALT_SPI), MP_ROM_INT(FUNC_SPI) },
    { MP_ROM_QSTR(MP_QSTR_ALT_UART), MP_ROM_INT(FUNC_UART) },
    { MP_ROM_QSTR(MP_QSTR_ALT_I2C), MP_ROM_INT(FUNC_I2C) },
    { MP_ROM_QSTR(MP_QSTR_ALT_PWM), MP_ROM_INT(FUNC_PWM) },
    { MP_ROM_QSTR(MP_QSTR_ALT_SIO), MP_ROM_INT(FUNC_SIO) },
    { MP_ROM_QSTR(MP_QSTR_ALT_PIO0), MP_ROM_INT(FUNC_PIO0) },
    { MP_ROM_QSTR(MP_QSTR_ALT_PIO1), MP_ROM_INT(FUNC_PIO1) },
    { MP_ROM_QSTR(MP_QSTR_ALT_GPCK), MP_ROM_INT(VB_FUNC_GPCK) },
    { MP_ROM_QSTR(MP_QSTR_ALT_USB), MP_ROM_INT(VB_FUNC_USB) },
};
static MP_DEFINE_CONST_DICT(pin_dict, pin_table);

MP_DEFINE_CONST_OBJ_TYPE(machine_pin_type, MP_QSTR_Pin, MP_TYPE_FLAG_NONE, make_new, mp_pin_make_new,
    print, pin_print, call, vb_pin_call, protocol, &vb_pin_protocol, locals_dict, &pin_dict);

MP_REGISTER_ROOT_POINTER(void *machine_pin_irq_obj[30]);

#endif
