// machine/timer.c: machine.Timer: an alarm that puts its callback into the scheduler's queue. The queue has 8 places; a
// callback that does not fit is dropped silently, as on both chips. Neither has a hard= argument in 1.25.
//
// esp32: four hardware timers with ids 0 to 3 (ESP32-C3, C6: two) and ticks of 10 MHz. Timer(0) is always the same object, runs on without
//   a reference, and ends with deinit() or a soft reset.
// rp2: only id -1, any number of them, ticks of 1 MHz. An object without a reference is collected, and its alarm ends
//   (it has a finaliser): programs for the Pico must keep a reference.

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/board.h"

#if VB_ESP32
#define TICK_NS 100 // APB clock 80 MHz divided by 8
#define FEWEST_ARGS 1
#else
#define TICK_NS 1000
#define FEWEST_ARGS 0
#endif
#define TICKS_PER_S (1000000000 / TICK_NS)
#define LONGEST_TICKS (UINT64_MAX / 4 / TICK_NS) // so that now + period never wraps

typedef struct _machine_timer_obj_t {
    mp_obj_base_t base;
    struct vb_alarm alarm;
    mp_obj_t callback;
    uint64_t period_ns;
    uint64_t started; // ns when the counter was 0
    uint64_t stopped; // its ns when deinit() stopped it
    int8_t id;
    bool repeat;
    bool counting;
} machine_timer_obj_t;

const mp_obj_type_t machine_timer_type;
VB_MACHINE_CLASS(Timer, machine_timer_type)
VB_AT_SOFT_RESET(vb_timer_deinit_all, 40)

static machine_timer_obj_t *timer_of(struct vb_alarm *alarm) {
    return (machine_timer_obj_t *)((char *)alarm - offsetof(machine_timer_obj_t, alarm));
}

static void timer_due(struct vb_alarm *alarm, uint64_t due) {
    machine_timer_obj_t *self = timer_of(alarm);
    // The interrupt takes its time from the program. A timer that is faster than its interrupt must leave some time to
    // the program, or nothing could stop it.
    vb_charge(MIN((uint64_t)VB_NS_IRQ_SOFT, self->period_ns / 2));
    mp_sched_schedule(self->callback, MP_OBJ_FROM_PTR(self));
    if (self->repeat) {
        #if VB_ESP32
        // Interrupts were off for longer than a period: the ESP32's flag remembers one alarm, the RP2040's alarm pool (a
        // list in software) runs all that it missed.
        due += (vb_now() - due) / self->period_ns * self->period_ns;
        #endif
        self->started = due;
        vb_alarm_set(alarm, due + self->period_ns);
    }
}

static uint64_t counter_ns(machine_timer_obj_t *self) {
    return self->counting ? vb_now() - self->started : self->stopped;
}

static void timer_stop(machine_timer_obj_t *self) {
    self->stopped = counter_ns(self);
    self->counting = false;
    vb_alarm_cancel(&self->alarm);
}

static void timer_start(machine_timer_obj_t *self, uint64_t ticks) {
    self->period_ns = MIN(MAX(ticks, 1), LONGEST_TICKS) * TICK_NS;
    self->started = vb_now();
    self->counting = true;
    vb_alarm_set(&self->alarm, self->started + self->period_ns);
}

static uint64_t ticks_of_freq(mp_obj_t freq) {
    // Single precision, as on the chips; with a frequency of 0 or less the period never ends.
    mp_float_t ticks = MICROPY_FLOAT_CONST(1.0) * TICKS_PER_S / mp_obj_get_float(freq);
    return ticks >= 0 && ticks < (mp_float_t)LONGEST_TICKS ? (uint64_t)ticks : LONGEST_TICKS;
}

static uint64_t ticks_of_period(mp_int_t period, mp_int_t tick_hz) {
    if (tick_hz == 0) {
        mp_raise_msg(&mp_type_ZeroDivisionError, MP_ERROR_TEXT("divide by zero"));
    }
    // The sign is extended, as on the chips: no period (-1) means many thousand years.
    return (uint64_t)period * TICKS_PER_S / (uint64_t)tick_hz;
}

static void timer_configure(machine_timer_obj_t *self, size_t n_args, const mp_obj_t *pos, mp_map_t *kw) {
    enum { ARG_mode, ARG_callback, ARG_period, ARG_tick_hz, ARG_freq };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_mode, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = 1 } },
        { MP_QSTR_callback, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
        { MP_QSTR_period, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = -1 } },
        { MP_QSTR_tick_hz, MP_ARG_KW_ONLY | MP_ARG_INT, { .u_int = 1000 } },
        { MP_QSTR_freq, MP_ARG_KW_ONLY | MP_ARG_OBJ, { .u_rom_obj = MP_ROM_NONE } },
    };
    timer_stop(self);
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos, kw, MP_ARRAY_SIZE(allowed), allowed, args);
    vb_charge(VB_NS_TIMER_INIT);
    uint64_t ticks = args[ARG_freq].u_obj != mp_const_none
        ? ticks_of_freq(args[ARG_freq].u_obj)
        : ticks_of_period(args[ARG_period].u_int, args[ARG_tick_hz].u_int);
    self->repeat = args[ARG_mode].u_int;
    self->callback = args[ARG_callback].u_obj;
    timer_start(self, ticks);
}

