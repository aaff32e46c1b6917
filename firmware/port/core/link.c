// core/link.c: the frames between board and bench (frames.toml), over one stream socket.

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "core/aside.h"
#include "core/internal.h"
#include "core/host.h"
#include "core/engine.h"

static struct vb_record out[256]; // not sent yet
static size_t out_n;
static struct vb_grant last;      // the last grant
static struct vb_step steps[UINT8_MAX]; // and its steps
static size_t steps_at;        // the next step
static struct vb_slots slots; // of the last grant
struct vb_radio vb_link_radio;
struct vb_absent vb_link_absent;
struct vb_sockets vb_link_sockets;
uint8_t vb_link_received[VB_TOLD_RECEIVED];
static struct {
    bool known;               // the level at its pad follows from the slots, although the promise is void
    size_t taken;             // bits
    bool unknown_bit;         // the slot since the last falling edge has no bit that is known
    uint64_t fell, held;      // the last falling edge of the line; until when the chip holds it low
    uint64_t from, until;     // the chip's presence: it holds the line low then, too
} line;
static struct vb_pulse pulse;
static bool pulse_known;      // the answer to the next pulse is known
static uint64_t answered;      // until when the last one lasts
static struct vb_table table;
static uint64_t table_writes;  // its pads, as a mask; 0: it does not hold
static bool promise_void, wake_seen;
static bool at_read;          // the promise is void, but only a read of a pin can notice it
static uint64_t tx_due = VB_NEVER; // somebody listens to the printed bytes: ask before then
uint64_t vb_coupled;
static uint64_t pending;     // channels of the last grant that were not fetched since
static uint64_t steady;        // the bench has promised what the ADC of these pads reads
static uint32_t steady_uv[64];
static uint64_t steady_until[64]; // so long

#define TX_NS 2000000 // a delay, or a program that prints a lot would ask after each line

bool vb_realtime(void) { return last.flags & VB_FLAG_REALTIME; }
bool vb_headless(void) { return last.flags & VB_FLAG_HEADLESS; }
bool vb_link_must_ask(void) { return promise_void; }
bool vb_link_void(void) { return promise_void || wake_seen || tx_due != VB_NEVER; }

// Brings the levels up to date with the steps. While an engine is on, it does so (vb_link_come_to()): it reads them later
// than their time.
static void keep_up(void) {
    while (!vb_engine_on && steps_at < last.steps && vb_now() >= steps[steps_at].t) {
        last.levels = steps[steps_at++].levels;
    }
}

uint64_t vb_horizon(void) {
    keep_up();
    if (promise_void && line.known) {
        uint64_t now = vb_now(), next = now < line.held ? line.held : now < line.from ? line.from : line.until;
        if (now < next) {
            return MIN(next, last.horizon);
        }
    }
    return steps_at < last.steps ? MIN(steps[steps_at].t, last.horizon) : last.horizon;
}

// Until when the board knows its inputs without a request. Threads take turns at each request: with fewer requests they
// would see the same levels, but at other places of their programs. With an engine the processor stops at each step, as it
// may lead to an interrupt.
static uint64_t known_until(void) { return vb_engine_on || vb_thread_others() ? vb_horizon() : last.horizon; }

// Before the horizon there are no edges but those that were announced. A person acts at any time.
bool vb_link_edges_unknown(void) {
    return !vb_headless() || vb_link_void() || vb_now() >= known_until() || steps_at < last.steps;
}

uint64_t vb_link_due(void) { return (promise_void && !at_read) || wake_seen ? 0 : MIN(tx_due, known_until()); }

void vb_flush(void) {
    size_t len = out_n * sizeof(out[0]);
    out_n = 0;
    vb_host_write(out, len);
}

// ---- records ----

static void put_at(uint8_t kind, uint8_t a, uint16_t b, uint32_t c, uint64_t t) {
    if (kind == VB_REC_OUT || kind == VB_REC_PWM) {
        steady &= ~(1ull << (a & 63)); // an output whose own ADC the program reads
    }
    out[out_n++] = (struct vb_record) {kind, a, b, c, t};
    if (out_n == MP_ARRAY_SIZE(out)) {
        vb_aside(vb_flush);
    }
}

