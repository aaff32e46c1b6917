// machine/pin_esp32.c: machine.Pin of the ESP32 series.
// Arguments, constants and messages: ports/esp32/machine_pin.c of 1.25.0.
#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modmachine.h"
#include "core/internal.h"
#include "machine/pin.h"

#if VB_ESP32

enum { PULL_DOWN = 1, PULL_UP = 2 };
// Bits of the chip's modes; IN, OUT and OPEN_DRAIN below are sums of them.
enum { DIR_IN = 1, DIR_OUT = 2, DIR_OPEN_DRAIN = 4 };
enum { RISING = 1, FALLING = 2, LOW_LEVEL = 4, HIGH_LEVEL = 5 };

typedef struct {
    mp_obj_base_t base;
    mp_obj_base_t irq;
} pin_obj_t;

extern const mp_obj_type_t machine_pin_irq_type;

#define PIN {{&machine_pin_type}, {&machine_pin_irq_type}}
static const pin_obj_t pins[VB_PINS] = {[0 ... VB_PINS - 1] = PIN};
static uint8_t triggers[VB_PINS];

uint8_t vb_pin_number(mp_obj_t self) {
    return (const pin_obj_t *)MP_OBJ_TO_PTR(self) - pins;
}

mp_obj_t vb_pin_object(uint8_t gpio) {
    return MP_OBJ_FROM_PTR(&pins[gpio]);
}

uint8_t vb_pin_get(void *obj) {
    if (mp_obj_is_type(obj, &machine_pin_type)) {
        return vb_pin_number(obj);
    }
    if (mp_obj_is_int(obj)) {
        mp_int_t n = mp_obj_get_int(obj);
        if (0 <= n && n < VB_PINS && VB_PIN_EXISTS(n)) {
            return n;
        }
    }
    mp_raise_ValueError(MP_ERROR_TEXT("invalid pin")); // the generic board names no pins
}

static void pin_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    mp_printf(print, "Pin(%u)", vb_pin_number(self));
}

static uint8_t direction(mp_int_t mode) {
    if (mode & DIR_OUT) {
        return mode & DIR_OPEN_DRAIN ? VB_MODE_OPEN_DRAIN : VB_MODE_OUT;
    }
    return mode & DIR_IN ? VB_MODE_IN : VB_MODE_OFF;
}

static uint8_t pull_of(mp_obj_t pull) {
    mp_int_t bits = pull == mp_const_none ? 0 : mp_obj_get_int(pull);
    return bits & PULL_UP ? VB_PULL_UP : bits & PULL_DOWN ? VB_PULL_DOWN : VB_PULL_NONE;
}

// init(mode=None, pull=-1, *, value, drive, hold). Drive strength has no effect here.
void vb_pin_init(uint8_t gpio, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_mode, ARG_pull, ARG_value, ARG_drive, ARG_hold };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_mode, MP_ARG_OBJ, {.u_obj = mp_const_none} },
        { MP_QSTR_pull, MP_ARG_OBJ, {.u_obj = MP_OBJ_NEW_SMALL_INT(-1)} },
        { MP_QSTR_value, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_drive, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_hold, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    vb_charge(VB_NS_PIN_INIT);

    if (args[ARG_value].u_obj != MP_OBJ_NULL) {
        vb_pin_write(gpio, mp_obj_is_true(args[ARG_value].u_obj));
    }
    uint8_t mode = vb_pin_direction(gpio), pull = vb_pin_pull(gpio);
    if (args[ARG_mode].u_obj != mp_const_none) {
        mp_int_t bits = mp_obj_get_int(args[ARG_mode].u_obj);
        if (VB_PIN_INPUT_ONLY(gpio) && (bits & DIR_OUT)) {
            mp_raise_ValueError(MP_ERROR_TEXT("pin can only be input"));
        }
        mode = direction(bits);
    }
    // 34 to 39 of the ESP32 have no pulls: the chip accepts the request and ignores it. The bench records a fault.
    if (args[ARG_pull].u_obj != MP_OBJ_NEW_SMALL_INT(-1)) {
        pull = pull_of(args[ARG_pull].u_obj);
    }
    if (args[ARG_mode].u_obj != mp_const_none || pull != vb_pin_pull(gpio)) {
        vb_pin_mode(gpio, mode, pull);
    }
    if (args[ARG_hold].u_obj != MP_OBJ_NULL && !VB_PIN_INPUT_ONLY(gpio)) {
        vb_pin_hold(gpio, mp_obj_is_true(args[ARG_hold].u_obj));
    }
}

