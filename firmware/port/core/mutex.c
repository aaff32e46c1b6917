// core/mutex.c: locks between the threads of core/thread.c. When a thread releases a lock that another one waits for, the
// other one runs at once: taskYIELD() on the esp32, a spinning core on the rp2.

#include "py/mpthread.h"
#include "py/runtime.h"
#include "core/internal.h"

void mp_thread_mutex_init(mp_thread_mutex_t *mutex) {
    mutex->locked = false;
}

int mp_thread_mutex_lock(mp_thread_mutex_t *mutex, int wait) {
    while (mutex->locked) {
        if (!wait) {
            return 0;
        }
        vb_thread_wait_unlocked(&mutex->locked);
    }
    mutex->locked = true;
    return 1;
}

void mp_thread_mutex_unlock(mp_thread_mutex_t *mutex) {
    mutex->locked = false;
    vb_thread_make_way(&mutex->locked);
}

// The interpreter's own lock, for its memory.
void mp_thread_recursive_mutex_init(mp_thread_recursive_mutex_t *mutex) {
    mutex->locked = false;
    mutex->depth = 0;
}

int mp_thread_recursive_mutex_lock(mp_thread_recursive_mutex_t *mutex, int wait) {
    while (mutex->locked && mutex->owner != vb_thread_me()) {
        if (!wait) {
            return 0;
        }
        vb_thread_wait_unlocked(&mutex->locked);
    }
    mutex->locked = true;
    mutex->owner = vb_thread_me();
    mutex->depth++;
    return 1;
}

// gc_alloc() of 1.25 unlocks once too often after the heap grew. Official ports that grow their heap have a GIL instead.
void mp_thread_recursive_mutex_unlock(mp_thread_recursive_mutex_t *mutex) {
    mutex->depth -= mutex->depth > 0;
    mutex->locked = mutex->depth > 0;
}
