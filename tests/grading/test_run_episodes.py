"""The engine: new boards, READY, stimulus, and the two kinds of failure (program or grader)."""

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.errors import NotGraded
from grader.lab import lab as labs
from grader.lab.check import check, gate
from grader.lab.episode import Episode, hard_reset, press, serial, wave
from grader.lab.limits import AtLeast, Limit
from grader.lab.run import Run, once
from grader.lab.units import ms, seconds
from grader.score import run_episodes
from grader.score.budget import Budget
from grader.score.misconceptions import message
from grader.score.run_episodes import run_episode, run_lab
from grader.score.score import score
from hardware.bench.bench import Bench
from hardware.bench.limits import Limits
from hardware.boards import BoardType
from hardware.errors import DiagramError

BOARDS = ("esp32_devkit_c_v4", "pi_pico")
READY = b'print("READY L02")\n'
ECHO = (
    READY
    + b"""
import sys
while True:
    print("GOT", sys.stdin.readline().strip())
"""
)


@pytest.fixture(params=BOARDS)
def play(request: pytest.FixtureRequest) -> Callable[..., Run]:
    """Runs an episode with a program on the circuit of the traffic light."""
    lab = labs.find("traffic_light")

    def run(program: bytes | None, episode: Episode, seed: int = 1) -> Run:
        files = {} if program is None else {"main.py": program}
        return run_episode(lab, lab.board(request.param), files, episode, seed)

    return run


def test_time_counts_from_ready(play: Callable[..., Run]) -> None:
    program = b"import time\ntime.sleep_ms(700)\n" + READY + b"time.sleep_ms(100)\nprint('NOW')\n"
    run = play(program, Episode("main", seconds=2))
    assert run.ready_ns is not None
    assert run.ready_ns > 700_000_000
    assert [round(line.at_ns / 1e6) for line in run.lines()[:1]] == pytest.approx([100], abs=5)
    assert run.trace.end_ns == run.end_ns == run.zero_ns + 2_000_000_000


def test_a_once_function_runs_once_for_each_run(play: Callable[..., Run]) -> None:
    asked = []

    @once
    def lines(run: Run) -> list[str]:
        asked.append(run)
        return [line.text for line in run.lines()]

    runs = [play(READY + b"print(%d)\n" % n, Episode("main", seconds=1)) for n in (1, 2)]
    assert [lines(run)[0] for run in (*runs, *runs)] == ["1", "2", "1", "2"]
    assert len(asked) == 2


CALLBACK = b"""
import time
from machine import Timer
def tell(timer):
    print("TICK", 5)
timer = Timer(-1 if "rp2" in __import__("sys").platform else 0)
"""


def test_a_line_of_a_callback_is_read_without_the_prompt_before_it(
    play: Callable[..., Run],
) -> None:
    start = b"timer.init(period=500, mode=Timer.PERIODIC, callback=tell)\n"
    run = play(CALLBACK + READY + start, Episode("main", seconds=2))
    assert run.main_ends_ns()
    assert [line.text for line in run.lines()[-3:]] == ["TICK 5"] * 3


def test_what_the_prompt_echoes_is_no_line_of_the_program(play: Callable[..., Run]) -> None:
    run = play(READY, Episode("main", seconds=2, steps=serial(b"TICK 5\r", at=ms(500))))
    assert run.main_ends_ns()
    assert ">>> TICK 5" in [line.text for line in run.lines()]


def test_no_ready_in_time(play: Callable[..., Run]) -> None:
    late = play(b"import time\ntime.sleep(6)\n" + READY, Episode("main", seconds=2))
    assert late.ready_ns is None
    assert play(None, Episode("main", seconds=2)).ready_ns is None


def test_ready_must_be_the_whole_line(play: Callable[..., Run]) -> None:
    long = b"import sys\nfor n in range(9):\n    sys.stdout.write('READY L02')\nprint()\n"
    for program in (b"print('READY L02 now')\n", b"print('READY L20')\n", long):
        assert play(program, Episode("main", seconds=1)).ready_ns is None
    assert play(b"print('Ready: L02')\n", Episode("main", seconds=1)).ready_ns
    assert play(long + READY, Episode("main", seconds=1)).ready_ns


