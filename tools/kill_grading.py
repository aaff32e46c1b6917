"""Kill grading at random moments, resume it, and compare with an undisturbed run.

    python tools/kill_grading.py --count 200

Each time the real command grades a new copy of a course. At the end every row of the gradebook,
every file of `autograded/` and every record must be the same: no death of a process of ours may be
graded as a crash of a program. No scored program may run again.

A run goes on when a board, a worker or host code is killed, when no board can be set up for a
moment, and when a worker gets no memory. So in such a run this is done several times.
"""

import argparse
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.classroom import LAB
from tests.support.grading_process import LIMIT_S, Course, State, copied, made
from tests.support.host_course import LAB as HOST_LAB

FULL = "the disk is full"
TMPFS_MB = 48
NOT_ALL_GRADED = 3
"""The exit code of the command."""
LOOK_S = 0.002
BROKEN_S = 0.03
"""How long no board can be set up. The set-up of a few boards falls into this time and fails; most
of them are tried again after it, and then it works."""
STARVED_S = 0.1
"""How long a worker gets no more memory."""
MOST_LEFT_BYTES = 4 << 20
"""The most that a worker may still take in this time."""
USAGE = "#!/bin/sh\nexit 2\n"
"""A program that ends as the port does when it cannot set up its memory or its lock."""


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(word) for word in text.split()]


