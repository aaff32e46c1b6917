// cost/uncharged.h: included before all else in our own files (Makefile): what the link, the flash and the like
// copy is no work of the chip's, and partly depends on the wall clock. The compiler still inlines these.
#pragma once
#include <stddef.h>

extern void *memcpy(void *to, const void *from, size_t n) __asm__("__real_memcpy");
extern void *memmove(void *to, const void *from, size_t n) __asm__("__real_memmove");
extern void *memset(void *to, int c, size_t n) __asm__("__real_memset");
extern int memcmp(const void *a, const void *b, size_t n) __asm__("__real_memcmp");
