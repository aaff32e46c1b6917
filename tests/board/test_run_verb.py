"""`warsha run` on the command line: exit codes, output, files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hardware.bench.diagram import load
from hardware.bench.limits import Limits
from hardware.headless import run_program
from hardware.run_report import exit_code
from tests.support.project import ROOT

WAIT_S = 300
PARTS: list[dict[str, object]] = [
    {"type": "board-esp32-devkit-c-v4", "id": "esp"},
    {"type": "wokwi-pushbutton", "id": "btn1", "attrs": {"bounce": "0"}},
    {"type": "wokwi-led", "id": "led1"},
    {"type": "wokwi-resistor", "id": "r1", "attrs": {"value": "220"}},
]
DIAGRAM: dict[str, object] = {
    "version": 1,
    "parts": PARTS,
    "connections": [
        ["esp:25", "r1:1", "green", []],
        ["r1:2", "led1:A", "green", []],
        ["led1:C", "esp:GND.1", "black", []],
        ["btn1:1.l", "esp:32", "blue", []],
        ["btn1:2.l", "esp:GND.2", "black", []],
    ],
}
BLINK = "from machine import Pin\nimport time\nled = Pin(25, Pin.OUT)\nprint('مرحبا')\n" + (
    "while True:\n    led.value(not led.value())\n    time.sleep_ms(250)\n"
)
FOLLOW = """
from machine import Pin
import time
led, button = Pin(25, Pin.OUT), Pin(32, Pin.IN, Pin.PULL_UP)
print("ready")
while True:
    led.value(not button.value())
    time.sleep_ms(5)
