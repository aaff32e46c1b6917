"""The magics of a notebook, in a real IPython, on a real virtual board."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from hardware.bench.serving.live_bench import LiveBench
from hardware.connect import open_port
from hardware.errors import HardwareError
from hardware.i18n import ISOLATES
from hardware.notebook import meant_for_board
from hardware.notebook.cell_failure import show_known_errors
from hardware.notebook.cell_output import CellOutput
from hardware.notebook.magics import BoardMagics
from hardware.notebook.session import current, programs
from hardware.notebook.views import PICTURE
from hardware.notebook.wave_magic import WaveMagics
from hardware.wire import repl
from tests.support.notebook_shell import printed, shell_with
from tests.support.project import LABS

BUTTONS = LABS / "buttons" / "diagram.json"
FOLLOW = """\
from machine import Pin
import time
button, lamp = Pin(32, Pin.IN, Pin.PULL_UP), Pin(25, Pin.OUT)
print("ready")
while True:
    lamp.value(not button.value())
    time.sleep_ms(5)
"""


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    with shell_with(BoardMagics, WaveMagics) as shell:
        yield shell


def run(shell: InteractiveShell, *lines: str) -> str:
    """The output of a cell, with its error."""
    return printed(shell, "\n".join(lines))


def test_a_cell_runs_on_the_board_and_keeps_its_names(shell: InteractiveShell) -> None:
    assert run(shell, "%%board", "import sys", "x = 20", "print(sys.platform)") == "esp32\n"
    assert run(shell, "%%board", "print(x + 1)") == "21\n"


ANSWERS = """\
import network, time
from umqtt.simple import MQTTClient
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect("Wokwi-GUEST", "")
while not wlan.isconnected():
    time.sleep_ms(20)
client = MQTTClient("lamp", "broker.warsha")
client.set_callback(lambda topic, text: client.publish("lab/ack", text))
client.connect()
client.subscribe("lab/cmd")
client.publish("lab/status", "online", retain=True)
client.wait_msg()
"""


TOLD = """
def told(topic):
    while not (found := get_ipython().run_line_magic('bench', 'messages ' + topic)):
        pass
    return found[-1]
