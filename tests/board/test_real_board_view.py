"""What is seen of a real board: a virtual one behind a serial line, which the host cannot tell
from a real one. Looking changes no pin and stops no program."""

import threading
from collections.abc import Callable, Iterator, Mapping
from time import monotonic
from typing import Self, cast

import pytest

from hardware import boards
from hardware.bench.protocol import frames
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.serving.page.board_source import BoardSource
from hardware.bench.serving.page.page_messages import MoveControl, ResetBoard, TypeText
from hardware.bench.serving.page.served_board import PageBoardSource
from hardware.bench.serving.program_tail import ProgramTail
from hardware.connect import open_port
from hardware.errors import HardwareError
from hardware.notebook.session import Session
from hardware.paths import ROOT
from hardware.wire.board import Board
from hardware.wire.watched_port import WatchedPort

WAIT_S = 60.0
PLAN = ROOT / "labs" / "buttons" / "diagram.json"
BOOT_NAMES = {"bdev", "gc", "vfs", "machine", "rp2"}
ADC_PIN = {"esp32": 34, "esp32c3": 0, "esp32c6": 0, "esp32s2": 1, "esp32s3": 1}
ADC_PIN |= {"rp2": 26, "rp2350": 26}
SET_UP = """
from machine import ADC, PWM, Pin
high, pulled = Pin(4, Pin.OUT, value=1), Pin(5, Pin.IN, Pin.PULL_UP)
wave, knob = PWM(Pin(2), freq=1000), ADC(Pin({adc}))
"""