// ---- interrupts: always soft on this chip, there is no hard= ----

static void schedule(uint8_t gpio) {
    mp_obj_t handler = MP_STATE_PORT(machine_pin_irq_handler)[gpio];
    if (handler != MP_OBJ_NULL) {
        mp_sched_schedule(handler, MP_OBJ_FROM_PTR(&pins[gpio]));
    }
}

static bool on_level(uint8_t gpio) {
    return triggers[gpio] == LOW_LEVEL || triggers[gpio] == HIGH_LEVEL;
}

// A level interrupts again and again while it lasts. On the chip nothing else would run; here the program keeps half of
// the time, so that Ctrl-C works.
static void again(struct vb_alarm *alarm, uint64_t due) {
    bool lasts = false;
    for (uint8_t gpio = 0; gpio < VB_PINS; gpio++) {
        if (on_level(gpio) && vb_pin_look(gpio) == (triggers[gpio] == HIGH_LEVEL)) {
            lasts = true;
            vb_charge(VB_NS_IRQ_SOFT);
            schedule(gpio);
        }
    }
    if (lasts) {
        vb_alarm_set(alarm, vb_now() + VB_NS_IRQ_SOFT);
    }
}

static struct vb_alarm level_alarm = {.due = VB_NEVER, .run = again};

void vb_pin_fire(uint8_t gpio, bool rose, bool fell) {
    if (on_level(gpio)) {
        vb_alarm_set(&level_alarm, vb_now());
    } else {
        schedule(gpio);
    }
}

void vb_pin_irq_forget(void) {
    memset(MP_STATE_PORT(machine_pin_irq_handler), 0, sizeof(MP_STATE_PORT(machine_pin_irq_handler)));
    memset(triggers, 0, sizeof(triggers));
    vb_alarm_cancel(&level_alarm);
}

static void set_trigger(uint8_t gpio, unsigned trigger) {
    bool on = MP_STATE_PORT(machine_pin_irq_handler)[gpio] != MP_OBJ_NULL;
    triggers[gpio] = on ? trigger : 0;
    bool rise = trigger == HIGH_LEVEL || (trigger <= (RISING | FALLING) && (trigger & RISING));
    bool fall = trigger == LOW_LEVEL || (trigger <= (RISING | FALLING) && (trigger & FALLING));
    vb_pin_irq(gpio, on && rise, on && fall, false);
    if (on_level(gpio)) {
        vb_alarm_set(&level_alarm, vb_now());
    }
}

static void set_wake(uint8_t gpio, unsigned trigger, mp_obj_t wake_in) {
    mp_int_t wake;
    if (!mp_obj_get_int_maybe(wake_in, &wake) || wake < 2 || wake > 7) {
        mp_raise_ValueError(MP_ERROR_TEXT("bad wake value"));
    }
    if (!VB_PIN_MAY_WAKE(gpio)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid pin for wake"));
    }
    vb_wake_on_pin(gpio, trigger == HIGH_LEVEL, wake);
}

static mp_obj_t pin_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_handler, ARG_trigger, ARG_wake };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_handler, MP_ARG_OBJ, {.u_obj = mp_const_none} },
        { MP_QSTR_trigger, MP_ARG_INT, {.u_int = RISING | FALLING} },
        { MP_QSTR_wake, MP_ARG_OBJ, {.u_obj = mp_const_none} },
    };
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    uint8_t gpio = vb_pin_number(pos_args[0]);
    if (n_args > 1 || kw_args->used != 0) {
        unsigned trigger = args[ARG_trigger].u_int;
        if ((trigger == LOW_LEVEL || trigger == HIGH_LEVEL) && args[ARG_wake].u_obj != mp_const_none) {
            set_wake(gpio, trigger, args[ARG_wake].u_obj);
            return MP_OBJ_FROM_PTR(&pins[gpio].irq);
        }
        vb_wake.ext0_pin = vb_wake.ext0_pin == gpio ? -1 : vb_wake.ext0_pin;
        mp_obj_t handler = args[ARG_handler].u_obj;
        bool off = handler == mp_const_none;
        MP_STATE_PORT(machine_pin_irq_handler)[gpio] = off ? MP_OBJ_NULL : handler;
        set_trigger(gpio, off ? 0 : trigger);
    }
    return MP_OBJ_FROM_PTR(&pins[gpio].irq);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_irq_obj, 1, pin_irq);

