"""The REPL protocol on a scripted port: the normal case, and the errors of a serial line."""

import pytest

from hardware.errors import (
    BoardNotFound,
    BoardRestarted,
    BoardTimeout,
    DeviceError,
    ProtocolError,
)
from hardware.wire.board import Board
from tests.support.scripted_port import (
    PROMPT_AGAIN,
    RAW_BANNER,
    ScriptedPort,
    Step,
    answered,
    step,
    synchronised,
)

ARMS = [step(rb"\x05A\x01", PROMPT_AGAIN)]
FRIENDLY = (
    b"MicroPython v1.25.0 on 2025-04-15; Generic ESP32 module with ESP32\r\n"
    b'Type "help()" for more information.\r\n>>> '
)


def board_of(*parts: list[Step]) -> tuple[Board, ScriptedPort]:
    """A board that first synchronises and then plays the steps."""
    port = ScriptedPort(synchronised(), *parts)
    return Board(port), port


def test_run_gives_the_output_with_newlines() -> None:
    board, port = board_of(ARMS, answered(b"hello\r\nworld\r\n"))
    assert board.run("print('hello')") == "hello\nworld\n"
    assert port.done()


def test_raw_paste_is_asked_for_once_per_run_and_before_it() -> None:
    board, port = board_of(ARMS, answered(b"1\r\n"), answered(b"2\r\n"))
    board.run("print(1)")
    before = len(port.sent)
    assert board.run("print(2)") == "2\n"
    assert port.sent[before:] == b"print(2)\x04" + b"\x05A\x01"


def test_synchronising_sends_one_interrupt_when_it_is_answered() -> None:
    board, port = board_of(ARMS, answered(b""))
    board.run("pass")
    assert port.sent.count(b"\x03") == 1, "a second one would interrupt the program's finally"


def test_code_longer_than_the_window_waits_for_credit() -> None:
    code = "x" * 600
    windows = [
        step(b"x{256}", b"\x01"),
        step(b"x{128}", b"\x01\x01"),
        step(b"x{216}\x04", b"\x01", b"\x04ok\r\n\x04\x04>"),
        *ARMS,
    ]
    board, port = board_of(ARMS, windows)
    assert board.run(code) == "ok\n"
    assert port.done()


def test_an_exception_carries_the_board_s_traceback() -> None:
    trace = b'Traceback (most recent call last):\r\n  File "<stdin>", line 2\r\nValueError: no\r\n'
    board, _port = board_of(ARMS, answered(b"a\r\n", trace))
    with pytest.raises(DeviceError, match=r"^ValueError: no$") as caught:
        board.run("...")
    assert "line 2" in caught.value.traceback
    assert "\r" not in caught.value.traceback


def test_a_syntax_error_in_the_middle_of_a_long_program_ends_the_paste() -> None:
    code = "(" * 5000
    error = b"SyntaxError: invalid syntax\r\n"
    board, port = board_of(
        ARMS,
        [step(rb"\({256}", b"\x04"), step(rb"\x04", b"\x04" + error + b"\x04>"), *ARMS],
        answered(b"2\r\n"),
    )
    with pytest.raises(DeviceError, match="SyntaxError"):
        board.run(code)
    assert board.run("print(2)") == "2\n"
    assert port.done()


def test_output_is_streamed_and_a_letter_split_between_reads_stays_whole() -> None:
    arabic = "مرحبا\r\n".encode()
    pieces = [arabic[at : at + 1] for at in range(len(arabic))]
    board, _port = board_of(ARMS, [step(rb"\x04", b"\x04", *pieces, b"\x04\x04>"), *ARMS])
    received: list[str] = []
    assert board.run("...", on_output=received.append) == "مرحبا\n"
    assert len(received) > 3
    assert "".join(received) == "مرحبا\n"


