// core/host_linux.c: core/host.h on Linux: two descriptors, memory at fixed addresses, and a lock on the process.
//
// Heap and stack lie at fixed addresses, so that nothing a program can observe (id(), the order of sets, what
// the conservative collector finds) depends on ASLR, argv or the environment. After the lock the process can
// read, write, wait, read the clock and exit; any other system call ends it.
//
// A board that resets itself starts again in the same process: its variables get back their first values, except
// those that outlive a reset on the chip, too (VB_RETAINED). That takes 50 us; a new process takes 1 ms.

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "py/mpconfig.h"
#include "py/misc.h"
#include "core/internal.h"
#include "core/host.h"

#define STACK_TOP 0x50000000
#define STACK_BYTES (256 * 1024) // more than Python may use: for C recursion that does not check
#define CLEARED_BYTES (64 * 1024) // cleared at a reset, as the collector looks at it
#define FAULT_STACK 0x54000000
#define FAULT_STACK_BYTES (64 * 1024)
#define SNAPSHOT 0x55000000

int vb_host_bench_fd = -1, vb_host_flash_fd = -1;

// ---- memory ----

static void die(const char *what) {
    perror(what);
    exit(VB_EXIT_USAGE);
}

void *vb_host_map(uintptr_t address, size_t bytes) {
    void *p = mmap((void *)address, bytes, PROT_READ | PROT_WRITE,
        MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (p != (void *)address) {
        die("mmap");
    }
    return p;
}

// ---- faults ----

// The stack ran into the unmapped pages below it, which is a fault and a reset on the chip, too.
static void fault(int signal, siginfo_t *info, void *context) {
    #if VB_POISON // tools/memory_fuzz.py: an empty place was used, which reaches no memory
    if ((uintptr_t)info->si_addr < 4096) {
        _exit(0);
    }
    #endif
    vb_panic(signal);
}

static void catch_faults(void) {
    stack_t alternative = {.ss_sp = vb_host_map(FAULT_STACK, FAULT_STACK_BYTES), .ss_size = FAULT_STACK_BYTES};
    sigaltstack(&alternative, NULL);
    struct sigaction action = {.sa_sigaction = fault, .sa_flags = SA_ONSTACK | SA_RESETHAND | SA_SIGINFO};
    static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE};
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        sigaction(faults[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
}

// ---- the lock ----

static void limit(int what, rlim_t value) {
    struct rlimit now;
    getrlimit(what, &now);
    now.rlim_cur = now.rlim_max = value < now.rlim_max ? value : now.rlim_max;
    setrlimit(what, &now);
}

#define ALLOW(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_##name, 0, 1), \
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static const struct sock_filter filter[] = {
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
    #ifdef __i386__
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_I386, 1, 0),
    #elif defined(__x86_64__)
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
    #else
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_AARCH64, 1, 0),
    #endif
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
    ALLOW(write), ALLOW(read), ALLOW(pread64), ALLOW(pwrite64), ALLOW(ppoll), ALLOW(clock_gettime),
    ALLOW(nanosleep), ALLOW(clock_nanosleep), ALLOW(restart_syscall), ALLOW(rt_sigreturn),
    ALLOW(exit), ALLOW(exit_group), ALLOW(rt_sigprocmask), // rt_sigprocmask: swapcontext()
    #ifdef __NR_poll
    ALLOW(poll),
    #endif
    #ifdef __i386__
    ALLOW(sigreturn), ALLOW(sigprocmask), ALLOW(clock_gettime64), ALLOW(ppoll_time64), ALLOW(clock_nanosleep_time64),
    #endif
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
};

static void lock(size_t flash_bytes) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_AS, 32 << 20);
    limit(RLIMIT_FSIZE, flash_bytes);
    limit(RLIMIT_NOFILE, 1); // no new descriptors; not 0, as poll() of one gives EINVAL then
    struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), (struct sock_filter *)filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)) {
        die("seccomp");
    }
}

// ---- options and descriptors ----

bool vb_host_option(const char *name, uint64_t value) {
    if (!strcmp(name, "--bench-fd")) {
        vb_host_bench_fd = value;
    } else if (!strcmp(name, "--flash-fd")) {
        vb_host_flash_fd = value;
    } else {
        return false;
    }
    return true;
}

// Closes what a parent, or a library of it, left open. One call per gap, as a bench of thousands of boards has
// thousands of descriptors.
static void close_others(void) {
    unsigned low = MIN(vb_host_bench_fd, vb_host_flash_fd), high = MAX(vb_host_bench_fd, vb_host_flash_fd);
    unsigned from[] = {STDERR_FILENO + 1, low + 1, high + 1}, to[] = {low - 1, high - 1, ~0u};
    for (int i = 0; i < 3; i++) {
        if (from[i] > to[i] || !syscall(SYS_close_range, from[i], to[i], 0)) {
            continue;
        }
        for (int fd = from[i], most = MIN(to[i], (unsigned)getdtablesize()); fd <= most; fd++) { // before Linux 5.9
            close(fd);
        }
    }
}

size_t vb_host_open(size_t flash_bytes) {
    struct stat flash;
    if (vb_host_bench_fd < 0 || fstat(vb_host_flash_fd, &flash)) {
        return 0;
    }
    flash_bytes = flash.st_size ? flash.st_size : flash_bytes;
    if (ftruncate(vb_host_flash_fd, flash_bytes)) {
        die("flash");
    }
    close_others();
    return flash_bytes;
}

void vb_host_exit(int code) {
    _exit(code);
}

// ---- the start, and the way back to it ----

extern char __data_start[], _end[]; // given by the linker: all variables
extern char __start_vb_retained[], __stop_vb_retained[];

static void (*run_locked)(void);
static size_t run_flash_bytes;
static jmp_buf beginning;

static size_t variables_bytes(void) {
    return _end - __data_start;
}

// Pages that are equal are not written: most are zero and take no memory.
static void copy(char *to, const char *from) {
    for (size_t done = 0, n; done < variables_bytes(); done += n) {
        n = MIN(4096, variables_bytes() - done);
        if (memcmp(to + done, from + done, n)) {
            memcpy(to + done, from + done, n);
        }
    }
}

static void start(void) {
    lock(run_flash_bytes);
    if (setjmp(beginning) == 0) {
        copy((char *)SNAPSHOT, __data_start);
    } else {
        char *low = (char *)STACK_TOP - CLEARED_BYTES, *here = __builtin_frame_address(0);
        memset(low, 0, here - 1024 - low); // not the frames of this call
    }
    run_locked();
}

void vb_host_run_again(void) {
    char kept[__stop_vb_retained - __start_vb_retained];
    memcpy(kept, __start_vb_retained, sizeof(kept));
    copy(__data_start, (char *)SNAPSHOT);
    memcpy(__start_vb_retained, kept, sizeof(kept));
    longjmp(beginning, 1);
}

void vb_host_run(size_t flash_bytes, void (*run)(void)) {
    static ucontext_t context;
    run_locked = run;
    run_flash_bytes = flash_bytes;
    catch_faults();
    vb_host_map(SNAPSHOT, (variables_bytes() + 4095) & ~4095ul);
    getcontext(&context);
    context.uc_stack.ss_sp = vb_host_map(STACK_TOP - STACK_BYTES, STACK_BYTES);
    context.uc_stack.ss_size = STACK_BYTES;
    makecontext(&context, start, 0);
    setcontext(&context);
    __builtin_unreachable();
}
