"""Completion, inspection and the check of board cells, in a real kernel, on virtual boards of both
families; and the arguments of magics, with the names of a lab."""

import os
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

import jedi
import pytest
from parso.cache import parser_cache

from hardware.notebook.board_code import Place, code
from hardware.notebook.stubs import NAMES, find
from tests.support.notebook_kernel import NotebookKernel, started_kernel
from tools import board_names

FIRST = """\
%%board
from machine import Pin
import time
lamp = Pin(2, Pin.OUT)
numbers = []
def blink(count, pause_ms=100):
    "Blinks the lamp."
"""


@pytest.fixture(scope="module")
def notebook() -> Iterator[NotebookKernel]:
    with started_kernel() as kernel:
        yield kernel


@pytest.fixture(params=["esp32", "pi_pico_w"])
def connected(notebook: NotebookKernel, request: pytest.FixtureRequest) -> str:
    notebook.run(f"%board connect {request.param}")
    notebook.run(FIRST)
    return str(request.param)


def test_to_load_the_extension_again_prints_nothing(notebook: NotebookKernel) -> None:
    assert notebook.run("%load_ext warsha") == ""


def test_the_stubs_are_installed() -> None:
    assert find("esp32") and find("rp2"), "python -m hardware.notebook.stubs"


def test_the_table_of_names_is_that_of_the_boards() -> None:
    assert NAMES.read_text(encoding="utf-8") == board_names.text(), "python tools/board_names.py"


def test_only_names_of_the_board_are_completed(notebook: NotebookKernel, connected: str) -> None:
    def names(line: str) -> list[str]:
        return notebook.complete(f"%%board\n{line}")

    assert names("import time; time.sl") == ["sleep", "sleep_ms", "sleep_us"]
    assert names("import os\nos.l") == ["listdir"]
    assert names("import sys\nsys.pl") == ["platform"]
    assert names("import asyncio\nasyncio.sleep") == ["sleep", "sleep_ms"]
    assert names("import os\nos.abo") == [] == names("import nump")
    assert ("rp2" in names("import rp")) == (connected == "pi_pico_w")
    assert ("TouchPad" in names("from machine import To")) == (connected == "esp32")
    assert names("Pin(4, Pin.PULL_U") == ["PULL_UP"]
    assert "zfill" not in names("'text'.")


@pytest.mark.parametrize("name", ["Pin", "ADC", "PWM", "UART", "I2C"])
def test_members_of_machine_are_those_of_the_board(
    notebook: NotebookKernel, connected: str, name: str
) -> None:
    listing = f"print(*(n for n in dir(machine.{name}) if n[0] != '_'))"
    found = notebook.run(f"%%board\nimport machine\n{listing}").split()
    assert len(found) > 1
    assert notebook.complete(f"%%board\nfrom machine import {name}\n{name}.") == sorted(found)
    assert notebook.complete(f"%%board\nimport machine\nmachine.{name}.") == sorted(found)


def test_names_of_earlier_cells_are_completed_until_a_reset(
    notebook: NotebookKernel, connected: str
) -> None:
    assert notebook.complete("%%board\nbli") == ["blink"]
    assert "irq" in notebook.complete("%%board\nlamp.")
    assert "append" in notebook.complete("%%board --timeout 5s\n\nnumbers.ap")
    assert "pause_ms=" in notebook.complete("%%board\nblink(3, pau")
    assert "blink" not in notebook.complete("bli"), "the cell is for the computer"
    notebook.run("%board reset")
    assert notebook.complete("%%board\nbli") == []


@pytest.mark.parametrize("module", ["heapq", "numpy", "platform", "random", "struct"])
def test_names_of_a_module_are_not_those_of_this_python(module: str) -> None:
    """These are modules that this process has imported."""
    __import__(module)
    found = code.complete(Place(f"import {module}\n{module}.", 2, len(module) + 1))
    names = {one.text for one in found}
    assert not names & {"merge", "ndarray", "uname", "weibullvariate", "iter_unpack"}
    assert names or module == "numpy", "boards have no numpy"


