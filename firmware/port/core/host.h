// core/host.h: what the board needs from the machine that it runs on. Each platform implements it once, here Linux in
// core/host_linux.h and core/host_linux.c. No other file of the port uses an operating system (tests/unit/test_firmware.py).
//
// The bench is at the other end of one stream of bytes. If it goes away, the process ends: no function returns that error.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// ---- the process ----

enum { VB_EXIT_USAGE = 2, VB_EXIT_BENCH_GONE = 4, VB_EXIT_PANIC = 7, VB_EXIT_LOADER = 8 };

#define VB_HOST_USAGE "--bench-fd N --flash-fd N"
bool vb_host_option(const char *name, uint64_t value); // an option of the command line that belongs to the host
// Opens what the options name, and closes all else that the parent left open. Returns the bytes of the flash image; an
// empty one becomes `flash_bytes` long. 0: the options do not suffice; other errors end the process.
size_t vb_host_open(size_t flash_bytes);
// Locks the process, so that it can reach nothing but what is in this header, and calls `run` on a stack of its own.
// A stack overrun calls vb_panic() (main.c).
__attribute__((noreturn)) void vb_host_run(size_t flash_bytes, void (*run)(void));
// Calls `run` again, as in a new process: all variables but those that are VB_RETAINED (core/internal.h) have their
// first values.
__attribute__((noreturn)) void vb_host_run_again(void);
__attribute__((noreturn)) void vb_host_exit(int code);

// ---- memory ----

// Zeroed memory at exactly this address, before vb_host_run(); ends the process if that is not free.
void *vb_host_map(uintptr_t address, size_t bytes);

// ---- the stream to the bench ----

static inline void vb_host_write(const void *from, size_t len);
static void vb_host_read(void *to, size_t len);  // waits for all of it
static inline bool vb_host_poll(int timeout_ms); // whether there is something to read; -1: waits without a limit

// ---- the flash image: both return how many bytes it has of those asked for, -1 for an error ----

static inline int vb_host_flash_read(size_t at, void *to, size_t len);
static inline int vb_host_flash_write(size_t at, const void *from, size_t len);

// ---- the wall clock, from any start ----

static inline int64_t vb_host_clock_ns(void);

// ---- contexts: stacks that take turns ----

// The platform defines the type vb_host_context: the registers of a context that does not run. The garbage collector
// looks at each word of it, which takes time, so its size is part of what a program observes.
//
//     void vb_host_context_make(vb_host_context *context, void *stack, size_t bytes, void (*entry)(void));
//     void vb_host_context_switch(vb_host_context *from, vb_host_context *to);
//
// `entry` must not return. The context that calls vb_host_context_switch() first needs no vb_host_context_make().

#ifdef __linux__
#include "core/host_linux.h"
#else
#error "this platform needs a core/host_<platform>.h and .c"
#endif
