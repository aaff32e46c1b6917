"""Runs a program in the episodes of a seed, each on a fresh virtual board, and judges the runs."""

import gc
import os
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from grader.errors import GraderError, NotGraded
from grader.host.host_functions import HostCode, HostFunctions
from grader.lab.episode import (
    Episode,
    HardReset,
    Publish,
    ReadFile,
    SendUart,
    Serial,
    SetControl,
    SetService,
    SetWave,
    Step,
)
from grader.lab.lab import Lab, LabBoard
from grader.lab.line_form import LONGEST, LineForm
from grader.lab.own_scenario import OwnScenario
from grader.lab.run import FileSnapshot, Run, lines_after
from grader.lab.units import NS_PER_S
from grader.score.budget import Budget
from grader.score.judge import judge
from grader.score.results import Observer, SeedResult
from grader.seeds import episode_seed
from hardware.bench import diagram
from hardware.bench.bench import Bench, this_machine
from hardware.bench.board.end_reason import why
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.flash import Flash
from hardware.bench.flash_reader import read_apart
from hardware.bench.parts.usb_serial import usb_serial
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import End, Trace
from hardware.errors import BenchError, DiagramError, HardwareError
from hardware.i18n import _

READY_WITHIN_NS = 5 * NS_PER_S
"""A program must print its READY line within this time after power-on."""

ATTEMPTS = 2
"""How often an episode is played in which the process of a board died."""
DEATHS = frozenset((frames.END_CRASH, frames.END_FORGED, frames.END_KILLED))
"""The ends that a signal from another process can cause, too: most of these signals are
END_KILLED, but a board takes SIGSEGV for a fault of its own, and reports it at a wrong time."""

MANY_RECORDS = 250_000
"""A trace with more of them takes megabytes. References make fewer."""

Program = Mapping[str, bytes]
"""The files that a trainee hands in for the board, by name; one of them is main.py."""


def run_lab(
    lab: Lab,
    board: LabBoard,
    program: Program,
    seed: int,
    host: HostCode | None = None,
    budget: Budget | None = None,
    observer: Observer | None = None,
    scenario: str | None = None,
) -> SeedResult:
    """Run and judge one seed. After an error of ours it is tried once more. `budget` is what the
    submission may still use.

    A trust boundary: a submission that causes errors of ours at will gains nothing. It runs twice
    at most, and what is not graded is listed for the instructor.

    Raises: NotGraded after a second error.
    """
    budget = budget or Budget()
    used = (budget.used_s, budget.set_ups)
    own = OwnScenario(scenario, lab.folder, board.diagram, lab.board_files(board), program)
    for is_last in (False, True):
        try:
            return _run_lab(lab, board, program, seed, host or HostCode(), budget, observer, own)
        except Exception as error:
            budget.restore(*used)
            if is_last:
                known = _out_of_memory() if isinstance(error, MemoryError) else error
                cause = _("{lab} was not graded: {error}").format(lab=lab.slug, error=known)
                cure = known.cure if isinstance(known, HardwareError | GraderError) else ""
                raise NotGraded(cause, traceback.format_exc(), cure) from error
    raise AssertionError("unreachable")


def _out_of_memory() -> GraderError:
    return GraderError(
        _("its process had not enough memory"),
        _("close other programs and grade again; if it happens again, read the program"),
    )


def _run_lab(
    lab: Lab,
    board: LabBoard,
    program: Program,
    seed: int,
    code: HostCode,
    budget: Budget,
    observer: Observer | None,
    own: OwnScenario,
) -> SeedResult:
    episodes = lab.scenario(seed, board.type)
    hosts: list[HostFunctions] = []

    def play() -> Iterator[Run]:
        for episode in episodes:
            hosts.append(HostFunctions(code.text, lab.host, code.isolation))
            # No name for the run here: it would keep the trace in memory.
            yield replace(
                run_episode(lab, board, program, episode, seed, hosts[-1], budget), scenario=own
            )

    try:
        on_run = observer.add_run if observer else None
        items, parts = judge(lab.checks, play(), episodes[0].name, on_run, stable=lab.stable)
    finally:
        for host in hosts:
            host.close()
    return SeedResult(seed, items, parts, tuple(episode.name for episode in episodes))


