// machine/i2s.c: machine.I2S, included by extmod/machine_i2s.c: sound passes at its true rate through a buffer of the
// chip's size. Sent sound goes to the bench (frames.toml: I2S); received sound is silence, as no part makes sound.
// Arguments, messages and buffers: ports/esp32/machine_i2s.c and ports/rp2/machine_i2s.c of 1.25.0.

#include <stdlib.h> // abs() of extmod
#include <string.h>

#include "py/mphal.h"
#include "core/board.h"

VB_AT_SOFT_RESET(vb_i2s_deinit_all, 20)

#define IDS VB_I2S_IDS
#define PIECE 1024 // bytes of one call to the bench: whole frames of every format
#define S 1000000000ull
#define IS_32 (1u << 30)
#define IS_STEREO (1u << 31)

// Names of extmod: the state of the DMA buffers, which ioctl() reads, and the queue of the task for irq().
typedef enum { DMA_MEMORY_FULL, DMA_MEMORY_NOT_FULL, DMA_MEMORY_EMPTY, DMA_MEMORY_NOT_EMPTY } dma_buffer_status_t;
typedef enum { I2S_RX_TRANSFER, I2S_TX_TRANSFER } direction_t;
typedef struct {
    mp_buffer_info_t appbuf;
    mp_obj_t callback;
    direction_t direction;
} non_blocking_descriptor_t;

typedef struct _machine_i2s_obj_t {
    mp_obj_base_t base;
    uint8_t i2s_id;
    mp_hal_pin_obj_t sck, ws, sd;
    uint8_t mode, bits;
    format_t format;
    int32_t rate, ibuf;
    io_mode_t io_mode;
    dma_buffer_status_t dma_buffer_status;
    mp_obj_t callback_for_non_blocking;
    struct _machine_i2s_obj_t *non_blocking_mode_queue;
    struct vb_alarm alarm; // the buffer has room, or has sound, again
    uint64_t until; // ns: when sending, the end of all that was written; when receiving, of all that was read
    uint32_t depth; // frames that the buffer holds
} machine_i2s_obj_t;

static bool sends(machine_i2s_obj_t *self) {
    return self->mode == MICROPY_PY_MACHINE_I2S_CONSTANT_TX;
}

static uint32_t frame_bytes(machine_i2s_obj_t *self) {
    return self->bits / 8 * (self->format == STEREO ? 2 : 1);
}

static uint64_t frames_ns(machine_i2s_obj_t *self, uint32_t frames) {
    return frames * S / self->rate;
}

// Frames that can be written, or read, without waiting.
static uint32_t frames_free(machine_i2s_obj_t *self) {
    uint64_t now = vb_now(), full = frames_ns(self, self->depth);
    uint64_t queued = self->until > now ? self->until - now : 0, received = now > self->until ? now - self->until : 0;
    uint64_t ns = sends(self) ? full - MIN(queued, full) : MIN(received, full);
    return ns * self->rate / S;
}

// Moves this many frames into the buffer or out of it; returns the time of the end.
static uint64_t pass(machine_i2s_obj_t *self, uint32_t frames) {
    uint64_t now = vb_now(), full = frames_ns(self, self->depth);
    if (sends(self)) { // the empty buffer sent silence meanwhile
        self->until = MAX(self->until, now) + frames_ns(self, frames);
        return self->until > full ? self->until - full : 0;
    }
    self->until = MAX(self->until, now > full ? now - full : 0) + frames_ns(self, frames); // a full buffer lost sound
    return self->until;
}

static void send_to_bench(machine_i2s_obj_t *self, const uint8_t *data, size_t bytes) {
    uint32_t how = self->rate | (self->bits == 32 ? IS_32 : 0) | (self->format == STEREO ? IS_STEREO : 0);
    vb_call(VB_CALL_I2S, self->i2s_id | self->sd << 8, how, data, bytes, NULL, 0);
}

// Moves whole frames, and waits for each piece if `wait` is set; returns the time of the end.
static uint64_t move(machine_i2s_obj_t *self, uint8_t *data, size_t bytes, bool wait) {
    uint64_t over = 0;
    for (size_t at = 0; at < bytes; at += PIECE) {
        size_t n = MIN(bytes - at, PIECE);
        over = pass(self, n / frame_bytes(self));
        if (wait) {
            vb_wait_until(over);
        }
        if (sends(self)) {
            send_to_bench(self, data + at, n);
        } else {
            memset(data + at, 0, n);
        }
    }
    return over;
}

static void alarm_due(struct vb_alarm *alarm, uint64_t due) {
    machine_i2s_obj_t *self = (machine_i2s_obj_t *)((char *)alarm - offsetof(machine_i2s_obj_t, alarm));
    self->dma_buffer_status = sends(self) ? DMA_MEMORY_NOT_FULL : DMA_MEMORY_NOT_EMPTY;
    if (self->io_mode == NON_BLOCKING) {
        mp_sched_schedule(self->callback_for_non_blocking, MP_OBJ_FROM_PTR(self));
    }
}

static size_t transfer(machine_i2s_obj_t *self, mp_buffer_info_t *appbuf) {
    uint32_t frames = appbuf->len / frame_bytes(self);
    if (self->io_mode == ASYNCIO && frames > frames_free(self)) {
        frames = frames_free(self);
        self->dma_buffer_status = sends(self) ? DMA_MEMORY_FULL : DMA_MEMORY_EMPTY;
        vb_alarm_set(&self->alarm, vb_now() + frames_ns(self, self->depth / 2)); // the next of two DMA buffers
    }
    move(self, appbuf->buf, frames * frame_bytes(self), self->io_mode == BLOCKING);
    return frames * frame_bytes(self);
}