"""


def test_cells_are_another_client_at_the_broker(shell: InteractiveShell) -> None:
    run(shell, "%board connect bench:esp32")
    run(shell, "%%board --background", ANSWERS)
    run(shell, TOLD)
    assert run(shell, "print(*told('lab/status')[1:])") == "lab/status online True\n"
    run(shell, 'text = \'{"relay": 1, "id": 7}\'', "%bench publish lab/cmd {text}")
    assert run(shell, "print(*told('lab/ack')[1:])") == 'lab/ack {"relay": 1, "id": 7} False\n'
    run(shell, "found = %bench messages lab/#")
    assert run(shell, "print([one.topic for one in found])") == "['lab/status', 'lab/ack']\n"
    assert run(shell, "print(0 < found[0].at_s < found[1].at_s)") == "True\n"


def test_a_cell_captures_the_packets_of_its_board(shell: InteractiveShell, tmp_path: Path) -> None:
    run(shell, "%board connect bench:esp32")
    run(shell, "%%board", ANSWERS.replace("client.wait_msg()", ""))
    run(shell, TOLD, "told('lab/status')")  # a packet is in the capture when it has arrived
    run(shell, f"%bench pcap {tmp_path}/run.pcap")
    content = (tmp_path / "run.pcap").read_bytes()
    assert content.startswith(bytes.fromhex("4d3cb2a1"))
    assert b"lab/status" in content
    assert "there is no such folder" in run(shell, f"%bench pcap {tmp_path}/missing/run.pcap")


UPDATE = """\
import requests
client.subscribe("lab/update")
client.set_callback(lambda topic, url: print(requests.get(url.decode()).text))
client.wait_msg()
"""


def test_a_cell_gives_a_board_a_retained_message_and_a_page(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text("VERSION = 5")
    run(shell, "%board connect bench:esp32")
    run(shell, f"%bench page {tmp_path}/app.py")
    run(shell, "%bench publish --retain lab/update http://http.warsha/app.py")
    shown = run(shell, "%%board", ANSWERS.replace("client.wait_msg()", ""), UPDATE)
    assert shown == "VERSION = 5\n"
    assert "Check the name and the folder." in run(shell, f"%bench page {tmp_path}/none.py")
    assert "Write: %bench" in run(shell, "%bench publish --retain lab/update")


def test_an_error_points_at_the_line_of_the_cell(shell: InteractiveShell) -> None:
    shown = run(shell, "%%board", "x = 1", "print(x / 0)")
    assert "cell line 3" in shown
    assert "print(x / 0)" in shown
    assert "ZeroDivisionError: divide by zero" in shown
    assert "hardware" not in shown, "no frame of Warsha"


def test_an_arabic_digit_is_named_before_the_program_runs(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARSHA_LANG", "ar")
    assert "السطر 2، العمود 7: رقم عربي" in run(shell, "%%board", "print(٣)")


def test_a_saved_program_boots_and_the_bench_accepts_commands(shell: InteractiveShell) -> None:
    run(shell, f"%board connect bench:{BUTTONS}")
    told = run(shell, "%%board main.py --detach", FOLLOW)
    assert told.strip() == "· main.py starts; %bench shows what it prints"
    assert programs["main.py"] == FOLLOW
    assert run(shell, "print(board.serial.readline(5))").strip() == "ready"
    run(shell, "%bench press btn1 200ms")
    assert current.bench is not None
    trace = current.bench.ask(lambda bench: bench.trace)
    with capture_output() as shown:
        shell.run_cell("%bench")
    (picture,) = shown.outputs
    assert picture.data.keys() == {"image/png", "text/plain", PICTURE}
    assert picture.data["text/plain"].startswith("The bench. LED_R: ")
    assert picture.metadata["image/png"]["alt"] == picture.data["text/plain"]
    assert trace.controls[-1].part == "btn1"


def test_a_control_follows_a_waveform(shell: InteractiveShell) -> None:
    run(shell, f"%board connect bench:{LABS / 'machine_vibration' / 'diagram.json'}")
    assert run(shell, "%bench wave imu accelX 12Hz 0.3") == ""
    assert current.bench is not None
    last = current.bench.ask(lambda bench: bench.trace.controls[-1])
    assert (last.part, last.control, last.value) == ("imu", "accelX ~", "±0.3 12 Hz")
    assert "'twelve' is not a number." in run(shell, "%bench wave imu accelX twelve 0.3")
    assert "Did you mean 'accelX'?" in run(shell, "%bench wave imu accelx 12 0.3")


def test_a_waveform_ends_at_the_last_edge_and_counts_the_edges(shell: InteractiveShell) -> None:
    run(shell, f"%board connect bench:{BUTTONS}?mode=virtual")
    program = ["from machine import Pin", "from time import sleep_ms", "lamp = Pin(25, Pin.OUT)"]
    blink = ["for n in range(6):", "    lamp.value(not lamp.value())", "    sleep_ms(300)"]
    run(shell, "%%board", *program, *blink, "sleep_ms(60000)")
    with capture_output() as shown:
        shell.run_cell("%wave 25 --last 1s")
    assert "edges: 25 4\n" in shown.stdout
    seen = shown.outputs[0].data["text/plain"]
    assert seen.startswith("Waveform from 0.5") and seen.endswith(" s; edges: 25 4")
    assert "edges: 25 6\n" in run(shell, "%wave 25")
    assert "edges: 25 0\n" in run(shell, "%wave 25 --from 30s --to 40s")
    assert "No pin has changed in these 10 s" in run(shell, "%wave --from 30s --to 40s")


def test_the_lint_is_a_list_and_a_picture_in_the_reader_s_language(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shell, f"%board connect bench:{BUTTONS}")
    monkeypatch.setenv("WARSHA_LANG", "ar")
    with capture_output() as shown:
        shell.run_cell("%bench lint")
    page, picture = (output.data for output in shown.outputs)
    assert 'dir="rtl"' in page["text/html"] and "button-pull" in page["text/html"]
    assert "btn1" in page["text/html"] and "image/png" in picture
    assert "emi1" not in page["text/html"], "a hidden part of the lab"
    assert "1: btn1 " in picture["text/plain"] and "emi1" not in picture["text/plain"]
    run(shell, "%board connect esp32")
    assert "التوصيل سليم." in run(shell, "%bench lint")


def test_the_wiring_plan_of_a_real_board_is_linted(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(current, "_plan", None)
    with LiveBench("esp32") as board:  # the notebook sees only its serial line
        line = board.serve_pty()
        run(shell, f"%board connect {line}")
        shown = run(shell, "%bench lint")
        assert f"{line} is a real board without a wiring plan." in shown
        assert "%board connect diagram.json" in shown
        run(shell, f"%board connect {BUTTONS}")
        run(shell, f"%board connect {line}")
        with capture_output() as shown_plan:
            shell.run_cell("%bench lint")
        assert "the wires of the real board cannot be seen" in shown_plan.stdout
        page, picture = (output.data for output in shown_plan.outputs)
        assert "button-pull" in page["text/html"] and "image/png" in picture


def test_hidden_parts_are_in_no_remark(shell: InteractiveShell, tmp_path: Path) -> None:
    raw = json.loads(BUTTONS.read_text(encoding="utf-8"))
    raw["parts"].append({"type": "wokwi-led", "id": "secret", "hide": True})
    raw["connections"] += [["esp:26", "secret:A", "", []], ["secret:C", "esp:GND.1", "", []]]
    (tmp_path / "diagram.json").write_text(json.dumps(raw), encoding="utf-8")
    run(shell, f"%board connect {tmp_path / 'diagram.json'}")
    with capture_output() as shown:
        shell.run_cell("%bench lint")
    page, _picture = (output.data for output in shown.outputs)
    assert "button-pull" in page["text/html"] and "secret" not in page["text/html"]


def test_a_circuit_of_wokwi_is_opened_without_what_is_not_simulated(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    raw = json.loads(BUTTONS.read_text(encoding="utf-8"))
    raw["parts"].append({"type": "wokwi-flux-capacitor", "id": "flux"})
    (tmp_path / "diagram.json").write_text(json.dumps(raw), encoding="utf-8")
    shown = run(shell, f"%board connect {tmp_path / 'diagram.json'}")
    assert "part 'flux': the type 'wokwi-flux-capacitor' is not simulated; left out\n" in shown
    assert run(shell, "%%board", "print(1 + 1)") == "2\n"


def test_the_port_of_an_adapter_is_a_path(shell: InteractiveShell) -> None:
    assert "Error" not in run(shell, f"%board connect {LABS / 'framed_link' / 'diagram.json'}")
    cell = ["path = %bench port link", "from pathlib import Path", "print(Path(path).exists())"]
    assert run(shell, *cell) == "True\n"
    assert "'knob' is no USB-to-serial adapter" in run(shell, "%bench port knob")


def test_each_cell_reports_a_fault_once(shell: InteractiveShell) -> None:
    run(shell, f"%board connect bench:{BUTTONS}")
    blink = ("from machine import Pin", "p = Pin(32, Pin.OUT)", "for i in (0, 1, 0, 1): p(i)")
    assert run(shell, "%%board", *blink) == ""
    run(shell, "%bench set btn1 pressed 1")
    assert run(shell, "%%board", *blink) == "· esp:32: a short circuit\n"


def test_a_program_error_points_behind_the_magic_line(shell: InteractiveShell) -> None:
    shown = run(shell, "%%board main.py", "def f():", "    return [][1]", "f()")
    assert "cell line 3, in f" in shown
    assert "IndexError" in shown


def test_an_error_of_a_watched_program_appears_once(shell: InteractiveShell) -> None:
    caught = ["import sys", "try:", " 1 / 0", "except Exception as e:", " sys.print_exception(e)"]
    shown = run(shell, "%%board main.py", *caught, "print('on')", "int('x')")
    assert shown.count("ZeroDivisionError") == 1, "the program printed this one itself"
    assert shown.count("ValueError") == 1
    assert "cell line 8" in shown
    assert 'File "main.py", line 7' not in shown
    shown = run(shell, "%%board main.py --seconds 1", *caught, "while True: pass")
    assert shown.count("ZeroDivisionError") == 1
    assert "still running" in shown


@pytest.mark.parametrize("magic", ["%%board", "%%board main.py"])
def test_blank_lines_above_the_magic_are_lines_of_the_cell(
    shell: InteractiveShell, magic: str
) -> None:
    shown = run(shell, "", "  ", magic, "x = 1", "x / 0")
    assert "cell line 5\n    x / 0" in shown
    assert "cell line 3\n    x / 0" in run(shell, magic, "x = 1", "x / 0")
    assert "line 4, column 7: an Arabic digit" in run(shell, "", "", magic, "print(٣)")


def test_a_program_that_never_ends_is_left_running(shell: InteractiveShell) -> None:
    shown = run(shell, "%%board main.py --seconds 0.5", "while True: pass")
    assert "main.py" in shown.splitlines()[-1]
    assert run(shell, "%%board", "print('alive')") == "alive\n"


@pytest.mark.parametrize(
    "stuck",
    [
        pytest.param("import machine; machine.deepsleep()", marks=pytest.mark.long),
        pytest.param("import machine; machine.reset()", marks=pytest.mark.long),
        "while True:\n    try: import time; time.sleep(1)\n    except BaseException: pass",
    ],
)
def test_a_program_that_nothing_stops_is_replaced_by_the_next_one(
    shell: InteractiveShell, stuck: str
) -> None:
    run(shell, f"%board connect bench:{BUTTONS}")
    assert "· lib.py: 6 bytes on the board\n" in run(shell, "%%board lib.py", "Y = 5")
    run(shell, "%%board main.py --seconds 0.5", stuck)
    shown = run(shell, "%%board main.py", "import lib", "print('mended', lib.Y)")
    assert BY_PROMPT in shown and shown.endswith("mended 5\n")


def test_a_reset_brings_a_board_back_whatever_its_program_does(shell: InteractiveShell) -> None:
    stuck = "while True:\n    try: import time; time.sleep(1)\n    except BaseException: pass"
    run(shell, f"%board connect bench:{BUTTONS}")
    run(shell, "%%board main.py --seconds 0.5", stuck)
    bench = current.bench
    assert "all its files are there" in run(shell, "%board reset")
    assert run(shell, "%%board", "print('alive')") == "alive\n"
    assert current.bench is bench, "its parts and its time go on"
    files = run(shell, "%%board", "import os; print(sorted(os.listdir()))")
    assert "'main.py'" in files
    assert run(shell, "print(board.eval('1 + 1'))") == "2\n"
    assert current.bench is not None and "btn1" in current.bench.snapshot().controls


def test_a_program_that_filled_the_memory_is_replaced_by_the_next_one(
    shell: InteractiveShell,
) -> None:
    full = run(shell, "%%board main.py", "a = []", "while True: a.append('x' * 2000)")
    assert "MemoryError" in full
    assert run(shell, "%%board main.py", "print('mended')") == "mended\n"


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A kernel takes SIGINT; a test that runs in the background of a shell would ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_the_stop_button_interrupts_the_board_and_does_not_end_it(shell: InteractiveShell) -> None:
    run(shell, "%%board", "n = 0")
    stop = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    stop.start()
    shown = run(shell, "%%board", "while True: n += 1")
    stop.join()
    assert shown.strip().endswith("the board is ready for the next cell")
    assert run(shell, "%%board", "print(n > 0)") == "True\n"


CATCHES = "while True:\n try:\n  while True: pass\n except: pass"
MASKS = "import machine\nmachine.disable_irq()\nwhile True: pass"
KEEPS_CTRL_C = "import micropython\nmicropython.kbd_intr(-1)\nwhile True: pass"
BY_RESET = "stopped by a reset, because the program ignores Ctrl-C"
BY_PROMPT = "the board did not come to its prompt: it was reset without main.py"


def stop_at_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Press stop once, when the program has printed "on"."""
    show = CellOutput.write

    def write(output: CellOutput, text: str) -> None:
        show(output, text)
        if "on\n" in text:
            monkeypatch.setattr(CellOutput, "write", show)
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(CellOutput, "write", write)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("deaf", [CATCHES, MASKS, KEEPS_CTRL_C])
@pytest.mark.parametrize(
    ("magic", "told"), [("%%board", BY_RESET), ("%%board main.py", BY_PROMPT)]
)
def test_a_program_that_takes_the_stop_button_is_stopped_all_the_same(
    shell: InteractiveShell, magic: str, told: str, deaf: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shell, "%%board", "open('kept.txt', 'w').write('1')")
    stop_at_on(monkeypatch)
    shown = run(shell, magic, "open('made.txt', 'w').close()", "print('on')", deaf)
    # After a reset main.py takes the button again, unless Ctrl-C comes while boot.py still runs.
    assert told in shown or (told == BY_PROMPT and BY_RESET in shown)
    assert "the board" in shown.splitlines()[-1]
    assert run(shell, "%%board", "print(2)") == "2\n"
    names = {"kept.txt", "made.txt", *({"main.py"} if "main.py" in magic else ())}
    listed = run(shell, "%%board", "import os; print(sorted(os.listdir()))")
    assert all(repr(name) in listed for name in names)


