# Tries: host code that ends, stops, slows or reads other processes.
# Ends: a process namespace; seccomp.
### ATTACK
import os
import signal

for pid in (-1, 0, 1, 2, os.getppid(), *range(100, 2000)):
    for number in (signal.SIGSTOP, signal.SIGKILL):
        try:
            os.kill(pid, number)
        except OSError:
            pass
for name in ("/proc/1/mem", f"/proc/{os.getppid()}/mem", "/proc/self/mem"):
    try:
        open(name, "r+b").close()
    except OSError:
        pass
for act in (lambda: os.setpriority(os.PRIO_USER, 0, 19), lambda: os.sched_setaffinity(0, {0}), lambda: os.setuid(0)):
    try:
        act()
    except OSError:
        pass
### END
### BASE
