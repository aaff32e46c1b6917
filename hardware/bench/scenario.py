"""Wokwi's automation scenarios: a YAML file read into steps, with the line of whatever is wrong
in it.

A file without our extensions runs in Wokwi too. What Wokwi lacks stands under the key `warsha`
of a step and nowhere else; there is one so far, for `wait-serial`:

    - wait-serial: "ready"
      warsha: { timeout: 2s }     # fails after so much virtual time
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

from hardware.bench.diagram import suggest
from hardware.errors import ScenarioError

UNITS_NS = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ns|us|ms|s)")
NOT_YET = (
    "take-screenshot",
    "expect-chip-output",
    "touch",
    "touch-press",
    "touch-move",
    "touch-release",
)
"""Commands of Wokwi for parts that are not simulated here."""


@dataclass(frozen=True)
class Delay:
    """Let virtual time pass."""

    ns: int


@dataclass(frozen=True)
class WaitSerial:
    """Run until these bytes appear in the serial output; `timeout_ns` is our extension."""

    data: bytes
    timeout_ns: int | None = None


@dataclass(frozen=True)
class WriteSerial:
    """Send bytes to the board's serial input, as they are."""

    data: bytes


@dataclass(frozen=True)
class SetControl:
    """Move a control of a part."""

    part: str
    control: str
    value: float


@dataclass(frozen=True)
class ExpectPin:
    """The level of a pin must be this now."""

    part: str
    pin: str
    value: bool


Command = Delay | WaitSerial | WriteSerial | SetControl | ExpectPin


@dataclass(frozen=True)
class Step:
    """One step: its line in the file, its name (for people), what to do."""

    line: int
    name: str
    command: Command


@dataclass(frozen=True)
class Scenario:
    """A scenario file that makes sense."""

    file: str
    name: str
    steps: tuple[Step, ...]


def load(path: Path | str) -> Scenario:
    """Read a scenario file. Raises: ScenarioError with file and line."""
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScenarioError(
            f"{path}: {error.strerror}", "Give the path of a scenario file."
        ) from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: not UTF-8 text", "Save the file as UTF-8.") from error
    return parse(text, str(path))


def parse(text: str, file: str = "scenario") -> Scenario:
    """A scenario from the text of its file. Raises: ScenarioError with file and line."""
    return _Reader(text, file).scenario()


