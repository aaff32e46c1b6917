// machine/uart.c: machine.UART, based on machine/uart_line.c. extmod/machine_uart.c includes this file.
// Arguments, errors and messages are those of ports/{esp32,rp2}/machine_uart.c of MicroPython 1.25.0.

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "shared/runtime/mpirq.h"
#include "core/internal.h"
#include "machine/uart_line.h"
#if VB_ESP32
#include "esp32/modesp32.h"
#endif

#if VB_ESP32
#define FAMILY_CONSTANTS \
    { MP_ROM_QSTR(MP_QSTR_INV_RTS), MP_ROM_INT(VB_UART_INV_RTS) }, \
    { MP_ROM_QSTR(MP_QSTR_INV_CTS), MP_ROM_INT(VB_UART_INV_CTS) }, \
    { MP_ROM_QSTR(MP_QSTR_RTS), MP_ROM_INT(1) }, \
    { MP_ROM_QSTR(MP_QSTR_CTS), MP_ROM_INT(2) }, \
    { MP_ROM_QSTR(MP_QSTR_IRQ_RX), MP_ROM_INT(VB_UART_IRQ_RX) },
#define UNKNOWN_UART MP_ERROR_TEXT("UART(%d) does not exist")
#define BAD_INVERSION MP_ERROR_TEXT("invalid inversion mask")
#define BAD_FLOW MP_ERROR_TEXT("invalid flow control mask")
#else
#define FAMILY_CONSTANTS \
    { MP_ROM_QSTR(MP_QSTR_CTS), MP_ROM_INT(1) }, \
    { MP_ROM_QSTR(MP_QSTR_RTS), MP_ROM_INT(2) }, \
    { MP_ROM_QSTR(MP_QSTR_IRQ_TXIDLE), MP_ROM_INT(VB_UART_IRQ_TXIDLE) },
#define UNKNOWN_UART MP_ERROR_TEXT("UART(%d) doesn't exist")
#define BAD_INVERSION MP_ERROR_TEXT("bad inversion mask")
#define BAD_FLOW MP_ERROR_TEXT("bad hardware flow control mask")
#endif
#define MICROPY_PY_MACHINE_UART_CLASS_CONSTANTS \
    { MP_ROM_QSTR(MP_QSTR_INV_TX), MP_ROM_INT(VB_UART_INV_TX) }, \
    { MP_ROM_QSTR(MP_QSTR_INV_RX), MP_ROM_INT(VB_UART_INV_RX) }, \
    { MP_ROM_QSTR(MP_QSTR_IRQ_RXIDLE), MP_ROM_INT(VB_UART_IRQ_RXIDLE) }, \
    { MP_ROM_QSTR(MP_QSTR_IRQ_BREAK), MP_ROM_INT(VB_UART_IRQ_BREAK) }, \
    FAMILY_CONSTANTS

#define MIN_BUFFER 32
#define MAX_BUFFER 32766
#define DEFAULT_BAUD 115200
#if VB_ESP32
#define MOST_BAUD 5000000 // SOC_UART_BITRATE_MAX
#else
#define MOST_BAUD 7812500 // the smallest divider of 125 MHz (RP2040 data sheet 4.2.7.1); the SDK uses it for all higher rates
#endif
#define KEEP (-1) // an argument that is not given: the setting stays

static int shown(uint8_t pin) {
    return pin == VB_UART_NO_PIN ? -1 : pin;
}

