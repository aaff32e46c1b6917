"""The contract of `Board`, on every board and over every connection to it."""

import random
import threading

import pytest

from hardware.errors import BoardRestarted, BoardTimeout, DeviceError, ProgramEnded, ProtocolError
from hardware.wire.board import Board

pytestmark = pytest.mark.every_way

ARABIC = "مرحبا يا ورشة 🚦"
WAIT_S = 60.0


def answers(board: Board) -> bool:
    """Whether the board runs code, within a second."""
    return board.run("print(6 * 7)", timeout_s=WAIT_S) == "42\n"


# -- code ---------------------------------------------------------------------------------------


def test_output_comes_back(fresh: Board) -> None:
    assert fresh.run("print('a')\nprint('b', end='')") == "a\nb"


def test_arabic_passes_unchanged(fresh: Board) -> None:
    assert fresh.run(f"print({ARABIC!r} * 50)") == ARABIC * 50 + "\n"


def test_names_stay_between_runs(fresh: Board) -> None:
    fresh.run("x = 40")
    assert fresh.run("print(x + 2)") == "42\n"


@pytest.mark.parametrize(
    "value", [None, 0, -5, 2**40, 1.5, "a'b\"\n", b"\x00\xff", (1, [2, {"k": 3}])]
)
def test_eval_gives_the_value(fresh: Board, value: object) -> None:
    assert fresh.eval(repr(value)) == value


def test_an_exception_is_raised_here_with_the_board_s_traceback(fresh: Board) -> None:
    with pytest.raises(DeviceError, match="ZeroDivisionError") as caught:
        fresh.run("def f():\n    return 1 // 0\nf()")
    assert 'File "<stdin>", line 2, in f' in caught.value.traceback
    assert answers(fresh)


def test_a_syntax_error_at_the_start_of_a_long_program(fresh: Board) -> None:
    with pytest.raises(DeviceError, match="SyntaxError"):
        fresh.run("x = = 1\n" + "y = 2\n" * 2000)
    assert answers(fresh)


def test_a_long_program_arrives_whole(fresh: Board) -> None:
    code = "total = 0\n" + "\n".join(f"total += {n}" for n in range(700)) + "\nprint(total)"
    assert fresh.run(code) == f"{sum(range(700))}\n"


def test_long_output_arrives_whole(fresh: Board) -> None:
    lines = [f"{n:06} {'x' * 40}" for n in range(400)]
    output = fresh.run("for n in range(400): print('%06d' % n, 'x' * 40)", timeout_s=WAIT_S)
    assert output.splitlines() == lines


def test_output_is_seen_while_the_program_runs(fresh: Board) -> None:
    """The program waits for an answer to its question, so the question must arrive before."""

    def answer(text: str) -> None:
        if "name?" in text:
            fresh.serial.write("Nour\r")

    output = fresh.run("print('hello', input('name?'))", on_output=answer, timeout_s=WAIT_S)
    assert output.endswith("hello Nour\n")


# -- stopping -----------------------------------------------------------------------------------


def test_a_time_out_is_named_and_the_next_run_works(fresh: Board) -> None:
    with pytest.raises(BoardTimeout):
        fresh.run("while True: pass", timeout_s=0.2)
    assert answers(fresh)


def test_another_thread_interrupts_a_program(fresh: Board) -> None:
    def stop(text: str) -> None:
        threading.Thread(target=fresh.interrupt).start()

    with pytest.raises(DeviceError, match="KeyboardInterrupt"):
        fresh.run("print('go')\nwhile True: pass", on_output=stop, timeout_s=WAIT_S)
    assert answers(fresh)


def test_a_stop_runs_the_program_s_finally(fresh: Board) -> None:
    received: list[str] = []

    def stop(text: str) -> None:
        received.append(text)
        if len(received) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fresh.run(
            "try:\n print('go')\n while True: pass\nfinally:\n print('lamp off')",
            on_output=stop,
            timeout_s=WAIT_S,
        )
    assert "lamp off" in "".join(received)
    assert answers(fresh)


def test_flooding_output_can_be_stopped(fresh: Board) -> None:
    with pytest.raises(BoardTimeout):
        fresh.run("while True: print('tick')", timeout_s=0.3)
    assert answers(fresh)


def test_a_main_program_that_runs_is_interrupted(fresh: Board) -> None:
    fresh.files.put("main.py", b"while True: pass")
    fresh.boot_detached()
    assert answers(fresh)