def test_a_lone_carriage_return_stays() -> None:
    board, _port = board_of(ARMS, answered(b"10%\r20%\r\r\n"))
    assert board.run("...") == "10%\r20%\r\n"


def test_what_timers_print_between_cells_comes_with_the_next_one() -> None:
    board, port = board_of(ARMS, answered(b"1\r\n", again=False))
    port._steps.append(step(rb"\x05A\x01", b"tick\r\n", PROMPT_AGAIN + b"tock\r\n"))
    port._steps += answered(b"2\r\n")
    board.run("print(1)")
    assert board.run("print(2)") == "tick\ntock\n2\n"


def test_silence_is_a_time_out_and_the_next_run_works() -> None:
    late = [step(rb"\x04", b"\x04half"), step(rb"\x03"), *synchronised(), *ARMS]
    board, port = board_of(ARMS, late, answered(b"2\r\n"))
    with pytest.raises(BoardTimeout) as caught:
        board.run("while True: pass", timeout_s=0.02)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.cure
    assert board.run("1+1") == "2\n"
    assert port.done()


def test_a_stale_banner_is_no_answer() -> None:
    """The answer to the first attempt is late: its banner comes with that of the second."""
    slow = [
        step(rb"\x03\x01"),
        step(rb"\x03\x01", RAW_BANNER, b"\r\n" + RAW_BANNER),
        step(rb"print\('(\w+)'\)\x04", lambda sent: b"OK" + sent[1] + b"\r\n\x04\x04>"),
    ]
    port = ScriptedPort(slow, ARMS, answered(b"2\r\n"))
    assert Board(port).run("1+1") == "2\n"


def test_garbage_before_the_prompt_is_ignored() -> None:
    noisy = [
        step(rb"\x03\x01", b"\x00\xff\xf0rst:0x1\r\n", b"R\x01", RAW_BANNER),
        step(rb"print\('(\w+)'\)\x04", lambda sent: b"OK" + sent[1] + b"\r\n\x04\x04>"),
    ]
    port = ScriptedPort(noisy, ARMS, answered(b"2\r\n"))
    assert Board(port).run("1+1") == "2\n"


def test_a_board_that_never_answers_is_named_within_the_time_out() -> None:
    with pytest.raises(BoardTimeout, match="prompt"):
        Board(ScriptedPort()).run("1+1", timeout_s=0.05)


def test_a_soft_reset_ends_the_run_and_the_prompt_is_back() -> None:
    reset = [
        step(rb"\x04", b"\x04bye\r\n\x04\x04", b"MPY: soft reboot\r\nboot\r\n" + RAW_BANNER),
        *ARMS,
    ]
    board, port = board_of(ARMS, reset, answered(b"2\r\n"))
    assert board.run("import sys; print('bye'); sys.exit()") == "bye\n"
    assert board.run("1+1") == "2\n"
    assert port.sent.count(b"\x03") == 1, "no need to synchronise again"


def test_a_hard_reset_is_named_at_once_and_the_next_run_works() -> None:
    hard = [step(rb"\x04", b"\x04last words\r\n", b"ets Jul 29 2019\r\nMic", FRIENDLY[3:])]
    board, _port = board_of(ARMS, hard, synchronised(), ARMS, answered(b"2\r\n"))
    received: list[str] = []
    with pytest.raises(BoardRestarted):
        board.run("import machine; machine.reset()", on_output=received.append)
    assert "".join(received) == "last words\nets Jul 29 2019\n", "the banner is not output"
    assert board.run("1+1") == "2\n"


def test_a_program_may_print_a_version_and_its_reader_sees_it_without_delay() -> None:
    text = b"3.4.0; MicroPython v1.25.0 on 2025-04-15"
    board, _port = board_of(
        ARMS, [step(rb"\x04", b"\x04" + text, b"", b"\r\n", b"\x04\x04>"), *ARMS]
    )
    received: list[str] = []
    assert board.run("...", on_output=received.append) == text.decode() + "\n"
    assert "".join(received[:2]) == text.decode()


