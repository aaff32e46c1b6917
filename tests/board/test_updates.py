"""Updates over the air: two programs in the flash of an ESP32, and the way back to the old one."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hardware import boards
from hardware.bench.bench import Bench
from hardware.bench.chip.image import build_image
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from hardware.errors import DiagramError
from tests.support.network_bench import JOIN
from tests.support.project import ROOT

SECOND = 1_000_000_000
ESP32, ESP32_S3 = 0, 9
BEGIN = """
import machine, time
from esp32 import Partition
running = Partition(Partition.RUNNING)
print('running', running.info()[4])
"""
UPDATE = """
def update(name):
    part = running.get_next_update()
    with open(name, 'rb') as file:
        for block in range(1000):
            piece = file.read(4096)
            if not piece:
                break
            part.writeblocks(block, piece + bytes(4096 - len(piece)))
    part.set_boot()
"""


def program(chip: int = ESP32, size: int = 30_000) -> bytes:
    """A program for a chip, as a build of it makes it."""
    return build_image(chip, 0x40080000, {0x3F400020: b"new" * (size // 3 // 4 * 4)})


@contextmanager
def board(main: str, files: dict[str, bytes] | None = None) -> Iterator[Bench]:
    """A bench with one ESP32 that has two programs."""
    part = {"type": "board-esp32-devkit-c-v4", "id": "esp", "attrs": {"partitions": "ota"}}
    circuit = Circuit(load({"version": 1, "parts": [part], "connections": []}))
    with Flash(circuit.board) as flash:
        flash.put({"main.py": main.encode(), **(files or {})})
        with Bench(circuit, flash=flash) as bench:
            yield bench


def said(bench: Bench, seconds: float = 60) -> list[str]:
    """What the program has printed by then, without the prompt's lines."""
    bench.run(bench.now_ns + round(seconds * SECOND))
    lines = [line.text for line in bench.trace.lines()]
    return [line for line in lines if not re.match(r"MicroPython v|Type \"help|>>>", line)]


NEW_ONE = BEGIN + UPDATE + "if running.info()[4] == 'ota_0': update('new.bin'); machine.reset()\n"


def test_a_new_program_that_says_that_it_works_stays() -> None:
    works = NEW_ONE + "else: Partition.mark_app_valid_cancel_rollback()\n"
    with board(works, {"new.bin": program()}) as bench:
        assert said(bench) == ["running ota_0", "running ota_1"]
        bench.reset()
        assert said(bench, 5)[2:] == ["running ota_1"]


def test_a_new_program_that_does_not_say_so_is_rolled_back() -> None:
    with board(
        NEW_ONE.replace(
            "if running", "tried = 'tried' in __import__('os').listdir()\nif not tried and running"
        ).replace("update('new.bin')", "update('new.bin'); open('tried', 'w').close()"),
        {"new.bin": program()},
    ) as bench:
        assert said(bench) == ["running ota_0", "running ota_1"]
        bench.reset()
        assert said(bench, 5)[2:] == ["running ota_0"]
        bench.reset()
        assert said(bench, 5)[3:] == ["running ota_0"]


@pytest.mark.parametrize(
    "change",
    [
        lambda made: made[:-40] + bytes((made[-40] ^ 1,)) + made[-39:],
        lambda made: made[:-1] + bytes((made[-1] ^ 1,)),
        lambda made: made[: len(made) // 2],
        lambda made: b"<html>404</html>",
        lambda made: program(ESP32_S3),
        lambda made: b"",
    ],
    ids=["segment", "hash", "half", "page", "other chip", "nothing"],
)
def test_what_is_no_whole_program_for_the_chip_is_not_booted(change) -> None:  # type: ignore[no-untyped-def]
    main = (
        BEGIN
        + UPDATE
        + "try:\n    update('new.bin')\nexcept OSError as error:\n    print(error)\n"
    )
    with board(main, {"new.bin": change(program())}) as bench:
        assert said(bench) == ["running ota_0", "(-5379, 'ESP_ERR_OTA_VALIDATE_FAILED')"]
        bench.reset()
        assert said(bench)[2] == "running ota_0"


@pytest.mark.parametrize("at_ms", [200, 330, 450, 600, 700, 800, 850, 900, 1000, 1100, 1200, 1500])
def test_the_power_may_fail_at_any_moment_of_an_update(at_ms: int) -> None:
    """The board starts the old program or the new one, and a second update works."""
    works = NEW_ONE + "else: Partition.mark_app_valid_cancel_rollback(); print('works')\n"
    with board(works, {"new.bin": program()}) as bench:
        bench.run(round(at_ms * 1e6))
        bench.reset()
        assert said(bench)[-2:] == ["running ota_1", "works"]


def test_the_program_of_the_how_to_updates_over_the_network() -> None:
    page = (ROOT / "docs" / "howto" / "update-over-the-air.md").read_text()
    code = max(re.findall(r"```python\n(.*?)```", page, re.DOTALL), key=len)
    join = JOIN.replace("'workshop', 'secret99'", "'Wokwi-GUEST'")
    main = f"{BEGIN}if running.info()[4] == 'ota_0':\n"
    main += "".join(f"    {line}\n" for line in (join + code).splitlines())
    with board(main) as bench:
        bench.network.http.pages["/new.bin"] = program(size=600_000)
        assert said(bench) == ["running ota_0", "running ota_1"]


def test_a_board_without_the_table_has_one_program() -> None:
    circuit = Circuit(
        load(
            {
                "version": 1,
                "parts": [{"type": "board-esp32-devkit-c-v4", "id": "esp"}],
                "connections": [],
            }
        )
    )
    main = (
        BEGIN
        + "try:\n    running.get_next_update()\nexcept OSError as error:\n    print(error)\n"
        + "running.set_boot()\n"
    )
    with Flash(circuit.board) as flash:
        flash.put({"main.py": main.encode()})
        with Bench(circuit, flash=flash) as bench:
            assert said(bench, 5)[:2] == ["running factory", "[Errno 2] ENOENT"]


def test_the_table_and_the_settings() -> None:
    main = (
        BEGIN
        + """
import os
from esp32 import NVS
for kind in (Partition.TYPE_APP, Partition.TYPE_DATA):
    print([part.info()[2:5] for part in Partition.find(kind)])
print(os.statvfs('/')[2])
nvs = NVS('a')
try:
    print(nvs.get_i32('n'))
except OSError:
    nvs.set_i32('n', 7)
    nvs.commit()
    machine.reset()
"""
    )
    with board(main) as bench:
        lines = said(bench, 5)
    assert lines[1] == "[(65536, 1572864, 'ota_0'), (1638400, 1572864, 'ota_1')]"
    assert lines[2].endswith("(3211264, 983040, 'vfs')]")
    assert lines[3] == "240"
    assert lines[-1] == "7"


@pytest.mark.parametrize(
    "type_, table", [("board-pi-pico-w", "ota"), ("board-esp32-devkit-c-v4", "three")]
)
def test_other_partitions_are_refused_in_one_line(type_: str, table: str) -> None:
    part = {"type": type_, "id": "b", "attrs": {"partitions": table}}
    with pytest.raises(DiagramError, match=f"board b: there are no partitions {table}"):
        Circuit(load({"version": 1, "parts": [part], "connections": []}))
    assert boards.load("esp32_devkit_c_v4").app_bytes == 0
