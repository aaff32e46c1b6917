# Tries: host code that turns itself into a probe: it measures times, loads and limits of the machine, tries another priority, and answers late, depending on what it saw.
# Ends: a measured time says nothing about an expected value; limits can only be lowered.
### BASE


### ATTACK
import os
import resource
import signal
import time


def gaps(db):
    seen = []
    for name in dir(resource):
        if name.startswith("RLIMIT_"):
            kind = getattr(resource, name)
            soft, hard = resource.getrlimit(kind)
            try:
                resource.setrlimit(kind, (hard, hard))
                resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            except (OSError, ValueError):
                pass
    for kind in (time.CLOCK_MONOTONIC, time.CLOCK_REALTIME, time.CLOCK_PROCESS_CPUTIME_ID, time.CLOCK_BOOTTIME):
        seen.append(time.clock_gettime_ns(kind))
        try:
            time.clock_settime_ns(kind, 0)
        except OSError:
            pass
    for act in (lambda: os.nice(-20), lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)), os.getloadavg, os.times, lambda: signal.alarm(0)):
        try:
            seen.append(act())
        except OSError:
            pass
    begin, turns = time.perf_counter_ns(), 0
    while time.perf_counter_ns() - begin < 50_000_000:
        turns += 1
    return [number % 60 for number in (turns, *seen[:4]) if isinstance(number, int)]
### INSTEAD
def gaps(db):
    return [1]
### END