def test_a_syntax_error_in_main_is_printed_without_a_client(fresh: Board) -> None:
    fresh.files.put("main.py", b"import time\nwhile True\n    pass\n")
    with pytest.raises(DeviceError, match="SyntaxError") as caught:
        fresh.boot_detached()
    assert "line 2" in caught.value.traceback
    assert answers(fresh)


# -- starting anew ------------------------------------------------------------------------------


def test_soft_reset_forgets_names(fresh: Board) -> None:
    fresh.run("x = 1")
    fresh.soft_reset()
    with pytest.raises(DeviceError, match="NameError"):
        fresh.run("x")


def test_reset_forgets_names_and_takes_the_prompt_from_main(fresh: Board) -> None:
    fresh.run("x = 1")
    fresh.files.put("main.py", b"while True: pass")
    fresh.reset()
    with pytest.raises(DeviceError, match="NameError"):
        fresh.run("x")


def test_leaving_the_program_is_a_soft_reset(fresh: Board) -> None:
    fresh.run("x = 1")
    assert fresh.run("import sys; print('bye'); sys.exit()") == "bye\n"
    assert answers(fresh)
    with pytest.raises(DeviceError, match="NameError"):
        fresh.run("x")


def test_a_hard_reset_by_the_program_is_named(fresh: Board) -> None:
    with pytest.raises(BoardRestarted):
        fresh.run("import machine; machine.reset()", timeout_s=WAIT_S)
    assert answers(fresh)


def test_only_the_reset_line_ends_a_loop_without_interrupts(fresh: Board) -> None:
    if not fresh.port.pulse_reset():
        pytest.skip("this line has no reset wire")
    fresh.reset()
    fresh.exec_detached("import machine\nmachine.disable_irq()\nwhile True: pass")
    fresh.interrupt()
    fresh.reset(timeout_s=WAIT_S)
    assert answers(fresh)


def test_boot_runs_main_and_waits_for_its_end(fresh: Board) -> None:
    fresh.files.put("boot.py", b"print('boot')")
    fresh.files.put("main.py", b"print('main', __name__)")
    assert fresh.boot(timeout_s=WAIT_S) == "boot\nmain __main__\n"
    assert answers(fresh)


def test_boot_raises_what_main_raised(fresh: Board) -> None:
    fresh.files.put("main.py", b"print('start')\n[][1]\n")
    received: list[str] = []
    with pytest.raises(DeviceError, match="IndexError") as caught:
        fresh.boot(timeout_s=WAIT_S, on_output=received.append)
    assert 'File "main.py", line 2' in caught.value.traceback
    assert "".join(received).startswith("start\nTraceback")
    assert "MicroPython" not in "".join(received)


def test_a_program_left_running_uses_the_serial_line(fresh: Board) -> None:
    # Not input(): MicroPython's takes ASCII only (shared/readline).
    program = "import sys\nwhile True:\n    print('you said', sys.stdin.readline().strip())\n"
    fresh.files.put("main.py", program.encode())
    fresh.boot_detached()
    for word in ("one", ARABIC):
        fresh.serial.write(word + "\n")
        assert fresh.serial.readline(WAIT_S) == f"you said {word}"
    assert fresh.serial.readline(0.05) == ""


def test_who_waits_for_code_in_the_background_is_told_that_it_has_ended(fresh: Board) -> None:
    fresh.exec_detached("print('on')\nprint('la', end='')\n[][1]\n")
    assert [fresh.serial.readline(WAIT_S), fresh.serial.readline(WAIT_S)] == ["on", "la"]
    with pytest.raises(DeviceError, match="IndexError") as caught:
        fresh.serial.readline(WAIT_S)
    assert "line 3" in caught.value.traceback
    fresh.exec_detached("import sys\nsys.stdin.readline()\nprint('last \\x04')")
    assert fresh.serial.readline(0.05) == "", "it runs"
    fresh.serial.write("go\n")
    assert fresh.serial.readline(WAIT_S) == "last \x04"
    with pytest.raises(ProgramEnded, match="background"):
        fresh.serial.readline(WAIT_S)
    assert answers(fresh)


