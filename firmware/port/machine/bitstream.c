// machine/bitstream.c: machine.bitstream(). The bench gets the bytes and the timing, and gives them to the lamps on
// the pin's net; there are no edges for other parts.
//
// Times are rounded as on the chips: RMT counts at 40 MHz (ports/esp32/machine_bitstream.c), the Pico's processor
// counts its own cycles (ports/rp2/machine_bitstream.c).

#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"

#if VB_ESP32
#define TICKS_PER_US 40
#else
#define TICKS_PER_US (VB_CPU_HZ / 1000000)
#endif
#define PIECE 8192 // bytes of one call
#define PIECE_NS 4000000000ull // and its longest time, unless one byte takes longer
#define TIMES 4    // high and low of a 0, of a 1

static void send(uint8_t pin, const uint32_t *timing_ns, const uint8_t *data, size_t len) {
    static struct {
        struct vb_bitstream head;
        uint8_t data[PIECE];
    } call;
    memcpy(&call.head, timing_ns, sizeof(call.head));
    memcpy(call.data, data, len);
    size_t ones = 0;
    for (size_t i = 0; i < len; i++) {
        ones += __builtin_popcount(data[i]);
    }
    uint64_t zero = (uint64_t)timing_ns[0] + timing_ns[1], one = (uint64_t)timing_ns[2] + timing_ns[3];
    uint64_t ns = one * ones + zero * (8 * len - ones);
    struct vb_told told = {.flag = ns <= PIECE_NS ? VB_FLAG_STREAMS : 0, .value = ns << 32};
    vb_call_told(&told, VB_CALL_BITSTREAM, pin, 0, &call, sizeof(call.head) + len, NULL, 0);
}

void machine_bitstream_high_low(mp_hal_pin_obj_t pin, uint32_t *timing_ns, const uint8_t *buf, size_t len) {
    for (int i = 0; i < TIMES; i++) {
        timing_ns[i] = (uint64_t)timing_ns[i] * TICKS_PER_US / 1000 * 1000 / TICKS_PER_US;
    }
    #if VB_RP2
    // The processor makes the edges itself, with interrupts off.
    mp_hal_pin_output(pin);
    uint32_t irq = mp_hal_quiet_timing_enter();
    #endif
    uint64_t zero = (uint64_t)timing_ns[0] + timing_ns[1], one = (uint64_t)timing_ns[2] + timing_ns[3];
    size_t piece = MAX(1, MIN(PIECE, PIECE_NS / (8 * MAX(MAX(zero, one), 1))));
    for (size_t at = 0; at < len; at += piece) {
        send(pin, timing_ns, buf + at, MIN(len - at, piece));
    }
    #if VB_RP2
    mp_hal_quiet_timing_exit(irq);
    #endif
}
