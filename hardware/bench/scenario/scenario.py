"""Reads a scenario file (YAML) into steps. Errors name the line.

The format is Wokwi's: a file without our extensions runs in Wokwi, too. Our extensions are under
the key `warsha` of a step and nowhere else:

    - wait-serial: "ready"
      warsha: { timeout: 2s }     # fails after this much virtual time
    - warsha:
        expect-pwm: { part-id: esp, pin: '18', frequency: 50Hz, duty: 7.5%, for: 200ms }
        points: 2
        feedback: { en: "The servo is not in the middle.", ar: "محرك السيرفو ليس في الوسط." }

The commands are in `commands/`; docs/reference/scenarios.md describes all of them. A failed step
that has `points` does not end the run.
"""

from dataclasses import dataclass, field
from pathlib import Path

import yaml

from hardware.bench.scenario.command import Command
from hardware.bench.scenario.commands import all_commands
from hardware.bench.scenario.nodes import Nodes
from hardware.errors import ScenarioError
from hardware.i18n import _, at_place, language, reason
from hardware.paths import refuse_device

FOR_ALL = ("points", "feedback")
"""Keys of ours that every step accepts."""


@dataclass(frozen=True)
class ScenarioStep:
    """One step: its line in the file, its name for people, its command, and its points."""

    line: int
    name: str
    command: Command
    points: float | None = None
    feedback: dict[str, str] = field(default_factory=dict)
    """The text for a trainee when the step fails, by language (`ar`, `en`)."""

    @property
    def feedback_text(self) -> str:
        """The feedback in the reader's language, or else in any language that it has."""
        return self.feedback.get(language()) or next(iter(self.feedback.values()), "")


@dataclass(frozen=True)
class Scenario:
    """A valid scenario file."""

    file: str
    name: str
    steps: tuple[ScenarioStep, ...]
    text: str = ""


def load(path: Path | str) -> Scenario:
    """Read a scenario file. Raises: ScenarioError with file and line."""
    try:
        refuse_device(Path(path))
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ScenarioError(
            at_place(path, reason(error)), _("Give the path of a scenario file.")
        ) from error
    except UnicodeDecodeError as error:
        cause = _("{file}: not UTF-8 text").format(file=path)
        raise ScenarioError(cause, _("Save the file as UTF-8.")) from error
    return parse(text, str(path))


def parse(text: str, file: str = "scenario") -> Scenario:
    """A scenario from the text of its file. Raises: ScenarioError with file and line."""
    nodes = Nodes(text, file)
    root = nodes.root()
    if root is None:
        cause = _("{place}: the file is empty").format(place=f"{file}:1")
        raise ScenarioError(cause, _("Write name, version and steps."))
    keys = nodes.mapping(
        root, ("name", "version", "author", "steps"), ("name", "version", "steps")
    )
    if nodes.value(keys["version"]) != 1:
        what = _("unknown version")
        raise nodes.fail(keys["version"], what, _("Write version: 1."))
    steps = keys["steps"]
    if not isinstance(steps, yaml.SequenceNode):
        raise nodes.fail(steps, _("steps is not a list"), _("Begin each step with a dash."))
    read = tuple(_step(step, nodes) for step in steps.value)
    return Scenario(file, nodes.text(keys["name"]), read, text)


def _step(node: yaml.Node, nodes: Nodes) -> ScenarioStep:
    known = {key: kind for key, kind in all_commands().items() if not kind.OURS}
    keys = nodes.mapping(node, (*known, "name", "warsha"))
    found = [key for key in keys if key in known]
    ours, commands = _ours(keys, found, nodes)
    if len(found) + len(commands) != 1:
        what = _("the step has no command")
        if found or commands:
            what = _("{names} in one step").format(names=" + ".join([*found, *commands]))
        cure = _("Give each step one of {names}.").format(names=", ".join(known))
        raise nodes.fail(node, what, cure)
    if found:
        kind = known[found[0]]
        command = kind.read(keys[found[0]], nodes).extended(ours, nodes)
    else:
        command = all_commands()[commands[0]].read(ours[commands[0]], nodes)
    name = nodes.text(keys["name"]) if "name" in keys else (found or commands)[0]
    points = _points(ours["points"], nodes) if "points" in ours else None
    feedback = _feedback(ours["feedback"], nodes) if "feedback" in ours else {}
    return ScenarioStep(node.start_mark.line + 1, name, command, points, feedback)


def _ours(
    keys: dict[str, yaml.Node], found: list[str], nodes: Nodes
) -> tuple[dict[str, yaml.Node], list[str]]:
    """The keys under `warsha`, and which of them are commands."""
    if "warsha" not in keys:
        return {}, []
    commands = [key for key, kind in all_commands().items() if kind.OURS]
    extra = all_commands()[found[0]].EXTRA if found else ()
    ours = nodes.mapping(keys["warsha"], (*extra, *FOR_ALL, *commands))
    return ours, [key for key in ours if key in commands]


def _points(node: yaml.Node, nodes: Nodes) -> float:
    points = nodes.number(node)
    if points < 0:
        raise nodes.fail(node, _("points are below 0"), _("Write for example points: 2."))
    return points


def _feedback(node: yaml.Node, nodes: Nodes) -> dict[str, str]:
    keys = nodes.mapping(node, ("ar", "en"))
    return {language: nodes.text(text) for language, text in keys.items()}
