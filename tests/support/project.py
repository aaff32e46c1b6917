"""The folders of the project, for tests and tools."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""
LABS = ROOT / "labs"
DOCS = ROOT / "docs"
TESTS = ROOT / "tests"
TOOLS = ROOT / "tools"
