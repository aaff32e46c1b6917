"""Tasks on a dask cluster: the same marks, also when a worker is killed."""

import gc
import os
import resource
import signal
import subprocess
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import dask
import distributed
import pytest
from typer.testing import CliRunner

from grader.archive.lab_cache import PackedLab, pack
from grader.archive.store import Store
from grader.authoring.lab_check import program_text, programs
from grader.classrun import pool
from grader.classrun.cluster import Build, ClusterError, DaskCluster, Tls, score_batch
from grader.classrun.grading import Grading
from grader.classrun.outcome import Outcome
from grader.classrun.task import Task, score_task
from grader.cli import app
from grader.lab.course import Course
from grader.lab.lab import Lab, find
from grader.lab.prediction import OwnPrediction
from grader.score.card import Card
from grader.version import engine_version
from hardware.paths import port_build
from tests.support.classroom import LAB, HandIn, auto_scores
from tests.support.fake_scoring import by_text


@pytest.fixture
def machines() -> Iterator[Any]:
    """Two workers in separate processes, as on two machines. A killed worker is replaced after one
    second, so no task is tried more than twice. Dask does not always replace one that is killed
    while it starts, so each test has its own."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 1}),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0", host="127.0.0.1"
        ) as made,
    ):
        yield made


@pytest.fixture
def cluster(machines: Any) -> Iterator[DaskCluster]:
    """A connection to the cluster."""
    with DaskCluster(machines.scheduler_address) as connected:
        yield connected


@pytest.fixture
def leaving_cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A cluster with one worker, which a test stops."""
    monkeypatch.setattr("grader.classrun.cluster.POLL_S", 0.05)
    with distributed.LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        dashboard_address="127.0.0.1:0",
        protocol="tcp://",
        host="127.0.0.1",
    ) as made:
        yield made


def take_workers(machines: Any) -> None:
    """Wait until no worker is left."""
    machines.scale(0)
    end = time.monotonic() + 60
    while machines.scheduler.workers:
        assert time.monotonic() < end
        time.sleep(0.01)


def grade(course: Course, cluster: DaskCluster | None, scorer: Any = score_task) -> list[Outcome]:
    grading = Grading(course, LAB)
    outcomes = grading.run(grading.submissions(), work=scorer, workers=2, cluster=cluster)
    return sorted(outcomes, key=lambda outcome: outcome.student)


def pid_then_score(task: Task) -> list[Card]:
    """Reports its process, then works long enough to be killed."""
    with Path((task.program or "").strip()).open("a") as log:
        log.write(f"{os.getpid()}\n")
    time.sleep(0.05)
    return by_text(task)


def test_marks_are_those_of_one_machine(
    course: Course, hand_in: HandIn, cluster: DaskCluster
) -> None:
    lab = find(LAB)
    texts = [program_text(lab, name) for name in list(programs(lab))[:4]]
    for number, text in enumerate(texts):
        hand_in(f"s{number}", text)
    outcomes = grade(course, cluster)
    assert {outcome.state for outcome in outcomes} == {"graded"}
    far, scores = Store(course.store).records(LAB), auto_scores(course)
    for record in far:
        (course.store / "marks" / LAB / record.student / "1.json").unlink()
        (course.root / "autograded" / record.student / LAB / f"{LAB}.ipynb").unlink()
    grade(course, None)
    assert Store(course.store).records(LAB) == far
    assert auto_scores(course) == scores


