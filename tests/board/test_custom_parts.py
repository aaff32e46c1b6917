"""Custom parts: the manual's example, buses, and what a wrong file says."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from hardware import load_diagram
from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.drawing.bench_picture import draw
from hardware.bench.drawing.png import to_png
from hardware.bench.editing.diagram_editor import DiagramEditor
from hardware.bench.editing.edited_circuit import EditedCircuit
from hardware.bench.flash import Flash
from hardware.bench.lint.lint import lint_file
from hardware.bench.parts.common.custom_part import CustomDisplay
from hardware.bench.scenario.player import play
from hardware.bench.scenario.scenario import load, parse
from hardware.bench.serving.live_bench import LiveBench
from hardware.errors import BenchError, DiagramError, HardwareError, ScenarioError
from hardware.notebook import bench_editor
from hardware.wire.board import Board
from tests.support.project import DOCS
from tests.support.rig import MS, printed_lines

FILE = re.compile(r"^`([\w.]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PICTURES = os.environ.get("WARSHA_PICTURES", "")
JSON = '{"name": "Own", "pins": [%s]}'
MORE = (
    ', "controls": [{"id": "litres", "min": 0, "max": 10}], "display": {"width": 2, "height": 2}'
)


def manual(folder: Path) -> Path:
    """The files of the manual's example, in a folder; returns the circuit."""
    files = dict(FILE.findall((DOCS / "howto" / "own-part.md").read_text(encoding="utf-8")))
    assert len(files) == 5
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "diagram.json"


def test_the_example_of_the_manual(tmp_path: Path) -> None:
    file = manual(tmp_path)
    assert [finding.en for finding in lint_file(file)] == []
    circuit = Circuit(load_diagram(file))
    with Flash(circuit.board) as flash:
        flash.put({"main.py": (tmp_path / "main.py").read_bytes()})
        with Bench(circuit, flash=flash) as bench:
            play(load(tmp_path / "scenario.yaml"), bench, circuit, 5000 * MS)
            tank = circuit.parts["tank"]
            assert isinstance(tank, CustomDisplay)
            blue = (tank.pixels() == (40, 120, 255)).all(axis=2)
            assert blue.sum() == 30 * 19
            picture = to_png(draw(circuit))
    if PICTURES:
        Path(PICTURES, "own_part.png").write_bytes(picture)


def own(
    folder: Path, pins: str, program: str, wires: Mapping[str, str], more: str = ""
) -> Circuit:
    """A circuit with a custom part `c` and a board `b`; `wires`: pins of the part to the board;
    `more`: what its description has besides."""
    names = ", ".join(f'"{pin}"' for pin in pins.split())
    (folder / "own.chip.json").write_text(JSON[:-1] % names + more + "}")
    (folder / "chip-own.chip.py").write_text(program)
    joined = ", ".join(f'["c:{a}", "b:{b}", ""]' for a, b in wires.items())
    file = folder / "diagram.json"
    file.write_text(
        '{"version": 1, "parts": [{"type": "board-esp32-devkit-c-v4", "id": "b"}, '
        f'{{"type": "chip-own", "id": "c"}}], "connections": [{joined}]}}'
    )
    return Circuit(load_diagram(file))


def printed(circuit: Circuit, program: str, until_ms: int = 2000) -> list[str]:
    """What the board prints."""
    with Flash(circuit.board) as flash:
        flash.put({"main.py": program.encode()})
        with Bench(circuit, flash=flash) as bench:
            bench.run(until_ms * MS)
            return printed_lines(bench.trace)


def test_a_part_without_supply_listens_and_answers_later(tmp_path: Path) -> None:
    part = """
from hardware import CustomPart

class Late(CustomPart):
    LISTENS = ("IN",)
    OUTPUTS = {"OUT": None}

    def level_changed(self, pin, high):
        self.after(1_000_000, lambda: self.drive("OUT", not high))
"""
    program = """
from machine import Pin
import time
out, back = Pin(25, Pin.OUT, value=0), Pin(26, Pin.IN, Pin.PULL_UP)
for level in (1, 0):
    out(level)
    before = back()
    time.sleep_ms(2)
    print(before, back())
"""
    circuit = own(tmp_path, "IN OUT", part, {"IN": "25", "OUT": "26"})
    assert printed(circuit, program) == ["1 0", "0 1"]


