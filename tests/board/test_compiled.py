"""The compiled modules of the bench: they do the same as the Python sources, and only a build of
the present sources is used."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hardware import compiled
from hardware.paths import build_dir
from tests.support import parts_bench
from tests.support.project import ROOT
from tests.support.trace_hashes import in_process

BUILT = build_dir() / "compiled"
WHERE = "import hardware.bench.circuit.circuit as made; print(made.__file__, end='')"
RUN = """
import hardware
parts = [{"type": "board-esp32-devkit-c-v4", "id": "b"}]
diagram = {"version": 1, "parts": parts, "connections": []}
circuit = hardware.Circuit(hardware.load_diagram(diagram))
with hardware.Bench(circuit) as bench:
    bench.run(1_000_000_000)
    print(*(line.text for line in bench.trace.lines()))
"""


def python(program: str, *, path: Path = ROOT, **environment: str) -> str:
    """What a program prints in a process of its own, with the packages of this folder."""
    variables = {**os.environ, "WARSHA_PURE": "", "PYTHONPATH": str(path), **environment}
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=variables,
        cwd=path,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return done.stdout


def test_make_setup_has_compiled_the_bench() -> None:
    assert compiled.built(BUILT), "a source is newer: run make setup; or see build.log"


def test_compiled_and_python_give_the_same_traces_and_marks() -> None:
    fast, slow = in_process(WARSHA_PURE=""), in_process(WARSHA_PURE="1")
    assert fast["bench"].endswith(compiled.SUFFIX) and slow["bench"].endswith(".py")
    assert len(fast["hashes"]) > 50
    assert fast["hashes"] == slow["hashes"]


def test_numbers_of_numpy_are_numbers() -> None:
    """As in `bench.run(trace.edges(25).t_ns[-1] + 1000)`."""
    number: Any = np.int64
    parts: parts_bench.Parts = {"btn": ("wokwi-pushbutton", {})}
    with parts_bench.stage(parts, ["b:25 btn:1.l"], "") as stage:
        stage.bench.control("btn", "pressed", number(1), number(1000))
        stage.bench.at(number(2000), lambda: None)
        stage.bench.run(number(3000))
        assert stage.bench.now_ns == 3000 and type(stage.bench.now_ns) is int


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A folder of build products with its own compiled modules."""
    shutil.copytree(BUILT, tmp_path / "compiled", ignore=shutil.ignore_patterns("tmp*"))
    return tmp_path


def test_a_build_of_these_sources_is_used(build: Path) -> None:
    assert python(WHERE, WARSHA_BUILD=str(build)).startswith(str(build / "compiled"))


def test_the_sources_are_used_on_request(build: Path) -> None:
    assert python(WHERE, WARSHA_BUILD=str(build), WARSHA_PURE="1").endswith("circuit.py")


@pytest.mark.parametrize(
    "what", ["no build", "no record", "no modules", "half a record", "edited"]
)
def test_another_build_is_not_used(build: Path, what: str) -> None:
    record = compiled.record_path(build / "compiled")
    told = json.loads(record.read_text())
    match what:
        case "no build":
            shutil.rmtree(build / "compiled")
        case "no record":
            record.unlink()
        case "no modules":
            shutil.rmtree(build / "compiled" / told["folder"])
        case "half a record":
            record.write_text(record.read_text()[:99])
        case "edited":
            told["sources"]["hardware/bench/scheduler.py"][1] += 1
            record.write_text(json.dumps(told))
    assert python(WHERE, WARSHA_BUILD=str(build)).endswith("circuit.py")


@pytest.mark.long
def test_without_a_compiler_the_bench_stays_python(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.compile_bench"]
    variables = {**os.environ, "WARSHA_BUILD": str(tmp_path), "CC": "/nowhere/cc"}
    done = subprocess.run(command, cwd=ROOT, env=variables, check=True, capture_output=True)
    assert done.stdout.decode().splitlines()[1:] == [
        "The bench could not be compiled: it runs as Python, half as fast."
    ]
    assert not done.stderr
    assert compiled.built(tmp_path / "compiled") is None


def test_a_wheel_has_the_compiled_modules(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert "-none-any" not in wheel.name
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)

    used = python(WHERE, path=site, WARSHA_BUILD="")
    assert used.startswith(str(site / "hardware" / "compiled_modules"))
    assert python(WHERE, path=site, WARSHA_PURE="1").endswith("circuit.py")
    assert "MicroPython" in python(RUN, path=site, WARSHA_BUILD=str(build_dir()))

    edited = site / "hardware" / "bench" / "scheduler.py"
    edited.write_text(edited.read_text() + "\n")
    assert python(WHERE, path=site, WARSHA_BUILD="") == str(
        site / "hardware" / "bench" / "circuit" / "circuit.py"
    )


def test_a_wheel_without_compiled_modules_is_for_every_python(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    variables = {**os.environ, "WARSHA_BUILD": str(tmp_path)}
    subprocess.run(command, cwd=ROOT, env=variables, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
