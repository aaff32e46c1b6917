"""Collect what the C files add to the core, so that a new class of `machine` is one new file.

python gencollect.py OUT.h FILE.c ...

A file contains these, each at the start of a line:

    VB_MACHINE_CLASS(Timer, machine_timer_type)      machine.Timer on every chip
    VB_MACHINE_CLASS_IF(VB_HAS_DAC, DAC, dac_type)   on the chips for which this is not 0
    VB_ENTRY(esp32, RMT, mp_obj_type_t, vb_rmt_type) any entry of a module of ours
    VB_ENTRY_IF(VB_HAS_X, esp32, x, type, object)    on the chips for which this is not 0
    VB_AT_SOFT_RESET(vb_timer_deinit_all, 40)        at a soft reset, before the heap is swept

The header has VB_MACHINE_GLOBALS and VB_ENTRIES_<module>, in the order of the files'
paths, and VB_SOFT_RESET_ALL(), in the order of the numbers. Both orders are part of what a program
observes: a look-up in a module's table takes longer the later its entry comes.
"""

import re
import sys
from pathlib import Path

CLASS = re.compile(r"^VB_MACHINE_CLASS(?:_IF\((\w+), |\()(\w+), (\w+)\)", re.MULTILINE)
AT_SOFT_RESET = re.compile(r"^VB_AT_SOFT_RESET\((\w+), (\d+)\)", re.MULTILINE)
ENTRY = re.compile(r"^VB_ENTRY(?:_IF\((\w+), |\()(\w+), (\w+), ([\w ]+), (\w+)\)", re.MULTILINE)
MODULES = ("machine", "esp32")
JOINED = " \\\n"


def entry_of(name: str, item: str) -> str:
    """A row of a module's table."""
    return f"{{ MP_ROM_QSTR(MP_QSTR_{name}), MP_ROM_PTR(&{item}) }},"


def only_if(condition: str, macro: str, row: str) -> list[str]:
    """Lines that make the macro a row, or nothing."""
    return [f"#if {condition}", f"#define {macro} {row}", "#else", f"#define {macro}", "#endif"]


def header(text: str) -> str:
    """The header for the text of all files."""
    lines = ["// Made by gencollect.py from the C files of the port.", "#pragma once"]
    classes = CLASS.findall(text)
    lines += [f"extern const mp_obj_type_t {kind};" for _, _, kind in classes]
    for condition, name, kind in classes:
        row, macro = entry_of(name, kind), f"VB_MACHINE_{name}"
        lines += only_if(condition, macro, row) if condition else [f"#define {macro} {row}"]
    rows = [f" VB_MACHINE_{name}" for _, name, _ in classes]
    lines += [JOINED.join(["#define VB_MACHINE_GLOBALS", *rows])]
    for module in MODULES:
        items = [row for row in ENTRY.findall(text) if row[1] == module]
        lines += [f"extern const {kind} {item};" for *_, kind, item in items]
        rows = []
        for condition, _, name, _, item in items:
            row, macro = entry_of(name, item), f"VB_ENTRY_{module}_{name}"
            lines += only_if(condition, macro, row) if condition else []
            rows.append(f" {macro if condition else row}")
        lines += [JOINED.join([f"#define VB_ENTRIES_{module}", *rows])]
    rows = sorted(AT_SOFT_RESET.findall(text), key=lambda row: int(row[1]))
    functions = [name for name, _ in rows]
    lines += [f"void {function}(void);" for function in functions]
    calls = " ".join(f"{function}();" for function in functions)
    lines += [f"#define VB_SOFT_RESET_ALL() do {{ {calls} }} while (0)"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write the header if it changed, so that files that include it are not compiled again."""
    if len(sys.argv) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    out, *files = map(Path, sys.argv[1:])
    made = header("\n".join(file.read_text() for file in sorted(files)))
    if not out.exists() or out.read_text() != made:
        out.write_text(made)
    return 0


if __name__ == "__main__":
    sys.exit(main())