def test_a_part_on_spi_and_one_at_a_uart(tmp_path: Path) -> None:
    part = """
from hardware import CustomPart, SpiPart

class Doubler(CustomPart, SpiPart):
    last = 0

    def spi_exchange(self, byte):
        answer, self.last = 2 * self.last & 0xFF, byte
        return answer
"""
    program = """
from machine import SPI, Pin
spi = SPI(2, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
cs = Pin(5, Pin.OUT, value=1)
got = bytearray(3)
cs(0); spi.write_readinto(b'\\x01\\x05\\x07', got); cs(1)
print(list(got))
"""
    wires = {"VCC": "3V3", "GND": "GND.1", "CS": "5", "SCK": "18", "MOSI": "23", "MISO": "19"}
    circuit = own(tmp_path, "VCC GND CS SCK MOSI MISO", part, wires)
    assert printed(circuit, program) == ["[0, 2, 10]"]
    part = """
from hardware import CustomPart, UartPart

class Echo(CustomPart, UartPart):
    OUTPUTS = {"TX": True}
    BAUD = 19200

    def uart_received(self, data):
        self.uart_send(data.upper())
"""
    program = """
from machine import UART
uart = UART(2, baudrate=19200, tx=17, rx=16, timeout=500)
uart.write('hello\\n')
print(uart.readline())
"""
    circuit = own(tmp_path, "RX TX", part, {"RX": "17", "TX": "16"})
    assert printed(circuit, program) == ["b'HELLO\\n'"]


GOOD = "from hardware import CustomPart\nclass Own(CustomPart):\n    "


@pytest.mark.parametrize(
    ("json", "program", "says"),
    [
        ("{", GOOD + "pass", "own.chip.json:1: not JSON"),
        ("[]", GOOD + "pass", "own.chip.json: not the description of a part"),
        ('{"name": "x", "pins": ["A", "A"]}', GOOD + "pass", "not the description"),
        ('{"name": "x", "pins": ["A"], "display": {"width": 9}}', GOOD + "pass", "description"),
        (JSON % '"A"', "import nothing_like_this", r"own.chip.py:1: ModuleNotFoundError"),
        (JSON % '"A"', "x = 1\nclass (", r"own.chip.py:2: SyntaxError"),
        (JSON % '"A"', "x = 1", "own.chip.py: it has 0 classes of a CustomPart, not one"),
        ('{"name": "x", "pins": "AB"}', GOOD + "pass", "not the description"),
        (
            '{"name": "x", "pins": ["A"], "controls": [{"id": "c", "min": 0, "max": 1%s}]}'
            % (400 * "0"),
            GOOD + "pass",
            "not the description",
        ),
        (
            JSON % '"A"',
            GOOD + "OUTPUTS = {'B': True}",
            "chip.py: OUTPUTS: 'B' is not a pin of own",
        ),
        (JSON % '"A"', "x = 1\0", r"own.chip.py:1: SyntaxError"),
        (JSON % '"A"', GOOD + "def begin(self):\n        1 / 0", "chip.py:4: ZeroDivisionError"),
        (None, GOOD + "pass", "there is no own.chip.json beside it"),
        (JSON % '"A"', None, "there is no own.chip.py beside it"),
        (None, None, "the type 'chip-own' is not simulated"),
    ],
)
def test_a_wrong_file_is_one_line_with_a_cure(
    tmp_path: Path, json: str | None, program: str | None, says: str
) -> None:
    file = tmp_path / "diagram.json"
    file.write_text(
        '{"version": 1, "parts": [{"type": "wokwi-pi-pico", "id": "b"}, '
        '{"type": "chip-own", "id": "c"}], "connections": []}'
    )
    for name, text in (("own.chip.json", json), ("own.chip.py", program)):
        if text is not None:
            (tmp_path / name).write_text(text)
    with pytest.raises(DiagramError, match=says) as caught:
        Circuit(load_diagram(file)).start(StillWorld())
    assert "\n" not in str(caught.value) and caught.value.cure
    assert [finding.level for finding in lint_file(file)] == ["error"]