def test_serial_stimulus_comes_at_its_time(play: Callable[..., Run]) -> None:
    steps = serial(b"one\n", at=ms(500)) + serial(b"two\r\n", at=seconds(1.5))
    run = play(ECHO, Episode("main", seconds=3, steps=steps))
    got = [line for line in run.lines() if line.text.startswith("GOT")]
    assert [line.text for line in got[:2]] == ["GOT one", "GOT two"]
    assert [line.at_ns / 1e6 for line in got[:2]] == pytest.approx([501, 1501], abs=5)


def test_an_episode_has_pages_of_the_web_server() -> None:
    program = (
        READY.replace(b"L02", b"L00M")
        + b"""
import network, requests, time
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect("Wokwi-GUEST", "")
while not wlan.isconnected():
    time.sleep_ms(20)
print(requests.get("http://http.warsha/new.py").text)
"""
    )
    lab = labs.find("mqtt_lamp")
    episode = Episode("main", seconds=4, pages={"/new.py": b"VERSION = 5"})
    run = run_episode(lab, lab.board("esp32_devkit_c_v4"), {"main.py": program}, episode, 1)
    assert [line.text for line in run.lines()][:1] == ["VERSION = 5"]


def test_a_hard_reset_boots_again(play: Callable[..., Run]) -> None:
    steps = hard_reset(at=seconds(2)) + hard_reset(at=seconds(4))
    run = play(READY, Episode("main", seconds=6, steps=steps, from_reset=True))
    printed = [line.at_ns / 1e9 for line in run.all_lines() if line.text == "READY L02"]
    assert len(printed) == 3
    assert all(0 < at - power < 1 for at, power in zip(printed, (0, 2, 4), strict=True))
    assert run.zero_ns == 0


def test_the_same_seed_gives_the_same_trace(play: Callable[..., Run]) -> None:
    program = (
        b"import random, time\n" + READY + b"while True:\n time.sleep_ms(10 + id(time) % 9)\n"
    )
    first, again, other = (play(program, Episode("main", seconds=2), seed) for seed in (1, 1, 2))
    assert first.trace.sha256() == again.trace.sha256()
    assert other.ready_ns is not None


def test_a_wrong_ready_line_is_shown_beside_the_right_one() -> None:
    lab = labs.find("traffic_light")
    item = run_lab(lab, lab.board("rp2"), {"main.py": b"print('READY L20')\n"}, 1).items["a"]
    for text in message(lab, item).values():
        assert "`READY L02`" in text and "`READY L20`" in text


def test_ticks_may_begin_anywhere(play: Callable[..., Run]) -> None:
    program = b"import time\n" + READY + b"print(time.ticks_ms())\n"
    run = play(program, Episode("main", seconds=1, ticks0_ms=2**30 - 2))
    assert int(run.lines()[0].text) < 5000


def test_the_first_line_of_a_callback_after_the_end_of_main_is_without_the_prompt(
    play: Callable[..., Run],
) -> None:
    program = b"import sys\nfrom machine import Timer\n" + READY
    program += b"tim = Timer(0 if sys.platform == 'esp32' else -1)\n"
    program += b"tim.init(period=100, callback=lambda tim: print('TICK'))\n"
    run = play(program, Episode("main", seconds=0.5))
    assert run.main_ends_ns()
    assert [line.text for line in run.lines() if "TICK" in line.text][:2] == ["TICK", "TICK"]


def test_an_echo_at_the_prompt_is_no_line_of_the_program(play: Callable[..., Run]) -> None:
    run = play(READY, Episode("main", seconds=0.5, steps=serial(b"PONG\r\n", at=ms(200))))
    assert next(line.text for line in run.lines() if "PONG" in line.text) == ">>> PONG"