class Seen:
    """A connected board, and the words that its viewers have got."""

    def __init__(self, live: LiveBench, source: BoardSource, board: Board) -> None:
        self.live, self.source, self.board = live, source, board

    @classmethod
    def of(cls, live: LiveBench, session: Session) -> Self:
        """What a notebook shows."""
        source, board = session.real_board(), session.board
        assert source and board
        return cls(live, source, board)

    def news(self) -> Mapping[str, Mapping[str, str]]:
        """Look once; the English words by row or pin."""
        self.source.look()
        news, _update = self.source.news_since(0)
        known = {**news.get("board", {}), **news.get("pins", {})}
        return cast(Mapping[str, Mapping[str, str]], known)

    def until(self, row: str, words: str) -> None:
        """Look until this is said."""
        self.wait(lambda: words in self.news().get(row, {}).get("en", ""), f"{row}: {words}")

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Look until a condition is true."""
        end = monotonic() + WAIT_S
        while not condition():
            assert monotonic() < end, (what, self.news())
            threading.Event().wait(0.02)

    def printed(self) -> str:
        """What the console shows."""
        self.source.look()
        (tail,) = self.source.tails.values()
        return tail.since(0)[0].decode()

    def modes(self) -> int:
        """How often the mode of a pin was set."""
        records = self.live.ask(lambda bench: bench.traces[self.live.circuit.board_id].records)
        return int((records["kind"] == frames.REC_MODE).sum())


@pytest.fixture(params=boards.ports())
def seen(request: pytest.FixtureRequest) -> Iterator[Seen]:
    """A board behind RFC 2217, where nothing has run yet."""
    with LiveBench(request.param) as live:
        session = Session()
        session.connect(live.serve_rfc2217())
        yield Seen.of(live, session)
        session.close()


def adc_pin(seen: Seen) -> int:
    return ADC_PIN[seen.live.board_type.port]


def test_levels_are_read_at_the_prompt_and_nothing_is_changed(seen: Seen) -> None:
    seen.until("levels", "after the next cell")
    seen.board.run(SET_UP.format(adc=adc_pin(seen)))
    modes = seen.modes()
    seen.until("board:GPIO4", "output, high")
    seen.until("board:GPIO5", "input, high")
    words = seen.news()
    assert words["board:GPIO2"]["en"] == "driven by PWM or another peripheral, level not known"
    assert words[f"board:GPIO{adc_pin(seen)}"]["en"] == "level not known"
    assert words["state"]["en"] == "no program runs"
    assert words["machine"]["en"].endswith(seen.live.board_type.mcu)
    assert words["firmware"]["en"].startswith("MicroPython v")
    assert words["levels"]["ar"].startswith("تُقرأ")
    assert seen.modes() == modes
    names = set(seen.board.run("print(*globals())").split()) - BOOT_NAMES
    assert names == {"ADC", "PWM", "Pin", "__name__", "high", "knob", "pulled", "wave"}
    seen.board.run("high(0)")
    seen.until("board:GPIO4", "output, low")


def test_a_program_is_not_disturbed_and_its_console_takes_input(seen: Seen) -> None:
    seen.board.run(SET_UP.format(adc=adc_pin(seen)))
    seen.until("board:GPIO4", "output, high")
    seen.board.exec_detached("print('READY')\nwhile True:\n    print('said', input())")
    seen.until("state", "a program runs")
    words = seen.news()
    assert "would stop it" in words["levels"]["en"]
    assert words["board:GPIO4"]["en"] == "level not known"
    seen.wait(lambda: "READY" in seen.printed(), "READY")
    seen.source.do(TypeText("board", "salam\r"))
    seen.wait(lambda: "said salam" in seen.printed(), "said")
    # What the view has fetched is still there for the notebook.
    assert seen.board.serial.readline() == "READY"
    seen.board.stop()
    seen.until("board:GPIO4", "output, high")
    with pytest.raises(HardwareError, match="No program runs"):
        seen.source.do(TypeText("board", "x"))
    with pytest.raises(HardwareError, match="is a real board"):
        seen.source.do(MoveControl("led", "x", 1))


def test_the_reset_button_and_one_on_the_board_start_main_py(seen: Seen) -> None:
    seen.board.files.put("main.py", b"print('main', 6 * 7)\nx = input()")
    seen.board.run("")
    seen.until("state", "no program runs")
    seen.source.do(ResetBoard("board"))
    seen.wait(lambda: "main 42" in seen.printed(), "main")
    seen.until("state", "a program runs")
    assert seen.board.run("print(1)") == "1\n"
    seen.until("levels", "once a second")
    seen.wait(lambda: seen.board.unasked() == b"" and seen.board.at_prompt, "prompt")
    seen.live.reset()  # somebody presses EN or RUN
    seen.wait(lambda: seen.printed().count("main 42") == 2, "main again")
    seen.until("state", "a program runs")
    assert "not known" in seen.news()["levels"]["en"]
    assert seen.board.run("print(2)") == "2\n"


def test_an_unplugged_board_is_not_connected(seen: Seen) -> None:
    seen.board.run("")
    seen.until("levels", "once a second")
    seen.live.close()
    seen.until("state", "unplugged")
    assert seen.news()["levels"]["en"] == "not known"


def test_a_line_without_a_reset_wire_says_so() -> None:
    with LiveBench("esp32") as live:
        session = Session()
        session.connect(live.serve_pty())
        source = session.real_board()
        assert source
        with pytest.raises(HardwareError, match="no reset wire"):
            source.do(ResetBoard("board"))
        session.close()


def test_the_plan_of_a_lab_is_shown_and_claims_nothing() -> None:
    with LiveBench("esp32") as live:
        session = Session()
        session.propose(PLAN, {}, {})
        session.connect(live.serve_pty())
        seen = Seen.of(live, session)
        bench = seen.source.first_message()["bench"]
        assert bench["real"] == {"plan": True} and "<svg" in bench["svg"]
        assert bench["parts"] == [] and not bench["realtime"]
        (board,) = bench["boards"]
        seen.board.run("from machine import Pin\nled = Pin(25, Pin.OUT, value=1)")
        seen.until(f"{board['id']}:25", "output, high")
        news, _update = seen.source.news_since(0)
        assert not {"parts", "words", "values"} & news.keys()
        session.close()


def test_a_plan_for_another_chip_is_no_reason_to_guess() -> None:
    with LiveBench("pico") as live:
        session = Session()
        session.propose(PLAN, {}, {})
        session.connect(live.serve_pty())
        seen = Seen.of(live, session)
        seen.board.run("")
        seen.until("levels", "for another chip")
        session.close()


def test_a_page_of_its_own_reads_the_pins_after_a_stop() -> None:
    with LiveBench("esp32") as live:
        tail = ProgramTail()
        line = WatchedPort(open_port(live.serve_pty()), tail.offer)
        board = Board(line, tail.expect)
        seen = Seen(live, PageBoardSource(board, line, tail, "esp32"), board)
        seen.source.do(
            TypeText("board", "from machine import Pin; p = Pin(4, Pin.OUT, value=1)\r")
        )
        seen.wait(lambda: seen.printed().endswith("value=1)\r\n>>> "), "prompt")
        assert "until you type again" in seen.news()["levels"]["en"]
        modes = seen.modes()
        seen.source.do(TypeText("board", "\x03"))
        seen.until("levels", "once a second")
        seen.until("board:GPIO4", "output, high")
        assert seen.modes() == modes
        seen.source.do(TypeText("board", "print(p.value() + 41)\r"))
        seen.wait(lambda: "\n42\r\n>>> " in seen.printed(), "the value: nothing was reset")
        assert "raw REPL" not in seen.printed()
        seen.source.do(TypeText("board", "while True: print('said', input())\r\r"))
        seen.source.do(TypeText("board", "salam\r"))
        seen.wait(lambda: "said salam" in seen.printed(), "said")
        seen.until("state", "a program runs")
        seen.source.do(TypeText("board", "\x03"))
        seen.until("board:GPIO4", "output, high")
        live.close()
        seen.until("state", "start the command again")
        line.close()
