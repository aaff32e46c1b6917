"""Every link, anchor and path in the Markdown files exists, and every path in the docstrings of
hardware, grader, station and tests."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from grader.lab.lab import find, slugs
from hardware.paths import ROOT

FOLDERS = "hardware|grader|station|firmware|labs|courses|tests|tools|docs"
FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1`*$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!<?https?:|mailto:)<?([^)<> ]+)>?\)")
SPAN = re.compile(r"`([^`\n]+)`")
PATH = re.compile(rf"(?<![\w./-])(?:{FOLDERS})(?:/[\w.*-]+)+/?")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)
PAGE_NAME = re.compile(r"(?<![\w./-])docs/[\w/-]+\.md")
ELSEWHERE = (
    "labs/stair_light",
    "hardware/bench/parts/filament_lamp.py",
    "tests/board/test_filament_lamp.py",
    "tests/run-tests.py",
    "tests/perf_bench",
    "docs/reference/repl.rst",
)
"""Files that the reader of a page creates, and paths in MicroPython's repository."""
OURS = (".py", ".toml", ".c", ".h", ".po", ".md")


@cache
def tracked() -> frozenset[str]:
    """Every file of the repository, and their folders."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True)
    files = [name for name in done.stdout.splitlines() if (ROOT / name).is_file()]
    folders = {str(parent) for name in files for parent in Path(name).parents}
    return frozenset({*files, *folders})


PAGES = sorted(name for name in tracked() if name.endswith(".md") and "lesson" not in name)
MODULES = sorted(
    name
    for name in tracked()
    if name.endswith(".py")
    and name.startswith(("hardware/", "grader/", "station/", "tests/", "tools/"))
    and "/attacks/" not in name  # some are no valid Python before a test fills in their fields
)


def exists(path: str) -> bool:
    """Whether a path of the repository exists; it may have stars."""
    path = path.rstrip("/.,:;")
    if path.startswith(ELSEWHERE):
        return True
    return any(ROOT.glob(path)) if "*" in path else path in tracked()


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors that GitHub gives the headings of a page."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    plain = (re.sub(r"[`*]|\]\([^)]*\)|\[", "", heading) for heading in HEADING.findall(text))
    return frozenset(re.sub(r"[^\w\- ]", "", words.lower()).replace(" ", "-") for words in plain)


@pytest.mark.parametrize("name", PAGES)
def test_the_links_of_a_page_exist(name: str) -> None:
    page = ROOT / name
    text = SPAN.sub("", FENCE.sub("", page.read_text(encoding="utf-8")))
    wrong = []
    for link in LINK.findall(text):
        target, _hash, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if (
            not file.is_relative_to(ROOT)
            or str(file.relative_to(ROOT)) not in tracked()
            or (anchor and anchor not in anchors(file))
        ):
            wrong.append(link)
    assert not wrong


@pytest.mark.parametrize("name", PAGES)
def test_the_paths_of_a_page_exist(name: str) -> None:
    if name == "CHANGELOG.md":
        pytest.skip("the change log names files of earlier versions")
    text = (ROOT / name).read_text(encoding="utf-8")
    spans = " ".join(SPAN.findall(FENCE.sub("", text)))
    assert [path for path in PATH.findall(spans) if not exists(path)] == []


def docstrings(module: Path) -> Iterator[str]:
    """The docstrings of the module, its classes and its functions."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


def test_the_paths_in_docstrings_exist() -> None:
    wrong = [
        f"{name}: {path}"
        for name in MODULES
        for text in docstrings(ROOT / name)
        for path in PATH.findall(text)
        if not exists(path)
    ]
    assert not wrong


def test_the_pages_that_files_mention_exist() -> None:
    wrong = [
        f"{name}: {page}"
        for name in sorted(tracked())
        if name.endswith(OURS) and name != "CHANGELOG.md"
        for page in PAGE_NAME.findall((ROOT / name).read_text(encoding="utf-8"))
        if not exists(page) and "wokwi_projects" not in name
    ]
    assert not wrong


def test_the_page_of_labs_lists_every_lab() -> None:
    rows = (ROOT / "labs" / "README.md").read_text(encoding="utf-8")
    for slug in slugs():
        lab = find(slug)
        assert f"| [{slug}]({slug}/lesson.md) | {lab.id} | {lab.title['en']}" in rows