void vb_link_put(uint8_t kind, uint8_t a, uint16_t b, uint32_t c) {
    vb_engine_catch_up(); // edges of the engine up to now come first
    vb_settled = vb_now();
    put_at(kind, a, b, c, vb_settled);
}

uint64_t vb_link_levels(void) {
    keep_up();
    return last.levels;
}

// A coupled output changed, or an output may be coupled from now on: the next read has to ask for the inputs.
static void break_promise(bool until_read) {
    if (!promise_void || (at_read && !until_read)) {
        promise_void = true;
        at_read = until_read;
        if (!at_read) {
            vb_service_soon();
        }
    }
}

// A handler may interrupt a wait for an edge, an engine and another thread look at any time, and a person watches.
static bool until_read(uint8_t kind, uint8_t a) {
    return kind == VB_REC_OUT && (last.at_read >> a & 1) && vb_headless() && !vb_clock_busy() && !vb_hard && !vb_engine_on
        && !vb_thread_others();
}

// A PWM that starts makes its pin an output, as MODE does: the bench has not said yet whether it is coupled.
static bool starts_pwm(uint8_t kind, uint8_t a, uint32_t hz) {
    static uint64_t sounding;
    if (kind != VB_REC_PWM) {
        return false;
    }
    bool was = sounding >> a & 1;
    sounding = hz ? sounding | 1ull << a : sounding & ~(1ull << a);
    return hz && !was;
}

static bool is_coupled(uint8_t kind, uint8_t a, uint32_t c) {
    bool output = kind == VB_REC_OUT || kind == VB_REC_PWM;
    return starts_pwm(kind, a, c) || kind == VB_REC_MODE || kind == VB_REC_DAC || (output && (vb_coupled >> a & 1));
}

// Something that may change levels. Of the pad of the slots the board knows what comes of its own edges.
static void follow_line(uint8_t kind, uint8_t a, bool level) {
    uint64_t low_ns = vb_settled - line.fell;
    if (kind != VB_REC_OUT || a != slots.gpio) {
        line.known = false;
    } else if (level && low_ns >= slots.reset) {
        line.from = vb_settled + slots.wait;
        line.until = line.from + slots.presence;
        line.taken = slots.count;
    } else if (level) {
        line.known &= low_ns < slots.longest && !line.unknown_bit;
    } else if (vb_settled < line.until) {
        line.known = false;
    } else if (vb_settled > line.held) { // else the line is low already
        line.fell = vb_settled;
        line.unknown_bit = line.taken >= slots.count; // perhaps it is the beginning of a reset
        if (!line.unknown_bit) {
            bool bit = slots.bits[line.taken / 8] >> line.taken % 8 & 1;
            line.held = bit ? 0 : line.fell + slots.hold;
            line.taken++;
        }
    }
}

// What a write leaves of the table: another pad may change its levels.
static void follow_table(uint8_t kind, uint8_t a) {
    if (kind != VB_REC_OUT || !(table_writes >> a & 1)) {
        table_writes = 0;
    }
}

static void hold_table(void) {
    table_writes = 0;
    for (int i = 0; i < table.count; i++) {
        table_writes |= 1ull << table.writes[i];
    }
}

// The levels by the table. A pad that is held keeps another level than that of its latch.
static bool in_table(uint8_t pin) {
    return promise_void && at_read && table_writes && (table.reads >> pin & 1) && steps_at == last.steps && !vb_pin_any_held();
}

static uint64_t table_levels;

static void look_up(void) {
    unsigned row = 0;
    for (int i = 0; i < table.count; i++) {
        row |= vb_pin_latch(table.writes[i]) << i;
    }
    table_levels = table.rows[row];
}

// The end of a pulse that a sensor answers: the answer goes among the steps.
static void plan_answer(void) {
    static struct vb_step planned[UINT8_MAX];
    keep_up();
    uint64_t begin = vb_settled + pulse.delay, levels = last.levels & ~pulse.answer, high = 0;
    uint64_t next = begin; // the end that comes next
    answered = begin + pulse.width;
    steady &= ~pulse.answer;
    size_t n = 0;
    while (steps_at < last.steps || next != VB_NEVER) {
        uint64_t t = next;
        if (steps_at < last.steps && steps[steps_at].t <= next) {
            t = steps[steps_at].t;
            levels = steps[steps_at++].levels & ~pulse.answer;
        } else {
            high = next == begin ? pulse.answer : 0;
            next = next == begin ? answered : VB_NEVER;
        }
        planned[n++] = (struct vb_step) {t, levels | high};
    }
    memcpy(steps, planned, n * sizeof(steps[0]));
    steps_at = 0;
    last.steps = n;
    vb_service_soon();
}

