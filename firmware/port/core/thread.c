// core/thread.c: _thread without threads of the host. Contexts take turns where the interpreter pauses and where it waits,
// never inside a service or an interrupt, so that the same input gives the same bytes.
//
// esp32 (ports/esp32/mpthreadport.c): all threads share one core. The running one gives up the GIL every 32 jumps.
// rp2 (ports/rp2/mpthreadport.c): one more thread, on core 1, which runs at the same time: while both run, the clock
//   counts half of the work, and the turns are short.

#include <string.h>

#include "py/gc.h"
#include "py/mphal.h"
#include "py/mpthread.h"
#include "py/runtime.h"
#include "core/internal.h"
#include "core/host.h"
#include "safe/held.h"

#define WORDS (VB_BITS / 32)
#define STACKS_ADDRESS 0x51000000
#define STACK_BYTES (64 * 1024 * WORDS) // more than Python may use: for C recursion that does not check
#define FRAME_BYTES 256 // of run(), below its frame address: registers that it saved for its caller
#define STACK_STRIDE (1024 * 1024) // a gap below each, larger than any alloca(): an overrun is a fault

#if VB_ESP32
#define THREADS 24
#define TURN_NS 50000      // about 32 jumps
#define STACK_DEFAULT (4096 + MICROPY_STACK_CHECK_MARGIN)
#define STACK_LEAST 4096
#define STACK_SPARE 0
#define NO_ROOM "can't create thread"
#define TASK_BYTES 400     // of the system's heap, beside the stack; a GUESS
#else
#define THREADS 1
#define TURN_NS 20000      // of work: an edge is at most half of it early or late against the other core
#define STACK_DEFAULT 4096
#define STACK_LEAST 2048
#define STACK_SPARE 512
#define NO_ROOM "core1 in use"
#endif

enum { FREE, READY, ASLEEP, BUSY, LOCKED };

struct vb_thread {
    uint8_t doing;
    bool line;             // ASLEEP: the serial line ends the wait
    uint64_t until;        // ASLEEP, BUSY
    uint32_t seen;         // ASLEEP: vb_events at the start of the wait
    const bool *locked;    // LOCKED: until this is false
    struct _mp_state_thread_t *state;
    void *(*entry)(void *);
    void *arg, *memory;    // roots of the collector
    size_t stack_bytes;
    char *sp;              // its stack pointer while another thread runs
    vb_host_context context;
};

struct _mp_state_thread_t *vb_thread_state;
static struct vb_thread threads[1 + THREADS]; // 0: the main one
static struct vb_thread *me = threads;
static unsigned others;    // number of threads beside the main one
static uint64_t turn_over;

#define EACH_THREAD(t) struct vb_thread *t = threads; t < threads + MP_ARRAY_SIZE(threads); t++

static char *stack_of(const struct vb_thread *t) {
    return (char *)STACKS_ADDRESS + (t - threads - 1) * STACK_STRIDE;
}

void vb_thread_map(void) {
    for (struct vb_thread *t = threads + 1; t < threads + MP_ARRAY_SIZE(threads); t++) {
        vb_host_map((uintptr_t)stack_of(t), STACK_BYTES);
    }
}

bool vb_thread_others(void) { return others; }
struct vb_thread *vb_thread_me(void) { return me; }

size_t vb_thread_bytes(void) {
    size_t sum = 0;
    #if VB_ESP32
    for (EACH_THREAD(t)) {
        sum += t != threads && t->doing != FREE ? t->stack_bytes + TASK_BYTES : 0;
    }
    #endif
    return sum;
}

// ---- which thread can continue ----

static bool main_is_called(void) {
    return MP_STATE_VM(sched_state) == MP_SCHED_PENDING
           || MP_STATE_MAIN_THREAD(mp_pending_exception) != MP_OBJ_NULL;
}

// Only the main thread runs scheduled calls. (On the ESP32 the thread that has the GIL does.)
bool vb_thread_main_called(void) {
    return me != threads && threads[0].doing != LOCKED && MP_STATE_VM(sched_state) != MP_SCHED_IDLE;
}

static bool woken(const struct vb_thread *t) {
    switch (t->doing) {
        case ASLEEP:
            return vb_now() >= t->until || t->seen != vb_events || (t->line && vb_serial_arrived())
                   || (t == threads && main_is_called());
        case BUSY:
            return vb_now() >= t->until;
        case LOCKED:
            return !*t->locked;
        default:
            return false;
    }
}

// The next thread in the row that can continue, `from` last; NULL: all wait.
static struct vb_thread *next_after(const struct vb_thread *from, bool ready_ones) {
    for (size_t i = 1; i <= MP_ARRAY_SIZE(threads); i++) {
        struct vb_thread *t = threads + (from - threads + i) % MP_ARRAY_SIZE(threads);
        if (woken(t) || (ready_ones && t->doing == READY)) {
            return t;
        }
    }
    return NULL;
}

static unsigned ready(void) {
    unsigned n = 0;
    for (EACH_THREAD(t)) {
        n += t->doing == READY;
    }
    return n;
}

static void share_time(void) {
    #if VB_RP2
    vb_clock_overlap(ready() > 1);
    #endif
    turn_over = ready() > 1 ? vb_now() + TURN_NS : VB_NEVER;
    vb_service_soon();
}

