"""Random circuits of shift registers or dot matrices, lamps, gates, buttons and modules, with
random programs: to compare runs that take shortcuts with runs that take none."""

import textwrap
from contextlib import ExitStack
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.circuit.shortcuts import Shortcuts
from hardware.bench.diagram import Diagram, load
from hardware.bench.flash import Flash
from hardware.bench.parts.hc595 import STAGES, Hc595
from hardware.bench.parts.led import Led
from hardware.bench.parts.max7219_matrix import Max7219Matrix
from hardware.bench.parts.servo import Servo

MS = 1_000_000
RUN_MS = 120
LOOKS = 6
DATA, CLOCK, LATCH, CLEAR, ENABLE, LAMP, KEY, ECHO, KNOB, SERVO = (
    25,
    26,
    27,
    14,
    12,
    13,
    32,
    33,
    34,
    4,
)
OUTPUTS = (DATA, CLOCK, LATCH, CLEAR, ENABLE, LAMP)
HEAD = f"""
from machine import ADC, PWM, SPI, Pin
import dht, time
pins = {{n: Pin(n, Pin.OUT, value=n == {CLEAR}) for n in {OUTPUTS}}}
key, echo = Pin({KEY}, Pin.IN, Pin.PULL_UP), Pin({ECHO}, Pin.IN)
sensor, knob, servo = dht.DHT22(echo), ADC(Pin({KNOB})), PWM(Pin({SERVO}), freq=50)
data, clock, latch = pins[{DATA}], pins[{CLOCK}], pins[{LATCH}]
def shift(value, bits):
    for bit in range(bits):
        data(value >> bit & 1)
        clock(1); clock(0)
def show():
    latch(1); latch(0)
"""


class Fuzzed(NamedTuple):
    """A circuit, its program, and when somebody looks at it."""

    diagram: Diagram
    program: str
    looks_ms: tuple[float, ...]


def make(number: int) -> Fuzzed:
    """The circuit of this number; always the same."""
    rng = Random(number)
    drawing = _Drawing(rng)
    enabled, cleared = rng.random() < 0.3, rng.random() < 0.3
    if rng.random() < 0.3:
        drawing.add_matrices(rng.randrange(1, 4))
    else:
        drawing.add_registers(rng.randrange(1, 5), enabled, cleared)
    has_sensor = drawing.add_extra()
    looks = tuple(sorted(rng.uniform(1, RUN_MS) for _ in range(LOOKS)))
    return Fuzzed(drawing.diagram(), HEAD + _program(rng, enabled, cleared, has_sensor), looks)