static uint8_t gpio_of_irq(mp_obj_t self) {
    return (const pin_obj_t *)((const char *)MP_OBJ_TO_PTR(self) - offsetof(pin_obj_t, irq)) - pins;
}

static mp_obj_t irq_call(mp_obj_t self, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 0, 0, false);
    vb_pin_fire(gpio_of_irq(self), false, false);
    return mp_const_none;
}

static mp_obj_t irq_trigger(size_t n_args, const mp_obj_t *args) {
    uint8_t gpio = gpio_of_irq(args[0]), was = triggers[gpio];
    if (n_args == 2) {
        set_trigger(gpio, mp_obj_get_int(args[1]));
    }
    return MP_OBJ_NEW_SMALL_INT(was);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(irq_trigger_obj, 1, 2, irq_trigger);

static const mp_rom_map_elem_t irq_table[] = {
    { MP_ROM_QSTR(MP_QSTR_trigger), MP_ROM_PTR(&irq_trigger_obj) },
};
static MP_DEFINE_CONST_DICT(irq_dict, irq_table);
MP_DEFINE_CONST_OBJ_TYPE(machine_pin_irq_type, MP_QSTR_IRQ, MP_TYPE_FLAG_NONE,
    call, irq_call, locals_dict, &irq_dict);

// ---- the class ----

static const mp_rom_map_elem_t board_table[] = {};
static MP_DEFINE_CONST_DICT(board_dict, board_table);
static MP_DEFINE_CONST_OBJ_TYPE(board_type, MP_QSTR_board, MP_TYPE_FLAG_NONE, locals_dict, &board_dict);

static const mp_rom_map_elem_t pin_table[] = {
    VB_PIN_METHODS
    { MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&pin_irq_obj) },
    { MP_ROM_QSTR(MP_QSTR_board), MP_ROM_PTR(&board_type) },
    { MP_ROM_QSTR(MP_QSTR_IN), MP_ROM_INT(DIR_IN) },
    { MP_ROM_QSTR(MP_QSTR_OUT), MP_ROM_INT(DIR_IN | DIR_OUT) },
    { MP_ROM_QSTR(MP_QSTR_OPEN_DRAIN), MP_ROM_INT(DIR_IN | DIR_OUT | DIR_OPEN_DRAIN) },
    { MP_ROM_QSTR(MP_QSTR_PULL_UP), MP_ROM_INT(PULL_UP) },
    { MP_ROM_QSTR(MP_QSTR_PULL_DOWN), MP_ROM_INT(PULL_DOWN) },
    { MP_ROM_QSTR(MP_QSTR_IRQ_RISING), MP_ROM_INT(RISING) },
    { MP_ROM_QSTR(MP_QSTR_IRQ_FALLING), MP_ROM_INT(FALLING) },
    { MP_ROM_QSTR(MP_QSTR_WAKE_LOW), MP_ROM_INT(LOW_LEVEL) },
    { MP_ROM_QSTR(MP_QSTR_WAKE_HIGH), MP_ROM_INT(HIGH_LEVEL) },
    { MP_ROM_QSTR(MP_QSTR_DRIVE_0), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_DRIVE_1), MP_ROM_INT(1) },
    { MP_ROM_QSTR(MP_QSTR_DRIVE_2), MP_ROM_INT(2) },
    { MP_ROM_QSTR(MP_QSTR_DRIVE_3), MP_ROM_INT(3) },
};
static MP_DEFINE_CONST_DICT(pin_dict, pin_table);

MP_DEFINE_CONST_OBJ_TYPE(machine_pin_type, MP_QSTR_Pin, MP_TYPE_FLAG_NONE, make_new, mp_pin_make_new,
    print, pin_print, call, vb_pin_call, protocol, &vb_pin_protocol, locals_dict, &pin_dict);

MP_REGISTER_ROOT_POINTER(mp_obj_t machine_pin_irq_handler[VB_PINS]);

#endif