static void mp_machine_uart_print(const mp_print_t *print, mp_obj_t self_in, mp_print_kind_t kind) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    static const char *const parities[] = {"None", "1", "0"};
    mp_printf(print, "UART(%u, baudrate=%u, bits=%u, parity=%s, stop=%u, tx=%d, rx=%d", self->id, self->baudrate,
        self->bits, parities[self->parity], self->stop, shown(self->tx), shown(self->rx));
    #if VB_ESP32
    mp_printf(print, ", rts=%d, cts=%d, txbuf=%u, rxbuf=%u, timeout=%u, timeout_char=%u, irq=%d", shown(self->rts),
        shown(self->cts), self->txbuf, self->rxbuf, self->timeout, self->timeout_char, self->irq_trigger);
    static const struct { uint8_t bit; const char *name; } lines[] = {
        {VB_UART_INV_TX, "INV_TX"}, {VB_UART_INV_RX, "INV_RX"}, {VB_UART_INV_RTS, "INV_RTS"},
        {VB_UART_INV_CTS, "INV_CTS"},
    };
    const char *between = ", invert=";
    for (size_t i = 0; i < MP_ARRAY_SIZE(lines); i++) {
        if (self->invert & lines[i].bit) {
            mp_printf(print, "%s%s", between, lines[i].name);
            between = "|";
        }
    }
    static const char *const flows[] = {"", ", flow=RTS", ", flow=CTS", ", flow=RTS|CTS"};
    mp_printf(print, "%s)", flows[self->flow]);
    #else
    static const char *const inversions[] = {"None", "INV_TX", "INV_RX", "INV_TX|INV_RX"};
    mp_printf(print, ", txbuf=%d, rxbuf=%d, timeout=%u, timeout_char=%u, invert=%s, irq=%d)", self->txbuf,
        self->rxbuf, self->timeout, self->timeout_char, inversions[self->invert], self->irq_trigger);
    #endif
}

// ---- arguments ----

enum { ARG_baudrate, ARG_bits, ARG_parity, ARG_stop, ARG_tx, ARG_rx, ARG_rts, ARG_cts, ARG_txbuf, ARG_rxbuf,
       ARG_timeout, ARG_timeout_char, ARG_invert, ARG_flow };
static const mp_arg_t allowed[] = {
    { MP_QSTR_baudrate, MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_bits, MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_parity, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(KEEP)} },
    { MP_QSTR_stop, MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_tx, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_rx, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_rts, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_cts, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE} },
    { MP_QSTR_txbuf, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_rxbuf, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_timeout_char, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_invert, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
    { MP_QSTR_flow, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = KEEP} },
};

static void take_pin(machine_uart_obj_t *self, uint8_t *to, mp_obj_t pin, int place, mp_rom_error_text_t bad) {
    if (pin == mp_const_none) {
        return;
    }
    uint8_t gpio = vb_pin_get(pin);
    #if VB_RP2 // each controller reaches certain pins (RP2040 data sheet 2.19.2, RP2350 9.4)
    int places = VB_UART_AUX && place < 2 ? 1 : 3;
    if ((gpio & places) != place || ((gpio + 4) & 8) >> 3 != self->id) {
        mp_raise_ValueError(bad);
    }
    #endif
    *to = gpio;
}

static void take_format(machine_uart_obj_t *self, const mp_arg_val_t *args) {
    mp_int_t bits = args[ARG_bits].u_int, stop = args[ARG_stop].u_int;
    #if VB_ESP32
    if (bits > 0 && (bits < 5 || bits > 8)) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid data bits"));
    }
    if (stop > 2) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid stop bits"));
    }
    #else // two bits of UARTLCR_H say 5 to 8, one says 1 or 2 (RP2040 data sheet 4.2.8)
    bits = bits > 0 ? 5 + ((bits - 5) & 3) : bits;
    stop = stop > 0 ? 1 + ((stop - 1) & 1) : stop;
    #endif
    self->bits = bits > 0 ? bits : self->bits;
    self->stop = stop > 0 ? stop : self->stop;
    mp_obj_t parity = args[ARG_parity].u_obj;
    if (parity != MP_OBJ_NEW_SMALL_INT(KEEP)) {
        self->parity = parity == mp_const_none ? 0 : mp_obj_get_int(parity) & 1 ? 1 : 2;
    }
}

