# Tries: host code that calls the kernel: mounts, namespaces, tracing, keys, modules.
# Ends: no capabilities; seccomp.
### ATTACK
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
for call in (
    lambda: libc.mount(b"none", b"/", b"tmpfs", 0, b""),
    lambda: libc.umount2(b"/tmp", 2),
    lambda: libc.unshare(0x10000000),
    lambda: libc.ptrace(16, 1, 0, 0),
    lambda: libc.prctl(4, 1, 0, 0, 0),
    lambda: libc.chroot(b"/tmp"),
    lambda: libc.syscall(321, 5, 0, 0),
    lambda: libc.syscall(425, 8, 0),
    lambda: libc.syscall(250, 0, 0, 0),
    lambda: libc.syscall(435, 0, 0),
    lambda: libc.setuid(0),
):
    call()
os.umask(0)
### END
### BASE