I2C = """
from machine import I2C, Pin
i2c = I2C(0, scl=Pin(22), sda=Pin(21))
print(i2c.scan()); i2c.writeto(0x36, b'ab'); print(i2c.readfrom(0x36, 2))
"""
SPI = """
from machine import SPI, Pin
spi = SPI(2, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
spi.write(b'ab')
"""
UART = """
from machine import UART
UART(2, baudrate=9600, tx=17, rx=16).write('hello')
"""
I2C_WIRES = {"SDA": "21", "SCL": "22"}
SPI_WIRES = {"SCK": "18", "MOSI": "23", "MISO": "19"}
UART_WIRES = {"RX": "17", "TX": "16"}
HERE, BEGIN = "i2c_addresses = lambda self: (0x36,)\n    ", "def begin(self):\n        "


@pytest.mark.parametrize(
    ("bases", "body", "says"),
    [
        (
            "",
            "OUTPUTS = ['OUT']",
            r"py: OUTPUTS is \['OUT'\], not a dict of pins with their levels",
        ),
        ("", "OUTPUTS = {'OUT': 'low'}", r"py: OUTPUTS is {'OUT': 'low'}, not a dict"),
        ("", "LISTENS = ('IN')", "py: LISTENS is 'IN', not a tuple of pins"),
        ("", "PULL_UPS = {'IN': '4.7k'}", "py: PULL_UPS is {'IN': '4.7k'}, not a dict"),
        ("", "PULL_UPS = {'IN': 0}", "py: PULL_UPS is {'IN': 0}, not a dict"),
        ("", "ATTRS = ['alarm']", r"py: ATTRS is \['alarm'\], not a dict of attributes"),
        (
            "",
            "ATTRS = {'litres': 'x'}",
            r"py: ATTRS\['litres'\] is 'x', not a number from 0 to 10",
        ),
        ("", "DRAWS = '5mA'", "py: DRAWS is '5mA', not a current"),
        ("", "begin = 5", "py: begin is 5, not a method"),
        (
            "",
            "def moved(self, name): pass",
            "py: moved does not take what it gets: self, name, value",
        ),
        ("", "def __init__(self, spec): pass", "py:3: __init__ does not call super"),
        ("", BEGIN + "self.attr('alarm')", "py:4: there is no attribute 'alarm'"),
        ("", BEGIN + "self.high('XX')", "py:4: 'XX' is not a pin of the part"),
        ("", BEGIN + "self.drive('IN', True)", "py:4: 'IN' is not in OUTPUTS"),
        ("", BEGIN + "self.drive_volts('IN', 1)", "py:4: 'IN' is not in OUTPUTS"),
        ("", BEGIN + "self.after(-5, print)", "py:4: delay_ns is -5, not a number of nanoseconds"),
        ("", BEGIN + "self.after(5, self.log('x'))", "py:4: fn is None, not a function"),
        (
            "",
            BEGIN + "self.frame = [[0, 0], [0, 0]]",
            "py:4: frame is not 2 rows of 2 dots of three",
        ),
        ("", BEGIN + "raise SystemExit('bye')", "py:4: SystemExit: bye"),
        ("", BEGIN + r"raise ValueError('a\nb')", "py:4: ValueError: a b"),
        (
            "",
            "def stamp(self, net): net.resistor('IN', 'OUT', 0)",
            "py:3: ohms is 0, not a number",
        ),
        ("", "def svg(self, view): pass", "py:3: svg returned None, not the text of a drawing"),
        (", I2cPart", "SDA = 5", "py: SDA is 5, not the name of a pin"),
        (", I2cPart", "SCL = 'CLK'", "py: SCL: 'CLK' is not a pin of own.chip.json"),
        (
            ", I2cPart",
            "def i2c_addresses(self): return 0x36",
            "py:3: i2c_addresses returned 54, not",
        ),
        (
            ", I2cPart",
            HERE + "def i2c_write(self, byte): pass",
            "i2c_write returned None, not True",
        ),
        (
            ", I2cPart",
            HERE + "def i2c_read(self): return 300",
            "i2c_read returned 300, not a byte",
        ),
        (", SpiPart", "pass", "py: CS: 'CS' is not a pin of own.chip.json"),
        (", SpiPart", "CS, SPI_MODES = '', 0", "py: SPI_MODES is 0, not a tuple"),
        (", SpiPart", "CS = ''\n    def spi_exchange(self, byte): pass", "exchange returned None"),
        (", UartPart", "BAUD = 0", "py: BAUD is 0, not a whole number from 1 to"),
        (", UartPart", BEGIN + "self.baud = 0", "py:4: ValueError: baud is 0, not a whole number"),
        (", UartPart", "def uart_received(self, data): self.uart_send('ok')", "py:3: TypeError"),
    ],
)
def test_what_an_author_gets_wrong_is_one_line_with_a_cure(
    tmp_path: Path, bases: str, body: str, says: str
) -> None:
    wires, program = {
        "": ({"IN": "25", "OUT": "26"}, ""),
        ", I2cPart": (I2C_WIRES, I2C),
        ", SpiPart": (SPI_WIRES, SPI),
        ", UartPart": (UART_WIRES, UART),
    }[bases]
    part = f"from hardware import CustomPart{bases}\n"
    part += f"class Own(CustomPart{bases}):\n    {body}"
    if bases == ", UartPart" and "OUTPUTS" not in body:
        part += "\n    OUTPUTS = {'TX': True}"
    with pytest.raises(DiagramError, match=says) as caught:
        circuit = own(tmp_path, " ".join(wires), part, wires, MORE)
        printed(circuit, program)
        draw(circuit)
    assert "\n" not in str(caught.value) and caught.value.cure
    assert "own.chip.py" in str(caught.value)


