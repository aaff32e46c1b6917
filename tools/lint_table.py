"""Writes the table of lint rules in docs/reference/circuits.md from the rules themselves.

    python tools/lint_table.py

A test checks that the table is up to date.
"""

import re

from hardware.bench.lint import rules
from hardware.bench.lint.lint import LEVELS
from hardware.paths import ROOT

PAGE = ROOT / "docs" / "reference" / "circuits.md"
HEAD = "| rule | level | says |\n|---|---|---|\n"
TABLE = re.compile(re.escape(HEAD) + r"(\|.*\n)*")


def table() -> str:
    """The table: errors first, then by name. A field of a message is its name in backticks."""
    rows = []
    for rule in sorted(rules._all(), key=lambda rule: (LEVELS.index(rule.level), rule.id)):
        message = re.sub(r"\{(\w+)\}", r"`\1`", rule.message.replace("{at}", "`part:pin`"))
        rows.append(f"| `{rule.id}` | {rule.level} | {message} |\n")
    return HEAD + "".join(rows)


def page() -> str:
    """The page with the new table."""
    return TABLE.sub(lambda _found: table(), PAGE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
