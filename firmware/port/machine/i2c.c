// machine/i2c.c: machine.I2C and SoftI2C. A transfer is one call to the bench, where the parts answer byte by byte.
// Arguments, errors and messages: ports/{esp32,rp2}/machine_i2c.c and extmod/machine_i2c.c of 1.25.0.

#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "extmod/modmachine.h"
#include "core/internal.h"

#define mp_machine_soft_i2c_type machine_soft_i2c_type // what extmod's macro for I2C(-1) names
#define DEFAULT_HZ 400000
#define DEFAULT_TIMEOUT_US 50000
#define SMALL_BYTES 64 // what fits on the stack
#define LONG_NS 1000000000 // the bench does not tell of a longer write

// Hardware buses and SoftI2C differ in the time of a bit and in the error for a missing target.
typedef struct {
    mp_obj_base_t base;
    uint8_t id, scl, sda;
    bool ready;
    uint32_t hz, timeout_us;
} i2c_obj_t;

#if VB_ESP32
#define ALWAYS_INIT true // without arguments the Pico does not set up a bus again
#define I2C(id, scl, sda) {{&machine_i2c_type}, id, scl, sda}
static i2c_obj_t buses[] = {VB_I2CS};
#else
#define ALWAYS_INIT false
static i2c_obj_t buses[] = {{{&machine_i2c_type}, 0, 5, 4}, {{&machine_i2c_type}, 1, 7, 6}};
#endif

const mp_obj_type_t machine_soft_i2c_type;
VB_MACHINE_CLASS(SoftI2C, machine_soft_i2c_type)
MP_REGISTER_ROOT_POINTER(void *vb_i2c_buffer); // the buffer of a long transfer

// ---- the call ----

// What the bench may have told of a write. It means the bus and the target of the last one with exactly START and STOP.
static struct vb_told told(i2c_obj_t *self, unsigned flags, uint8_t addr, size_t len) {
    static uint8_t scl, sda, last;
    if (flags != (VB_I2C_START | VB_I2C_STOP)) {
        return (struct vb_told) {0};
    }
    bool same_bus = self->scl == scl && self->sda == sda, same = same_bus && addr == last;
    scl = self->scl;
    sda = self->sda;
    last = addr;
    uint64_t ns = (11 + 9 * (uint64_t)len) * (1000000000 / MAX(self->hz, 1));
    if (ns >= LONG_NS || !same_bus) {
        return (struct vb_told) {0};
    }
    if (len == 0 && (vb_link_absent.addresses[addr / 8] >> addr % 8 & 1)) {
        return (struct vb_told) {.flag = VB_FLAG_ABSENT, .value = (uint32_t)-MP_ENODEV | ns << 32};
    }
    return (struct vb_told) {.flag = same ? VB_FLAG_WRITES : 0, .value = len | ns << 32};
}

static int call(i2c_obj_t *self, unsigned flags, uint16_t addr, const uint8_t *out, size_t out_len, uint8_t *in,
    size_t in_len) {
    bool soft = self->base.type == &machine_soft_i2c_type;
    uint8_t small[SMALL_BYTES], *bytes = small;
    size_t len = sizeof(struct vb_i2c) + out_len;
    if (len > VB_CALL_MOST || in_len > VB_CALL_MOST) {
        return -MP_ENOMEM;
    }
    if (len > SMALL_BYTES) {
        bytes = MP_STATE_VM(vb_i2c_buffer) = m_new(uint8_t, len);
    }
    struct vb_i2c head = {flags | (soft ? VB_I2C_SOFT : 0), addr & 127, in_len};
    memcpy(bytes, &head, sizeof(head));
    memcpy(bytes + sizeof(head), out, out_len);
    vb_charge(VB_NS_I2C_CALL);
    struct vb_told known = told(self, head.bits, head.address, out_len);
    int ret = vb_call_told(&known, VB_CALL_I2C, self->scl | self->sda << 8, MAX(self->hz, 1), bytes, len, in, in_len);
    MP_STATE_VM(vb_i2c_buffer) = NULL;
    return ret;
}

static size_t sum(size_t n, const mp_machine_i2c_buf_t *bufs) {
    size_t len = 0;
    for (size_t i = 0; i < n; i++) {
        len += bufs[i].len;
    }
    return len;
}

// One buffer with all of them: the only one itself, or a new one.
static uint8_t *joined(size_t n, const mp_machine_i2c_buf_t *bufs, size_t len, bool filled) {
    if (n == 1) {
        return bufs[0].buf;
    }
    uint8_t *all = m_new(uint8_t, len), *p = all;
    for (size_t i = 0; filled && i < n; p += bufs[i++].len) {
        memcpy(p, bufs[i].buf, bufs[i].len);
    }
    return all;
}

