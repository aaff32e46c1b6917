// cost/charged.h: included first in MicroPython's files and in those of ours that replace one (Makefile): here a copy or a
// comparison of bytes takes virtual time. One whose size is a constant of the language takes none: a compiler leaves no call
// of it. So the time follows from the source, and not from what a compiler inlines.
#pragma once

#include <stddef.h>
#include <string.h>
#include "core/board.h"

// The type of the conditional expression is int * only if n is such a constant: then (void *)(0 * n) is a null pointer.
#define VB_IS_CONSTANT(n) (sizeof(int) == sizeof(*(1 ? (void *)((long)(n) * 0) : (int *)0)))

static inline void *vb_memcpy(void *to, const void *from, size_t n) {
    vb_spend(VB_NS_MEM + VB_NS_MEM_BYTE * n);
    return memcpy(to, from, n);
}

static inline void *vb_memmove(void *to, const void *from, size_t n) {
    vb_spend(VB_NS_MEM + VB_NS_MEM_BYTE * n);
    return memmove(to, from, n);
}

static inline void *vb_memset(void *to, int c, size_t n) {
    vb_spend(VB_NS_MEM + VB_NS_MEM_BYTE * n);
    return memset(to, c, n);
}

static inline int vb_memcmp(const void *a, const void *b, size_t n) {
    vb_spend(VB_NS_MEM); // most differ at once
    return memcmp(a, b, n);
}

#define memcpy(to, from, n) (VB_IS_CONSTANT(n) ? memcpy(to, from, n) : vb_memcpy(to, from, n))
#define memmove(to, from, n) (VB_IS_CONSTANT(n) ? memmove(to, from, n) : vb_memmove(to, from, n))
#define memset(to, c, n) (VB_IS_CONSTANT(n) ? memset(to, c, n) : vb_memset(to, c, n))
#define memcmp(a, b, n) (VB_IS_CONSTANT(n) ? memcmp(a, b, n) : vb_memcmp(a, b, n))
