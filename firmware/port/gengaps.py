"""Makes gaps.h out of not_simulated.toml: the names that a chip's MicroPython has and the port of
a family has not (`missing`), for the messages of core/absent.c.

    python gengaps.py FAMILY OUT.h
"""

import sys
import tomllib
from pathlib import Path

HEAD = """\
// Made by gengaps.py from not_simulated.toml.
static const struct {
    const char *name;
    bool with_radio; // only a board with a radio has it
} gaps[] = {
"""
GAPS = Path(__file__).with_name("not_simulated.toml")


def header(family: str) -> str:
    """The header for a family, `esp32` or `rp2`."""
    gaps = tomllib.loads(GAPS.read_text(encoding="utf-8"))["gap"]
    wanted = {family: "false", "both": "false", f"{family}_w": "true"}
    rows = "".join(
        f'    {{"{name}", {wanted[gap["family"]]}}},\n'
        for gap in gaps
        if gap["family"] in wanted
        for name in gap.get("missing", [])
    )
    return HEAD + rows + "};\n"


def main() -> int:
    """Write the header if it changed, so that the file that includes it is not compiled again."""
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    out, made = Path(sys.argv[2]), header(sys.argv[1])
    if not out.exists() or out.read_text() != made:
        out.write_text(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
