"""Makes docs/measured/not-simulated.md out of firmware/port/not_simulated.toml:
`python tools/gap_table.py`. A test checks that the page is up to date.
"""

import tomllib

from tests.support.project import ROOT

PAGE = ROOT / "docs" / "measured" / "not-simulated.md"
GAPS = ROOT / "firmware" / "port" / "not_simulated.toml"
FAMILIES = {
    "esp32": "ESP32",
    "rp2": "Pico",
    "rp2_w": "Pico W",
    "both": "both boards",
    "bench": "the bench",
}
HEAD = """\
# What is not simulated

Made by `python tools/gap_table.py` from `firmware/port/not_simulated.toml`. When a
feature of a chip's MicroPython is missing on a virtual board, using it usually raises an error
that says so. This page lists these features, and what behaves differently.

| what | where | what happens |
|---|---|---|
"""


def page() -> str:
    """The whole page, by board, in the order of the file."""
    gaps = tomllib.loads(GAPS.read_text(encoding="utf-8"))["gap"]
    order = list(FAMILIES)
    rows = [
        f"| `{gap['name']}` | {FAMILIES[gap['family']]} | {gap['happens']} |\n"
        for gap in sorted(gaps, key=lambda gap: order.index(gap["family"]))
    ]
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