def test_who_waits_for_a_program_is_told_that_it_has_ended(fresh: Board) -> None:
    program = b"import sys\nprint('on')\nsys.stdin.readline()\nprint('last')\n"
    fresh.files.put("main.py", program + b"[][1]\n")
    fresh.boot_detached()
    assert fresh.serial.readline(WAIT_S) == "on"
    fresh.serial.write("go\n")
    assert fresh.serial.readline(WAIT_S) == "last"
    with pytest.raises(DeviceError, match="IndexError") as caught:
        fresh.serial.readline(WAIT_S)
    assert 'File "main.py", line 5' in caught.value.traceback
    fresh.files.put("main.py", program)
    fresh.boot_detached()
    fresh.serial.write("go\n")
    assert fresh.serial.readline(WAIT_S) == "on"
    rest = b""
    with pytest.raises(ProgramEnded):
        for _piece in range(9):
            rest += fresh.serial.read(WAIT_S)
    assert rest == b"last\r\n"
    assert answers(fresh)


# -- the line -----------------------------------------------------------------------------------


def test_noise_at_the_prompt_harms_nothing(fresh: Board) -> None:
    chance = random.Random(5)
    for _ in range(20):
        fresh.port.write(chance.randbytes(chance.randrange(1, 60)))
        fresh._repl.forget()
        assert answers(fresh)


def test_a_board_recovers_from_a_client_that_ended_during_a_paste(fresh: Board) -> None:
    for half in (b"\x05A\x01print(", b"\x05A", b"print('no end", b"\x05A\x01" + b"x" * 100):
        fresh.run("pass")
        fresh.port.write(half)
        assert Board(fresh.port).run("print(6 * 7)", timeout_s=WAIT_S) == "42\n"
        fresh._repl.forget()


# -- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 767, 768, 769, 5000])
def test_files_come_back_as_they_were(fresh: Board, size: int) -> None:
    data = random.Random(size).randbytes(size)
    fresh.files.put("data.bin", data)
    assert fresh.files.get("data.bin") == data
    assert fresh.files.stat("data.bin").size == size
    fresh.files.rm("data.bin")


def test_text_files_of_every_script(fresh: Board) -> None:
    text = f"# {ARABIC}\nprint('x')\r\n\t\x00\x03\x04"
    fresh.files.put("نص '\".py", text.encode())
    assert fresh.files.cat("نص '\".py") == text
    fresh.files.rm("نص '\".py")


def test_a_replaced_file_leaves_no_other_file(fresh: Board) -> None:
    for data in (b"long " * 300, b"short"):
        fresh.files.put("same.txt", data)
        assert fresh.files.get("same.txt") == data
    assert [e.name for e in fresh.files.ls("/") if e.name.startswith("same")] == ["same.txt"]
    fresh.files.rm("same.txt")


def test_folders(fresh: Board) -> None:
    fresh.files.mkdir("lib2")
    fresh.files.put("lib2/a.py", b"A = 1")
    assert [(e.name, e.is_dir, e.size) for e in fresh.files.ls("lib2")] == [("a.py", False, 5)]
    assert fresh.files.stat("lib2").is_dir
    with pytest.raises(FileExistsError):
        fresh.files.mkdir("lib2")
    with pytest.raises(OSError):
        fresh.files.rm("lib2")
    fresh.files.rm("lib2/a.py")
    fresh.files.rm("lib2")
    assert "lib2" not in [entry.name for entry in fresh.files.ls("/")]


@pytest.mark.parametrize("size", [5, 5000])
@pytest.mark.parametrize("lack", ["pass", "import sys\nsys.modules['deflate'] = None"])
def test_a_file_does_not_replace_an_empty_folder(fresh: Board, size: int, lack: str) -> None:
    fresh.run(lack)
    fresh.files.mkdir("empty")
    with pytest.raises(IsADirectoryError):
        fresh.files.put("empty", bytes(size))
    assert [(e.name, e.is_dir) for e in fresh.files.ls() if "empty" in e.name] == [("empty", True)]
    fresh.files.rm("empty")


@pytest.mark.parametrize("act", ["get", "cat", "stat", "rm", "ls"])
def test_a_missing_file_raises_file_not_found(fresh: Board, act: str) -> None:
    with pytest.raises(FileNotFoundError):
        getattr(fresh.files, act)("no/such")
    with pytest.raises(FileNotFoundError):
        fresh.files.put("no/such", b"x")


def test_control_characters_in_a_program_are_refused(fresh: Board) -> None:
    with pytest.raises(ProtocolError):
        fresh.run("print('\x03')")
    assert answers(fresh)
