"""Checks a circuit with all rules of the wiring lint.

The rules are in `rules/`. Some check the file (they have Wokwi's names), the others the wiring.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hardware.bench import diagram as diagrams
from hardware.bench import parts
from hardware.bench.diagram import Diagram
from hardware.bench.lint import rules
from hardware.bench.lint.resting_circuit import RestingCircuit
from hardware.bench.lint.rule import Finding
from hardware.bench.lint.rules.diagram_file import entries, without_errors
from hardware.bench.parts.common.part import CUSTOM
from hardware.errors import BadAttributeError, DiagramError, HardwareError
from hardware.i18n import ISOLATES, at_place

LEVELS = ("error", "warning", "info")


def lint(diagram: Diagram) -> list[Finding]:
    """All findings on a circuit, errors first. Raises: DiagramError when it cannot be built."""
    found = [f for rule in rules.file_rules() for f in rule.check(diagram.raw)]
    circuit = RestingCircuit(diagram)
    found += [f for rule in rules.circuit_rules() for f in rule.check(circuit)]
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))


def lint_shown(diagram: Diagram) -> list[Finding]:
    """As `lint`, without findings on hidden parts: a lab keeps these to itself."""
    hidden = {spec.id for spec in diagram.parts if spec.hide}
    return [finding for finding in lint(diagram) if finding.part not in hidden]


def lint_file(path: Path) -> list[Finding]:
    """All findings on a file, errors first, whatever the file holds. In a file with errors, the
    rest is checked, too.

    Raises:
        DiagramError: there is no such file.
    """
    try:
        raw = diagrams.read(path)
    except DiagramError as error:
        if path.is_file():
            return [_refused(error, str(path))]
        raise
    return lint_value(raw, path.name, path.parent)


def lint_value(raw: object, name: str, folder: Path | None = None) -> list[Finding]:
    """As `lint_file`, for the JSON value of a file of this name. Custom parts are taken from its
    folder, if it has one."""
    found: list[Finding] = []
    if isinstance(raw, Mapping):
        own = _custom_parts(raw, folder)
        found = [
            finding
            for rule in rules.file_rules()
            for finding in rule.check(raw)
            if finding.rule != "not-simulated" or finding.part not in own
        ]
        raw = without_errors(raw) if any(f.level == "error" for f in found) else raw
    rest: object = raw
    while rest is not None:
        try:
            circuit = RestingCircuit(replace(diagrams.parse(rest, name), folder=folder))
            found += [f for rule in rules.circuit_rules() for f in rule.check(circuit)]
            break
        except HardwareError as error:  # of a rule, too: it calls methods of custom parts
            bad = error.__cause__
            if not isinstance(bad, BadAttributeError):
                found.append(_refused(error, name))
                break
            found.append(_refused(error, name, bad.part))
            rest = _without_attribute(rest, bad)
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))


def _without_attribute(raw: object, bad: BadAttributeError) -> dict[str, Any] | None:
    """The file with the default in place of an attribute that makes no sense; None if the file
    does not give it."""
    assert isinstance(raw, Mapping)
    found = False
    items = [*raw["parts"]]
    for index, item in enumerate(items):
        if item["id"] == bad.part and bad.attribute in item.get("attrs", {}):
            attrs = {key: value for key, value in item["attrs"].items() if key != bad.attribute}
            items[index], found = {**item, "attrs": attrs}, True
    return {**raw, "parts": items} if found else None


def _custom_parts(raw: Mapping[str, Any], folder: Path | None) -> set[str]:
    """The ids of the custom parts whose files are in the folder, good or not."""
    found = set()
    for part_id, part_type, _item in entries(raw):
        try:
            if part_type.startswith(CUSTOM) and parts.find(part_type, folder):
                found.add(part_id)
        except DiagramError:
            found.add(part_id)
    return found


def _refused(error: HardwareError, name: str, part: str = "") -> Finding:
    """The bench's own error as a finding, in the reader's language."""
    text = f"{error}. {error.cure}".removeprefix(at_place(name, ""))
    if text.lstrip(ISOLATES).startswith(f"{name}:"):  # a place in it: its line and column stay
        text = text.replace(f"{name}:", "", 1).lstrip()
    return Finding("error", "invalid-circuit", part, "", "{text}", "", (("text", text),))


def as_json(findings: list[Finding]) -> str:
    """The findings as JSON for other programs, in both languages."""
    listed: list[dict[str, Any]] = [
        {name: getattr(finding, name) for name in ("level", "rule", "part", "pin", "en", "ar")}
        for finding in findings
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False)