static void take_baud(machine_uart_obj_t *self, mp_int_t asked) {
    #if VB_ESP32
    if (asked > MOST_BAUD) {
        vb_esp_error(-1, "ESP_FAIL");
    }
    #endif
    self->baudrate = asked > 0 ? MIN(asked, MOST_BAUD) : self->baudrate ? self->baudrate : DEFAULT_BAUD;
}

static void take_masks(machine_uart_obj_t *self, const mp_arg_val_t *args) {
    mp_int_t invert = args[ARG_invert].u_int, flow = args[ARG_flow].u_int;
    if (invert != KEEP) {
        if (invert & ~VB_UART_INV_ALL) {
            mp_raise_ValueError(BAD_INVERSION);
        }
        self->invert = invert;
    }
    if (flow != KEEP) {
        if (flow & ~3) {
            mp_raise_ValueError(BAD_FLOW);
        }
        self->flow = flow;
    }
}

static void take_buffers(machine_uart_obj_t *self, mp_int_t txbuf, mp_int_t rxbuf) {
    if (rxbuf > MAX_BUFFER) {
        mp_raise_ValueError(MP_ERROR_TEXT("rxbuf too large"));
    }
    if (txbuf > MAX_BUFFER) {
        mp_raise_ValueError(MP_ERROR_TEXT("txbuf too large"));
    }
    if (txbuf > 0) {
        self->txbuf = MAX(txbuf, MIN_BUFFER);
    }
    if (rxbuf > 0 && MAX(rxbuf, MIN_BUFFER) != self->rxbuf) {
        self->rxbuf = MAX(rxbuf, MIN_BUFFER);
        self->ring.buf = NULL;
    }
}

static void mp_machine_uart_init_helper(machine_uart_obj_t *self, size_t n_args, const mp_obj_t *pos_args,
    mp_map_t *kw_args) {
    mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
    vb_wait_until(self->line_free); // waiting bytes leave with the old settings
    take_baud(self, args[ARG_baudrate].u_int);
    take_format(self, args);
    take_pin(self, &self->tx, args[ARG_tx].u_obj, 0, MP_ERROR_TEXT("bad TX pin"));
    take_pin(self, &self->rx, args[ARG_rx].u_obj, 1, MP_ERROR_TEXT("bad RX pin"));
    take_pin(self, &self->cts, args[ARG_cts].u_obj, 2, MP_ERROR_TEXT("bad CTS pin"));
    take_pin(self, &self->rts, args[ARG_rts].u_obj, 3, MP_ERROR_TEXT("bad RTS pin"));
    if (args[ARG_timeout].u_int >= 0) {
        self->timeout = args[ARG_timeout].u_int;
    }
    if (args[ARG_timeout_char].u_int >= 0) {
        self->timeout_char = args[ARG_timeout_char].u_int;
    }
    #if VB_RP2
    self->timeout_char = MAX(self->timeout_char, 13000 / self->baudrate + 1); // at least one character
    #endif
    take_masks(self, args);
    take_buffers(self, args[ARG_txbuf].u_int, args[ARG_rxbuf].u_int);
    vb_uart_apply(self);
}

static mp_obj_t mp_machine_uart_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
    mp_int_t id = mp_obj_get_int(args[0]);
    if (id < 0 || id >= VB_UARTS) {
        mp_raise_msg_varg(&mp_type_ValueError, UNKNOWN_UART, id);
    }
    machine_uart_obj_t *self = vb_uart_fresh(id);
    mp_map_t kw_args;
    mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
    mp_machine_uart_init_helper(self, n_args - 1, args + 1, &kw_args);
    return MP_OBJ_FROM_PTR(self);
}

static void mp_machine_uart_deinit(machine_uart_obj_t *self) {
    if (self->baudrate) {
        vb_wait_until(self->line_free);
        vb_uart_off(self);
    }
}

// ---- interrupt ----