// The chip's result when the target is missing or does not acknowledge a byte.
static int outcome(i2c_obj_t *self, int ret, size_t written, size_t moved) {
    bool soft = self->base.type == &machine_soft_i2c_type;
    #if VB_ESP32
    if (!soft && ret >= 0) { // the Pico's driver wants every byte acknowledged, and counts the bytes
        return (size_t)ret == written ? (int)moved : -MP_ENODEV;
    }
    #else
    if (!soft && moved) {
        return ret == -MP_ENODEV || (ret >= 0 && (size_t)ret < written) ? -MP_EIO : ret < 0 ? ret : (int)moved;
    }
    #endif
    return ret;
}

static int transfer(mp_obj_base_t *obj, uint16_t addr, size_t n, mp_machine_i2c_buf_t *bufs, unsigned flags) {
    i2c_obj_t *self = (i2c_obj_t *)obj;
    unsigned how = VB_I2C_START | (flags & MP_MACHINE_I2C_FLAG_STOP ? VB_I2C_STOP : 0);
    uint8_t *out = NULL;
    size_t out_len = 0, total = sum(n, bufs);
    #if MICROPY_PY_MACHINE_I2C_TRANSFER_WRITE1
    if (flags & MP_MACHINE_I2C_FLAG_WRITE1) {
        out = bufs->buf;
        out_len = bufs->len;
        bufs++;
        n--;
    }
    #endif
    size_t len = sum(n, bufs);
    if (!(flags & MP_MACHINE_I2C_FLAG_READ)) {
        out = joined(n, bufs, len, true);
        return outcome(self, call(self, how, addr, out, len, NULL, 0), len, total);
    }
    uint8_t *in = joined(n, bufs, len, false);
    int ret = call(self, how | VB_I2C_READ, addr, out, out_len, in, len);
    for (size_t i = 0; n > 1 && i < n; in += bufs[i++].len) {
        memcpy(bufs[i].buf, in, bufs[i].len);
    }
    return outcome(self, ret, out_len, total);
}

// ---- machine.I2C ----

static void set_up(i2c_obj_t *self, uint8_t pull) {
    vb_pin_mode(self->scl, VB_MODE_OPEN_DRAIN, pull);
    vb_pin_write(self->scl, 1);
    vb_pin_mode(self->sda, VB_MODE_OPEN_DRAIN, pull);
    vb_pin_write(self->sda, 1);
    self->ready = true;
}

// Each controller of the Pico reaches every other pair of pins.
static uint8_t hard_pin(mp_obj_t pin, uint8_t id, int odd, mp_rom_error_text_t bad) {
    uint8_t gpio = vb_pin_get(pin);
    #if VB_RP2
    if ((gpio & 1) != odd || (gpio & 2) >> 1 != id) {
        mp_raise_ValueError(bad);
    }
    #endif
    return gpio;
}

static mp_obj_t hard_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args) {
    #if VB_ESP32
    enum { ARG_id, ARG_scl, ARG_sda, ARG_freq, ARG_timeout };
    const int freq_flags = MP_ARG_KW_ONLY | MP_ARG_INT;
    #else
    enum { ARG_id, ARG_freq, ARG_scl, ARG_sda, ARG_timeout };
    const int freq_flags = MP_ARG_INT;
    #endif
    const mp_arg_t allowed[] = {
        [ARG_id] = { MP_QSTR_id, MP_ARG_INT, {.u_int = 0} },
        [ARG_freq] = { MP_QSTR_freq, freq_flags, {.u_int = DEFAULT_HZ} },
        [ARG_scl] = { MP_QSTR_scl, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = mp_const_none} },
        [ARG_sda] = { MP_QSTR_sda, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_obj = mp_const_none} },
        [ARG_timeout] = { MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = DEFAULT_TIMEOUT_US} },
    };
    #if VB_ESP32
    if (n_args != 0) { // I2C(-1, ...), or only pins: the old way to make a SoftI2C
        MP_MACHINE_I2C_CHECK_FOR_LEGACY_SOFTI2C_CONSTRUCTION(n_args, n_kw, all_args);
    }
    #endif
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed), allowed, args);
    mp_int_t id = args[ARG_id].u_int;
    if (id < 0 || id >= (mp_int_t)MP_ARRAY_SIZE(buses)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("I2C(%d) doesn't exist"), id);
    }
    i2c_obj_t *self = &buses[id];
    if (args[ARG_scl].u_obj != mp_const_none) {
        self->scl = hard_pin(args[ARG_scl].u_obj, id, 1, MP_ERROR_TEXT("bad SCL pin"));
    }
    if (args[ARG_sda].u_obj != mp_const_none) {
        self->sda = hard_pin(args[ARG_sda].u_obj, id, 0, MP_ERROR_TEXT("bad SDA pin"));
    }
    if (ALWAYS_INIT || n_args > 1 || n_kw > 0 || !self->ready) {
        self->hz = args[ARG_freq].u_int;
        self->timeout_us = args[ARG_timeout].u_int;
        set_up(self, VB_PULL_UP);
    }
    return MP_OBJ_FROM_PTR(self);
}