// A write of which the board knows what comes of it: a sensor's trigger.
static bool follow_pulse(uint8_t kind, uint8_t a, bool high) {
    bool is_alone = !vb_engine_on && !vb_thread_others(); // each step is a request for them
    pulse_known &= kind == VB_REC_OUT && a == pulse.trigger && !promise_void && is_alone && last.steps - steps_at <= UINT8_MAX - 2;
    if (!pulse_known) {
        return false;
    }
    bool ends = pulse.high && !high;
    if (high && !pulse.high) {
        pulse.rose = vb_settled;
    }
    pulse.high = high;
    if (ends && vb_settled - pulse.rose >= pulse.least && vb_settled > answered) {
        vb_aside(plan_answer); // as for a request: it leaves nothing on the stack
    }
    return true;
}

void vb_link_late(uint8_t kind, uint8_t a, uint16_t b, uint32_t c, uint64_t t) {
    put_at(kind, a, b, c, t);
    if (is_coupled(kind, a, c)) {
        line.known = pulse_known = false;
        table_writes = 0;
        break_promise(false);
    }
}

void vb_emit(uint8_t kind, uint8_t a, uint16_t b, uint32_t c) {
    vb_engine_catch_up();
    if (vb_now() >= known_until()) {
        vb_aside(vb_sync); // one builtin may have run for long: no record is sent after the horizon
    }
    vb_link_put(kind, a, b, c);
    if (kind == VB_REC_TX) {
        if (vb_coupled >> 63 && tx_due == VB_NEVER) {
            tx_due = vb_now() + TX_NS;
            vb_service_soon();
        }
        return;
    }
    if (kind == VB_REC_IRQ) {
        line.known = pulse_known = false;
        table_writes = 0;
        last.at_read = 0; // it does not know of this interrupt
        if (at_read) {
            break_promise(false); // what was written may be an edge there
        }
    }
    if (is_coupled(kind, a, c)) {
        if (!follow_pulse(kind, a, c)) {
            follow_line(kind, a, c);
            follow_table(kind, a);
            break_promise(until_read(kind, a));
        }
        if (vb_engine_on) {
            vb_aside(vb_sync); // it may read what this changed, from now on
        }
    }
}

void vb_emit_text(uint8_t kind, const char *str, size_t len) {
    for (size_t done = 0; done < len;) {
        struct vb_text text = {0};
        size_t n = MIN(len - done, sizeof text);
        memcpy(&text, str + done, n);
        vb_emit(kind, n, text.b, text.c);
        done += n;
    }
}

// ---- requests ----

// Reads the bytes behind the grant. At most `len` of them go to `into`, the rest is dropped; if `into` is NULL they are
// serial input.
static void take_bytes(uint8_t *into, size_t len) {
    static uint8_t rx[VB_RX_RING];
    size_t used = into ? MIN(len, last.rx_len) : 0;
    vb_host_read(into, used);
    for (size_t left = last.rx_len - used; left;) {
        size_t n = MIN(left, sizeof(rx));
        vb_host_read(rx, n);
        if (!into) {
            vb_serial_receive(rx, n);
        }
        left -= n;
    }
}

static void take_readings(void) {
    struct vb_readings readings;
    vb_host_read(&readings, sizeof(readings));
    for (size_t i = 0; i < readings.count; i++) {
        uint8_t pin = readings.pins[i];
        steady |= 1ull << pin;
        steady_uv[pin] = readings.microvolts[i];
        steady_until[pin] = VB_NEVER;
    }
}