static mp_uint_t irq_trigger(mp_obj_t self_in, mp_uint_t trigger) {
    vb_uart_trigger(MP_OBJ_TO_PTR(self_in), trigger);
    return 0;
}

static mp_uint_t irq_info(mp_obj_t self_in, mp_uint_t what) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    return what == MP_IRQ_INFO_FLAGS ? self->irq_flags : what == MP_IRQ_INFO_TRIGGERS ? self->irq_trigger : 0;
}

static const mp_irq_methods_t irq_methods = {.trigger = irq_trigger, .info = irq_info};

static mp_irq_obj_t *mp_machine_uart_irq(machine_uart_obj_t *self, bool any_args, mp_arg_val_t *args) {
    mp_irq_obj_t *irq = MP_STATE_VM(vb_uart_irq)[self->id];
    if (!irq) {
        vb_uart_trigger(self, 0);
        irq = MP_STATE_VM(vb_uart_irq)[self->id] = mp_irq_new(&irq_methods, MP_OBJ_FROM_PTR(self));
    }
    if (!any_args) {
        return irq;
    }
    mp_obj_t handler = args[MP_IRQ_ARG_INIT_handler].u_obj;
    if (handler != mp_const_none && !mp_obj_is_callable(handler)) {
        mp_raise_ValueError(MP_ERROR_TEXT("handler must be None or callable"));
    }
    mp_uint_t trigger = args[MP_IRQ_ARG_INIT_trigger].u_int, unknown = trigger & ~VB_UART_IRQ_ALL;
    if (unknown) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("trigger 0x%04x unsupported"), unknown);
    }
    #if VB_ESP32
    if (args[MP_IRQ_ARG_INIT_hard].u_bool) {
        mp_raise_ValueError(MP_ERROR_TEXT("hard IRQ is not supported"));
    }
    #endif
    irq->handler = handler;
    irq->ishard = args[MP_IRQ_ARG_INIT_hard].u_bool;
    vb_hard |= irq->ishard;
    vb_uart_trigger(self, trigger);
    return irq;
}

// ---- the stream ----

static mp_int_t mp_machine_uart_any(machine_uart_obj_t *self) {
    return vb_uart_any(self);
}

static bool mp_machine_uart_txdone(machine_uart_obj_t *self) {
    return vb_now() >= self->line_free;
}

static void mp_machine_uart_sendbreak(machine_uart_obj_t *self) {
    vb_uart_break(self);
}

static mp_uint_t again(mp_uint_t done, mp_uint_t size, int *errcode) {
    if (done || !size) {
        return done;
    }
    *errcode = MP_EAGAIN;
    return MP_STREAM_ERROR;
}

static mp_uint_t mp_machine_uart_read(mp_obj_t self_in, void *buf, mp_uint_t size, int *errcode) {
    return again(vb_uart_read(MP_OBJ_TO_PTR(self_in), buf, size), size, errcode);
}

static mp_uint_t mp_machine_uart_write(mp_obj_t self_in, const void *buf, mp_uint_t size, int *errcode) {
    return again(vb_uart_write(MP_OBJ_TO_PTR(self_in), buf, size), size, errcode);
}

static mp_uint_t mp_machine_uart_ioctl(mp_obj_t self_in, mp_uint_t request, uintptr_t arg, int *errcode) {
    machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_in);
    if (request == MP_STREAM_POLL) {
        mp_uint_t ret = (arg & MP_STREAM_POLL_RD) && vb_uart_any(self) ? MP_STREAM_POLL_RD : 0;
        return ret | ((arg & MP_STREAM_POLL_WR) && vb_uart_room(self) ? MP_STREAM_POLL_WR : 0);
    }
    if (request == MP_STREAM_FLUSH) {
        while (!mp_machine_uart_txdone(self)) {
            mp_event_handle_nowait();
            vb_wfe(self->line_free);
        }
        return 0;
    }
    *errcode = MP_EINVAL;
    return MP_STREAM_ERROR;
}
