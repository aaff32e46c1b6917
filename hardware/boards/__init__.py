"""Board types are data: one TOML file is one board, and `chips/` has what the boards of a chip
share.

`names()` lists the files; nothing else registers a board. A board may override any value of its
chip.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from hardware.errors import BoardNotFound
from hardware.i18n import _

FOLDER = Path(__file__).parent
PIN_SETS = (
    *("input_only", "no_pull", "flash_pins", "usb_pins", "strapping"),
    *("starts_high", "starts_low"),
)
MICROPYTHON = "1.25.0"
"""The version that virtual boards run."""
OTHERS = (
    *("wokwi-arduino-", "wokwi-attiny", "wokwi-franzininho", "wokwi-nano-", "wokwi-esp"),
    *("board-esp", "board-pi-pico", "board-st-nucleo-", "board-stm32-", "board-xiao-"),
    *("board-arduino-", "board-franzininho-", "board-m5stack-", "board-wemos-"),
    *("board-aitewinrobot-", "board-mch2022-", "wokwi-tinypico"),
)
"""How the types of Wokwi's boards begin, also of those that are not simulated."""
RESET_PAD = 63
"""The number of `reset_pin` among the pads of a board on a bench, after all GPIOs."""


@dataclass(frozen=True)
class BoardPin:
    """A pin of a board: a GPIO, a supply (`volts`, 0.0 = ground), or neither (EN, RUN)."""

    name: str
    gpio: int | None
    volts: float | None
    x_mm: float
    y_mm: float
    hidden: bool = False
    in_row: bool = False
    """Its header goes across the board, not down."""


@dataclass(frozen=True)
class Shape:
    """A shape drawn on a board, in millimetres; `board_picture.py` draws each `kind`."""

    kind: str
    x: float
    y: float
    w: float
    h: float
    text: str = ""


@dataclass(frozen=True)
class BoardType:
    """All data of one type of board; GPIO numbers are those of the chip."""

    name: str
    title: str
    chip: str
    mcu: str
    family: str
    """What `sys.platform` of its MicroPython says: `esp32`, `rp2`."""
    port: str
    """The build of the port that is its program on a bench: `esp32s3`, `rp2`."""
    diagram_types: tuple[str, ...]
    usb_ids: tuple[str, ...]
    console: tuple[str, ...]
    """The UART pins at the USB bridge (TX, RX); empty when the chip has USB."""
    led: int | None
    pins: Mapping[str, BoardPin]
    reset_pin: str
    """Holds the board in reset while it is low; pulled up on the board."""
    boot_button: str
    """The button that makes its boot ROM wait for a program when it is held at a reset; empty: the
    bench has none on this board."""
    input_only: frozenset[int]
    no_pull: frozenset[int]
    flash_pins: frozenset[int]
    usb_pins: frozenset[int]
    """The pads of the chip's own USB."""
    strapping: frozenset[int]
    """The chip reads them at reset, to choose how it starts."""
    starts_high: frozenset[int]
    starts_low: frozenset[int]
    """The strapping pins that need this level at reset for a normal boot from flash."""
    adc: Mapping[int, str]
    v_supply: float
    v_ih: float
    v_il: float
    v_max: float
    pull_up_ohms: float
    pull_down_ohms: float
    output_ohms: float
    i_max: float
    """The maximum current of a pad, in amperes."""
    supply_a: Mapping[str, float]
    """Supply pin to the current (A) that it can give to the parts on the bench."""
    flash_bytes: int
    storage_bytes: int
    nvs_bytes: int
    """Size of the ESP32's non-volatile storage, after the file system in the flash image."""
    app_bytes: int
    """Size of the programs for updates over the air, after that; 0: it has one program."""
    min_write_ns: int
    port_args: tuple[str, ...]
    width_mm: float
    height_mm: float
    pcb: str
    ink: str
    shapes: tuple[Shape, ...]

    def gpio(self, pin: str) -> int | None:
        """The GPIO number of a pin name, None for supplies and pins that are no GPIO."""
        return self.pins[pin].gpio if pin in self.pins else None

    def pin_of(self, gpio: int) -> str:
        """The name that is printed at a GPIO; `GPIOn` when it has no pin."""
        if gpio == RESET_PAD:
            return self.reset_pin
        return next((p.name for p in self.pins.values() if p.gpio == gpio), f"GPIO{gpio}")

    @property
    def gpios(self) -> tuple[int, ...]:
        """Every GPIO that has a pin, ascending."""
        return tuple(sorted({p.gpio for p in self.pins.values() if p.gpio is not None}))