static void hard_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    i2c_obj_t *self = MP_OBJ_TO_PTR(self_in);
    #if VB_ESP32
    mp_printf(print, "I2C(%u, scl=%u, sda=%u, freq=%u)", self->id, self->scl, self->sda, self->hz);
    #else
    mp_printf(print, "I2C(%u, freq=%u, scl=%u, sda=%u, timeout=%u)",
        self->id, self->hz, self->scl, self->sda, self->timeout_us);
    #endif
}

static const mp_machine_i2c_p_t hard_protocol = {
    #if MICROPY_PY_MACHINE_I2C_TRANSFER_WRITE1
    .transfer_supports_write1 = true,
    #endif
    .transfer = transfer,
};

MP_DEFINE_CONST_OBJ_TYPE(machine_i2c_type, MP_QSTR_I2C, MP_TYPE_FLAG_NONE, make_new, hard_make_new,
    print, hard_print, protocol, &hard_protocol, locals_dict, &mp_machine_i2c_locals_dict);

// ---- machine.SoftI2C ----

static void soft_init(mp_obj_base_t *obj, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args) {
    enum { ARG_scl, ARG_sda, ARG_freq, ARG_timeout };
    static const mp_arg_t allowed[] = {
        { MP_QSTR_scl, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_sda, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL} },
        { MP_QSTR_freq, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = DEFAULT_HZ} },
        { MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = DEFAULT_TIMEOUT_US} },
    };
    i2c_obj_t *self = (i2c_obj_t *)obj;
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    self->scl = vb_pin_get(args[ARG_scl].u_obj);
    self->sda = vb_pin_get(args[ARG_sda].u_obj);
    self->hz = 500000 / MAX(500000 / MAX(args[ARG_freq].u_int, 1), 1); // whole microseconds for half a period
    self->timeout_us = args[ARG_timeout].u_int;
    vb_pin_mode(self->scl, VB_MODE_OPEN_DRAIN, vb_pin_pull(self->scl));
    vb_pin_write(self->scl, 1);
    vb_pin_mode(self->sda, VB_MODE_OPEN_DRAIN, vb_pin_pull(self->sda));
    vb_pin_write(self->sda, 1);
}

static mp_obj_t soft_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    i2c_obj_t *self = mp_obj_malloc(i2c_obj_t, &machine_soft_i2c_type);
    mp_map_t kw_args;
    mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
    soft_init(&self->base, n_args, args, &kw_args);
    return MP_OBJ_FROM_PTR(self);
}

static void soft_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    i2c_obj_t *self = MP_OBJ_TO_PTR(self_in);
    mp_printf(print, "SoftI2C(scl=%u, sda=%u, freq=%u)", self->scl, self->sda, self->hz);
}

static int soft_start(mp_obj_base_t *self) {
    return call((i2c_obj_t *)self, VB_I2C_RAW | VB_I2C_START, 0, NULL, 0, NULL, 0);
}

static int soft_stop(mp_obj_base_t *self) {
    return call((i2c_obj_t *)self, VB_I2C_RAW | VB_I2C_STOP, 0, NULL, 0, NULL, 0);
}

static int soft_read(mp_obj_base_t *self, uint8_t *dest, size_t len, bool nack) {
    unsigned flags = VB_I2C_RAW | VB_I2C_READ | (nack ? 0 : VB_I2C_ACK_LAST);
    return call((i2c_obj_t *)self, flags, 0, NULL, 0, dest, len);
}

static int soft_write(mp_obj_base_t *self, const uint8_t *src, size_t len) {
    return call((i2c_obj_t *)self, VB_I2C_RAW, 0, src, len, NULL, 0);
}

static const mp_machine_i2c_p_t soft_protocol = {
    .init = soft_init,
    .start = soft_start,
    .stop = soft_stop,
    .read = soft_read,
    .write = soft_write,
    .transfer = transfer,
};

MP_DEFINE_CONST_OBJ_TYPE(machine_soft_i2c_type, MP_QSTR_SoftI2C, MP_TYPE_FLAG_NONE, make_new, soft_make_new,
    print, soft_print, protocol, &soft_protocol, locals_dict, &mp_machine_i2c_locals_dict);
