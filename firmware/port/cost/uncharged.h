// cost/uncharged.h: included first in the port's own files (Makefile). What the link, the flash and others copy is not
// work of the chip, and partly depends on the wall clock. The compiler still inlines these functions.
#pragma once
#include <stddef.h>

extern void *memcpy(void *to, const void *from, size_t n) __asm__("__real_memcpy");
extern void *memmove(void *to, const void *from, size_t n) __asm__("__real_memmove");
extern void *memset(void *to, int c, size_t n) __asm__("__real_memset");
extern int memcmp(const void *a, const void *b, size_t n) __asm__("__real_memcmp");