@pytest.mark.parametrize(("delay_ns", "ns"), [(0, 0), (1, 10000)])
def test_a_timer_that_comes_for_ever_ends_the_run(tmp_path: Path, delay_ns: int, ns: int) -> None:
    body = f"def begin(self):\n        self.after({delay_ns}, self.begin)"
    circuit = own(tmp_path, "A", GOOD + body, {})
    says = f"chip-own.chip.py:3: after: 10000 timers came within {ns} ns of virtual time"
    with pytest.raises(DiagramError, match=says) as caught:
        printed(circuit, "while True: pass", 1000)
    assert "1_000_000 is a millisecond" in caught.value.cure


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("def begin(self):\n        while True: pass", 4),
        ("def begin(self):\n        for _ in iter(int, 1): self.high('A')", 4),
        ("def begin(self):\n        while True: self.step()\n    def step(self): pass", 4),
        ("def begin(self):\n        while 1:\n            try: 1 / 0\n            except: 1", 4),
        ("def begin(self): self.after(9, self.end)\n    def end(self):\n        while 1: 1", 5),
        ("def turns(self):\n        while 1: yield\n    def begin(self): list(self.turns())", 4),
        ("while True: pass", 3),
    ],
)
def test_a_loop_without_an_end_ends_the_run(tmp_path: Path, body: str, line: int) -> None:
    says = rf"own\.chip\.py:{line}: a loop without an end: 500000 turns in one call"
    with pytest.raises(DiagramError, match=says) as caught:
        printed(own(tmp_path, "A", GOOD + body, {}), "while True: pass", 1000)
    assert "\n" not in str(caught.value) and "self.after" in caught.value.cure


def test_a_live_bench_ends_with_the_line_of_an_endless_loop(tmp_path: Path) -> None:
    body = "LISTENS = ('A',)\n    def level_changed(self, pin, high):\n        while True: pass"
    own(tmp_path, "A", GOOD + body, {"A": "25"})
    with LiveBench(tmp_path / "diagram.json") as bench, Board(bench.connect()) as board:
        with pytest.raises(HardwareError):
            board.run("from machine import Pin\nPin(25, Pin.OUT, value=1)", timeout_s=60)
        with pytest.raises(BenchError, match=r"own\.chip\.py:5: a loop without an end"):
            bench.wait()


def test_the_turns_of_a_loop_are_counted_for_each_call(tmp_path: Path) -> None:
    body = "count = 0\n    def begin(self):\n        for _ in range(300_000): self.count += 1\n"
    body += "        if self.count < 900_000: self.after(1000, self.begin)"
    circuit = own(tmp_path, "A", GOOD + body, {})
    printed(circuit, "import time; time.sleep_ms(50)", 30)
    assert vars(circuit.parts["c"])["count"] == 900_000


def test_a_part_may_call_itself_every_microsecond(tmp_path: Path) -> None:
    body = "count = 0\n    def begin(self):\n        self.count += 1\n"
    body += "        self.after(1e3, self.begin)"
    circuit = own(tmp_path, "A", GOOD + body, {})
    printed(circuit, "import time; time.sleep_ms(50)", 30)
    assert vars(circuit.parts["c"])["count"] == 30_001


