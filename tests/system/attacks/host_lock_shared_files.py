# Tries: host code that leaves a mark for others in what all share: locks and leases on libraries, times of files, names in the shared memory.
# Ends: nobody waits for these locks; the rest is read-only, and a private folder is removed with the child.
### ATTACK
import ctypes
import fcntl
import glob
import os

libc = ctypes.CDLL(None, use_errno=True)
held = []
for name in glob.glob("/python/bin/*") + glob.glob("/usr/lib/*/libc.so*") + ["/child.py", "/dev/null", "/dev/urandom", os.__file__]:
    try:
        descriptor = os.open(name, os.O_RDONLY)
    except OSError:
        continue
    held.append(descriptor)
    for act in (
        lambda: fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB),
        lambda: fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK),
        lambda: fcntl.fcntl(descriptor, fcntl.F_NOTIFY, 0x80000001),
        lambda: os.utime(descriptor),
        lambda: os.setxattr(descriptor, "user.mark", b"x"),
        lambda: os.fchmod(descriptor, 0o777),
        lambda: os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED),
        lambda: os.write(os.open("/dev/urandom", os.O_WRONLY), b"x" * 4096),
    ):
        try:
            act()
        except OSError:
            pass
libc.shm_open(b"/mark", 0o102, 0o600)
libc.sem_open(b"/mark", 0o102, 0o600, 1)
### END
### BASE
