"""Compile the hot modules of the bench with mypyc (`make setup` does it):

    python -m tools.compile_bench

Without a C compiler, or where mypyc fails, it says so and ends well: the bench runs as Python.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic

from hardware.compiled import GROUP, MODULES, SHARED, SUFFIX, built, record_path, stamps
from hardware.paths import ROOT, build_dir

FLAGS = "-fvisibility=hidden -fno-semantic-interposition"
"""The modules call each other directly, and not through the table of the dynamic linker."""

SETUP = f"""
from mypyc.build import mypycify
from setuptools import setup
options = ["--explicit-package-bases", "--ignore-missing-imports", "--follow-untyped-imports"]
files = {[f"{name.replace('.', '/')}.py" for name in MODULES]}
setup(name="{GROUP}", packages=[], ext_modules=mypycify([*options, *files], group_name="{GROUP}"))
"""


def sources() -> list[str]:
    """The modules and all that they import from here: types and constants of these are in the
    compiled code, too."""
    found: set[str] = set()
    rest = ["hardware.bench", *MODULES]
    while rest:
        path = rest.pop().replace(".", "/")
        file = next((f for f in (f"{path}.py", f"{path}/__init__.py") if (ROOT / f).exists()), "")
        if not file or file in found:
            continue  # a name in a module, or known
        found.add(file)
        for node in ast.walk(ast.parse((ROOT / file).read_bytes())):
            if isinstance(node, ast.Import):
                rest += [alias.name for alias in node.names if alias.name.startswith("hardware.")]
            elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("hardware"):
                rest += [f"{node.module}.{alias.name}" for alias in node.names]
                rest.append(str(node.module))
    return sorted(found)


def compile_modules(folder: Path) -> bool:
    """Compile into this folder, and record from what. Returns whether it worked."""
    folder.mkdir(parents=True, exist_ok=True)
    made_from = stamps(sources())
    with tempfile.TemporaryDirectory(dir=folder) as work:
        for source in made_from:
            copy = Path(work, source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / source, copy)
        Path(work, "setup.py").write_text(SETUP)
        command = [sys.executable, "setup.py", "--quiet", "build_ext", "--build-lib", "lib"]
        env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        env["CFLAGS"] = f"{env.get('CFLAGS', '')} {FLAGS}".strip()
        with (folder / "build.log").open("w") as log:
            done = subprocess.run(command, cwd=work, env=env, stdout=log, stderr=log, check=False)
        if done.returncode:
            return False
        _remove_older(folder)
        modules = Path(tempfile.mkdtemp(prefix="modules-", dir=folder))
        modules.chmod(0o755)  # for all users of the machine
        for name in (*MODULES, SHARED):
            library = Path(work, "lib", name.replace(".", "/") + SUFFIX)
            library.rename(modules / f"{name}{SUFFIX}")
        record = Path(work, "record.json")
        record.write_text(json.dumps({"folder": modules.name, "sources": made_from}, indent=1))
        record.replace(record_path(folder))
    return True


def _remove_older(folder: Path) -> None:
    """Remove the modules that no record names any more. Those of the last record stay: a process
    that runs may import one of them later."""
    records = [json.loads(file.read_text()) for file in folder.glob("compiled*.json")]
    for modules in folder.glob("modules-*"):
        if modules.name not in {record["folder"] for record in records}:
            shutil.rmtree(modules)


if __name__ == "__main__":
    place = build_dir() / "compiled"
    if not built(place):
        print(f"compiling the bench (log: {place / 'build.log'})", flush=True)
        began = monotonic()
        if compile_modules(place):
            print(f"compiled the bench in {monotonic() - began:.0f} s")
        else:
            print("The bench could not be compiled: it runs as Python, half as fast.")
