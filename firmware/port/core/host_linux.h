// core/host_linux.h: the functions of core/host.h that run below the interpreter, for Linux.
//
// They are static, and inline or not on purpose. The garbage collector looks at the whole stack, also at words that
// earlier calls left there. Other frames leave other words: then it may find another number of live objects, and the
// time of a program changes.
#pragma once

#include <errno.h>
#include <poll.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

extern int vb_host_bench_fd, vb_host_flash_fd;

// ---- the stream to the bench ----

static inline void vb_host_write(const void *from, size_t len) {
    const char *p = from;
    while (len) {
        ssize_t n = write(vb_host_bench_fd, p, len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            _exit(VB_EXIT_BENCH_GONE);
        }
        p += n;
        len -= n;
    }
}

static __attribute__((noinline)) void vb_host_read(void *to, size_t len) {
    char *p = to;
    while (len) {
        ssize_t n = read(vb_host_bench_fd, p, len);
        if (n < 0 && errno == EINTR) {
            continue;
        }
        if (n <= 0) {
            _exit(VB_EXIT_BENCH_GONE);
        }
        p += n;
        len -= n;
    }
}

static inline bool vb_host_poll(int timeout_ms) {
    struct pollfd fd = {.fd = vb_host_bench_fd, .events = POLLIN};
    int n = poll(&fd, 1, timeout_ms);
    if (n < 0 && errno != EINTR) {
        _exit(VB_EXIT_BENCH_GONE);
    }
    return n > 0;
}

// ---- flash and clock ----

static inline int vb_host_flash_read(size_t at, void *to, size_t len) {
    return pread(vb_host_flash_fd, to, len, at);
}

static inline int vb_host_flash_write(size_t at, const void *from, size_t len) {
    return pwrite(vb_host_flash_fd, from, len, at);
}

static inline int64_t vb_host_clock_ns(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000ll + t.tv_nsec;
}

// ---- contexts ----

typedef ucontext_t vb_host_context;

// A macro, as gcc inlines no function that calls getcontext().
#define vb_host_context_make(context, stack, bytes, entry) do { \
    getcontext(context); \
    (context)->uc_stack.ss_sp = stack; \
    (context)->uc_stack.ss_size = bytes; \
    makecontext(context, entry, 0); \
} while (0)

static inline void vb_host_context_switch(vb_host_context *from, vb_host_context *to) {
    swapcontext(from, to);
}
