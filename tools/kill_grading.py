"""Kill grading at random moments, resume it, and compare with an undisturbed run.

    python tools/kill_grading.py --count 100   the writer, a worker, or the disk, in turn

Each time the real command grades a new copy of a course. At the end every row of the gradebook,
every file of `autograded/` and every record must be the same. No scored program may run again.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.grading_process import LIMIT_S, Course, State, copied, made

FULL = "the disk is full"
TMPFS_MB = 48


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    try:
        text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return []
    return [int(word) for word in text.split()]


def workers(writer: int) -> list[int]:
    """The worker processes: children of the fork server, which is a child of the writer."""
    return [pid for server in children(writer) for pid in children(server)]


def kill_writer(process: subprocess.Popen[str], _course: Course, _rng: random.Random) -> None:
    """Kill the writer without a chance to clean up."""
    process.kill()


def kill_worker(process: subprocess.Popen[str], _course: Course, rng: random.Random) -> None:
    """Kill a worker, if there is one at that moment."""
    if found := workers(process.pid):
        with suppress(ProcessLookupError):
            os.kill(rng.choice(found), signal.SIGKILL)


def fill_disk(_process: subprocess.Popen[str], course: Course, rng: random.Random) -> None:
    """Fill the disk almost completely: only some files still fit, or none."""
    limit_free_space(course, rng.choice([0, 4096, 100_000]))


def limit_free_space(course: Course, count: int) -> None:
    """Fill the disk until only `count` bytes are free."""
    with (course.place / "ballast").open("wb") as ballast:
        about = os.statvfs(course.place)
        free = about.f_bavail * about.f_frsize
        with suppress(OSError):  # the run used the space in the meantime
            os.posix_fallocate(ballast.fileno(), 0, max(1, free - count))


KINDS: dict[str, Callable[[subprocess.Popen[str], Course, random.Random], None]] = {
    "writer": kill_writer,
    "worker": kill_worker,
    "disk": fill_disk,
}


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


def disturb(kind: str, course: Course, after_s: float, rng: random.Random) -> str:
    """One disturbed run and the run after it. Returns the outcome of the first."""
    process = course.start()
    pids: set[int] = set()
    end = time.monotonic() + after_s
    while time.monotonic() < end and process.poll() is None:
        pids.update(workers(process.pid))
        time.sleep(0.002)
    pids.update(workers(process.pid))
    KINDS[kind](process, course, rng)
    _out, err = process.communicate(timeout=LIMIT_S)
    wait_for_end(pids)
    outcome = checked_outcome(kind, process.returncode, err)
    (course.place / "ballast").unlink(missing_ok=True)
    finished, scored = course.finished(), len(course.scored())
    course.grade()
    again = finished & set(course.scored()[scored:])
    assert not again, f"{kind}: {again} ran again although they had been scored"
    return outcome


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
    if kind == "worker":
        assert code == 0, err
        return "went on"
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


def campaign(course: Course, kinds: list[str], scratch: Path, seed: int) -> Counter[str]:
    """Disturb a run in each of these ways; raises AssertionError when the end is not the same."""
    rng = random.Random(seed)
    whole = copied(course, scratch / "whole")
    duration_s = whole.grade()
    expected = whole.state()
    outcomes: Counter[str] = Counter()
    for number, kind in enumerate(kinds, 1):
        after_s = duration_s * rng.uniform(0.25, 1.0)
        with place_for(kind, scratch) as place:
            mine = copied(course, place)
            what = f"{kind}: {disturb(kind, mine, after_s, rng)}"
            outcomes[what] += 1
            wrong = difference(mine.state(), expected)
            assert not wrong, f"{kind} after {after_s:.2f} s (seed {seed}): {wrong}"
            print(f"{number}/{len(kinds)} after {after_s:.2f} s {what}", flush=True)
    return outcomes


def main() -> int:
    """Build a course, disturb its grading, count what happened."""
    parser = argparse.ArgumentParser(description="kill grading at random moments, and go on")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    kinds = [kind for kind, _one in zip(cycle(possible()), range(options.count), strict=False)]
    with TemporaryDirectory(prefix="warsha-kills-") as scratch:
        course = made(Path(scratch, "course"), 12)
        outcomes = campaign(course, kinds, Path(scratch), options.seed)
    for what, count in sorted(outcomes.items()):
        print(f"{count:4} {what}")
    print(f"{options.count} runs disturbed (seed {options.seed}): the same marks each time")
    return 0


def possible() -> list[str]:
    """The kinds of disturbance that this user can cause."""
    return [kind for kind in KINDS if kind != "disk" or os.geteuid() == 0]


if __name__ == "__main__":
    sys.exit(main())