def run_episode(
    lab: Lab,
    board: LabBoard,
    program: Program,
    episode: Episode,
    seed: int,
    host: HostFunctions | None = None,
    budget: Budget | None = None,
) -> Run:
    """Boot a fresh board with the episode's files, apply the stimulus, and record what happens.
    `host` has the host functions that the checks may call.

    When the process of a board dies, the episode is played once more: what the program causes
    happens again, to the nanosecond. Raises: BenchError when this machine ended a process both
    times.
    """
    host, budget = host or HostFunctions(), budget or Budget()
    for _attempt in range(ATTEMPTS):
        run, ends = _record(lab, board, program, episode, seed, host, budget)
        if len(run.trace.records) > MANY_RECORDS:
            gc.collect()  # the bench, which refers to itself, has some copies of them
        causes = {end.cause for end in ends}
        if not causes & DEATHS:
            break
    if frames.END_KILLED in causes:
        raise _killed(next(end for end in ends if end.cause == frames.END_KILLED))
    budget.count(run.trace)
    return run


def _killed(end: End) -> BenchError:
    cause = _("the process of a board ended, and not by the program: {why}")
    cure = _(
        "Grade again. If it happens again, look for what ends processes here: "
        "full memory (see `dmesg`), or a limit of this container."
    )
    return BenchError(cause.format(why=why(end)), cure)


def _record(
    lab: Lab,
    board: LabBoard,
    program: Program,
    episode: Episode,
    seed: int,
    host: HostFunctions,
    budget: Budget,
) -> tuple[Run, list[End]]:
    """One attempt at an episode: its run, and every end of a board in it. Raises: BenchError."""
    model = _circuit(board.diagram)
    changed, like = (
        (_changed(model, episode.attrs), None) if episode.attrs else (model.diagram, model)
    )
    circuit = Circuit(changed, like, is_quiet=episode.is_quiet)
    bench_seed = episode_seed(seed, episode.name)
    ready = LineForm(lab.ready_line)  # `Ready L01` is a slip of form, not a program that is dead
    before = os.times()
    platform = this_machine()
    with platform.one_processor(), Flash(board.type) as flash:
        flash.put(files_of(lab, board, program, episode))
        with Bench(
            circuit,
            seed=bench_seed,
            flash=flash,
            limits=budget.limits(),
            ticks0_ms=episode.ticks0_ms,
            platform=platform,
        ) as bench:
            if episode.pages:  # most labs need no network, which takes time to make
                bench.network.http.pages.update(episode.pages)
            zero_ns = 0 if episode.from_reset else _until_ready(bench, ready)
            files: list[FileSnapshot] = []
            end_ns = zero_ns + round(episode.seconds * NS_PER_S)
            if zero_ns < READY_WITHIN_NS:
                files = _play(bench, flash, episode.steps, zero_ns, end_ns)
            trace, waits = bench.trace, bench.board.waits
            ends = [end for one in bench.boards.values() for end in one.ends]
    _check_machine(ends, before)
    ready_ns = _ready_ns(trace, ready)
    run = Run(episode, trace, board.pins, ready_ns, zero_ns, end_ns, host, program, files, waits)
    return run, ends


def _check_machine(ends: Sequence[End], before: os.times_result) -> None:
    """Check that a run which the wall limit ended really had the CPU. On a suspended or overloaded
    machine that limit is not the submission's fault. Raises: BenchError."""
    if all(end.cause != frames.END_WALL for end in ends):
        return
    used_s, wall_s = _used_s(before)
    if used_s < wall_s / 2:
        raise BenchError(
            _("this machine gave the board {used:.0f} s of CPU in {wall:.0f} s").format(
                used=used_s, wall=wall_s
            ),
            _("Grade again when fewer programs run on it."),
        )


def _used_s(before: os.times_result) -> tuple[float, float]:
    """CPU seconds of this process and of its boards since `before`, and seconds of wall time."""
    now = os.times()
    return sum(now[:4]) - sum(before[:4]), now.elapsed - before.elapsed


def files_of(lab: Lab, board: LabBoard, program: Program, episode: Episode) -> dict[str, bytes]:
    """The files on the flash: those of the program, replaced by given files of the same name, then
    by those of the episode."""
    files = {**program, **lab.board_files(board), **episode.files}
    return {name: content for name, content in files.items() if content is not None}