def test_other_threads_import_while_jedi_looks_for_a_module(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A kernel reads the stubs in a thread; the cell that begins meanwhile may be `grade()`."""
    found: list[ModuleSpec | None] = []

    class AmongTheFinders:
        def find_spec(self, *_asked: object) -> None:
            found.append(PathFinder.find_spec("jsonschema"))

    monkeypatch.setattr(sys, "meta_path", [AmongTheFinders(), *sys.meta_path])
    assert "on" in [
        one.text for one in code.complete(Place("import machine\nmachine.Pin(2).", 2, 15))
    ]
    assert found and None not in found


def test_half_a_file_of_jedi_does_not_end_the_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a process leaves it that ends while it writes."""
    monkeypatch.setattr(jedi.settings, "cache_directory", str(tmp_path / "jedi"))
    place = Place("import time\ntime.sleep_", 2, len("time.sleep_"))
    parser_cache.clear()
    expected = code.complete(place)
    assert "sleep_ms" in [one.text for one in expected]
    kept = [file for file in tmp_path.rglob("*.pkl") if file.is_file()]
    for file in kept:
        os.truncate(file, file.stat().st_size // 2)
    parser_cache.clear()
    assert kept and code.complete(place) == expected


def test_a_saved_file_is_a_module(notebook: NotebookKernel, connected: str) -> None:
    notebook.run("%%board lib/helper.py --detach\ndef greet(name): pass")
    notebook.run("%%board helper.py --detach\ndef greet(name):\n    'Greets.'")
    assert notebook.complete("%%board\nfrom helper import ") == ["greet"]
    assert "Greets." in notebook.inspect("%%board\nimport helper\nhelper.greet(")


def test_signature_and_docstring_are_shown(notebook: NotebookKernel, connected: str) -> None:
    assert "sleep_ms(ms: int" in notebook.inspect("%%board\ntime.sleep_ms")
    assert "Delay for given number" in notebook.inspect("%%board\ntime.sleep_ms(")
    assert "blink(count, pause_ms=100)\n\nBlinks the lamp." in notebook.inspect("%%board\nblink(")
    assert notebook.inspect("%%board\nno_such_name") == ""
    assert "Return the number of items" in notebook.inspect("len"), "IPython answers elsewhere"


def test_the_check_finds_wrong_names_at_the_line_of_the_cell(
    notebook: NotebookKernel, connected: str
) -> None:
    cell = "\n%%board\ndef later():\n    lamp.valuex(1)\n    blink()\n    time.sleep_ms()"
    assert notebook.run(cell) == ""
    assert notebook.run("%board check").splitlines() == [
        "cell line 4: A Pin has no `valuex`: check the spelling; dir() of the value lists what it "
        "has. Perhaps: `value`.",
        "    lamp.valuex(1)",
        "cell line 5: The call of `blink` lacks `count`.",
        "    blink()",
        "cell line 6: `sleep_ms` takes more values.",
        "    time.sleep_ms()",
    ]
    notebook.run("%%board right.py --detach\nimport machine\nx = 1\nx = 'text'")
    assert notebook.run("%board check right.py") == "· nothing wrong was found\n"
    assert "Did you mean 'right.py'?" in notebook.run("%board check rightx.py")


def test_an_earlier_cell_with_a_syntax_error_does_not_stop_the_check(
    notebook: NotebookKernel, connected: str
) -> None:
    notebook.run("%%board\nfor i in range(3)")
    notebook.run("%%board\nlamp.valuex(1)")
    assert notebook.run("%board check").splitlines()[1] == "    lamp.valuex(1)"
    notebook.run("%%board\nx = = 1")
    assert notebook.run("%board check").startswith("cell line 2: ")


def test_arguments_of_magics_are_the_names_of_the_lab(notebook: NotebookKernel) -> None:
    notebook.run("%lab buttons")
    assert notebook.complete("%bench press ") == ["BTN_1", "BTN_2", "btn1", "btn2"]
    assert notebook.complete("x = 1\n%bench press B") == ["BTN_1", "BTN_2"]
    assert notebook.complete("%bench set BTN_1 ") == ["pressed"]
    assert notebook.complete("%wave L") == ["LED_R"]
    assert notebook.complete("%trace t.vcd L") == ["LED_R"]
    assert notebook.complete("%%board --t") == ["--timeout"]
    assert notebook.complete("%%board main.py ") == ["--detach", "--seconds"]
    assert notebook.complete("%board inf") == ["info"]
    assert "esp" in notebook.complete("%board use ")
    assert {"pi_pico", "pi_pico_w"} <= {*notebook.complete("%board connect pi")}
    assert {"buttons", "blinker"} <= {*notebook.complete("%lab b")}
    assert notebook.complete("%lab buttons pi") == ["pi_pico"]
    assert notebook.complete("%%board\nfrom pins import B") == ["BTN_1", "BTN_2"]


def test_the_port_of_an_adapter_is_completed(notebook: NotebookKernel) -> None:
    notebook.run("%lab framed_link")
    assert notebook.complete("%bench port ") == ["link"]


def test_a_button_is_pressed_by_its_label(notebook: NotebookKernel) -> None:
    notebook.run("%lab buttons pi_pico")
    assert notebook.run("%bench set BTN_2 pressed 1") == ""
    wait = "while button.value(): pass\nprint('pressed')"  # its contacts bounce
    button = "from machine import Pin\nimport pins\nbutton = Pin(pins.BTN_2, Pin.IN, Pin.PULL_UP)"
    assert notebook.run(f"%%board\n{button}\n{wait}") == "pressed\n"
    assert notebook.run("%bench press BTN_1 10ms") == ""
    assert "Did you mean 'btn2'?" in notebook.run("%bench press BTN2")


def test_a_hidden_part_of_a_lab_appears_nowhere(notebook: NotebookKernel) -> None:
    notebook.run("%lab buttons")
    shown = notebook.run("%bench press nothing") + notebook.run("%bench press emi1")
    assert "BTN_1, BTN_2, btn1, btn2" in shown
    assert shown.count("emi1") == 1, "only in the answer to the name itself"
    assert "emi1" not in notebook.complete("%bench press e") + notebook.complete("%bench set e")