static uint32_t fill_appbuf_from_dma(machine_i2s_obj_t *self, mp_buffer_info_t *appbuf) {
    return transfer(self, appbuf);
}

static size_t copy_appbuf_to_dma(machine_i2s_obj_t *self, mp_buffer_info_t *appbuf) {
    return transfer(self, appbuf);
}

// A transfer in the background, until the callback of irq(). The chip's queue has one place: another one is dropped.
static void xQueueSend(machine_i2s_obj_t *self, const non_blocking_descriptor_t *what, int ticks) {
    if (self->alarm.due == VB_NEVER) {
        size_t bytes = what->appbuf.len / frame_bytes(self) * frame_bytes(self);
        uint64_t over = move(self, what->appbuf.buf, bytes, false);
        vb_alarm_set(&self->alarm, MAX(over, vb_now()));
    }
}

static void take_pins(machine_i2s_obj_t *self, mp_arg_val_t *args) {
    self->sck = vb_pin_get(args[ARG_sck].u_obj);
    self->ws = vb_pin_get(args[ARG_ws].u_obj);
    self->sd = vb_pin_get(args[ARG_sd].u_obj);
    #if VB_RP2
    if (self->ws != self->sck + 1) { // side-set pins of a PIO program
        mp_raise_ValueError(MP_ERROR_TEXT("invalid ws (must be sck+1)"));
    }
    #endif
}

static void take_format(machine_i2s_obj_t *self, mp_arg_val_t *args) {
    mp_int_t mode = args[ARG_mode].u_int, bits = args[ARG_bits].u_int, format = args[ARG_format].u_int;
    if (mode != MICROPY_PY_MACHINE_I2S_CONSTANT_RX && mode != MICROPY_PY_MACHINE_I2S_CONSTANT_TX) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid mode"));
    }
    if (bits != 16 && bits != 32) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid bits"));
    }
    if (format != MONO && format != STEREO) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid format"));
    }
    if (args[ARG_rate].u_int <= 0 || args[ARG_rate].u_int >= 1 << 24) { // the chips divide by it without a check
        mp_raise_ValueError(MP_ERROR_TEXT("invalid rate"));
    }
    self->mode = mode;
    self->bits = bits;
    self->format = format;
    self->rate = args[ARG_rate].u_int;
}

static void take_buffer(machine_i2s_obj_t *self, mp_int_t ibuf) {
    uint32_t inside = sends(self) ? frame_bytes(self) : I2S_RX_FRAME_SIZE_IN_BYTES;
    #if VB_RP2
    if (ibuf <= 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid ibuf"));
    }
    self->depth = (ibuf + 256) / inside; // behind it 256 bytes of DMA buffers
    #else
    self->depth = 256 * MAX(MAX(ibuf, 0) / (256 * inside), 2); // DMA buffers of 256 frames, two at least
    #endif
    self->ibuf = ibuf;
}

static void mp_machine_i2s_init_helper(machine_i2s_obj_t *self, mp_arg_val_t *args) {
    take_pins(self, args);
    take_format(self, args);
    take_buffer(self, args[ARG_ibuf].u_int);
    self->callback_for_non_blocking = MP_OBJ_NULL;
    self->non_blocking_mode_queue = self;
    self->io_mode = BLOCKING;
    self->dma_buffer_status = sends(self) ? DMA_MEMORY_NOT_FULL : DMA_MEMORY_NOT_EMPTY;
    self->until = vb_now();
    vb_pin_mode(self->sck, VB_MODE_OUT, VB_PULL_NONE);
    vb_pin_mode(self->ws, VB_MODE_OUT, VB_PULL_NONE);
    vb_pin_mode(self->sd, sends(self) ? VB_MODE_OUT : VB_MODE_IN, VB_PULL_NONE);
}

static machine_i2s_obj_t *mp_machine_i2s_make_new_instance(mp_int_t i2s_id) {
    if (i2s_id < 0 || i2s_id >= IDS) {
        mp_raise_ValueError(MP_ERROR_TEXT("invalid id"));
    }
    machine_i2s_obj_t *self = MP_STATE_PORT(machine_i2s_obj)[i2s_id];
    if (self == NULL) {
        self = mp_obj_malloc(machine_i2s_obj_t, &machine_i2s_type);
        self->i2s_id = i2s_id;
        self->alarm.due = VB_NEVER;
        self->alarm.run = alarm_due;
        MP_STATE_PORT(machine_i2s_obj)[i2s_id] = self;
    }
    vb_alarm_cancel(&self->alarm);
    return self;
}

static void mp_machine_i2s_deinit(machine_i2s_obj_t *self) {
    vb_alarm_cancel(&self->alarm);
}

static void mp_machine_i2s_irq_update(machine_i2s_obj_t *self) {
    vb_alarm_cancel(&self->alarm);
}

void vb_i2s_deinit_all(void) {
    for (int id = 0; id < IDS; id++) {
        if (MP_STATE_PORT(machine_i2s_obj)[id]) {
            vb_alarm_cancel(&MP_STATE_PORT(machine_i2s_obj)[id]->alarm);
            MP_STATE_PORT(machine_i2s_obj)[id] = NULL;
        }
    }
}

MP_REGISTER_ROOT_POINTER(struct _machine_i2s_obj_t *machine_i2s_obj[2]);
