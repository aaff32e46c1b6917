"""The seccomp filter: the system calls that host code may not make.

The namespaces of bubblewrap remove what host code could reach. This filter removes what it could
use up without a limit (processes, threads, shared memory), and interfaces of the kernel that no
calculation needs. It lists what is refused and allows the rest, because C libraries differ in what
they call. Numbers: Linux's asm/unistd_64.h (x86-64) and asm-generic/unistd.h (arm64); a test
compares them.
"""

import errno
import platform
import struct
from collections.abc import Sequence

from grader.errors import GraderError
from hardware.i18n import _

REFUSED: dict[str, tuple[int | None, int | None]] = {
    # new processes and threads
    "fork": (57, None),
    "vfork": (58, None),
    "clone": (56, 220),
    "execve": (59, 221),
    "execveat": (322, 281),
    "unshare": (272, 97),
    "setns": (308, 268),
    # other processes: without a process namespace a child could kill its parent
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "pidfd_getfd": (438, 438),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    # signals to itself: the parent must know a child that was killed from outside
    "timer_create": (222, 107),
    # limits of its own: a lower hard limit of CPU time ends like a kill from outside
    "setrlimit": (160, 164),
    # priorities: a child that waits by choice looks to the parent like an overloaded machine
    "setpriority": (141, 140),
    "sched_setparam": (142, 118),
    "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122),
    "sched_setattr": (314, 274),
    # the network; `socketpair` stays, asyncio needs it and it reaches nothing
    "socket": (41, 198),
    "bind": (49, 200),
    "listen": (50, 201),
    "connect": (42, 203),
    # memory that belongs to no address space
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    # file systems
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "swapon": (167, 224),
    # interfaces of the kernel with many functions
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "vmsplice": (278, 75),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "personality": (135, 92),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
}
"""The number of each call on x86-64 and on arm64; None: the call does not exist there."""

CLONE3 = 435
"""Refused with ENOSYS: C libraries then use `clone`."""

PRLIMIT64 = (302, 261)
"""Allowed only to read limits of the calling process: the first argument (a process) and the third
(the address of new limits) have to be 0."""

FCNTL, F_SETSIG = (72, 25), 10
"""Refused with F_SETSIG: the kernel would then send any signal that host code chooses."""

EXIT, EXIT_GROUP = (60, 93), (231, 94)
"""Exit codes from 128 on end the process as a refused call does: bubblewrap reports a signal so.
"""
_SIGNAL_BIT = 128

_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
"""Column of the tables, and AUDIT_ARCH of linux/audit.h."""
_X32 = 0x40000000
"""From this number on x86-64 has a second set of calls (x32)."""
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _ARGUMENTS, _WORD = 0, 4, 16, 4
"""Offsets in `struct seccomp_data`. An argument is two words, the low one first: both chips are
little-endian."""
_KILL, _ALLOW, _FAIL = 0x80000000, 0x7FFF0000, 0x00050000
_WHOLE_WORD = 0xFFFFFFFF

Instruction = tuple[int, int, int, int]
"""One instruction of a BPF program: code, jump when true, jump when false, value."""


def program(machine: str = "") -> bytes:
    """The filter for a type of machine, this one's by default. Raises: GraderError when the table
    has no numbers for it."""
    machine = machine or platform.machine()
    if machine not in _MACHINES:
        raise GraderError(
            _("host code cannot be isolated on a machine of type {machine}").format(
                machine=machine
            ),
            _("grade on x86-64 or arm64"),
        )
    column, arch = _MACHINES[machine]
    numbers = sorted(n for both in REFUSED.values() if (n := both[column]) is not None)
    return b"".join(struct.pack("<HBBI", *one) for one in _instructions(arch, numbers, column))


def _instructions(arch: int, numbers: Sequence[int], column: int) -> list[Instruction]:
    refuse = (_RETURN, 0, 0, _FAIL | errno.EPERM)
    tests = [one for number in numbers for one in ((_EQUAL, 0, 1, number), refuse)]
    not_zero = [(word, _ANY_BIT, _WHOLE_WORD) for word in (0, 4, 5)]
    code = [(0, _ANY_BIT, _SIGNAL_BIT)]
    return [
        (_LOAD, 0, 0, _ARCH),
        (_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
        *tests,
        (_EQUAL, 0, 1, CLONE3),
        (_RETURN, 0, 0, _FAIL | errno.ENOSYS),
        *_refuse_if(PRLIMIT64[column], not_zero, _FAIL | errno.EPERM),
        *_refuse_if(FCNTL[column], [(2, _EQUAL, F_SETSIG)], _FAIL | errno.EPERM),
        *_refuse_if(EXIT[column], code, _KILL),
        *_refuse_if(EXIT_GROUP[column], code, _KILL),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _refuse_if(
    number: int, tests: Sequence[tuple[int, int, int]], verdict: int
) -> list[Instruction]:
    """The instructions for a call that is refused with some arguments. A test is a word of the
    arguments, how it is compared, and with what."""
    body: list[Instruction] = []
    for word, comparison, value in tests:
        body.append((_LOAD, 0, 0, _ARGUMENTS + _WORD * word))
        body += [(comparison, 0, 1, value), (_RETURN, 0, 0, verdict)]
    body.append((_RETURN, 0, 0, _ALLOW))
    return [(_EQUAL, 0, len(body), number), *body]