def _until_ready(bench: Bench, ready: LineForm) -> int:
    """Run until the board has sent the READY line, for at most 5 s. Returns: the time of its
    end."""
    stop_listening = bench.on_tx(_ReadyDetector(bench, ready).receive)
    bench.run(READY_WITHIN_NS)
    stop_listening()
    ready_ns = _ready_ns(bench.trace, ready)
    return READY_WITHIN_NS if ready_ns is None else ready_ns


class _ReadyDetector:
    """Stops the bench when the READY line is complete."""

    def __init__(self, bench: Bench, ready: LineForm) -> None:
        self._bench = bench
        self._ready = ready
        self._line = b""

    def receive(self, data: bytes, t_ns: int) -> None:
        """Take bytes that the board has sent."""
        *ended, line = (self._line + data).split(b"\n")
        self._line = line[: LONGEST + 2]  # a longer line is not READY; save memory
        if any(self._ready.read(_text(line)) is not None for line in ended):
            self._bench.stop()


def _text(line: bytes) -> str:
    return line.removesuffix(b"\r").decode(errors="replace")


def _ready_ns(trace: Trace, ready: LineForm) -> int | None:
    """When the READY line was complete for the first time; None when it was not in time."""
    lines = lines_after(trace, 0, -1)
    first = next((one.at_ns for one in lines if ready.read(one.text) is not None), None)
    return first if first is not None and first <= READY_WITHIN_NS else None


def _play(
    bench: Bench, flash: Flash, steps: Sequence[Step], zero_ns: int, end_ns: int
) -> list[FileSnapshot]:
    """Apply the stimulus and run to the end. Returns: the files that `read_file` steps read."""
    seen: list[FileSnapshot] = []
    for step in steps:
        _plan(bench, flash, step, zero_ns + step.at.ns, seen)
    resets = [zero_ns + step.at.ns for step in steps if isinstance(step, HardReset)]
    for t_ns in sorted(resets):
        bench.run(t_ns)
        bench.reset()
    bench.run(end_ns)
    return seen


def _plan(bench: Bench, flash: Flash, step: Step, t_ns: int, seen: list[FileSnapshot]) -> None:
    """Have a step happen at its time; a reset is not planned, it interrupts the run."""
    match step:
        case SetControl():
            bench.control(step.part, step.control, step.value, t_ns)
        case SetWave():
            swing = (step.hertz, step.amplitude)
            bench.wave(step.part, step.control, *swing, t_ns, degrees=step.degrees)
        case Serial():
            bench.send(step.data, t_ns)
        case SendUart():
            adapter = usb_serial(bench.circuit.parts, step.part)
            bench.at(t_ns, partial(adapter.uart_send, step.data))
        case Publish():
            _publish(bench, step, t_ns)
        case SetService():
            _set_service(bench, step, t_ns)
        case ReadFile():
            bench.at(t_ns, partial(_read, flash, step, seen))


def _read(flash: Flash, step: ReadFile, seen: list[FileSnapshot]) -> None:
    seen.append(FileSnapshot(step.at.ns, step.name, read_apart(flash, step.name)))


def _publish(bench: Bench, step: Publish, t_ns: int) -> None:
    message = (step.topic, step.payload, step.qos, step.retain)
    bench.at(t_ns, lambda: bench.network.broker.publish(*message))


def _set_service(bench: Bench, step: SetService, t_ns: int) -> None:
    bench.at(t_ns, lambda: bench.network.services.set(step.service, step.name, step.value))


def _changed(model: Circuit, attrs: Mapping[str, Mapping[str, Any]]) -> diagram.Diagram:
    """The circuit with an episode's attributes. Raises: DiagramError for a part or an attribute
    that it does not have."""
    changed = model.diagram.with_attrs(attrs)
    for name, values in attrs.items():
        part = model.parts.get(name)
        known = {*part.ATTRS, *part.CONTROLS} if part else values
        for attr in values:
            if attr not in known:
                what = _("{part} has no attribute {name}.").format(
                    part=repr(name), name=repr(attr)
                )
                raise DiagramError(what, diagram.suggest(attr, known))
    return changed


@lru_cache(maxsize=64)
def _circuit(file: Path) -> Circuit:
    """The circuit of a diagram, as a model for the circuits of all runs. It never runs itself."""
    return Circuit(diagram.load(file))