static void timer_blank(machine_timer_obj_t *self, int id) {
    self->id = id;
    self->alarm.due = VB_NEVER;
    self->alarm.run = timer_due;
    self->callback = mp_const_none;
    self->period_ns = self->started = self->stopped = 0;
    self->repeat = self->counting = false;
}

#if VB_ESP32

MP_REGISTER_ROOT_POINTER(struct _machine_timer_obj_t *vb_timers[4]);

static machine_timer_obj_t *timer_get(size_t n_args, const mp_obj_t *args) {
    mp_uint_t id = mp_obj_get_int(args[0]);
    if (id >= VB_TIMERS) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid Timer number"));
    }
    if (MP_STATE_PORT(vb_timers)[id] == NULL) {
        machine_timer_obj_t *self = mp_obj_malloc(machine_timer_obj_t, &machine_timer_type);
        timer_blank(self, id);
        MP_STATE_PORT(vb_timers)[id] = self;
    }
    return MP_STATE_PORT(vb_timers)[id];
}

void vb_timer_deinit_all(void) {
    for (size_t i = 0; i < MP_ARRAY_SIZE(MP_STATE_PORT(vb_timers)); i++) {
        if (MP_STATE_PORT(vb_timers)[i] != NULL) {
            timer_stop(MP_STATE_PORT(vb_timers)[i]);
            MP_STATE_PORT(vb_timers)[i] = NULL;
        }
    }
}

static void timer_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    machine_timer_obj_t *self = MP_OBJ_TO_PTR(self_in);
    qstr mode = self->repeat ? MP_QSTR_PERIODIC : MP_QSTR_ONE_SHOT;
    mp_printf(print, "Timer(%d, mode=%q, period=%u)", self->id, mode, (uint)(self->period_ns / 1000000));
}

#else

static machine_timer_obj_t *timer_get(size_t n_args, const mp_obj_t *args) {
    machine_timer_obj_t *self = mp_obj_malloc_with_finaliser(machine_timer_obj_t, &machine_timer_type);
    timer_blank(self, -1);
    if (n_args > 0 && mp_obj_get_int(args[0]) != -1) {
        mp_raise_ValueError(MP_ERROR_TEXT("Timer doesn't exist"));
    }
    return self;
}

// At a soft reset the sweep of the whole heap runs every finaliser, as on the chip.
void vb_timer_deinit_all(void) {
}

static void timer_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    machine_timer_obj_t *self = MP_OBJ_TO_PTR(self_in);
    qstr mode = self->repeat ? MP_QSTR_PERIODIC : MP_QSTR_ONE_SHOT;
    uint64_t us = self->period_ns / 1000;
    mp_printf(print, "Timer(mode=%q, tick_hz=1000000, period=", mode);
    if (us <= UINT32_MAX) {
        mp_printf(print, "%u)", (uint)us);
    } else {
        mp_printf(print, "%u000)", (uint)(us / 1000));
    }
}

#endif

static mp_obj_t timer_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, FEWEST_ARGS, MP_OBJ_FUN_ARGS_MAX, true);
    machine_timer_obj_t *self = timer_get(n_args, args);
    size_t n_id = MIN(n_args, 1);
    if (n_args > 1 || n_kw > 0) {
        mp_map_t kw;
        mp_map_init_fixed_table(&kw, n_kw, args + n_args);
        timer_configure(self, n_args - n_id, args + n_id, &kw);
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t timer_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw) {
    timer_configure(MP_OBJ_TO_PTR(args[0]), n_args - 1, args + 1, kw);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(timer_init_obj, 1, timer_init);

static mp_obj_t timer_deinit(mp_obj_t self_in) {
    timer_stop(MP_OBJ_TO_PTR(self_in));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(timer_deinit_obj, timer_deinit);

#if VB_ESP32
static mp_obj_t timer_value(mp_obj_t self_in) {
    return MP_OBJ_NEW_SMALL_INT((mp_uint_t)(counter_ns(MP_OBJ_TO_PTR(self_in)) / 1000000));
}
static MP_DEFINE_CONST_FUN_OBJ_1(timer_value_obj, timer_value);
#endif

static const mp_rom_map_elem_t timer_locals_table[] = {
    { MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&timer_deinit_obj) },
    { MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&timer_init_obj) },
    { MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&timer_deinit_obj) },
    #if VB_ESP32
    { MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&timer_value_obj) },
    #endif
    { MP_ROM_QSTR(MP_QSTR_ONE_SHOT), MP_ROM_INT(0) },
    { MP_ROM_QSTR(MP_QSTR_PERIODIC), MP_ROM_INT(1) },
};
static MP_DEFINE_CONST_DICT(timer_locals, timer_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(
    machine_timer_type,
    MP_QSTR_Timer,
    MP_TYPE_FLAG_NONE,
    make_new, timer_make_new,
    print, timer_print,
    locals_dict, &timer_locals
    );