@pytest.mark.usefixtures("interruptible")
def test_a_real_board_that_takes_the_stop_button_names_the_button(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A board behind a pseudo-terminal has no reset wire, as most real ones."""
    monkeypatch.setattr(repl, "SYNC_S", 1.0)
    with LiveBench("esp32") as bench:
        run(shell, f"%board connect {bench.serve_pty()}")
        stop_at_on(monkeypatch)
        shown = run(shell, "%%board", "print('on')", CATCHES)
        assert "still runs on the board" in shown
        for told in (shown, run(shell, "%%board", "print(2)")):
            assert "the button EN, RST or RUN on the board" in told.splitlines()[-1]
        bench.reset()
        assert run(shell, "%%board", "print(2)") == "2\n"
        current.close()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("%bench fly", "Write: %bench"),
        ("%bench press nothing", "no part 'nothing' with controls"),
        ("%bench press btn1 soon", "80ms"),
        ("%bench press btn1 80", "80ms"),
        ("%bench press btn1 X 80ms", "no control 'X'"),
        ("%board use pico", "no board 'pico'"),
        ("%bench set btn1 pressed much", "number"),
        ("%board connect bench:nowhere.json", "nowhere.json"),
        ("%board connect /dev/ttyNone", "/dev/ttyNone"),
        ("%wave LED_X", "LED_X"),
        ("%wave", "No pin has changed"),
        ("%wave --first 2s", "Write: %wave"),
        ("%bench press 'btn1", "quotation mark"),
        ("%bench publish lab/+ on", "A topic is not empty and has no + and no #."),
        ("%%board 'main.py\nx", "quotation mark"),
        ("%%board main.py --seconds\nx", "Write: --seconds 2s"),
        ("%%board main.py --seconds two\nx", "80ms"),
        ("%%board main.py --second 2\nx", "Write: %%board"),
        ("%%board main\nx", "Write: %%board"),
        ("%%board Main.py\nx", "as it is here: %%board main.py"),
        ("%%board ../main.py\nx", "The board starts main.py, not ../main.py"),
        ("%%board nowhere/x.py\nx", "Make the folder first: %files mkdir nowhere"),
        ("# mine\n%%board main.py\nx", "not the first line"),
    ],
)
def test_a_wrong_magic_line_shows_cause_and_cure(
    shell: InteractiveShell, line: str, message: str
) -> None:
    run(shell, f"%board connect bench:{BUTTONS}")
    shown = run(shell, line)
    assert message in shown
    assert len(shown.strip().splitlines()) <= 2


def test_a_known_error_in_a_cell_of_the_notebook_has_no_traceback_of_ours(
    shell: InteractiveShell,
) -> None:
    show_known_errors(shell, HardwareError)
    run(shell, "%board connect esp32")
    lines = run(shell, "def ask():", "    return board.run('1 / 0')", "ask()").splitlines()
    assert [line.strip() for line in lines[:4]] == [
        "cell line 3",
        "ask()",
        "cell line 2",
        "return board.run('1 / 0')",
    ]
    assert "ZeroDivisionError: divide by zero" in lines[-2]
    assert "divisor is 0" in lines[-1]
    assert not [line for line in lines if "hardware" in line]
    assert "Traceback" in run(shell, "1 / 0"), "other errors are as before"
    run(shell, "", "%%board main.py --detach", "import sys", "sys.stdin.readline()", "[][1]")
    shown = run(shell, "board.serial.write('go\\n')", "print(board.serial.readline(9))")
    assert "cell line 5\n    [][1]" in shown, "the line in the cell of main.py"


@pytest.mark.parametrize(
    ("language", "cause", "cure"),
    [
        ("en", "the board has no file log.bin", "Check the name: %files ls"),
        ("ar", "ليس على اللوحة ملف باسم log.bin", "راجع الاسم"),
    ],
)
def test_a_file_that_the_board_does_not_have_is_two_lines_in_a_cell_of_the_notebook(
    shell: InteractiveShell,
    monkeypatch: pytest.MonkeyPatch,
    language: str,
    cause: str,
    cure: str,
) -> None:
    monkeypatch.setenv("WARSHA_LANG", language)
    show_known_errors(shell, HardwareError)
    run(shell, "%board connect esp32")
    _place, code, *told = run(shell, "board.files.get('log.bin')").splitlines()
    assert code.strip() == "board.files.get('log.bin')" and len(told) == 2
    assert cause in told[0].translate(dict.fromkeys(map(ord, ISOLATES)))
    assert told[1].translate(dict.fromkeys(map(ord, ISOLATES))).startswith(cure)


def test_the_picture_of_a_bench_that_shows_nothing_is_named_without_a_gap(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    circuit = tmp_path / "diagram.json"
    parts = [
        {"type": "board-esp32-devkit-c-v4", "id": "esp"},
        {"type": "wokwi-ds1307", "id": "rtc"},
    ]
    circuit.write_text(json.dumps({"version": 1, "parts": parts, "connections": []}))
    monkeypatch.setenv("WARSHA_LANG", "ar")
    run(shell, f"%board connect bench:{circuit}")
    with capture_output() as shown:
        shell.run_cell("%bench")
    (picture,) = shown.outputs
    assert picture.data["text/plain"] == "طاولة التجارب"


@pytest.fixture
def advised(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> Iterator[InteractiveShell]:
    kinds = ("pre_run_cell", "post_run_cell")
    before = {kind: [*shell.events.callbacks[kind]] for kind in kinds}
    monkeypatch.setattr(shell, "show_usage_error", shell.show_usage_error)  # is as before, then
    meant_for_board.load(shell)
    yield shell
    for kind in kinds:
        shell.events.callbacks[kind][:] = before[kind]


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("led = Pin(2)", "begin the cell with %%board"),
        ("import machine", "begin the cell with %%board"),
        ("from pins import LED_R", "begin the cell with %%board"),
        ("from time import sleep_ms", "begin the cell with %%board"),
        ("import time\ntime.sleep_ms(1)", "begin the cell with %%board"),
        ("lamp.on()", "begin the cell with %%board"),
        ("%board\nprint(1)", "the rest ran on the computer"),
        ("%%bord\nprint(1)", "Is it %%board?"),
        ("%%Board\nprint(1)", "Is it %%board?"),
        ("%% board\nprint(1)", "Is it %%board?"),
        ("%%board", "This cell is empty: write below its first line, %%board."),
        ("%%board main.py\n", "This cell is empty"),
        (" %%board\nprint(1)", "Is it %%board?"),
        ("٪٪board\nprint(1)", "line 1, column 1: an Arabic percent sign; write % instead"),
        ("x = 1\nprint(x + ٢)", "line 2, column 11: an Arabic digit ٢; write 2 instead"),
    ],
)
def test_a_cell_that_was_meant_for_the_board_says_so(
    advised: InteractiveShell, cell: str, advice: str
) -> None:
    run(advised, "%%board", "from machine import Pin", "lamp = Pin(2, Pin.OUT)")
    shown = run(advised, cell)
    assert shown.count(advice) == 1 and "UsageError" not in shown


@pytest.mark.parametrize(
    "cell", ["unknown + 1", "import no_such", "'a'.b", "%%bash\ntrue", "%board\n%board list"]
)
def test_other_cells_get_no_advice(advised: InteractiveShell, cell: str) -> None:
    shown = run(advised, cell)
    assert "%%board" not in shown and "Is it" not in shown


def test_a_cell_magic_that_nobody_knows_is_named_by_ipython(advised: InteractiveShell) -> None:
    assert "UsageError: Cell magic `%%zzz` not found" in run(advised, "%%zzz\n1")


@pytest.mark.parametrize("name", ["Pico W", "raspberry pi pico w", "Raspberry Pi Pico W"])
def test_a_board_s_name_may_have_spaces(shell: InteractiveShell, name: str) -> None:
    assert "bench:pi_pico_w" in run(shell, f"%board connect {name}")


def test_stock_autograde_only_saves_the_program(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert run(shell, "%%board main.py", "while True: pass") == ""
    assert programs["main.py"] == "while True: pass\n"
    assert current.board is None


def test_a_bench_from_a_diagram_with_two_boards_and_a_keypad(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    parts = [("wokwi-pi-pico", "pico"), ("board-esp32-devkit-c-v4", "esp")]
    parts += [("wokwi-membrane-keypad", "pad")]
    wires = [["esp:32", "pad:C2", "", []], ["esp:33", "pad:R2", "", []]]
    file = tmp_path / "diagram.json"
    rows = [{"type": kind, "id": key} for kind, key in parts]
    file.write_text(json.dumps({"version": 1, "parts": rows, "connections": wires}))
    run(shell, f"%board connect {file}")
    assert run(shell, "%%board", "import sys; print(sys.platform)") == "rp2\n"
    assert "esp now" in run(shell, "%board use esp")
    pins = "from machine import Pin; Pin(33, Pin.OUT, value=1); c = Pin(32, Pin.IN, Pin.PULL_DOWN)"
    run(shell, "%%board", f"import sys; {pins}")
    run(shell, "%bench press pad 5 30s")
    assert run(shell, "%%board", "print(sys.platform, c())") == "esp32 1\n"
    run(shell, "%board use pico")
    assert run(shell, "%%board", "print(sys.platform)") == "rp2\n"


def test_a_reset_without_main_keeps_the_files_of_each_board(
    shell: InteractiveShell, tmp_path: Path
) -> None:
    parts = [("wokwi-pi-pico", "pico"), ("board-esp32-devkit-c-v4", "esp")]
    rows = [{"type": kind, "id": key} for kind, key in parts]
    circuit = {"version": 1, "parts": rows, "connections": []}
    (tmp_path / "diagram.json").write_text(json.dumps(circuit))
    run(shell, f"%board connect {tmp_path / 'diagram.json'}")
    run(shell, "%%board lib.py", "HERE = 'pico'")
    run(shell, "%board use esp")
    run(shell, "%%board lib.py", "HERE = 'esp'")
    run(shell, "%%board main.py --seconds 0.5", "import machine; machine.deepsleep()")
    assert BY_PROMPT in run(shell, "%board reset")
    for board in ("esp", "pico"):
        run(shell, f"%board use {board}")
        assert run(shell, "%%board", "import lib; print(lib.HERE)") == f"{board}\n"


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("pico", "rp2"),
        ("'Pico W'", "rp2"),
        ("ESP32", "esp32"),
        ("rp2040", "rp2"),
        ("esp32-devkit-v1", "esp32"),
    ],
)
def test_boards_are_named_as_people_write_them(
    shell: InteractiveShell, name: str, platform: str
) -> None:
    assert "connected to bench:" in run(shell, f"%board connect {name}")
    assert run(shell, "%%board", "import sys; print(sys.platform)") == f"{platform}\n"


def test_a_misspelt_board_gets_a_suggestion(shell: InteractiveShell) -> None:
    assert "Did you mean 'pi_pico'?" in run(shell, "%board connect pi_picco")


def test_a_connection_that_fails_keeps_the_board_with_its_names(shell: InteractiveShell) -> None:
    run(shell, "%board connect pico")
    run(shell, "%%board", "kept = 7")
    shown = run(shell, "%board connect /dev/ttyNone")
    assert "Cells still run on bench:pi_pico." in shown
    assert run(shell, "%%board", "print(kept)") == "7\n"


def test_without_a_board_no_cell_runs_where_nobody_asked(shell: InteractiveShell) -> None:
    for port in ("/dev/ttyNone", "COM3"):
        run(shell, f"%board connect {port}")
        shown = run(shell, "%%board", "print(2)")
        assert f"No board is connected: {port} was not opened." in shown
        assert "2\n" not in shown.splitlines()
    run(shell, "%board connect esp32")
    assert run(shell, "%%board", "print(2)") == "2\n"


@pytest.fixture
def in_lab(shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch) -> InteractiveShell:
    """A notebook whose `%lab` cell has run, and no other."""
    for name in ("_default", "proposed"):  # put back at the end
        monkeypatch.setattr(current, name, getattr(current, name))
    current.propose(BUTTONS, {}, {})
    return shell


def test_after_a_failed_connection_cells_run_on_the_bench_of_the_lab(
    in_lab: InteractiveShell,
) -> None:
    shown = run(in_lab, "%board connect /dev/ttyNone")
    assert "Cells still run on the virtual board of the lab." in shown
    assert run(in_lab, "%%board", "print(2)") == "2\n"


def test_a_cell_in_the_background_says_where_its_output_is(shell: InteractiveShell) -> None:
    run(shell, "%board connect esp32")
    assert "board.serial has its output" in run(shell, "%%board --background", "print(7)")
    shown = run(shell, "%%board --background", "print(7")
    assert "cell line 2" in shown and "board.serial" not in shown


def test_a_bare_board_in_a_lab_says_how_to_return(in_lab: InteractiveShell) -> None:
    assert "run its %lab cell" in run(in_lab, "%board connect esp32")
    assert "%lab" not in run(in_lab, f"%board connect {BUTTONS}")


def test_long_output_is_in_a_file_and_its_end_in_the_cell(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shell, "kernel", object(), raising=False)
    run(shell, "%board connect bench:esp32?mode=virtual")
    with capture_output() as shown:
        shell.run_cell("%%board\nfor n in range(20_000): print('سطر', n, '<b>')\n")
    whole = "".join(f"سطر {n} <b>\n" for n in range(20_000))
    assert (tmp_path / "board_output" / "1.txt").read_text(encoding="utf-8") == whole
    assert len(shown.stdout) < 210_000
    last = shown.outputs[-1].data["text/html"]
    assert f"{len(whole):,}" in last
    assert last.endswith("سطر 19999 &lt;b&gt;\n</pre>")
    assert len(last) < 10_000
    assert run(shell, "%%board", "print(2)") == "2\n"
    long = "%%board\nfor n in range(22_000): print('0123456789')\n"
    with capture_output() as shown:
        shell.run_cell(long)
    assert 'href="board_output/2.txt"' in shown.outputs[-1].data["text/html"]
    assert (tmp_path / "board_output" / "1.txt").read_text(encoding="utf-8") == whole
    for number in range(3, 12):
        (tmp_path / "board_output" / f"{number}.txt").touch()
    (tmp_path / "board_output" / "mine.txt").touch()
    run(shell, long)
    kept = {path.name for path in (tmp_path / "board_output").iterdir()}
    assert kept == {"mine.txt", *(f"{number}.txt" for number in range(3, 13))}


@pytest.fixture
def pty() -> Iterator[str]:
    with LiveBench("esp32") as bench:
        yield bench.serve_pty()


def test_a_port_that_another_kernel_holds_runs_no_cell_elsewhere(
    shell: InteractiveShell, pty: str
) -> None:
    with closing(open_port(pty)):  # locked, as by another process
        assert f"Another program uses {pty}." in run(shell, f"%board connect {pty}")
        shown = run(shell, "%%board", "print(2)")
        assert f"No board is connected: {pty} was not opened." in shown
        assert "2" not in shown.splitlines()
    run(shell, f"%board connect {pty}")
    assert run(shell, "%%board", "print(2)") == "2\n"


def test_a_bench_that_has_a_client_already_says_so(shell: InteractiveShell) -> None:
    with LiveBench("esp32") as bench:
        url = bench.serve_socket()
        with closing(open_port(url)):
            # A busy machine closes the connection only when the first cell runs.
            shown = run(shell, f"%board connect {url}") + run(shell, "%%board", "print(2)")
            late = "Does another notebook or program use this board?"
            assert f"Another program uses {url}." in shown or late in shown
        run(shell, f"%board connect {url}")
        assert run(shell, "%%board", "print(2)") == "2\n"


def test_connecting_the_same_board_again_keeps_its_line(shell: InteractiveShell, pty: str) -> None:
    run(shell, f"%board connect {pty}")
    run(shell, "%%board", "kept = 7")
    board = current.board
    assert f"connected to {pty}" in run(shell, f"%board connect {pty}")
    assert current.board is board
    assert run(shell, "%%board", "print(kept)") == "7\n"


def test_a_real_board_in_a_lab_says_how_to_return(
    shell: InteractiveShell, pty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_default", "proposed"):  # put back at the end
        monkeypatch.setattr(current, name, getattr(current, name))
    current.propose(BUTTONS, {}, {})
    assert "to return to the lab's bench" in run(shell, f"%board connect {pty}")


def test_an_unplugged_board_is_not_called_connected(shell: InteractiveShell) -> None:
    ours, theirs = os.openpty()
    device = os.ttyname(theirs)
    assert "connected to" in run(shell, f"%board connect {device}")
    assert "connected to" in run(shell, "%board")
    os.close(theirs)
    os.close(ours)
    shown = run(shell, "%board")
    assert "connected to" not in shown
    assert device in shown


def test_a_value_comes_back_from_the_board(shell: InteractiveShell) -> None:
    run(shell, "%%board", "def read(n): return [n, 'سطر', 1.5]")
    run(shell, "x = %board read(2)", "y = %board x_missing.y")
    assert shell.user_ns["x"] == [2, "سطر", 1.5]
    assert "y" not in shell.user_ns
    run(shell, "%%board\nlevel = 7")
    run(shell, "low = %board level - 8", "one = %board level", "no = %board not level")
    assert [shell.user_ns[name] for name in ("low", "one", "no")] == [-1, 7, False]
    assert "NameError" in run(shell, "%board missing()")
    assert "The bracket `(` is opened here and never closed" in run(shell, "x = %board abs(")
    assert "no value that the board can send" in run(shell, "%board (n for n in [1])")
    assert "Write: %board connect" in run(shell, "%board conect esp32")


def test_a_cell_stops_after_its_time(shell: InteractiveShell) -> None:
    shown = run(shell, "%%board --timeout 300ms", "print('on')", "while True: pass")
    assert shown.startswith("on\n")
    assert "the time is over: 0.3 s" in shown
    assert "the board is ready for the next cell" in shown
    assert run(shell, "%%board", "print(2)") == "2\n"


def test_a_cell_in_the_background_talks_over_the_serial_line(shell: InteractiveShell) -> None:
    program = ["import sys", "while True: print('got', sys.stdin.readline().strip())"]
    assert "board.serial" in run(shell, "%%board --background", *program)
    talk = "board.serial.write('a\\n'); print(board.serial.readline(9))"
    assert run(shell, talk) == "got a\n"
    assert run(shell, "%%board", "print(2)") == "2\n"


def test_a_cell_in_the_background_that_dies_says_so_in_the_cell_that_waits(
    shell: InteractiveShell,
) -> None:
    show_known_errors(shell, HardwareError)
    run(shell, "", "%%board --background", "print('on')", "x = 1 // 0")
    assert run(shell, "print(board.serial.readline(9))") == "on\n"
    shown = run(shell, "board.serial.readline(9)")
    assert "cell line 4" in shown and "    x = 1 // 0" in shown.splitlines()
    assert "ZeroDivisionError" in shown and "\x04" not in shown
    run(shell, "%%board --background", "print('on')")
    assert run(shell, "print(board.serial.readline(9))") == "on\n"
    shown = run(shell, "board.serial.readline(9)")
    assert "The program in the background has ended" in shown
