"""Checks a circuit with all rules of the wiring lint.

The rules are in `rules/`. Some check the file (they have Wokwi's names), the others the wiring.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hardware.bench import diagram as diagrams
from hardware.bench.diagram import Diagram
from hardware.bench.lint import rules
from hardware.bench.lint.resting_circuit import RestingCircuit
from hardware.bench.lint.rule import Finding
from hardware.bench.lint.rules.diagram_file import without_errors
from hardware.errors import DiagramError, HardwareError

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
        found = [f for rule in rules.file_rules() for f in rule.check(raw)]
        raw = without_errors(raw) if any(f.level == "error" for f in found) else raw
    try:
        circuit = RestingCircuit(replace(diagrams.parse(raw, name), folder=folder))
    except HardwareError as error:
        found.append(_refused(error, name))
    else:
        found += [f for rule in rules.circuit_rules() for f in rule.check(circuit)]
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))


def _refused(error: HardwareError, name: str) -> Finding:
    """The bench's own error as a finding, in the reader's language."""
    text = f"{error}. {error.cure}".removeprefix(name).lstrip(": ")
    return Finding("error", "invalid-circuit", "", "", "{text}", "", (("text", text),))


def as_json(findings: list[Finding]) -> str:
    """The findings as JSON for other programs, in both languages."""
    listed: list[dict[str, Any]] = [
        {name: getattr(finding, name) for name in ("level", "rule", "part", "pin", "en", "ar")}
        for finding in findings
    ]
    return json.dumps(listed, indent=2, ensure_ascii=False)