class _Reader:
    """Walks the YAML nodes, which know their lines."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self._text_of_file = text
        self._loader: yaml.SafeLoader
        self._commands: dict[str, Callable[[yaml.Node], Command]] = {
            "delay": lambda node: Delay(self._duration(node)),
            "wait-serial": lambda node: WaitSerial(self._text(node).encode()),
            "write-serial": lambda node: WriteSerial(self._bytes(node)),
            "set-control": self._set_control,
            "expect-pin": self._expect_pin,
        }

    def scenario(self) -> Scenario:
        root = self._root()
        if root is None:
            raise ScenarioError(
                f"{self.file}:1: the file is empty", "Write name, version and steps."
            )
        keys = self._mapping(
            root, ("name", "version", "author", "steps"), ("name", "version", "steps")
        )
        if self._value(keys["version"]) != 1:
            raise self._fail(keys["version"], "this version is not known", "Write version: 1.")
        steps = keys["steps"]
        if not isinstance(steps, yaml.SequenceNode):
            raise self._fail(steps, "steps is not a list", "Begin each step with a dash.")
        return Scenario(self.file, self._text(keys["name"]), tuple(map(self._step, steps.value)))

    def _root(self) -> yaml.Node | None:
        try:
            self._loader = yaml.SafeLoader(self._text_of_file)
            return self._loader.get_single_node()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            what = getattr(error, "problem", None) or getattr(error, "reason", "unreadable")
            line = mark.line + 1 if mark else 1
            cure = "Mend that line."
            raise ScenarioError(f"{self.file}:{line}: not YAML: {what}", cure) from error

    # -- steps --------------------------------------------------------------------------------

    def _step(self, node: yaml.Node) -> Step:
        known = (*self._commands, "name", "warsha")
        keys = self._mapping(node, (*known, *NOT_YET))
        for name in NOT_YET:
            if name in keys:
                raise self._fail(keys[name], f"{name} is not simulated yet", "Take this step out.")
        found = [key for key in keys if key in self._commands]
        if len(found) != 1:
            what = f"{' and '.join(found)} in one step" if found else "a step without a command"
            raise self._fail(node, what, f"Give each step one of {', '.join(self._commands)}.")
        command = self._commands[found[0]](keys[found[0]])
        if "warsha" in keys:
            command = self._extend(command, keys["warsha"])
        name = self._text(keys["name"]) if "name" in keys else found[0]
        return Step(node.start_mark.line + 1, name, command)

    def _extend(self, command: Command, node: yaml.Node) -> Command:
        """Apply our own keys to a command."""
        keys = self._mapping(node, ("timeout",))
        if "timeout" in keys and not isinstance(command, WaitSerial):
            raise self._fail(keys["timeout"], "timeout is for wait-serial", "Take it out.")
        if "timeout" not in keys or not isinstance(command, WaitSerial):
            return command
        return WaitSerial(command.data, self._duration(keys["timeout"]))

    def _set_control(self, node: yaml.Node) -> SetControl:
        keys = self._named(node, "control")
        value = self._value(keys["value"])
        if not isinstance(value, int | float):
            raise self._fail(
                keys["value"], f"{value!r} is not a number", "Write for example value: 1."
            )
        return SetControl(self._text(keys["part-id"]), self._text(keys["control"]), float(value))

    def _expect_pin(self, node: yaml.Node) -> ExpectPin:
        keys = self._named(node, "pin")
        if (value := self._value(keys["value"])) not in (0, 1):
            raise self._fail(
                keys["value"], f"a pin is never {value!r}", "Write value: 0 or value: 1."
            )
        return ExpectPin(self._text(keys["part-id"]), self._text(keys["pin"]), bool(value))

    def _named(self, node: yaml.Node, what: str) -> dict[str, yaml.Node]:
        """`part-id`, `value` and the pin or control, which newer files call `name`."""
        keys = self._mapping(node, ("part-id", what, "name", "value"), ("part-id", "value"))
        if (what in keys) == ("name" in keys):
            raise self._fail(node, f"{what} is given twice or not at all", f"Write one {what}.")
        return {what: keys.get("name", node)} | keys

    # -- values -------------------------------------------------------------------------------

    def _fail(self, node: yaml.Node, what: str, cure: str) -> ScenarioError:
        return ScenarioError(f"{self.file}:{node.start_mark.line + 1}: {what}", cure)

    def _mapping(
        self, node: yaml.Node, known: Iterable[str], needed: Iterable[str] = ()
    ) -> dict[str, yaml.Node]:
        """The keys of a mapping, none of them unknown, doubled or missing."""
        if not isinstance(node, yaml.MappingNode):
            raise self._fail(node, "here should be key: value pairs", "See the scenario format.")
        keys: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._fail(key, "this is no key", "Write key: value.")
            if key.value in keys:
                raise self._fail(key, f"{key.value} is given twice", "Take one out.")
            if key.value not in known:
                raise self._fail(key, f"unknown key {key.value!r}", suggest(str(key.value), known))
            keys[key.value] = value
        for key in needed:
            if key not in keys:
                raise self._fail(node, f"{key} is missing", f"Add {key}: …")
        return keys

    def _value(self, node: yaml.Node) -> object:
        try:
            return self._loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError) as error:
            raise self._fail(node, "this value makes no sense", "Put quotes around it.") from error

    def _text(self, node: yaml.Node) -> str:
        """A word. `2` without quotes is a number for YAML and fine; `on` and `no` are not."""
        value = self._value(node)
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise self._fail(node, f"{value!r} is not a word", "Put quotes around it.")
        return str(value)

    def _bytes(self, node: yaml.Node) -> bytes:
        value = self._value(node)
        if isinstance(value, str):
            return value.encode()
        numbers = value if isinstance(value, list) else []
        if not numbers or not all(type(n) is int and 0 <= n <= 255 for n in numbers):
            raise self._fail(node, "neither text nor a list of bytes", 'Write "text" or [3, 4].')
        return bytes(numbers)

    def _duration(self, node: yaml.Node) -> int:
        """A length of time with its unit, in ns."""
        value = self._value(node)
        if value == "0":
            return 0
        found = DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        if not found:
            raise self._fail(
                node, f"{value!r} has no unit of time", "Write for example 30ms or 1.5s."
            )
        return round(float(found[1]) * UNITS_NS[found[2]])