@pytest.mark.parametrize(
    ("last", "waits"),
    [
        (b"import sys\nsys.stdin.readline()\n", True),
        (b"import select, sys\np = select.poll()\np.register(sys.stdin, 1)\np.poll()\n", True),
        (b"import time\nwhile True:\n time.sleep(1)\n", False),
        (b"while True:\n pass\n", False),
    ],
)
def test_a_program_that_waits_without_a_limit(
    play: Callable[..., Run], last: bytes, waits: bool
) -> None:
    run = play(READY + last, Episode("main", seconds=0.5))
    assert (run.waits, run.main_ends_ns()) == (waits, [])


@pytest.mark.parametrize("is_quiet", [False, True])
def test_open_inputs_of_a_quiet_episode_read_high(is_quiet: bool) -> None:
    lab = labs.find("servo_gate")
    program = b"from machine import Pin\nfrom pins import BTN_1\nPin(BTN_1, Pin.IN)\n"
    program += b"print('READY L06')\nwhile True:\n pass\n"
    episode = Episode("main", seconds=2, is_quiet=is_quiet)
    for board in BOARDS:
        run = run_episode(lab, lab.board(board), {"main.py": program}, episode, 1)
        assert (len(run.signal("BTN_1").edges_ns()) == 0) == is_quiet


@pytest.mark.parametrize("board_type", BOARDS)
def test_an_episode_changes_attributes_of_parts(board_type: str) -> None:
    lab = labs.find("voltmeter")
    program = READY.replace(b"L02", b"L05") + b"import ain\nprint(ain.read_u16() > 60000)\n"
    episode = Episode("main", seconds=1)
    for attrs, line in (({}, "False"), ({"panel": {"value": "1023"}}, "True")):
        changed = replace(episode, attrs=attrs)
        run = run_episode(lab, lab.board(board_type), {"main.py": program}, changed, 1)
        assert run.lines()[0].text == line
    for attrs, error, cure in (
        ({"pannel": {"value": "1"}}, "there is no part 'pannel' on the bench", "panel"),
        ({"panel": {"valeu": "1"}}, "'panel' has no attribute 'valeu'", "value"),
    ):
        wrong = replace(episode, attrs=attrs)
        with pytest.raises(DiagramError, match=error) as caught:
            run_episode(lab, lab.board(board_type), {"main.py": program}, wrong, 1)
        assert cure in caught.value.cure


def test_given_files_replace_those_of_the_program(play: Callable[..., Run]) -> None:
    lab = labs.find("traffic_light")
    files = {"main.py": b"import pins\n" + READY + b"print(pins.LED_R)\n", "pins.py": b"LED_R = 1"}
    board = lab.board("rp2")
    run = run_episode(lab, board, files, Episode("main", seconds=1), 1)
    assert [line.text for line in run.lines()[:1]] == ["15"]


def test_an_episode_removes_a_file(play: Callable[..., Run]) -> None:
    program = b"import os\n" + READY + b"print('plan.json' in os.listdir())\n"
    assert play(program, Episode("main", seconds=1)).lines()[0].text == "True"
    gone = Episode("main", seconds=1, files={"plan.json": None})
    assert play(program, gone).lines()[0].text == "False"


@pytest.mark.parametrize("board_type", BOARDS)
def test_an_ended_board_fails_without_an_internal_error(board_type: str) -> None:
    lab = labs.find("traffic_light")
    flood = READY + b"x = 'x' * 1000\nwhile True:\n    print(x)\n"
    episodes = lab.scenario
    lab = replace(
        lab, scenario=lambda seed, board: [replace(e, seconds=1000) for e in episodes(seed, board)]
    )
    result = run_lab(lab, lab.board(board_type), {"main.py": flood}, 1)
    assert {item.key for item in result.items.values()} == {"board_died"}
    assert "الطباعة أكثر من المسموح بها" in message(lab, result.items["a"])["ar"]
    assert result.points == 0


BREAKS = {
    "print(deep == [deep])\n": {"board_died"},
    "os.mount(Disk(), '/odd')\n": {"exception"},
}
"""What overruns the C stack, or gives MicroPython a false block device; and how it is judged."""


