"""Random circuits, scenarios and programs by seed, and random changes of their structure and text.

They start valid, with any parts, wired by the names of their pins; then a few typical errors of
people and programs are added. The same seed gives the same bytes.
"""

import copy
import json
import random
from collections.abc import Callable
from typing import Any

import yaml

from hardware import boards
from hardware.bench import parts
from hardware.bench.diagram import PartSpec
from hardware.paths import ROOT

NASTY: tuple[Any, ...] = (
    None,
    True,
    False,
    -1,
    0,
    1e308,
    -1e308,
    float("nan"),
    float("inf"),
    2**63,
    10**30,
    "",
    " ",
    "0",
    "-1",
    "1e999",
    "nan",
    "inf",
    "x" * 5000,
    "\u202e",
    "\ud800",
    "😀",
    "a:b",
    "..",
    "1.l",
    "\x1b[2J",
    "\x00",
    "\n",
    "{part}",
    "%s",
    [],
    {},
    [[]],
    [None],
    {"": ""},
    ["h10", "*", "*"],
)
SUPPLIES = {
    "VCC": "3V3",
    "VDD": "3V3",
    "V+": "5V",
    "5V": "5V",
    "3.3V": "3V3",
    "GND": "GND",
    "VSS": "GND",
    "COM": "GND",
    "C": "GND",
}
"""The board pins for part pins of these names."""
FROM_PEOPLE = sorted(ROOT.glob("labs/*/diagram*.json"))
STEPS = (
    '- delay: "5ms"',
    '- delay: "0"',
    "- write-serial: [3, 13, 4]",
    '- write-serial: "x\\r\\n"',
    '- wait-serial: "ready"',
    '- wait-serial: "never"\n  warsha: {timeout: "20ms"}',
)
TRIES = """
import machine, time
from machine import Pin
def t(fn):
    try:
        fn()
    except Exception as e:
        print(repr(e)[:60])
"""
ACTS = (
    "Pin({a}, Pin.OUT).value({n} & 1)",
    "Pin({a}, Pin.IN, Pin.PULL_UP).value()",
    "Pin({a}, Pin.IN).value()",
    "Pin({a}, Pin.OPEN_DRAIN).value({n} & 1)",
    "machine.PWM(Pin({a}), freq={n} % 2000 + 8, duty_u16={n} % 65536)",
    "machine.ADC(Pin({a})).read_u16()",
    "machine.time_pulse_us(Pin({a}), {n} & 1, 2000)",
    "machine.SoftI2C(scl=Pin({a}), sda=Pin({b})).scan()",
    "[Pin({a}, Pin.OUT).value(i & 1) for i in range({n} % 60)]",
    "time.sleep_ms({n} % 20)",
    "Pin({a}, Pin.IN).irq(lambda p: None, 3)",
    "print('ready', {n})",
)


def diagram(chance: random.Random) -> dict[str, Any]:
    """A valid circuit: one of the labs', or a board with up to six parts."""
    if chance.random() < 0.2:
        text = chance.choice(FROM_PEOPLE).read_text(encoding="utf-8")
        loaded: dict[str, Any] = json.loads(text)
        return loaded
    board = boards.load(chance.choice(boards.names()))
    free = [pin.name for pin in board.pins.values() if pin.gpio is not None]
    chance.shuffle(free)
    rails = {name.split(".")[0]: name for name, pin in board.pins.items() if pin.volts is not None}
    raw: dict[str, Any] = {"version": 1, "parts": [], "connections": []}
    raw["parts"].append({"type": board.diagram_types[0], "id": "b", "left": 0, "top": 0})
    for number in range(chance.randint(1, 6)):
        kind = chance.choice(parts.types())
        id_ = f"p{number}"
        raw["parts"].append(
            {"type": kind, "id": id_, "left": 90 * number, "top": 200, "attrs": {}}
        )
        part = parts.find(kind)
        assert part
        for pin in list(part(PartSpec(id_, kind)).pins)[:24]:
            to = rails.get(SUPPLIES.get(pin.split(".")[0], ""))
            to = to or (free.pop() if free and chance.random() < 0.8 else None)
            if to:
                raw["connections"].append([f"{id_}:{pin}", f"b:{to}", "green", []])
    return raw


def scenario(chance: random.Random, raw: dict[str, Any]) -> str:
    """A valid scenario for a circuit, as YAML."""
    steps = [chance.choice(STEPS) for _ in range(chance.randint(0, 4))]
    for spec in raw["parts"]:
        part = parts.find(spec["type"])
        for name, control in part.CONTROLS.items() if part else ():
            value = chance.choice((control.low, control.high))
            step = {"set-control": {"part-id": spec["id"], "control": name, "value": value}}
            steps.append(yaml.safe_dump([step], default_flow_style=False).rstrip())
    chance.shuffle(steps)
    return "name: any\nversion: 1\nsteps:\n" + "\n".join(steps[:8] or ['- delay: "1ms"']) + "\n"