class _Drawing:
    """A random diagram while it is drawn."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._parts: list[dict[str, Any]] = [{"type": "board-esp32-devkit-c-v4", "id": "b"}]
        self._wires = [(f"b:{KEY}", "key:1.l"), ("key:2.l", "b:GND.1")]
        self._add("pushbutton", "key", bounce="0")
        self._add("potentiometer", "knob")
        self._wires += [(f"b:{KNOB}", "knob:SIG"), ("knob:VCC", "b:3V3"), ("knob:GND", "b:GND.1")]
        self._add("servo", "servo")
        self._wires += [
            (f"b:{SERVO}", "servo:PWM"),
            ("servo:V+", "b:5V"),
            ("servo:GND", "b:GND.1"),
        ]
        self._add_lamp(f"b:{LAMP}", "own")
        self._shows = self._carries = ""
        """A pin that shows what was latched, if there is one, and the last carry."""

    def diagram(self) -> Diagram:
        """What was drawn."""
        connections = [[a, b, "green", []] for a, b in self._wires]
        return load({"version": 1, "parts": self._parts, "connections": connections})

    def add_registers(self, count: int, enabled: bool, cleared: bool) -> None:
        """A chain, sometimes of two chains, with lamps; rarely a lamp has no resistor."""
        self._shows = f"u{count - 1}:Q{self._rng.randrange(STAGES)}"
        self._carries = f"u{count - 1}:Q7S"
        for n in range(count):
            is_first = not n or self._rng.random() < 0.1
            lines = {
                "SHCP": f"b:{CLOCK}",
                "STCP": f"b:{LATCH}",
                "OE": f"b:{ENABLE}" if enabled else "b:GND.1",
                "MR": f"b:{CLEAR}" if cleared else "b:3V3",
                "DS": f"b:{DATA}" if is_first else f"u{n - 1}:Q7S",
                "VCC": "b:3V3",
                "GND": "b:GND.2",
            }
            self._add("74hc595", f"u{n}")
            self._wires += [(line, f"u{n}:{pin}") for pin, line in lines.items()]
        for n in range(count * STAGES):
            if self._rng.random() < 0.4:
                at = f"u{n // STAGES}:Q{n % STAGES}"
                self._add_lamp(at, str(n), bare=self._rng.random() < 0.02)

    def add_matrices(self, count: int) -> None:
        """A chain of dot matrices, sometimes of two chains."""
        self._carries = f"m{count - 1}:DOUT"
        for n in range(count):
            is_first = not n or self._rng.random() < 0.1
            lines = {
                "CLK": f"b:{CLOCK}",
                "CS": f"b:{LATCH}",
                "DIN": f"b:{DATA}" if is_first else f"m{n - 1}:DOUT",
                "V+": "b:3V3",
                "GND": "b:GND.2",
            }
            self._add("max7219-matrix", f"m{n}", chain=str(self._rng.randrange(1, 4)))
            self._wires += [(line, f"m{n}:{pin}") for pin, line in lines.items()]

    def add_extra(self) -> bool:
        """Something that makes a chain noticed, or is on its lines, or a sensor; often nothing.
        Returns whether there is a sensor."""
        kind = self._rng.randrange(14)
        match kind:
            case 0:
                self._wires.append((self._shows or self._carries, f"b:{ECHO}"))
            case 1:
                self._wires.append((self._carries, f"b:{ECHO}"))
            case 2:
                self._add("gate-and-2", "gate")
                self._wires += [(self._shows or self._carries, "gate:A"), (f"b:{LAMP}", "gate:B")]
                self._wires.append(("gate:OUT", f"b:{ECHO}"))
            case 3:
                self._add_lamp(f"b:{CLOCK}", "clock")
            case 4:
                self._add("resistor", "rlast", value="1000")
                self._wires += [(self._carries, "rlast:1"), ("rlast:2", "b:GND.1")]

            case 5 | 6:
                self._add("dht22", "sensor")
                self._wires += [("b:3V3", "sensor:VCC"), ("sensor:GND", "b:GND.1")]
                self._wires.append(("sensor:SDA", f"b:{ECHO}"))
                if self._rng.random() < 0.5:  # a lamp on the line is lit while it is low
                    self._add("led", "ledlow")
                    self._add("resistor", "rlow", value="2200")
                    self._wires += [("b:3V3", "rlow:1"), ("rlow:2", "ledlow:A")]
                    self._wires.append(("ledlow:C", f"b:{ECHO}"))
        return kind in (5, 6)

    def _add(self, kind: str, name: str, **attrs: str) -> None:
        self._parts.append({"type": f"wokwi-{kind}", "id": name, "attrs": attrs})

    def _add_lamp(self, at: str, name: str, bare: bool = False) -> None:
        self._add("led", f"led{name}")
        self._wires.append((f"led{name}:C", "b:GND.1"))
        if bare:
            self._wires.append((at, f"led{name}:A"))
        else:
            self._add("resistor", f"r{name}", value="470")
            self._wires += [(at, f"r{name}:1"), (f"r{name}:2", f"led{name}:A")]


def _program(rng: Random, enabled: bool, cleared: bool, has_sensor: bool) -> str:
    acts = ["shift", "show", "pin", "sleep", "read", "blink", "turn", "measure"] * 3
    acts += ["spi", "mode", "pwm", "dht"]
    acts += ["dht"] * 6 * has_sensor
    acts += ["enable"] * enabled + ["clear"] * cleared
    lines = [_act(rng, rng.choice(acts)) for _number in range(rng.randrange(8, 25))]
    return "while True:\n" + textwrap.indent("\n".join(lines), "    ")


def _act(rng: Random, kind: str) -> str:
    """A few lines of a program."""
    pin, pwm_pin = rng.choice(OUTPUTS), rng.choice((LATCH, ENABLE, LAMP))
    mode = f"polarity={rng.randrange(2)}, phase={rng.randrange(2)}"
    words = [rng.randbytes(rng.randrange(1, 6)) for _word in range(rng.randrange(1, 4))]
    writes = "".join(f"spi.write({word!r})\nshow()\n" for word in words)
    return {
        "shift": f"shift({rng.getrandbits(32)}, {rng.randrange(1, 33)})",
        "show": "show()",
        "pin": f"pins[{pin}]({rng.randrange(2)})",
        "sleep": f"time.sleep_us({rng.choice((0, 50, 700, 5000))})",
        "read": "print(key(), echo(), end=' ')",
        "turn": f"servo.duty_u16({rng.randrange(1600, 7900)})",
        "measure": "print(knob.read_u16(), end=' ')",
        "blink": f"for i in range({rng.randrange(1, 40)}):\n    shift(i, 8); show()",
        "spi": f"spi = SPI(2, baudrate=1000000, {mode}, sck=Pin({CLOCK}), mosi=Pin({DATA}))\n"
        f"{writes}spi.deinit()\ndata.init(Pin.OUT); clock.init(Pin.OUT)",
        "mode": f"pins[{pin}].init(Pin.IN)\nprint(pins[{pin}](), end=' ')\n"
        f"pins[{pin}].init(Pin.OUT)",
        "pwm": f"pwm = PWM(Pin({pwm_pin}), freq={rng.choice((500, 5000))}, duty_u16=20000)\n"
        f"time.sleep_ms(2)\npwm.deinit()\npins[{pwm_pin}].init(Pin.OUT)",
        "dht": "try: sensor.measure(); print(sensor.humidity(), end=' ')\n"
        "except OSError as e: print(e)\necho.init(Pin.IN)",
        "enable": f"pins[{ENABLE}]({rng.randrange(2)})",
        "clear": f"pins[{CLEAR}](0); pins[{CLEAR}](1)",
    }[kind]


class Seen(NamedTuple):
    """All that a run leaves."""

    trace: str
    looks: tuple[Any, ...]
    end: Any
    faults: tuple[str, ...]


def play(fuzzed: Fuzzed, shortcuts: Shortcuts, *, looks: bool = True) -> Seen:
    """Run a circuit with these shortcuts."""
    with ExitStack() as stack:
        stack.enter_context(patch.object(Circuit, "SHORTCUTS", shortcuts))
        circuit = Circuit(fuzzed.diagram)
        flash = stack.enter_context(Flash(circuit.board))
        flash.put({"main.py": fuzzed.program.encode()})
        bench = stack.enter_context(Bench(circuit, flash=flash))
        found: list[Any] = []
        for number, t_ms in enumerate(fuzzed.looks_ms):
            bench.control("key", "pressed", 1 - number % 2, round(t_ms * MS))
            bench.control("knob", "position", t_ms / RUN_MS, round(t_ms * MS))
            bench.control("knob", "noise", 0.1 * (number % 3 == 1), round(t_ms * MS))
            if looks:
                bench.at(round(t_ms * MS) + 1000, lambda: found.append(look(circuit)))
        bench.run(RUN_MS * MS)
        faults = tuple(f"{fault.t_ns} {fault}" for fault in circuit.faults())
        return Seen(bench.trace.sha256(), tuple(found), look(circuit), faults)


def look(circuit: Circuit) -> Any:
    """What the registers, the matrices, the lamps and the servo show now."""
    parts = circuit.parts.values()
    levels = [
        circuit.level_of(part.id, pin)
        for part in parts
        if isinstance(part, Hc595)
        for pin in (*(f"Q{n}" for n in range(STAGES)), "Q7S")
    ]
    registers = [(p.shifted, p.shown, *p.level.items()) for p in parts if isinstance(p, Hc595)]
    matrices = [p for p in parts if isinstance(p, Max7219Matrix)]
    levels += [circuit.level_of(matrix.id, "DOUT") for matrix in matrices]
    registers += [(m.shifted, b"".join(m.registers), *m.level.items()) for m in matrices]
    lamps = [round(part.view.amperes("A", "C"), 9) for part in parts if isinstance(part, Led)]
    angles = [part.angle for part in parts if isinstance(part, Servo)]
    return levels, registers, lamps, angles, circuit.levels()