def test_a_killed_worker_loses_no_task(
    course: Course, hand_in: HandIn, cluster: DaskCluster, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    for number in range(24):
        hand_in(f"s{number:02}", str(log))

    def kill_one() -> None:
        while not log.exists() or len(log.read_text().splitlines()) < 6:
            time.sleep(0.01)
        os.kill(int(log.read_text().split()[0]), signal.SIGKILL)

    killer = threading.Thread(target=kill_one, daemon=True)
    killer.start()
    outcomes = grade(course, cluster, pid_then_score)
    killer.join(timeout=60)
    assert {outcome.state for outcome in outcomes} == {"graded"}
    assert len(outcomes) == 24
    assert len(log.read_text().split()) > len(outcomes)  # its unfinished tasks ran again


def test_only_the_task_that_kills_its_workers_fails(
    course: Course, hand_in: HandIn, cluster: DaskCluster
) -> None:
    for number in range(6):
        hand_in(f"s{number}", "DIE" if number == 2 else "x = 1")
    states = {outcome.student: outcome.state for outcome in grade(course, cluster, by_text)}
    assert states.pop("s2") == "error"
    assert set(states.values()) == {"graded"}


def process_and_limits() -> tuple[int, tuple[int, int]]:
    """The process, and how much memory it may fill."""
    return os.getpid(), resource.getrlimit(resource.RLIMIT_DATA)


def fill_and_tell(task: Task) -> list[Card]:
    """Takes the memory that the program asks for, and reports its process and the limit."""
    log, size = (task.program or "").split()
    with Path(log).open("a") as file:
        file.write(f"{os.getpid()} {process_and_limits()[1][0]}\n")
    bytearray(int(size))
    return by_text(task)


def test_a_task_that_fills_the_memory_of_its_worker_fails_alone(
    course: Course, hand_in: HandIn, machines: Any, cluster: DaskCluster, tmp_path: Path
) -> None:
    with distributed.Client(machines.scheduler_address) as client:
        client.wait_for_workers(2, timeout=60)
        before = client.run(process_and_limits)
        for number in range(8):
            size = 2 * pool.WORKER_BYTES if number in (2, 5) else 1000
            hand_in(f"s{number}", f"{tmp_path / 'log'} {size}")
        outcomes = grade(course, cluster, fill_and_tell)
        assert [o.student for o in outcomes if o.state == "error"] == ["s2", "s5"]
        assert {o.reason for o in outcomes if o.state == "error"} == {"MemoryError: "}
        assert {o.state for o in outcomes} == {"graded", "error"}
        seen = [line.split() for line in (tmp_path / "log").read_text().splitlines()]
        workers = {pid for pid, _before in before.values()}
        assert {int(pid) for pid, _most in seen} <= workers, "a worker was replaced"
        assert all(pool.WORKER_BYTES < int(most) < 3 * pool.WORKER_BYTES for _pid, most in seen)
        assert client.run(process_and_limits) == before  # dask's own work is not limited


def test_grading_without_a_worker_ends_and_can_be_resumed(
    course: Course, hand_in: HandIn, leaving_cluster: Any
) -> None:
    for number in range(20):
        hand_in(f"s{number:02}", "x = 1")
    messages: list[str] = []
    done: list[Outcome] = []
    with DaskCluster(leaving_cluster.scheduler_address, notify=messages.append) as cluster:
        grading = Grading(course, LAB)
        run = grading.run(grading.submissions(), work=by_text, cluster=cluster)
        done.append(next(run))
        take_workers(leaving_cluster)
        with pytest.raises(ClusterError, match="no worker left") as raised:
            for outcome in run:
                done.append(outcome)
    assert messages == ["the cluster has no worker left: waiting for one for 3 s"]
    assert "start workers" in raised.value.cure
    states = Counter(outcome.state for outcome in grade(course, None, by_text))
    assert states == {"unchanged": len(done), "graded": 20 - len(done)}


def test_a_worker_that_joins_in_time_continues(
    leaving_cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.classrun.cluster.END_AFTER", 2000)
    messages: list[str] = []

    def notify(line: str) -> None:
        messages.append(line)
        leaving_cluster.scale(1)

    lab = find(LAB)
    task = Task(LAB, lab.digest, "esp32_devkit", "x = 1", None, OwnPrediction("twelve"), (1,))
    build = Build(engine_version(), "esp32", port_build("esp32"))
    with DaskCluster(leaving_cluster.scheduler_address, notify=notify) as cluster:
        results = cluster.run(by_text, pack(lab), build, ((n, task) for n in range(20)))
        found = dict([next(results)])
        take_workers(leaving_cluster)
        found |= dict(results)
    assert found == dict.fromkeys(range(20), by_text(task))
    assert len(messages) == 1


def test_the_command_reports_that_no_worker_is_left(
    course: Course, hand_in: HandIn, leaving_cluster: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pack_alone(lab: Lab) -> PackedLab:
        take_workers(leaving_cluster)
        return pack(lab)

    monkeypatch.setattr("grader.classrun.cluster.pack", pack_alone)
    hand_in("s1", "x = 1")
    result = CliRunner().invoke(
        app, ["grade", LAB, "--scheduler", leaving_cluster.scheduler_address]
    )
    assert "the cluster has no worker left: waiting for one" in result.output
    assert isinstance(result.exception, ClusterError)


def test_a_worker_of_another_version_is_refused() -> None:
    other = Build("0.0.1", "esp32", "another")
    with pytest.raises(ClusterError, match="another version"):
        score_batch(by_text, pack(find(LAB)), other, [])


def test_the_command_takes_a_scheduler(
    course: Course, hand_in: HandIn, machines: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in("s1", (find(LAB).folder / "reference.py").read_text(encoding="utf-8"))
    words = ["grade", LAB, "--scheduler", machines.scheduler_address]
    result = CliRunner().invoke(app, words)
    assert "graded 1/1" in result.output


def test_an_address_without_a_scheduler_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.classrun.cluster.JOIN_S", 1)
    with pytest.raises(ClusterError, match="no cluster answers") as raised:
        DaskCluster("tcp://127.0.0.1:9")
    assert "dask worker" in raised.value.cure


def test_a_tls_address_without_certificates_asks_for_them() -> None:
    with pytest.raises(ClusterError, match="no cluster answers") as raised:
        DaskCluster("tls://127.0.0.1:1")
    assert "--tls-ca" in raised.value.cure


def test_a_missing_tls_file_is_named() -> None:
    with pytest.raises(ClusterError, match=r"nowhere\.pem: there is no such file"):
        DaskCluster("tls://127.0.0.1:9", Tls(ca="nowhere.pem"))


def local_cluster(**options: Any) -> distributed.LocalCluster:
    """A cluster in this process. dask gives its own thread 10 s to start: on a busy machine it may
    need another try."""
    for _try in range(2):
        with warnings.catch_warnings():  # one that did not start says that it is not closed
            warnings.simplefilter("ignore", ResourceWarning)
            with suppress(AssertionError):
                return distributed.LocalCluster(**options)
            gc.collect()
    return distributed.LocalCluster(**options)


def test_a_cluster_behind_tls(tmp_path: Path) -> None:
    key, cert = str(tmp_path / "key.pem"), str(tmp_path / "cert.pem")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    words = [*make, "-subj", "/CN=warsha", "-keyout", key, "-out", cert]
    subprocess.run(words, check=True, capture_output=True)
    files = {"cert": cert, "key": key}
    whose = {
        f"tls_{who}_{what}": file
        for who in ("scheduler", "worker", "client")
        for what, file in files.items()
    }
    security = distributed.Security(tls_ca_file=cert, require_encryption=True, **whose)
    lab = find(LAB)
    task = Task(LAB, lab.digest, "esp32_devkit", "x = 1", None, OwnPrediction("twelve"), (1,))
    with local_cluster(
        n_workers=1,
        processes=False,
        dashboard_address="127.0.0.1:0",
        protocol="tls://",
        host="127.0.0.1",
        security=security,
    ) as made:
        address = made.scheduler_address
        assert address.startswith("tls://")
        build = Build(engine_version(), "esp32", port_build("esp32"))
        with DaskCluster(address, Tls(ca=cert, cert=cert, key=key)) as cluster:
            found = dict(cluster.run(by_text, pack(lab), build, [("s1", task)]))
    assert found == {"s1": by_text(task)}