def program(chance: random.Random, raw: dict[str, Any]) -> bytes:
    """A program that uses pins and continues after errors."""
    board = next((b for p in raw["parts"] if (b := boards.for_diagram(p["type"]))), None)
    gpios = board.gpios if board else (2, 4)
    numbers = [
        [chance.choice(gpios), chance.choice(gpios), chance.randrange(100_000)]
        for _ in range(chance.randint(0, 14))
    ]
    lines = [f"t(lambda: {chance.choice(ACTS).format(a=a, b=b, n=n)})" for a, b, n in numbers]
    return (TRIES + "\n".join(lines) + "\nprint('ready')\n").encode()


def changed(chance: random.Random, tree: Any) -> Any:
    """The same JSON or YAML tree with up to three changes."""
    tree = copy.deepcopy(tree)
    for _ in range(chance.choice((0, 1, 1, 2, 3))):
        chance.choice(CHANGES)(chance, tree)
    return tree


def garbled(chance: random.Random, text: str) -> str:
    """The text, sometimes with some characters changed or removed."""
    if chance.random() > 0.06 or not text:
        return text
    at, length = chance.randrange(len(text)), chance.choice((0, 1, 3, 40))
    return (
        text[:at] + chance.choice(("", "{", "}", '"', ":", "- ", "\t", "é")) + text[at + length :]
    )


Place = tuple[Any, Any]


def _places(tree: Any) -> list[Place]:
    """Every container of the tree with each of its keys or indices."""
    found: list[Place] = []
    keys = list(tree) if isinstance(tree, dict) else range(len(tree))
    for key in keys:
        found.append((tree, key))
        if isinstance(tree[key], dict | list):
            found += _places(tree[key])
    return found


def _replace(chance: random.Random, tree: Any) -> None:
    holder, key = chance.choice(_places(tree))
    holder[key] = copy.deepcopy(chance.choice(NASTY))


def _delete(chance: random.Random, tree: Any) -> None:
    holder, key = chance.choice(_places(tree)[3:] or _places(tree))
    del holder[key]


def _swap(chance: random.Random, tree: Any) -> None:
    scalars = [p for p in _places(tree) if isinstance(p[0][p[1]], str | int | float)]
    (a, i), (b, j) = chance.choice(scalars), chance.choice(scalars)
    a[i], b[j] = b[j], a[i]


def _double(chance: random.Random, tree: Any) -> None:
    lists = [h[k] for h, k in _places(tree) if isinstance(h[k], list) and h[k]]
    if lists:
        chosen = chance.choice(lists)
        chosen.append(copy.deepcopy(chance.choice(chosen)))


def _misspell(chance: random.Random, tree: Any) -> None:
    words = [p for p in _places(tree) if isinstance(p[0][p[1]], str) and p[0][p[1]]]
    if words:
        holder, key = chance.choice(words)
        word = holder[key]
        at = chance.randrange(len(word))
        holder[key] = word[:at] + chance.choice("aA1.:- ") + word[at + chance.randint(0, 1) :]


def _rename(chance: random.Random, tree: Any) -> None:
    named = [p for p in _places(tree) if isinstance(p[0], dict)]
    holder, key = chance.choice(named)
    holder[chance.choice((f"{key}s", "x", "left", "value", ""))] = holder.pop(key)


def _nudge(chance: random.Random, tree: Any) -> None:
    numbers = [p for p in _places(tree) if type(p[0][p[1]]) in (int, float)]
    if numbers:
        holder, key = chance.choice(numbers)
        holder[key] = chance.choice((holder[key] + 1, -holder[key], holder[key] * 1e6, 0.5))


def _listed(tree: Any, key: str) -> list[Any]:
    found = tree.get(key) if isinstance(tree, dict) else None
    return found if isinstance(found, list) else []


def _attribute(chance: random.Random, tree: Any) -> None:
    """Gives a part an attribute that its type has, with any value."""
    listed = [p for p in _listed(tree, "parts") if isinstance(p, dict)]
    listed = [p for p in listed if isinstance(p.get("type"), str)]
    for spec in listed and [chance.choice(listed)]:
        part = parts.find(spec["type"])
        if part and part.ATTRS:
            values = (*NASTY, "1", "2", "0.5", "100", "low", "5-3", 12)
            spec["attrs"] = {chance.choice(sorted(part.ATTRS)): chance.choice(values)}


def _rewire(chance: random.Random, tree: Any) -> None:
    """Moves the end of a wire to the end of another one."""
    listed = [w for w in _listed(tree, "connections") if isinstance(w, list) and len(w) > 1]
    if listed:
        chance.choice(listed)[chance.randint(0, 1)] = chance.choice(listed)[chance.randint(0, 1)]


CHANGES: tuple[Callable[[random.Random, Any], None], ...] = (
    _replace,
    _delete,
    _swap,
    _double,
    _misspell,
    _rename,
    _nudge,
    _attribute,
    _attribute,
    _attribute,
    _rewire,
    _rewire,
    _rewire,
)