@pytest.mark.parametrize("board_type", BOARDS)
@pytest.mark.parametrize("line", BREAKS)
def test_a_program_that_breaks_its_interpreter_gets_its_own_marks(
    line: str, board_type: str
) -> None:
    lab = labs.find("traffic_light")
    program = (
        "import os\ndeep = []\nfor _ in range(1900): deep = [deep]\n"
        "class Disk:\n    def readblocks(self, n, b, o=0): pass\n"
        "    def writeblocks(self, n, b, o=0): return 0\n"
        "    def ioctl(self, op, a): return 1 << 30\n" + line
    )
    result = run_lab(lab, lab.board(board_type), {"main.py": program.encode()}, 1)
    assert result.points == 0
    assert {item.key for item in result.items.values()} == BREAKS[line]


@pytest.mark.parametrize("cpu_s", [0.4, 0.01])
def test_the_wall_limit_fails_a_program_only_if_it_had_the_cpu(
    cpu_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`cpu_s`: the CPU time that we got in half a second: enough, or the process was suspended."""
    lab = labs.find("traffic_light")
    first = lab.scenario(1, lab.board("rp2").type)[0]
    lab = replace(lab, scenario=lambda _seed, _board: [replace(first, seconds=100_000)])
    lab = replace(lab, checks=tuple(c for c in lab.checks if not c.episodes))
    monkeypatch.setattr(Budget, "limits", lambda _self: Limits(wall_s=2))
    endless = {"main.py": READY + b"while True: x = 1\n"}
    monkeypatch.setattr(run_episodes, "_used_s", lambda _before: (cpu_s, 0.5))
    if cpu_s > 0.25:
        result = run_lab(lab, lab.board("rp2"), endless, 1)
        assert {item.key for item in result.items.values()} == {"board_died"}
        return
    with pytest.raises(NotGraded, match="gave the board"):
        run_lab(lab, lab.board("rp2"), endless, 1)


def broken(lab: labs.Lab, measure: Callable[[Run], Any]) -> labs.Lab:
    bad = check("a", points=4, expect=AtLeast(1), on_miss="order")(measure)
    return replace(
        lab,
        checks=(bad,),
        items={"a": {}},
        scenario=lambda seed, board: [Episode("main", seconds=1)],
    )


def test_a_check_that_raises_is_an_internal_error_after_one_retry() -> None:
    calls: list[Run] = []

    def raising(run: Run) -> int:
        calls.append(run)
        raise KeyError("LED_X")

    lab = broken(labs.find("traffic_light"), raising)
    with pytest.raises(NotGraded, match="LED_X") as caught:
        score(lab, "rp2", {"main.py": READY}, [1])
    assert len(calls) == 2
    assert "raising" in caught.value.detail


def test_a_bench_that_cannot_start_has_a_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARSHA_BUILD", str(tmp_path))
    with pytest.raises(NotGraded, match="is not built") as caught:
        score(labs.find("traffic_light"), "rp2", {"main.py": READY}, [1])
    assert "make" in caught.value.cure


def killing(monkeypatch: pytest.MonkeyPatch, times: float, signal_number: int) -> list[int]:
    """Lets the board of the next runs be killed in the middle of its episode. Returns the list to
    which each killed process is added."""
    killed: list[int] = []
    play = run_episodes._play

    def killing_play(bench: Bench, *rest: Any) -> Any:
        def kill() -> None:
            if len(killed) < times and bench.board.pid is not None:
                killed.append(bench.board.pid)
                os.kill(bench.board.pid, signal_number)

        bench.at(bench.now_ns + 1_000_000_000, kill)
        return play(bench, *rest)

    monkeypatch.setattr(run_episodes, "_play", killing_play)
    return killed


@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_board_that_is_killed_costs_no_points(
    signal_number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab = labs.find("traffic_light")
    killed = killing(monkeypatch, 1, signal_number)
    program = {"main.py": (lab.folder / "reference.py").read_bytes()}
    marks = score(lab, "rp2", program, [1], predicted=True)
    assert (marks.points, len(killed)) == (20, 1)


def test_a_board_that_is_killed_each_time_is_not_graded(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = labs.find("traffic_light")
    killed = killing(monkeypatch, float("inf"), signal.SIGKILL)
    program = {"main.py": (lab.folder / "reference.py").read_bytes()}
    with pytest.raises(NotGraded, match=r"not by the program.*signal 9") as caught:
        score(lab, "rp2", program, [1])
    assert len(killed) == 4
    assert "dmesg" in caught.value.cure


def test_a_board_that_cannot_be_set_up_is_not_graded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "port" / "rp2" / "warsha-rp2"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nexit 2\n")
    program.chmod(0o755)
    monkeypatch.setenv("WARSHA_BUILD", str(tmp_path))
    with pytest.raises(NotGraded, match=r"did not start it \(exit code 2\)"):
        score(labs.find("traffic_light"), "rp2", {"main.py": READY}, [1])


def test_a_worker_without_memory_does_not_grade() -> None:
    def hungry(run: Run) -> int:
        raise MemoryError

    with pytest.raises(NotGraded, match="not enough memory") as caught:
        score(broken(labs.find("traffic_light"), hungry), "rp2", {"main.py": READY}, [1])
    assert "close other programs" in caught.value.cure


def test_a_temporary_error_costs_no_points() -> None:
    calls: list[Run] = []

    def once(run: Run) -> int:
        calls.append(run)
        if len(calls) == 1:
            raise OSError("no space left")
        return 1

    lab = broken(labs.find("traffic_light"), once)
    assert score(lab, "rp2", {"main.py": READY}, [1]).items["a"].points == 4


def scored(points_by_seed: dict[int, int], *, safety: bool, guarded: bool = False) -> float:
    """A lab with an item a that counts the lines of its seed, with a check or with a gate."""
    lab = labs.find("traffic_light")
    limit: Limit[int] = AtLeast(1)
    one = check(
        "a", points=3, expect=AtLeast(0) if guarded else limit, on_miss="order", safety=safety
    )
    checks = [one(lambda run: int(run.data["worth"]))]
    if guarded:
        checks.append(gate("a.again", expect=limit, on_miss="order")(checks[0].measure))

    def scenario(seed: int, board: BoardType) -> list[Episode]:
        return [Episode("main", seconds=0.1, data={"worth": points_by_seed[seed]})]

    lab = replace(lab, checks=tuple(checks), scenario=scenario, items={"a": {}, "p": {}})
    marks = score(lab, "rp2", {"main.py": READY}, list(points_by_seed), predicted=True)
    assert marks.items["p"].points == 2
    assert marks.points == round(marks.items["a"].points + 2, 2)
    return marks.items["a"].points


@pytest.mark.parametrize("guarded", [False, True], ids=["alone", "with_a_gate"])
def test_the_mean_over_seeds_is_rounded_and_safety_takes_the_minimum(guarded: bool) -> None:
    assert scored({1: 1, 2: 1, 3: 0}, safety=False, guarded=guarded) == 2
    seven = {1: 1, 2: 0, 3: 0, 4: 1, 5: 1, 6: 1, 7: 1}
    assert scored(seven, safety=False, guarded=guarded) == 2.14
    assert scored({1: 1, 2: 1, 3: 0}, safety=True, guarded=guarded) == 0
    assert scored({1: 1, 2: 1, 3: 1}, safety=True, guarded=guarded) == 3


KEEPS = """
import time
kept = []
while True:
    kept = kept[-{most}:] + [bytes(100)]
    bytes(20_000)
    time.sleep_ms(10)
"""
STEADY, GROWS = KEEPS.format(most=3).encode(), KEEPS.format(most=1000).encode()
ENDS = STEADY.replace(b"while True:", b"for _ in range(200):") + b"1 / 0\n"
HOLDS = b"held = bytes(20_000)\n" + STEADY


@pytest.mark.parametrize(
    ("program", "key", "detail"),
    [
        (STEADY, "", ""),
        (HOLDS, "", ""),
        (ENDS, "crashed", "ZeroDivisionError: divide by zero (main.py, line 9)"),
        (GROWS, "heap_falls", None),
    ],
    ids=["steady", "holds", "ends", "grows"],
)
def test_an_unstable_program_gets_half_in_a_lab_that_asks_for_a_stable_one(
    program: bytes, key: str, detail: str | None
) -> None:
    lab = labs.find("traffic_light")
    whole, safe = (
        check(id, points=4, expect=AtLeast(0), on_miss="order", safety=safety)(lambda _run: 1)
        for id, safety in (("a", False), ("b", True))
    )

    def scenario(seed: int, board: BoardType) -> list[Episode]:
        return [Episode("main", seconds=12, steps=hard_reset(at=ms(2000)))]

    lab = replace(lab, checks=(whole, safe), scenario=scenario, items={"a": {}, "b": {}})
    unasked = score(lab, "esp32", {"main.py": READY + program}, [1]).items
    assert [unasked[item].points for item in "ab"] == [4, 4]
    found = score(replace(lab, stable=True), "esp32", {"main.py": READY + program}, [1]).items
    assert [found[item].points for item in "ab"] == ([2, 0] if key else [4, 4])
    assert [found[item].key for item in "ab"] == [key, key]
    if detail is not None:
        assert found["a"].detail == detail
    else:
        assert int(found["a"].detail) > 10_000


def test_a_wave_shakes_a_part_from_its_time_on() -> None:
    lab = labs.find("machine_vibration")
    program = b"""
import struct, time
from machine import I2C, Pin
from pins import I2C_BUS, SCL, SDA
i2c = I2C(I2C_BUS, scl=Pin(SCL), sda=Pin(SDA))
i2c.writeto_mem(0x68, 0x6B, b"\\0")
print("READY L11")
begin = time.ticks_ms()
while True:
    raw = [struct.unpack(">h", i2c.readfrom_mem(0x68, 0x3B, 2))[0] for _ in range(200)]
    print(time.ticks_ms() - begin, round((max(raw) - min(raw)) / 16384, 1))
"""
    shaken = wave("imu", "accelX", hertz=20, amplitude=0.4, at=seconds(1))
    episode = Episode("main", seconds=2, steps=shaken)
    run = run_episode(lab, lab.board("pi_pico"), {"main.py": program}, episode, 1)
    swings = [line.text.split() for line in run.lines()]
    assert {swing for at, swing in swings if int(at) < 1000} == {"0.0"}
    assert swings[-1][1] == "0.8"


def test_a_press_is_two_control_steps() -> None:
    down, up = press("btn1", at=ms(500), hold=ms(80))
    assert (down.at, up.at) == (500.0, 580.0)


PART = """
from hardware import CustomPart

class Alarm(CustomPart):
    OUTPUTS = {"OUT": False}

    def begin(self):
        self.after(LATE_MS * 1_000_000, lambda: self.drive("OUT", True))
"""
LISTENER = (
    READY
    + b"""
from machine import Pin
import time
pin = Pin(25)
while not pin():
    pass
print("ROSE", time.ticks_ms() // 100)
"""
)


def test_a_lab_has_a_part_of_its_own_which_belongs_to_the_mark(tmp_path: Path) -> None:
    (tmp_path / "alarm.chip.json").write_text('{"name": "Alarm", "pins": ["OUT"]}')
    parts = '{"type": "board-esp32-devkit-c-v4", "id": "b"}, {"type": "chip-alarm", "id": "a"}'
    file = tmp_path / "diagram.json"
    file.write_text(f'{{"version": 1, "parts": [{parts}], "connections": [["a:OUT", "b:25"]]}}')
    lab = labs.find("traffic_light")
    board = replace(lab.board(BOARDS[0]), diagram=file)
    seen, digests = [], set()
    for number, late_ms in enumerate((900, 1500)):
        part = tmp_path / "alarm.chip.py"
        part.write_text(PART.replace("LATE_MS", str(late_ms)))
        os.utime(part, (number, number))
        run = run_episode(lab, board, {"main.py": LISTENER}, Episode("main", seconds=2), seed=1)
        seen += [line.text for line in run.lines() if line.text.startswith("ROSE")]
        digests.add(labs.digest_of(tmp_path))
    assert seen == ["ROSE 9", "ROSE 15"] and len(digests) == 2