static void take_grant(uint8_t *into, size_t len) {
    bool followed = vb_realtime();
    do {
        vb_host_read(&last, sizeof(last));
        // A wake that was on its way needs no answer: the grant follows it.
    } while (last.kind != VB_REPLY_GRANT);
    take_bytes(into, len);
    vb_host_read(steps, last.steps * sizeof(steps[0]));
    steps_at = 0;
    line.known = last.flags & VB_FLAG_SLOTS;
    if (line.known) {
        vb_host_read(&slots, sizeof(slots));
        line.taken = 0;
        line.held = slots.held;
        line.from = line.until = 0;
        line.unknown_bit = false;
        line.fell = slots.held ? slots.held - slots.hold : 0;
    }
    if (last.flags & VB_FLAG_RADIO) {
        vb_host_read(&vb_link_radio, sizeof(vb_link_radio));
    }
    if (last.flags & VB_FLAG_ABSENT) {
        vb_host_read(&vb_link_absent, sizeof(vb_link_absent));
    }
    if (last.flags & VB_FLAG_SOCKETS) {
        vb_host_read(&vb_link_sockets, sizeof(vb_link_sockets));
        vb_host_read(vb_link_received, vb_link_sockets.count);
    }
    steady &= last.same;
    if (last.flags & VB_FLAG_READINGS) {
        take_readings();
    }
    pulse_known = last.flags & VB_FLAG_PULSE;
    if (pulse_known) {
        vb_host_read(&pulse, sizeof(pulse));
        answered = 0;
    }
    if (last.flags & VB_FLAG_NEW_TABLE) {
        vb_host_read(&table, sizeof(table));
    }
    if (last.flags & VB_FLAG_TABLE) {
        hold_table();
    } else {
        table_writes = 0;
    }
    vb_coupled = last.coupled;
    pending = last.pending;
    promise_void = wake_seen = at_read = false;
    tx_due = VB_NEVER;
    if (last.rose | last.fell) {
        vb_pin_edges(last.rose, last.fell);
    }
    if (last.pending || (last.rx_len && !into)) { // who called gets the bytes of an answer
        vb_events++;
    }
    if (vb_realtime() && !followed) {
        vb_wall_restart(); // a person has paused the bench, or it was slower or faster
    }
    vb_service_soon();
}

// With interrupts off the chip's receive interrupt does not run: the bytes stay with the bench. A program may choose an
// interrupt character that is no byte.
static unsigned room(void) { return vb_irq_off ? 0 : vb_serial_room(); }

static uint8_t interrupt(void) {
    int c = mp_interrupt_char;
    return vb_irq_off || c < 0 || c > 255 ? 255 : c;
}

static void ask(uint8_t kind, uint8_t a) {
    vb_link_put(kind, a, room(), interrupt());
    vb_flush();
    take_grant(NULL, 0);
}

void vb_link_come_to(uint64_t t) {
    if (!promise_void && steps_at < last.steps && steps[steps_at].t <= t) {
        last.levels = steps[steps_at++].levels;
        return;
    }
    put_at(VB_REC_SYNC, 0, room(), interrupt(), t);
    vb_flush();
    take_grant(NULL, 0);
}

static void wait(uint64_t t, uint8_t kind) {
    uint64_t now = vb_now(), ns = t > now ? t - now : 0; // a handler may have taken longer than the wait
    uint64_t c = t == VB_NEVER ? VB_WAIT_FOREVER : MIN(ns / 1000, VB_WAIT_FOREVER - 1);
    if (kind == VB_REC_WAIT && ns <= UINT32_MAX) {
        kind = VB_REC_WAIT_NS;
        c = ns;
    }
    vb_link_put(kind, interrupt(), room(), c);
    vb_flush();
    take_grant(NULL, 0);
}

uint64_t vb_link_pass(uint64_t t) {
    wait(t, VB_REC_WAIT);
    return last.value;
}

void vb_link_wait(uint64_t t, uint8_t kind) {
    wait(t, kind);
    vb_clock_jump(last.value);
    if (vb_realtime()) { // since this grant: in realtime no board waits here
        vb_wall_restart();
    }
}

void vb_hello(void) {
    vb_link_put(VB_REC_HELLO, VB_FRAMES_VERSION, VB_FAMILY_ID, VB_BITS);
    vb_flush();
    take_grant(NULL, 0);
}

static const struct vb_told *told_answer;
static bool is_posted;
static uint8_t *asked_into;
static size_t asked_len;
static uint64_t answer;

