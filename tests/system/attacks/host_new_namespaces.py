# Tries: host code that tries to leave its namespaces: it makes new ones by every call, enters others by their descriptors, opens files by their handles, and handles page faults itself.
# Ends: seccomp; no capabilities; the sandbox has no /proc.
### ATTACK
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
block = ctypes.create_string_buffer(4096)
NEW = 0x10000000 | 0x20000000 | 0x40000000 | 0x00020000
for call in (
    lambda: libc.syscall(56, NEW | 17, 0, 0, 0, 0),
    lambda: libc.syscall(435, block, 88),
    lambda: libc.syscall(272, NEW),
    lambda: libc.syscall(308, 0, NEW),
    lambda: libc.syscall(303, -100, b"/", block, block, 0),
    lambda: libc.syscall(304, -100, block, 0),
    lambda: libc.syscall(310, 1, block, 1, block, 1, 0),
    lambda: libc.syscall(438, 1, 0, 0),
    lambda: libc.syscall(323, 0),
    lambda: libc.syscall(298, block, 0, -1, -1, 0),
    lambda: libc.syscall(442, -100, b"/", 0, block, 32),
    lambda: libc.syscall(428, -100, b"/", 1),
    lambda: libc.syscall(437, -100, b"/../../../etc/shadow", block, 24),
    lambda: libc.syscall(302, 1, 7, 0, block),
    lambda: libc.syscall(175, block, 9, b""),
    lambda: libc.syscall(249, b"user", b"warsha", 0, 0),
    lambda: libc.sethostname(b"x", 1),
    lambda: libc.acct(b"/tmp/x"),
    lambda: libc.quotactl(0, 0, 0, 0),
    lambda: libc.iopl(3),
    lambda: os.open("/", os.O_TMPFILE | os.O_RDWR),
    lambda: os.mknod("/tmp/sda", 0o60660, os.makedev(8, 0)),
    lambda: os.chown("/tmp", 0, 0),
    lambda: os.link("/python/bin/python", "/tmp/python"),
):
    try:
        call()
    except (OSError, AttributeError):
        pass
### END
### BASE
