// core/aside.c: see core/aside.h.

#include "core/aside.h"
#include "core/host.h"

#ifdef __i386__

#define STACK 0x53000000
#define STACK_BYTES (64 * 1024)

bool vb_is_aside;
char *vb_other_sp = (char *)STACK + STACK_BYTES;
uint32_t *vb_aside_regs;

void vb_aside_map(void) {
    vb_host_map(STACK, STACK_BYTES);
}

// The registers go on the first stack: they may be all that refers to an object. Its pointer is read before the second
// stack is given free below here.
__attribute__((naked)) void vb_aside_back(void (*fn)(void)) {
    __asm__ (
        "movl 4(%esp), %eax\n\t"
        "pushal\n\t"
        "movl %esp, %ebx\n\t"
        "movl vb_aside_regs, %edi\n\t"
        "movl vb_other_sp, %esi\n\t"
        "movl %esp, %edx\n\t"
        "andl $-16, %edx\n\t"
        "movl %edx, vb_other_sp\n\t"
        "movl %esi, %esp\n\t"
        "pushl (%edi)\n\t"
        "pushl 4(%edi)\n\t"
        "pushl 8(%edi)\n\t"
        "pushl 16(%edi)\n\t"
        "pushl 20(%edi)\n\t"
        "pushl 24(%edi)\n\t"
        "pushl 28(%edi)\n\t"
        "andl $-16, %esp\n\t"
        "movb $0, vb_is_aside\n\t"
        "call *%eax\n\t"
        "movb $1, vb_is_aside\n\t"
        "movl %edi, vb_aside_regs\n\t"
        "movl %esi, vb_other_sp\n\t"
        "movl %ebx, %esp\n\t"
        "popal\n\t"
        "ret");
}

#else

void vb_aside_map(void) {
}

void vb_aside_back(void (*fn)(void)) {
    fn();
}

#endif