static void run(struct vb_thread *next) {
    struct vb_thread *was = me;
    next->doing = READY;
    was->state = vb_thread_state;
    was->sp = (char *)__builtin_frame_address(0) - FRAME_BYTES;
    me = next;
    vb_thread_state = next->state;
    share_time();
    if (next != was) {
        vb_host_context_switch(&was->context, &next->context);
    }
}

// ---- turns and waits (called by core/clock.c) ----

uint64_t vb_thread_due(void) {
    uint64_t due = turn_over;
    if (others) {
        for (EACH_THREAD(t)) {
            due = t->doing == ASLEEP || t->doing == BUSY ? MIN(due, t->until) : due;
        }
    }
    return due;
}

bool vb_thread_is_next(void) { return next_after(me, vb_now() >= turn_over); }

void vb_thread_turn(void) {
    struct vb_thread *next = next_after(me, vb_now() >= turn_over);
    if (next) {
        run(next);
    }
}

// Waits until the present thread can continue; the others run, or time passes.
static void wait_for_me(void) {
    share_time();
    for (;;) {
        struct vb_thread *next = next_after(me, true);
        if (next) {
            run(next);
            return;
        }
        uint64_t until = VB_NEVER;
        bool line = false;
        for (EACH_THREAD(t)) {
            until = t->doing == ASLEEP || t->doing == BUSY ? MIN(until, t->until) : until;
            line |= t->doing == ASLEEP && t->line;
        }
        vb_clock_step(until, line, threads[0].doing == ASLEEP);
    }
}

void vb_thread_sleep(uint64_t until, bool line) {
    me->doing = ASLEEP;
    me->until = until;
    me->line = line;
    me->seen = vb_events;
    wait_for_me();
}

void vb_thread_busy(uint64_t until) {
    me->doing = BUSY;
    me->until = until;
    wait_for_me();
}

void vb_thread_wait_unlocked(const bool *locked) {
    me->doing = LOCKED;
    me->locked = locked;
    wait_for_me();
}

void vb_thread_make_way(const bool *locked) {
    for (EACH_THREAD(t)) {
        if (others && t->doing == LOCKED && t->locked == locked && !vb_clock_busy() && !vb_irq_off) {
            run(t);
            return;
        }
    }
}

// ---- life ----

void vb_thread_start(void) {
    memset(threads, 0, sizeof(threads));
    me = threads;
    me->doing = READY;
    others = 0;
    turn_over = VB_NEVER;
    vb_clock_overlap(false);
    mp_thread_set_state(&mp_state_ctx.thread);
}

static void leave(void) {
    me->entry(me->arg);
    me->doing = FREE;
    me->arg = me->memory = NULL;
    others--;
    mp_state_thread_t last; // entry()'s went with its frame, and interrupts may run on this stack until the next switch
    mp_thread_init_state(&last, STACK_BYTES / 2, NULL, NULL);
    wait_for_me(); // never returns: the thread is FREE
}

static mp_uint_t id_of(const struct vb_thread *t) {
    return VB_ESP32 ? (mp_uint_t)t : t == threads ? 1 : 2; // the task's address; the number of the core
}

static struct vb_thread *claim(void) {
    for (EACH_THREAD(t)) {
        if (t->doing == FREE) {
            return t;
        }
    }
    mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT(NO_ROOM));
}

static size_t stack_size(size_t wanted) {
    size_t most = STACK_BYTES / 2;
    wanted = wanted == 0 ? STACK_DEFAULT : MAX(wanted, STACK_LEAST);
    return MIN(wanted, most) / sizeof(uintptr_t) * sizeof(uintptr_t);
}

mp_uint_t mp_thread_create(void *(*entry)(void *), void *arg, size_t *size) {
    struct vb_thread *t = claim();
    size_t bytes = stack_size(*size);
    #if VB_ESP32
    if (bytes + TASK_BYTES > gc_get_max_new_split()) {
        mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT(NO_ROOM));
    }
    #else
    t->memory = m_new(uint8_t, bytes); // on the chip the stack of core 1 is on the heap
    #endif
    t->entry = entry;
    t->arg = arg;
    t->stack_bytes = bytes;
    t->state = NULL;
    vb_host_context_make(&t->context, stack_of(t), STACK_BYTES, leave);
    t->sp = stack_of(t) + STACK_BYTES;
    t->doing = READY;
    others++;
    share_time();
    *size = (bytes - STACK_SPARE) * WORDS;
    return id_of(t);
}

mp_uint_t mp_thread_get_id(void) { return id_of(me); }
void mp_thread_start(void) { }
void mp_thread_finish(void) { }

static char *top_of(const struct vb_thread *t) {
    return t == threads ? t->state->stack_top : stack_of(t) + STACK_BYTES;
}

void mp_thread_gc_others(void) {
    for (EACH_THREAD(t)) {
        if (t->doing == FREE) {
            continue;
        }
        gc_collect_root(&t->arg, 1);
        gc_collect_root(&t->memory, 1);
        if (t != me && t->state) {
            gc_collect_root((void **)&t->context, sizeof(t->context) / sizeof(void *)); // its registers
            gc_collect_root((void **)t->sp, (top_of(t) - t->sp) / sizeof(void *));
        }
    }
}

void vb_thread_keep_interior(void) {
    for (EACH_THREAD(t)) {
        if (t->doing != FREE && t != me && t->state) {
            vb_keep_interior((void **)&t->context, (void **)(&t->context + 1));
            vb_keep_interior((void **)t->sp, (void **)top_of(t));
        }
    }
}