def command(pid: int) -> str:
    """The command line of a process; "" when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def workers(writer: int) -> list[int]:
    """The worker processes: children of the fork server, which is a child of the writer."""
    servers = [pid for pid in children(writer) if "forkserver" in command(pid)]
    return [pid for server in servers for pid in children(server)]


@dataclass(frozen=True)
class DisturbedRun:
    """A run of the real command that is being disturbed."""

    process: subprocess.Popen[str]
    course: Course
    rng: random.Random


def kill_writer(run: DisturbedRun) -> bool:
    """Kill the writer without a chance to clean up."""
    run.process.kill()
    return True


def kill_worker(run: DisturbedRun) -> bool:
    """Kill a worker, if there is one at that moment."""
    return kill_one(workers(run.process.pid), run.rng)


def kill_board(run: DisturbedRun) -> bool:
    """Kill a board, if there is one at that moment."""
    started = [pid for worker in workers(run.process.pid) for pid in children(worker)]
    return kill_one([pid for pid in started if "bwrap" not in command(pid)], run.rng)


def kill_host(run: DisturbedRun) -> bool:
    """Kill a process of host code, or one of the sandbox around it, if there is one."""
    started = [pid for worker in workers(run.process.pid) for pid in children(worker)]
    sandboxes = [pid for pid in started if "bwrap" in command(pid)]
    inside = [pid for sandbox in sandboxes for pid in descendants(sandbox)]
    return kill_one([*sandboxes, *inside], run.rng)


def descendants(pid: int) -> list[int]:
    """The children of a process, and theirs."""
    return [one for child in children(pid) for one in (child, *descendants(child))]


def starve_worker(run: DisturbedRun) -> bool:
    """Give a worker no more memory for a moment, as if it had filled what it may have."""
    if not (found := workers(run.process.pid)):
        return False
    pid, data = run.rng.choice(found), resource.RLIMIT_DATA
    try:
        before = resource.prlimit(pid, data)
        if before[0] == resource.RLIM_INFINITY:
            return False  # it does not work yet
        status = Path(f"/proc/{pid}/status").read_text()
        used = next(int(line.split()[1]) for line in status.splitlines() if "VmData" in line)
        left = run.rng.randrange(MOST_LEFT_BYTES)
        resource.prlimit(pid, data, (used * 1024 + left, before[1]))
    except (FileNotFoundError, ProcessLookupError, StopIteration):  # it has ended
        return False
    time.sleep(STARVED_S)
    with suppress(ProcessLookupError):  # it may have ended by this
        resource.prlimit(pid, data, before)
    return True


def kill_one(pids: list[int], rng: random.Random) -> bool:
    """Kill one of these processes. Returns whether there was one."""
    if not pids:
        return False
    try:
        os.kill(rng.choice(pids), signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def break_set_up(run: DisturbedRun) -> bool:
    """Replace the program of the boards for a moment by one that cannot be set up."""
    program = run.course.place / "port" / "esp32" / "warsha-esp32"
    kept, broken = program.with_name("kept"), program.with_name("broken")
    os.link(program, kept)
    broken.write_text(USAGE)
    broken.chmod(0o755)
    broken.replace(program)
    time.sleep(BROKEN_S)
    kept.replace(program)
    return True


def fill_disk(run: DisturbedRun) -> bool:
    """Fill the disk almost completely: only some files still fit, or none."""
    limit_free_space(run.course, run.rng.choice([0, 4096, 100_000]))
    return True


def limit_free_space(course: Course, count: int) -> None:
    """Fill the disk until only `count` bytes are free."""
    with (course.place / "ballast").open("wb") as ballast:
        about = os.statvfs(course.place)
        free = about.f_bavail * about.f_frsize
        with suppress(OSError):  # the run used the space in the meantime
            os.posix_fallocate(ballast.fileno(), 0, max(1, free - count))


@dataclass(frozen=True)
class Kind:
    """A way to disturb a run."""

    act: Callable[[DisturbedRun], bool]
    """Disturbs it now. Returns False when there was nothing to disturb: then it is tried again."""
    times: int = 1
    """How often one run is disturbed so: a run that ends by it is disturbed once."""
    lab: str = LAB


KINDS: Mapping[str, Kind] = {
    "board": Kind(kill_board, 20),
    "worker": Kind(kill_worker, 5),
    "set-up": Kind(break_set_up, 10),
    "host": Kind(kill_host, 20, HOST_LAB),
    "memory": Kind(starve_worker, 10, HOST_LAB),
    "writer": Kind(kill_writer),
    "disk": Kind(fill_disk),
}


SURVIVED = ("board", "worker", "set-up", "host", "memory")
"""The kinds after which the run goes on."""


@contextmanager
def place_for(kind: str, scratch: Path) -> Iterator[Path]:
    """An empty folder; for a full disk it is a file system of a few MB, which only root mounts."""
    with TemporaryDirectory(dir=scratch, prefix="run") as folder:
        if kind != "disk":
            yield Path(folder)
            return
        command = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_MB}m", "tmpfs", folder]
        subprocess.run(command, check=True)
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", folder], check=True)


@dataclass(frozen=True)
class Disturbance:
    """What became of a disturbed run, how often it was disturbed, and how long it took."""

    outcome: str
    count: int
    took_s: float


def disturb(kind: str, course: Course, moments_s: list[float], rng: random.Random) -> Disturbance:
    """One run that is disturbed at these moments, and the run after it."""
    run = DisturbedRun(course.start(), course, rng)
    begin, pids, count = time.monotonic(), set[int](), 0
    remaining = sorted(moments_s)
    while remaining and run.process.poll() is None:
        pids.update(workers(run.process.pid))
        if time.monotonic() - begin >= remaining[0] and KINDS[kind].act(run):
            remaining.pop(0)
            count += 1
        time.sleep(LOOK_S)
    _out, err = run.process.communicate(timeout=LIMIT_S)
    took_s = time.monotonic() - begin
    wait_for_end(pids)
    outcome = checked_outcome(kind, run.process.returncode, err)
    (course.place / "ballast").unlink(missing_ok=True)
    finished, scored = course.finished(), len(course.scored())
    course.grade()
    again = finished & set(course.scored()[scored:])
    assert not again, f"{kind}: {again} ran again although they had been scored"
    return Disturbance(outcome, count, took_s)


def wait_for_end(pids: set[int]) -> None:
    """Workers whose writer was killed end by themselves."""
    end = time.monotonic() + LIMIT_S
    while any(Path(f"/proc/{pid}").exists() for pid in pids):
        assert time.monotonic() < end, f"workers still run: {pids}"
        time.sleep(0.01)


def checked_outcome(kind: str, code: int, err: str) -> str:
    """How the disturbed run ended: without a traceback, and with two lines for a full disk."""
    if kind == "writer":
        assert code in (0, -signal.SIGKILL), err
        return "killed" if code else "had ended"
    if kind in SURVIVED:
        assert code in (0, NOT_ALL_GRADED), err
        return "some not graded, then graded" if code else "went on"
    assert code in (0, 1), err
    if code:
        assert err.startswith(FULL) and len(err.strip().splitlines()) == 2, err
        return "reported that the disk is full"
    return "had room enough"


def difference(found: State, expected: State) -> str:
    """The first table or file that differs; empty when there is none."""
    for name, what in expected.items():
        if found[name] == what:
            continue
        if isinstance(what, dict):
            names = what.keys() | found[name].keys()
            wrong = [one for one in names if what.get(one) != found[name].get(one)]
        else:
            wrong = [
                one for one in [*what, *found[name]] if what.count(one) != found[name].count(one)
            ]
        return f"{name}: {wrong}"[:2000]
    return ""


def campaign(
    courses: Mapping[str, Course], most: int, scratch: Path, seed: int, kinds: Sequence[str]
) -> Counter[str]:
    """Disturb runs in each way in turn, `most` times in all. `courses`: by their lab. Returns how
    often, by what became of the run. Raises: AssertionError when the end is not the same."""
    rng = random.Random(seed)
    duration_s: dict[str, float] = {}
    expected: dict[str, State] = {}
    for lab, course in courses.items():
        whole = copied(course, scratch / f"whole {lab}")
        duration_s[lab] = whole.grade()
        expected[lab] = whole.state()
    counts: Counter[str] = Counter()
    for kind in cycle(kinds):
        if counts.total() >= most:
            return counts
        lab = KINDS[kind].lab
        times = min(KINDS[kind].times, most - counts.total())
        moments_s = [duration_s[lab] * rng.uniform(0.25, 1.0) for _time in range(times)]
        with place_for(kind, scratch) as place:
            mine = copied(courses[lab], place)
            done = disturb(kind, mine, moments_s, rng)
            wrong = difference(mine.state(), expected[lab])
            assert not wrong, f"{kind} at {moments_s} s (seed {seed}): {wrong}"
        if kind in SURVIVED:  # the speed of a busy machine changes
            duration_s[lab] = done.took_s
        counts[f"{kind}: {done.outcome}"] += done.count
        print(f"{counts.total()}/{most} {kind} {done.count} times: {done.outcome}", flush=True)
    raise AssertionError("unreachable")


def main() -> int:
    """Build a course, disturb its grading, count what happened."""
    parser = argparse.ArgumentParser(description="kill grading at random moments, and go on")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--kinds", nargs="+", choices=possible(), default=possible())
    options = parser.parse_args()
    with TemporaryDirectory(prefix="warsha-kills-") as place:
        scratch = Path(place)
        labs = {KINDS[kind].lab for kind in options.kinds}
        courses = {lab: made(scratch / lab, 12, lab=lab) for lab in labs}
        counts = campaign(courses, options.count, scratch, options.seed, options.kinds)
    for what, count in sorted(counts.items()):
        print(f"{count:4} {what}")
    print(f"disturbed {counts.total()} times (seed {options.seed}): the same marks each time")
    return 0


def possible() -> list[str]:
    """The kinds of disturbance that this user can cause."""
    return [kind for kind in KINDS if kind != "disk" or os.geteuid() == 0]


if __name__ == "__main__":
    sys.exit(main())
