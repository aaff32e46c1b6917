// mpthreadport.h: the types that py/mpthread.h needs. Threads are in core/thread.c, locks in core/mutex.c.
#pragma once

#include <stdbool.h>

struct vb_thread;

typedef struct {
    bool locked;
} mp_thread_mutex_t;

typedef struct {
    bool locked;
    struct vb_thread *owner;
    unsigned depth;
} mp_thread_recursive_mutex_t;

// The state of the running thread: one load, as each opcode that may raise reads it.
extern struct _mp_state_thread_t *vb_thread_state;

static inline struct _mp_state_thread_t *mp_thread_get_state(void) {
    return vb_thread_state;
}

static inline void mp_thread_set_state(struct _mp_state_thread_t *state) {
    vb_thread_state = state;
}

void mp_thread_gc_others(void);
