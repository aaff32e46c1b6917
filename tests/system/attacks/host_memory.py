# Tries: host code that allocates all memory, also memory that counts for no process.
# Ends: the address space limit; seccomp for memory outside the address space.
### ATTACK
import mmap
import os
import socket

kept = []
for take in (
    lambda: bytearray(16 << 20),
    lambda: mmap.mmap(-1, 16 << 20).write(b"x" * (16 << 20)),
    lambda: os.memfd_create("x"),
    lambda: socket.socketpair()[0].send(b"x" * 60_000),
    lambda: os.pipe(),
):
    for _ in range(100):
        try:
            kept.append(take())
        except (MemoryError, OSError, ValueError):
            break
    else:
        continue
for one in kept:
    for pipe in one if isinstance(one, tuple) else ():
        os.close(pipe)
kept.clear()
### END
### BASE