def test_an_end_mark_in_the_output_is_an_error_and_the_next_run_works() -> None:
    board, _port = board_of(
        ARMS, answered(b"a\x04b\r\n", again=False), synchronised(), ARMS, answered(b"2\r\n")
    )
    with pytest.raises(ProtocolError) as caught:
        board.run("print('a\\x04b')")
    assert caught.value.last
    assert board.run("1+1") == "2\n"


def test_an_unplugged_line_is_an_error_from_then_on() -> None:
    gone = BoardNotFound("gone", "plug it in")
    board, _port = board_of(ARMS, [step(rb"\x04", b"\x04some out", gone)])
    received: list[str] = []
    with pytest.raises(BoardNotFound):
        board.run("...", on_output=received.append)
    assert received == ["some out"]


def test_an_interrupt_on_the_host_reaches_the_board_and_is_raised() -> None:
    def stop(text: str) -> None:
        if "1" in text:
            raise KeyboardInterrupt

    trace = b"Traceback (most recent call last):\r\nKeyboardInterrupt: \r\n"
    board, port = board_of(
        ARMS,
        [step(rb"\x04", b"\x041\r\n"), step(rb"\x03", b"cleaned up\r\n\x04" + trace + b"\x04>")],
        [step(rb"\x05A\x01", PROMPT_AGAIN)],
        synchronised(),
        ARMS,
        answered(b"2\r\n"),
    )
    with pytest.raises(KeyboardInterrupt):
        board.run("...", on_output=stop)
    assert board.run("1+1") == "2\n"
    assert port.done()


def test_an_interrupt_during_compilation_is_sent_again() -> None:
    def stop(_text: str) -> None:
        raise KeyboardInterrupt

    board, port = board_of(ARMS, [step(rb"\x04", b"\x041\r\n"), step(rb"\x03"), step(rb"\x03")])
    with pytest.raises(KeyboardInterrupt):
        board.run("...", on_output=stop)
    assert port.sent.count(b"\x03") > 2


@pytest.mark.parametrize("answer", [b"R\x00", RAW_BANNER])
def test_a_board_without_raw_paste_works(answer: bytes) -> None:
    refused = step(rb"\x05A\x01", answer)
    plain = [step(rb"print\(%d\)\x04" % n, b"OK%d\r\n\x04\x04>" % n) for n in range(3)]
    board, port = board_of([refused, plain[0], refused, *plain[1:]])
    for number in range(3):
        assert board.run(f"print({number})") == f"{number}\n"
    assert port.done()
    assert port.sent.count(b"\x05A\x01") == 2, "one refusal may be noise"


def test_one_damaged_answer_does_not_end_raw_paste() -> None:
    noise = [step(rb"\x05A\x01", RAW_BANNER), step(rb"print\(1\)\x04", b"OK1\r\n\x04\x04>")]
    board, port = board_of(noise, ARMS, answered(b"2\r\n"))
    assert board.run("print(1)") == "1\n"
    assert board.run("print(2)") == "2\n"
    assert port.done()


def test_a_control_character_in_the_program_is_refused_with_its_line() -> None:
    with pytest.raises(ProtocolError, match="Line 2"):
        Board(ScriptedPort()).run("a = 1\nb = '\x04'\n")


@pytest.mark.parametrize(
    ("printed", "value"), [(b"42\r\n", 42), (b"side effect\r\n(1, 'a')\r\n", (1, "a"))]
)
def test_eval_takes_the_last_line(printed: bytes, value: object) -> None:
    board, _port = board_of(ARMS, answered(printed))
    assert board.eval("...") == value


def test_eval_refuses_what_is_not_a_literal() -> None:
    board, _port = board_of(ARMS, answered(b"<Pin 2>\r\n"))
    with pytest.raises(ValueError, match="Pin 2"):
        board.eval("Pin(2)")
