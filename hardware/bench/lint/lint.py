"""What a teacher would say about a circuit before the power is switched on.

The rules are in `rules/`: those on the file by Wokwi's own names, and those that teach.
"""

import json
from collections.abc import Mapping
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
    """All remarks on a circuit that can be built, errors first. Raises: DiagramError."""
    found = [f for rule in rules.file_rules() for f in rule.check(diagram.raw)]
    bench = RestingCircuit(diagram)
    found += [f for rule in rules.circuit_rules() for f in rule.check(bench)]
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))


def lint_file(path: Path) -> list[Finding]:
    """All remarks on a file, whatever is in it. Of one with errors the rest is looked at too.

    Raises:
        DiagramError: there is no such file.
    """
    try:
        raw = diagrams.read(path)
    except DiagramError as error:
        if path.is_file():
            return [_refused(error, str(path))]
        raise
    found: list[Finding] = []
    if isinstance(raw, Mapping):
        found = [f for rule in rules.file_rules() for f in rule.check(raw)]
        raw = without_errors(raw) if any(f.level == "error" for f in found) else raw
    try:
        bench = RestingCircuit(diagrams.parse(raw, path.name))
    except HardwareError as error:
        if not any(f.level == "error" for f in found):
            found.append(_refused(error, path.name))
    else:
        found += [f for rule in rules.circuit_rules() for f in rule.check(bench)]
    return sorted(found, key=lambda finding: LEVELS.index(finding.level))


def _refused(error: HardwareError, name: str) -> Finding:
    """What the bench itself says, in the reader's language."""
    said = f"{error}. {error.cure}".removeprefix(name).lstrip(": ")
    return Finding("error", "invalid-circuit", "", "", said, said)


def as_json(findings: list[Finding]) -> str:
    """The remarks for other programs, both languages in each."""
    listed: list[dict[str, Any]] = [vars(finding) for finding in findings]
    return json.dumps(listed, indent=2, ensure_ascii=False)
