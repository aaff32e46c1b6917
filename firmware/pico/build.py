"""Build the real firmware of a Raspberry Pi Pico from Debian's packages.

    python firmware/pico/build.py [build/pico]

The result is `firmware.uf2` in that folder: MicroPython in the version of the port, board
RPI_PICO, as for a real board, but without the drivers of micropython-lib, which Debian's source
does not have. An emulator runs it as the second engine (tools/second_engine.py); a board runs it,
too. Needs the packages of `firmware/port/packages.sh pico`, and installs them if it is allowed.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent / "port"))
import source  # noqa: E402 - not a package: firmware/ holds scripts

SDK = Path("/usr/src/pico-sdk")
TINYUSB = Path("/usr/src/tinyusb")


class BuildError(Exception):
    """A step of the build failed; the text says which, and where its log is."""


def run(command: list[str], log: Path) -> None:
    """Run a step of the build; its output goes to the log."""
    with log.open("a") as out:
        done = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False)
    if done.returncode:
        raise BuildError(f"{' '.join(command[:4])} failed; see {log}")


def micropython() -> Path:
    """The source tree of the ports; it is not written to."""
    tree = Path(os.environ.get("MICROPY_DIR") or ROOT / "build" / "micropython")
    source.bring(tree)
    return tree


def assemble(folder: Path) -> Path:
    """A tree with the submodules that Debian left out."""
    tree = folder / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    left_out = shutil.ignore_patterns("tests", "docs")
    shutil.copytree(micropython(), tree, symlinks=True, ignore=left_out)
    for name, place in (("pico-sdk", SDK), ("tinyusb", TINYUSB)):
        shutil.rmtree(tree / "lib" / name)
        (tree / "lib" / name).symlink_to(place)
    (tree / "lib" / "micropython-lib" / "README.md").touch()  # CMake checks that it exists
    return tree


def build(folder: Path) -> Path:
    """Build it all into `folder`; the path of the UF2."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["sh", str(HERE.parent / "port" / "packages.sh"), "pico"], check=True)
    log = folder / "build.log"
    log.write_text("")
    tree = assemble(folder)
    cross = folder / "mpy-cross"
    run(["make", "-C", str(tree / "mpy-cross"), f"BUILD={cross}", "-j2"], log)
    os.environ["MICROPY_MPYCROSS"] = str(cross / "mpy-cross")
    cmake = ["cmake", "-S", str(tree / "ports" / "rp2"), "-B", str(folder / "cmake")]
    cmake += ["-DMICROPY_BOARD=RPI_PICO", f"-DMICROPY_FROZEN_MANIFEST={HERE / 'manifest.py'}"]
    run(cmake, log)
    run(["cmake", "--build", str(folder / "cmake"), "-j2"], log)
    return Path(shutil.copy(folder / "cmake" / "firmware.uf2", folder / "firmware.uf2"))


def main() -> int:
    if len(sys.argv) > 2:
        print(__doc__, file=sys.stderr)
        return 2
    folder = Path(sys.argv[1] if len(sys.argv) == 2 else ROOT / "build" / "pico").resolve()
    try:
        print(build(folder))
    except (BuildError, source.SourceError, subprocess.CalledProcessError) as error:
        print(f"build.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