static void call_aside(void) {
    static uint8_t nowhere;
    if (!is_posted) {
        vb_flush();
        take_grant(asked_into ? asked_into : &nowhere, asked_into ? asked_len : 0);
        answer = last.value;
        return;
    }
    if (told_answer->len) {
        memcpy(asked_into, told_answer->bytes, MIN(told_answer->len, asked_len));
    }
    if (told_answer->after) {
        last.horizon = MIN(last.horizon, vb_settled + told_answer->after);
        vb_service_soon();
    }
    last.flags &= ~told_answer->ends;
    pending &= ~told_answer->fetches;
    answer = told_answer->value;
}

// One function for both: what is left on the stack decides what the next collection of garbage finds.
uint64_t vb_link_call(const struct vb_told *what, bool post, uint8_t *into, size_t len) {
    told_answer = what;
    is_posted = post;
    asked_into = into;
    asked_len = len;
    vb_aside(call_aside);
    return answer;
}

bool vb_link_knows(uint64_t flag) { return (last.flags & flag) && !vb_link_void(); }

bool vb_link_has_pending(void) { return pending; }

uint64_t vb_link_pending(void) {
    uint64_t channels = pending;
    pending = 0;
    return channels;
}

void vb_sync(void) { ask(VB_REC_SYNC, 0); }

static uint8_t asked_pin;
static bool is_known;
static uint64_t reading_before;

static void convert_aside(void) {
    if (!is_known) {
        ask(VB_REC_ADC, asked_pin);
        steady |= 1ull << asked_pin;
        steady_uv[asked_pin] = last.value;
        uint64_t held = last.value >> 32;
        steady_until[asked_pin] = held == VB_HELD_FOREVER ? VB_NEVER : vb_now() + held;
    } else if (steady_uv[asked_pin] != reading_before) {
        vb_link_put(VB_REC_READING, asked_pin, 0, 0);
    }
}

uint64_t vb_link_convert(uint8_t pin, uint64_t before) {
    vb_clock_settle();
    bool known = steady >> pin & 1 && vb_now() < MIN(last.horizon, steady_until[pin]);
    is_known = known && !promise_void && !wake_seen;
    asked_pin = pin;
    reading_before = before;
    vb_aside(convert_aside);
    return steady_uv[pin];
}

// Pads that are inputs of a UART: the program hardly reads them as pins, so the bench promises nothing about them, and
// other boards on the wire need not wait for this one. Each read asks.
static uint64_t rarely_read;

void vb_link_read_rarely(uint8_t pin, bool on) {
    rarely_read = on ? rarely_read | 1ull << pin : rarely_read & ~(1ull << pin);
}

static uint8_t watched_pin;

static void watch(void) {
    vb_link_put(VB_REC_IRQ, watched_pin, 3, 0);
    vb_sync();
}

void vb_link_watch(uint8_t pin) {
    if (rarely_read >> pin & 1) {
        vb_link_read_rarely(pin, false);
        watched_pin = pin;
        vb_aside(watch);
    }
}

bool vb_level(uint8_t pin) {
    vb_clock_settle();
    vb_engine_catch_up();
    bool follows = promise_void && at_read && line.known && pin == slots.gpio, told = in_table(pin);
    bool is_void = follows || told ? wake_seen || tx_due != VB_NEVER : vb_link_void();
    if ((rarely_read >> pin & 1) || is_void || vb_now() >= known_until()) {
        vb_aside(vb_sync);
        follows = told = false;
    }
    if (told) {
        vb_aside(look_up); // as for a request: it leaves nothing on the stack
        return table_levels >> pin & 1;
    }
    bool is_held = vb_now() < line.held || (vb_now() >= line.from && vb_now() < line.until);
    return follows ? vb_pin_latch(pin) && !is_held : vb_link_levels() >> pin & 1;
}

// ---- wakes ----

bool vb_link_poll(int timeout_ms) {
    if (!vb_headless() || timeout_ms) {
        vb_flush(); // a person may be watching
    }
    if (!vb_host_poll(timeout_ms)) {
        return false;
    }
    struct vb_grant wake; // nothing else comes without a request; the end of the stream ends the process
    vb_host_read(&wake, sizeof(wake));
    wake_seen = true;
    return true;
}
