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

from hardware.bench.wiring.diagram import suggest
from hardware.errors import ScenarioError
from hardware.say import _, reason

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
            f"{path}: {reason(error)}", _("Give the path of a scenario file.")
        ) from error
    except UnicodeDecodeError as error:
        cause = _("{file}: not UTF-8 text").format(file=path)
        raise ScenarioError(cause, _("Save the file as UTF-8.")) from error
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
            cause = _("{place}: the file is empty").format(place=f"{self.file}:1")
            raise ScenarioError(cause, _("Write name, version and steps."))
        keys = self._mapping(
            root, ("name", "version", "author", "steps"), ("name", "version", "steps")
        )
        if self._value(keys["version"]) != 1:
            what = _("this version is not known")
            raise self._fail(keys["version"], what, _("Write version: 1."))
        steps = keys["steps"]
        if not isinstance(steps, yaml.SequenceNode):
            raise self._fail(steps, _("steps is not a list"), _("Begin each step with a dash."))
        return Scenario(self.file, self._text(keys["name"]), tuple(map(self._step, steps.value)))

    def _root(self) -> yaml.Node | None:
        try:
            self._loader = yaml.SafeLoader(self._text_of_file)
            return self._loader.get_single_node()
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            why = getattr(error, "problem", None) or getattr(error, "reason", "-")
            place = f"{self.file}:{mark.line + 1 if mark else 1}"
            cause = _("{place}: not YAML: {why}").format(place=place, why=why)
            raise ScenarioError(cause, _("Mend that line.")) from error

    # -- steps --------------------------------------------------------------------------------

    def _step(self, node: yaml.Node) -> Step:
        known = (*self._commands, "name", "warsha")
        keys = self._mapping(node, (*known, *NOT_YET))
        for name in NOT_YET:
            if name in keys:
                what = _("{name} is not simulated yet").format(name=name)
                raise self._fail(keys[name], what, _("Take this step out."))
        found = [key for key in keys if key in self._commands]
        if len(found) != 1:
            what = _("a step without a command")
            if found:
                what = _("{names} in one step").format(names=" + ".join(found))
            cure = _("Give each step one of {names}.").format(names=", ".join(self._commands))
            raise self._fail(node, what, cure)
        command = self._commands[found[0]](keys[found[0]])
        if "warsha" in keys:
            command = self._extend(command, keys["warsha"])
        name = self._text(keys["name"]) if "name" in keys else found[0]
        return Step(node.start_mark.line + 1, name, command)

    def _extend(self, command: Command, node: yaml.Node) -> Command:
        """Apply our own keys to a command."""
        keys = self._mapping(node, ("timeout",))
        if "timeout" in keys and not isinstance(command, WaitSerial):
            what = _("timeout is for wait-serial")
            raise self._fail(keys["timeout"], what, _("Take it out."))
        if "timeout" not in keys or not isinstance(command, WaitSerial):
            return command
        return WaitSerial(command.data, self._duration(keys["timeout"]))

    def _set_control(self, node: yaml.Node) -> SetControl:
        keys = self._named(node, "control")
        value = self._value(keys["value"])
        if not isinstance(value, int | float):
            what = _("{value!r} is not a number").format(value=value)
            raise self._fail(keys["value"], what, _("Write for example value: 1."))
        return SetControl(self._text(keys["part-id"]), self._text(keys["control"]), float(value))

    def _expect_pin(self, node: yaml.Node) -> ExpectPin:
        keys = self._named(node, "pin")
        if (value := self._value(keys["value"])) not in (0, 1):
            wrong = _("a pin is never {value!r}").format(value=value)
            raise self._fail(keys["value"], wrong, _("Write value: 0 or value: 1."))
        return ExpectPin(self._text(keys["part-id"]), self._text(keys["pin"]), bool(value))

    def _named(self, node: yaml.Node, what: str) -> dict[str, yaml.Node]:
        """`part-id`, `value` and the pin or control, which newer files call `name`."""
        keys = self._mapping(node, ("part-id", what, "name", "value"), ("part-id", "value"))
        if (what in keys) == ("name" in keys):
            wrong = _("{key} is given twice or not at all").format(key=what)
            raise self._fail(node, wrong, _("Write one {key}.").format(key=what))
        return {what: keys.get("name", node)} | keys

    # -- values -------------------------------------------------------------------------------

    def _fail(self, node: yaml.Node, what: str, cure: str) -> ScenarioError:
        return ScenarioError(f"{self.file}:{node.start_mark.line + 1}: {what}", cure)

    def _mapping(
        self, node: yaml.Node, known: Iterable[str], needed: Iterable[str] = ()
    ) -> dict[str, yaml.Node]:
        """The keys of a mapping, none of them unknown, doubled or missing."""
        if not isinstance(node, yaml.MappingNode):
            what = _("here should be key: value pairs")
            raise self._fail(node, what, _("See the scenario format."))
        keys: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise self._fail(key, _("this is no key"), _("Write key: value."))
            if key.value in keys:
                what = _("{key} is given twice").format(key=key.value)
                raise self._fail(key, what, _("Take one out."))
            if key.value not in known:
                what = _("unknown key {key!r}").format(key=key.value)
                raise self._fail(key, what, suggest(str(key.value), known))
            keys[key.value] = value
        for key in needed:
            if key not in keys:
                what = _("{key} is missing").format(key=key)
                raise self._fail(node, what, _("Add {sample}").format(sample=f"{key}: …"))
        return keys

    def _value(self, node: yaml.Node) -> object:
        try:
            return self._loader.construct_object(node, deep=True)
        except (yaml.YAMLError, ValueError) as error:
            what = _("this value makes no sense")
            raise self._fail(node, what, _("Put quotes around it.")) from error

    def _text(self, node: yaml.Node) -> str:
        """A word. `2` without quotes is a number for YAML and fine; `on` and `no` are not."""
        value = self._value(node)
        if isinstance(value, bool) or not isinstance(value, str | int):
            what = _("{value!r} is not a word").format(value=value)
            raise self._fail(node, what, _("Put quotes around it."))
        return str(value)

    def _bytes(self, node: yaml.Node) -> bytes:
        value = self._value(node)
        if isinstance(value, str):
            return value.encode()
        numbers = value if isinstance(value, list) else []
        if not numbers or not all(type(n) is int and 0 <= n <= 255 for n in numbers):
            what = _("neither text nor a list of bytes")
            raise self._fail(node, what, _('Write "text" or [3, 4].'))
        return bytes(numbers)

    def _duration(self, node: yaml.Node) -> int:
        """A length of time with its unit, in ns."""
        value = self._value(node)
        if value == "0":
            return 0
        found = DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
        if not found:
            what = _("{value!r} has no unit of time").format(value=value)
            raise self._fail(node, what, _("Write for example 30ms or 1.5s."))
        return round(float(found[1]) * UNITS_NS[found[2]])