"""
SCENARIO = """
name: follow the button
version: 1
steps:
  - wait-serial: ready
  - set-control: { part-id: btn1, control: pressed, value: 1 }
  - delay: 50ms
  - expect-pin: { part-id: esp, pin: '25', value: 1 }
  - set-control: { part-id: btn1, control: pressed, value: 0 }
  - delay: 50ms
  - expect-pin: { part-id: esp, pin: '25', value: %s }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a circuit."""
    (tmp_path / "diagram.json").write_text(json.dumps(DIAGRAM))
    return tmp_path


def warsha(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run the command in that folder, in English."""
    return subprocess.run(
        [sys.executable, "-P", str(ROOT / "warsha.py"), *args],
        cwd=folder,
        env=os.environ
        | {"WARSHA_LANG": "en", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )


def run(folder: Path, program: str, *args: str) -> subprocess.CompletedProcess[str]:
    """`warsha run` of a program on the folder's circuit."""
    (folder / "main.py").write_text(program)
    return warsha(folder, "run", "main.py", "--diagram", "diagram.json", *args)


def test_the_serial_line_is_stdout_and_the_trace_is_json(folder: Path) -> None:
    files = "--json out.json --vcd out.vcd --pcap out.pcap"
    done = run(folder, BLINK, "--seconds", "2", *files.split())
    assert (done.returncode, done.stdout, done.stderr) == (0, "مرحبا\n", "")
    found = json.loads((folder / "out.json").read_text())
    assert found["end_ns"] == 2_000_000_000
    assert found["pins"]["25"]["edge_count"] == 8
    assert (folder / "out.vcd").read_text().count("\n1") == 4
    assert len((folder / "out.pcap").read_bytes()) == 24, "no packets"


def test_the_same_seed_gives_the_same_trace(folder: Path) -> None:
    program = "import random, time\nwhile True: print(random.random()); time.sleep_ms(100)\n"
    prints = []
    for seed in ("1", "1", "2"):
        assert (
            run(folder, program, "--seed", seed, "--json", "out.json", "--seconds", "1").returncode
            == 0
        )
        prints.append(json.loads((folder / "out.json").read_text())["sha256"])
    assert prints[0] == prints[1] != prints[2]


def test_an_uncaught_exception_is_3(folder: Path) -> None:
    done = run(folder, "print('a')\n1/0\n")
    assert done.returncode == 3
    assert "ZeroDivisionError" in done.stdout


@pytest.mark.parametrize(("last", "code"), [("0", 0), ("1", 4)])
def test_a_failed_step_is_4_and_names_its_line(folder: Path, last: str, code: int) -> None:
    (folder / "s.yaml").write_text(SCENARIO % last)
    done = run(folder, FOLLOW, "--scenario", "s.yaml")
    assert done.returncode == code
    assert ("s.yaml:11" in done.stderr) == (code == 4)


def test_a_scenario_finds_the_boot_log_that_the_output_does_not_have(folder: Path) -> None:
    (folder / "s.yaml").write_text(
        "name: boots\nversion: 1\nsteps:\n"
        "  - wait-serial: 'ets Jul 29 2019 12:21:46'\n"
        "  - wait-serial: 'rst:0x1 (POWERON_RESET)'\n"
        "  - wait-serial: ready\n"
    )
    done = run(folder, FOLLOW, "--scenario", "s.yaml")
    assert (done.returncode, done.stdout) == (0, "ready\n"), done.stderr


def test_points_and_feedback_are_printed(folder: Path) -> None:
    worth = "\n    warsha: { points: 2, feedback: { en: Look at the LED., ar: تأكد. } }"
    (folder / "s.yaml").write_text(
        SCENARIO.replace("value: 1 }\n  - set", f"value: 0 }}{worth}\n  - set") % 0 + worth
    )
    done = run(folder, FOLLOW, "--scenario", "s.yaml", "--json", "out.json")
    assert done.returncode == 4
    assert "s.yaml:8: expect-pin:" in done.stderr
    assert done.stderr.endswith("Look at the LED.\nPoints: 2 of 4\n")
    found = json.loads((folder / "out.json").read_text())
    assert (found["points"], found["most"]) == (2, 4)
    assert [step["line"] for step in found["steps"] if step["failed"]] == [8]


def test_a_program_that_uses_up_the_machine_s_time_is_124(
    capsys: pytest.CaptureFixture[str],
) -> None:
    endless = b"while True: sum(range(10 ** 9))"
    limits = Limits(cpu_s=1)
    outcome = run_program({"main.py": endless}, load(DIAGRAM), seconds=1e6, limits=limits)
    assert outcome.over_time
    assert exit_code(outcome) == 124
    assert "The board ended" in capsys.readouterr().err


def test_more_files_come_onto_the_board(folder: Path) -> None:
    (folder / "helper.py").write_text("WORD = 'from the helper'")
    done = run(folder, "import helper\nprint(helper.WORD)", "--file", "helper.py")
    assert done.stdout.startswith("from the helper\n")


def test_what_a_circuit_has_too_much_is_left_out_and_told(folder: Path) -> None:
    change = {
        "parts": [*PARTS, {"type": "wokwi-nothing", "id": "x"}],
        "connections": [["esp:99", "led1:A", "", []]],
    }
    (folder / "diagram.json").write_text(json.dumps(DIAGRAM | change))
    done = run(folder, BLINK, "--seconds", "1")
    assert (done.returncode, done.stdout) == (0, "مرحبا\n")
    assert done.stderr == (
        "diagram.json: part 'x': the type 'wokwi-nothing' is not simulated; left out\n"
        "diagram.json: part 'esp' has no pin '99'; left out\n"
    )


def test_a_circuit_without_a_board_is_one_line_of_cause_and_one_of_cure(folder: Path) -> None:
    uno = {"type": "wokwi-arduino-uno", "id": "uno"}
    (folder / "diagram.json").write_text(json.dumps(DIAGRAM | {"parts": [uno]}))
    done = run(folder, BLINK)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 2
    assert "diagram.json: part 'uno': no bench has a wokwi-arduino-uno" in done.stderr


def test_a_project_of_wokwi_runs_with_its_circuit_and_all_of_its_files(folder: Path) -> None:
    (folder / "helper.py").write_text("import deep.inner, extra\nWORD = extra.WORD")
    (folder / "words.txt").write_text("from the text")
    (folder / "lib").mkdir()
    (folder / "lib" / "extra.py").write_text("WORD = 'from the library'")
    (folder / "deep").mkdir()
    for name in ("__init__.py", "inner.py"):
        (folder / "deep" / name).write_text("")
    (folder / "sensor.chip.json").write_text("{}")
    (folder / "notes").mkdir()
    (folder / "notes" / "private.py").write_text("")
    (folder / "s.yaml").write_text("name: none\nversion: 1\nsteps: [ { delay: 1s } ]")
    program = "import os, helper\nprint(helper.WORD, open('words.txt').read(), os.listdir())\n"
    (folder / "main.py").write_text(program + "from machine import Pin\nPin(25, Pin.OUT).on()")
    options = ("--json", "out.json", "--scenario", "s.yaml", "--seconds", "2")
    for _again in range(2):
        done = warsha(folder, "run", "main.py", *options)
        words, _mark, files = done.stdout.partition(" [")
        assert (done.returncode, words) == (0, "from the library from the text")
        assert not any(
            name in files for name in ("diagram", "out.json", "s.yaml", "notes", "chip")
        )
    assert "25" in json.loads((folder / "out.json").read_text())["pins"]


def test_a_program_alone_runs_on_a_bare_board(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("import os\nprint(os.uname().machine)")
    assert "ESP32" in warsha(tmp_path, "run", "main.py", "--seconds", "1").stdout
    done = warsha(tmp_path, "run", "main.py", "--board", "pico w", "--seconds", "1")
    assert "Pico W" in done.stdout
    done = warsha(tmp_path, "run", "main.py", "--board", "zx81")
    assert done.returncode == 1 and "pi_pico" in done.stderr


@pytest.mark.parametrize(
    ("name", "machine"), [("S3", "ESP32S3"), ("c3", "ESP32C3"), ("pico2", "Pico2")]
)
def test_a_chip_has_a_short_name(tmp_path: Path, name: str, machine: str) -> None:
    (tmp_path / "main.py").write_text("import os\nprint(os.uname().machine)\n")
    done = warsha(tmp_path, "run", "main.py", "--board", name, "--seconds", "1")
    assert machine in done.stdout


def test_a_part_of_a_name_lists_the_boards_that_have_it(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text("print(1)\n")
    done = warsha(tmp_path, "run", "main.py", "--board", "xiao")
    assert "Known: xiao_esp32c3, xiao_esp32c6, xiao_esp32s3." in done.stderr


@pytest.mark.parametrize("name", ["uno", "stm32", "esp32-h2", "tinypico"])
def test_a_board_that_no_bench_has_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "main.py").write_text("print(1)\n")
    done = warsha(tmp_path, "run", "main.py", "--board", name)
    assert done.returncode == 1 and "docs/measured/wokwi-parts.md says why" in done.stderr


def test_the_bare_board_comes_before_the_circuit_beside_the_program(folder: Path) -> None:
    (folder / "main.py").write_text("import sys\nprint(sys.platform)")
    done = warsha(folder, "run", "main.py", "--board", "pico", "--seconds", "1")
    assert done.stdout.startswith("rp2\n")
    options = ("--board", "pico", "--diagram", "diagram.json")
    done = warsha(folder, "run", "main.py", *options)
    assert done.returncode == 1 and "exclude each other" in done.stderr


def test_a_module_that_stayed_beside_the_program_is_named(folder: Path) -> None:
    (folder / "helper.py").write_text("")
    done = run(folder, "import helper", "--seconds", "1")
    assert done.returncode == 3
    said = "helper.py is beside the program, but not on the board: add --file helper.py\n"
    assert said in done.stderr
    assert "--file" not in run(folder, "import elsewhere", "--seconds", "1").stderr


def test_a_driver_that_no_firmware_has_is_named(folder: Path) -> None:
    done = run(folder, "import ssd1306", "--seconds", "1")
    (said,) = [line for line in done.stderr.splitlines() if "--file" in line]
    assert said.startswith("ssd1306 is not in the firmware of a board")
    done = run(folder, "import ssd1306", "--file", said.split()[-1], "--seconds", "1")
    assert done.returncode == 0


def test_a_time_that_is_no_number_is_refused(folder: Path) -> None:
    done = run(folder, BLINK, "--seconds", "nan")
    assert done.returncode == 2 and "nan is not a number" in done.stderr


def test_a_folder_of_files_comes_onto_the_board(folder: Path) -> None:
    package = folder / "tools" / "words"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from words.one import WORD")
    (package / "one.py").write_text("WORD = 'from the package'")
    (package / ".hidden").write_text("")
    program = "import os, words\nprint(words.WORD, os.listdir('words'))"
    for given in ("tools/words", "tools/words/", "tools/../tools/words"):
        done = run(folder, program, "--file", given, "--seconds", "1")
        assert done.stdout.startswith("from the package ['__init__.py', 'one.py']\n")
    for given in (".", "tools/.."):
        done = run(folder, "import os\nprint(os.listdir())", "--file", given, "--seconds", "1")
        assert f"'{folder.name}'" in done.stdout


def test_a_host_that_is_not_in_the_network_is_named(folder: Path) -> None:
    program = (
        "import network, socket, time\nwlan = network.WLAN()\nwlan.active(True)\n"
        "wlan.connect('Wokwi-GUEST', '')\nwhile not wlan.isconnected(): time.sleep(0.1)\n"
        "for name in ('api.nowhere.example', 'http.warsha', 'api.nowhere.example'):\n"
        "    try: socket.getaddrinfo(name, 80)\n    except OSError as error: print(error)\n"
    )
    done = run(folder, program, "--seconds", "9")
    assert done.stdout.startswith("-202\n-202\n")
    said = "api.nowhere.example: no host of the bench's network has this name\n"
    assert (done.returncode, done.stderr) == (0, said)


def test_a_bad_end_comes_with_what_the_lint_finds_and_characters_that_are_wrong(
    folder: Path,
) -> None:
    wires = [["esp:25", "led1:A", "green", []], ["led1:C", "esp:GND.1", "black", []]]
    (folder / "diagram.json").write_text(json.dumps(DIAGRAM | {"connections": wires}))
    done = run(folder, "print(1، 2)")
    assert done.returncode == 3
    assert "main.py: line 1, column 8: an Arabic comma; write , instead.\n" in done.stderr
    assert "diagram.json: led1 has no resistor in series" in done.stderr
    assert "(led-resistor)" in done.stderr
    assert run(folder, BLINK, "--seconds", "1").stderr.count("(led-resistor)") == 0


def test_debug_shows_the_traceback(folder: Path) -> None:
    (folder / "diagram.json").write_text("{")
    done = run(folder, BLINK, "--debug")
    assert "Traceback" in done.stderr
    assert "DiagramError" in done.stderr


@pytest.mark.parametrize("missing", ["main.py", "diagram.json", "s.yaml", "more.py"])
def test_a_missing_file_is_one_line_of_cause_and_one_of_cure(folder: Path, missing: str) -> None:
    for name in ("main.py", "s.yaml", "more.py"):
        (folder / name).write_text("")
    (folder / missing).unlink()
    options = ("--diagram", "diagram.json", "--scenario", "s.yaml", "--file", "more.py")
    done = warsha(folder, "run", "main.py", *options)
    assert done.returncode == 1
    assert done.stderr.startswith(f"{missing}: there is no such file\n")
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("option", ["", "--diagram", "--scenario", "--file"])
def test_what_is_no_regular_file_is_refused_before_it_is_read(folder: Path, option: str) -> None:
    os.mkfifo(folder / "pipe")  # one that nobody writes to would be waited for
    (folder / "main.py").write_text("")
    done = warsha(folder, "run", *(["main.py", option] if option else []), "pipe")
    assert done.returncode == 1
    assert done.stderr.startswith("pipe: it is no regular file\n")
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("option", ["--vcd", "--pcap", "--json"])
def test_a_folder_that_is_not_there_is_one_line_of_cause(folder: Path, option: str) -> None:
    done = run(folder, "print('a')", option, "nowhere/out", "--seconds", "0.1")
    assert done.returncode == 1
    assert done.stdout == "", "the run has not begun"
    assert done.stderr == "nowhere: there is no such folder\nGive a path that is writable.\n"
    done = run(folder, "print('a')", option, ".", "--seconds", "0.1")
    assert (done.stdout, done.stderr) == ("", ".: it is a folder\nGive a path that is writable.\n")


@pytest.mark.parametrize("args", [("run",), ("fly",)])
def test_wrong_usage_is_2(folder: Path, args: tuple[str, ...]) -> None:
    assert warsha(folder, *args).returncode == 2


@pytest.mark.parametrize("option", ["--vcd", "--pcap", "--json"])
def test_a_full_disk_is_one_line_with_the_file(folder: Path, option: str) -> None:
    done = run(folder, "print('a')", option, "/dev/full", "--seconds", "0.1")
    assert done.stderr == "/dev/full: the disk is full\nGive a path that is writable.\n"


def test_a_bench_with_a_circuit_takes_no_other_board(folder: Path) -> None:
    done = warsha(folder, "bench", "diagram.json", "--board", "pico")
    assert done.returncode == 1
    assert "a circuit has its own board" in done.stderr


def test_an_unknown_board_names_those_that_exist(folder: Path) -> None:
    done = warsha(folder, "bench", "--board", "zx81")
    assert done.returncode == 1
    assert "esp32_devkit_c_v4" in done.stderr


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("labs", "it is a folder"),
        ("gone.toml", "there is no such file"),
        ("main.py", "the name of a circuit file ends with .json"),
    ],
)
def test_what_is_no_board_is_told_for_what_it_is(folder: Path, name: str, what: str) -> None:
    (folder / "labs").mkdir()
    (folder / "main.py").write_text("")
    for given in (("bench", name), ("bench", "--board", name)):
        done = warsha(folder, *given)
        assert done.returncode == 1
        assert done.stderr == f"{name}: {what}\nGive the path of a diagram.json.\n"


@pytest.mark.parametrize("option", ["--socket", "--rfc2217", "--http"])
def test_a_number_that_is_no_port_is_one_line_of_cause(folder: Path, option: str) -> None:
    done = warsha(folder, "bench", option, "99999")
    assert done.returncode == 1
    cause = "The bench cannot listen there: a port is a number from 0 to 65535."
    assert done.stderr == f"{cause}\nChoose another port number.\n"