@cache
def names() -> tuple[str, ...]:
    """The names of all board types."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.toml")))


@cache
def load(name: str) -> BoardType:
    """The board type with this name. Raises: BoardNotFound, which lists the existing names."""
    if name not in names():
        raise BoardNotFound(
            _("There is no board type {name}.").format(name=name),
            _("There are: {names}.").format(names=", ".join(names())),
        )
    board = tomllib.loads(_text(name))
    chip_file = FOLDER / "chips" / f"{board['chip']}.toml"
    facts = tomllib.loads(chip_file.read_text(encoding="utf-8")) | board
    return BoardType(**_typed(name, facts))


def ports() -> list[str]:
    """The builds of the port that boards need, each once."""
    return sorted({load(name).port for name in names()})


@cache
def for_diagram(diagram_type: str) -> BoardType | None:
    """The board type for a part type of a diagram; None when the part is not a board here."""
    named = (name for name in names() if f'"{diagram_type}"' in _text(name))  # few are parsed
    return next((b for b in map(load, named) if diagram_type in b.diagram_types), None)


def same_title(one: str, other: str) -> bool:
    """Whether two titles name the same type of board: MicroPython calls a Pico 2 a `Pico2`."""
    return one.replace(" ", "") == other.replace(" ", "")


def with_updates(board: BoardType) -> BoardType:
    """An ESP32 with MicroPython's partition table for updates over the air: two programs and a
    smaller file system (partitions-4MiB-ota.csv of MicroPython 1.25.0)."""
    otadata, program = 0x2000, 0x180000
    return replace(board, storage_bytes=0xF0000, nvs_bytes=0x4000, app_bytes=otadata + 2 * program)


def _text(name: str) -> str:
    return (FOLDER / f"{name}.toml").read_text(encoding="utf-8")


def _typed(name: str, facts: dict[str, Any]) -> dict[str, Any]:
    drawing = facts["drawing"]
    made = {
        "name": name,
        "app_bytes": 0,
        "led": facts.get("led"),
        "boot_button": facts.get("boot_button", ""),
        "pins": _pins(facts),
        "adc": {int(gpio): channel for gpio, channel in facts["adc"].items()},
        "width_mm": drawing["width"],
        "height_mm": drawing["height"],
        "pcb": drawing["pcb"],
        "ink": drawing["ink"],
        "shapes": tuple(Shape(**shape) for shape in drawing["shapes"]),
    }
    for key in PIN_SETS:
        made[key] = frozenset(facts[key])
    for key in ("diagram_types", "usb_ids", "console", "port_args"):
        made[key] = tuple(facts[key])
    return {f.name: made[f.name] if f.name in made else facts[f.name] for f in fields(BoardType)}


def _pins(facts: dict[str, Any]) -> dict[str, BoardPin]:
    """Pin name to pin; hidden pins (test points) are in the middle of the board."""
    drawing = facts["drawing"]
    places = {
        pin: (column["x"], column["y"] + row * column["pitch"])
        for column in drawing.get("columns", [])
        for row, pin in enumerate(column["pins"])
    }
    across = {
        pin: (row["x"] + number * row["pitch"], row["y"])
        for row in drawing.get("rows", [])
        for number, pin in enumerate(row["pins"])
    }
    places |= across
    hidden = drawing.get("hidden", [])
    middle = (drawing["width"] / 2, drawing["height"] / 2)
    places |= dict.fromkeys(hidden, middle)
    volts = {pin: facts["volts"].get(pin.split(".")[0]) for pin in places}
    return {
        pin: BoardPin(pin, _gpio(pin, facts), volts[pin], x, y, pin in hidden, pin in across)
        for pin, (x, y) in places.items()
    }


def _gpio(pin: str, facts: dict[str, Any]) -> int | None:
    """The GPIO of a pin: from `[gpio]`, or from a name that is the prefix and a number."""
    if pin in facts["gpio"]:
        return int(facts["gpio"][pin])
    number = pin.removeprefix(facts["gpio_prefix"])
    return int(number) if number.isdecimal() and pin.startswith(facts["gpio_prefix"]) else None
