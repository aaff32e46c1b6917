"""An episode: one boot of a fresh board, with its files, its stimulus and its length.

Times count from t = 0, the end of the line `READY <lab>`; with `from_reset`, from power-on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.lab.units import Millis
from grader.seeds import episode_seed
from hardware.bench.board.virtual_board import uid_of


@dataclass(frozen=True)
class SetControl:
    """At that time a control of a part gets a value (a button's `pressed`, a pot's `position`)."""

    part: str
    control: str
    value: float
    at: Millis


@dataclass(frozen=True)
class SetWave:
    """From that time on a control of a part follows a sine around its value."""

    part: str
    control: str
    hertz: float
    amplitude: float
    degrees: float
    at: Millis


@dataclass(frozen=True)
class Serial:
    """At that time bytes arrive on the board's serial line."""

    data: bytes
    at: Millis


@dataclass(frozen=True)
class SendUart:
    """At that time a USB-to-serial adapter of the circuit begins to send bytes."""

    part: str
    data: bytes
    at: Millis


@dataclass(frozen=True)
class HardReset:
    """At that time the board's reset button is pressed."""

    at: Millis


@dataclass(frozen=True)
class Publish:
    """At that time an MQTT message is published at the bench's broker."""

    topic: str
    payload: bytes
    at: Millis
    qos: int = 0
    retain: bool = False


@dataclass(frozen=True)
class SetService:
    """At that time another user of a service on the network does something."""

    service: str
    name: str
    value: str
    at: Millis


@dataclass(frozen=True)
class ReadFile:
    """At that time a file is read from the board's flash, for the checks (`Run.files`)."""

    name: str
    at: Millis


Step = SetControl | SetWave | Serial | SendUart | HardReset | Publish | SetService | ReadFile


def press(part: str, *, at: Millis, hold: Millis) -> list[Step]:
    """Press a button at a time and release it `hold` later."""
    return [
        SetControl(part, "pressed", 1, at),
        SetControl(part, "pressed", 0, Millis(at + hold)),
    ]


def set_control(part: str, control: str, value: float, *, at: Millis) -> list[Step]:
    """Set a control of a part."""
    return [SetControl(part, control, value, at)]


def wave(
    part: str, control: str, *, hertz: float, amplitude: float, at: Millis, degrees: float = 0.0
) -> list[Step]:
    """Let a control of a part follow a sine around its value: vibration. The part evaluates the
    sine each time that it is read. It begins at an angle of `degrees`; another `wave` takes its
    place, and an amplitude of 0 ends it. `set_control` moves the value in its middle."""
    return [SetWave(part, control, hertz, amplitude, degrees, at)]


def serial(data: bytes, *, at: Millis) -> list[Step]:
    """Send bytes to the board."""
    return [Serial(data, at)]


def send_uart(part: str, data: bytes, *, at: Millis) -> list[Step]:
    """Send bytes to a UART of the board from a USB-to-serial adapter (`warsha-usb-serial`)."""
    return [SendUart(part, data, at)]


def publish(
    topic: str, payload: bytes, *, at: Millis, qos: int = 0, retain: bool = False
) -> list[Step]:
    """Publish an MQTT message, for example a command for the board."""
    return [Publish(topic, payload, at, qos, retain)]


def set_service(service: str, name: str, value: str, *, at: Millis) -> list[Step]:
    """Change a value at a service, as another user of it does: move a slider of Blynk, send a
    message to the Telegram bot … The services and their names are in docs/reference/network.md."""
    return [SetService(service, name, value, at)]


def read_file(name: str, *, at: Millis) -> list[Step]:
    """Read a file of the board at that time, for the checks; for example at the end."""
    return [ReadFile(name, at)]


def hard_reset(*, at: Millis) -> list[Step]:
    """Reset the board."""
    return [HardReset(at)]


@dataclass(frozen=True)
class Episode:
    """One boot. `files` replace files of lab.toml with the same name; None removes one."""

    name: str
    seconds: float
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    steps: Sequence[Step] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    """What the checks need to know about this seed."""
    from_reset: bool = False
    """Whether t = 0 is power-on, not the READY line."""
    ticks0_ms: int = 0
    """The value of `time.ticks_ms()` at power-on."""
    is_quiet: bool = False
    """Whether open inputs read high, without noise. What does not depend on such an input can then
    be judged although its pull-up is missing."""
    attrs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Other attributes of parts of the circuit, by their ids: what differs from one board to the
    next, such as a sensor's calibration, and what no control sets."""
    pages: Mapping[str, bytes] = field(default_factory=dict)
    """What the bench's web server has, by path: a board gets `"/new.py"` from
    `http://http.warsha/new.py`."""


def chip_id(seed: int, episode: str) -> str:
    """The id of an ESP32's chip in an episode, 12 hexadecimal digits: `machine.unique_id()`. Each
    seed has another one."""
    return uid_of(episode_seed(seed, episode))