def test_a_timer_that_raises_names_its_line(tmp_path: Path) -> None:
    body = "def begin(self):\n        self.after(1000, lambda: [][1])"
    circuit = own(tmp_path, "A", GOOD + body, {})
    with pytest.raises(DiagramError, match=r"chip-own.chip.py:4: IndexError"):
        printed(circuit, "", 10)


def test_a_changed_file_is_loaded_again(tmp_path: Path) -> None:
    circuit = own(tmp_path, "A", GOOD + "ATTRS = {'colour': 'red'}", {})
    assert circuit.parts["c"].ATTRS == {"colour": "red"}
    file = tmp_path / "chip-own.chip.py"
    before = file.stat()
    file.write_text(GOOD + "ATTRS = {'colour': 'blue'}")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert Circuit(circuit.diagram).parts["c"].ATTRS == {"colour": "blue"}


def test_a_circuit_that_came_as_a_value_has_no_custom_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    circuit = own(tmp_path, "A", GOOD + f"__import__('pathlib').Path({str(ran)!r}).touch()", {})
    assert ran.exists()
    ran.unlink()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DiagramError, match="not simulated"):
        Circuit(load_diagram(circuit.diagram.raw, str(tmp_path / "diagram.json")))
    assert not ran.exists()


def test_the_display_is_dark_without_power(tmp_path: Path) -> None:
    circuit = Circuit(load_diagram(manual(tmp_path)))
    circuit.start(StillWorld())
    tank = circuit.parts["tank"]
    assert isinstance(tank, CustomDisplay) and not np.any(tank.pixels())
    circuit.power(True)
    assert np.any(tank.pixels())


def test_the_editor_draws_a_custom_part(tmp_path: Path) -> None:
    editor = DiagramEditor(manual(tmp_path))
    circuit = EditedCircuit(editor.raw, editor.name, editor.file.parent)
    assert circuit.titles["tank"] == "Water tank" and circuit.findings == []
    assert "ALARM" in circuit.drawings["tank"].pins
    (tmp_path / "tank.chip.py").write_text("oops")
    circuit = EditedCircuit(editor.raw, editor.name, editor.file.parent)
    assert circuit.titles["tank"] == "" and "oops" in circuit.findings[0].en


def test_the_copy_of_a_lab_s_circuit_has_its_custom_parts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, mine = tmp_path / "tank_lab", tmp_path / "mine"
    lab.mkdir()
    mine.mkdir()
    (lab / "lab.toml").touch()
    file = manual(lab)
    monkeypatch.chdir(mine)
    editor, notice = bench_editor.editor_of(file, None)
    circuit = EditedCircuit(editor.raw, editor.name, editor.file.parent)
    assert circuit.titles["tank"] == "Water tank" and circuit.findings == []
    editor.save()
    assert "{file}" in notice and editor.file == mine / "my_tank_lab.json"
    assert Circuit(load_diagram(editor.file)).parts["tank"].TITLE == "Water tank"


def test_a_scenario_says_what_no_part_has_logged(tmp_path: Path) -> None:
    circuit = own(tmp_path, "A", GOOD + "def begin(self):\n        self.log('ready for work')", {})
    steps = "  - expect-chip-output: ready\n  - expect-chip-output: ready"
    with Bench(circuit) as bench, pytest.raises(ScenarioError, match="part logged 'ready' within"):
        play(parse(f"name: t\nversion: 1\nsteps:\n{steps}"), bench, circuit, 50 * MS)


@pytest.mark.parametrize("name", ["../evil", "sub/evil", "/tmp/evil", ".."])
def test_no_path_leads_out_of_the_folder_of_the_circuit(tmp_path: Path, name: str) -> None:
    evil = tmp_path / "evil.chip.py"
    evil.write_text("raise AssertionError('it ran')\n")
    evil.with_name("evil.chip.json").write_text('{"name": "e", "pins": ["A"], "controls": []}')
    folder = tmp_path / "project"
    folder.mkdir()
    parts = [{"type": "board-esp32-devkit-c-v4", "id": "b"}, {"type": f"chip-{name}", "id": "c"}]
    file = folder / "diagram.json"
    file.write_text(json.dumps({"version": 1, "parts": parts, "connections": []}))
    with pytest.raises(DiagramError, match="c"):
        Circuit(load_diagram(file))
