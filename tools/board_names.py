"""Writes hardware/notebook/board_names.toml: which names the boards' own modules and types have.

    python tools/board_names.py

The stubs of these modules are Python's own with names that no board has (`os.abort`); those of the
classes of `machine` have the names of all chips. A test compares the file with the boards.
"""

import textwrap

from hardware.connect import open_board
from hardware.notebook.stubs import NAMES

BOARDS = {"esp32": "bench:esp32?mode=virtual", "rp2": "bench:pi_pico_w?mode=virtual"}
"""By family, the board with the most modules."""
MODULES = ("array", "asyncio", "builtins", "collections", "io", "json", "os", "re", "struct")
TYPES = ("bytearray", "bytes", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple")
LATE = {"esp32": {"esp"}, "rp2": set()}
"""Modules that exist when a program imports them, and are not listed (esp32/modesp.c)."""
PUBLIC = "[n for n in dir({owner}) if type(getattr({owner}, n)) is not type(__import__('sys'))]"
"""The names of an owner, without modules that it imports."""
CLASSES = "[n for n in dir(machine) if n[0] != '_' and isinstance(getattr(machine, n), type)]"
HEAD = "# Written by `python tools/board_names.py`: what modules and types of MicroPython have.\n"


def text() -> str:
    """The file, from virtual boards of both families."""
    return HEAD + "".join(_family(family, url) for family, url in BOARDS.items())


def _family(family: str, url: str) -> str:
    rows = [f"\n[{family}]\n"]
    with open_board(url) as board:
        board.run("import machine")
        classes = board.eval(CLASSES)
        assert isinstance(classes, list)
        types = [f"builtins.{name}" for name in TYPES] + [f"machine.{name}" for name in classes]
        for owner in [*MODULES, "sys", *types]:
            module, _dot, name = owner.partition(".")
            found = board.eval(PUBLIC.format(owner=f"__import__({module!r}){_dot}{name}"))
            assert isinstance(found, list)
            if not found:  # a class that is not simulated: the stub knows more
                continue
            rows.append(_row(owner, {str(one) for one in found}))
        modules = _modules(board.run("help('modules')")) | LATE[family]
        rows.append(_row("modules", modules))
    return "".join(rows)


def _modules(listing: str) -> set[str]:
    """The modules that `help("modules")` lists, without the modules in packages."""
    words = listing.rpartition("Plus any")[0].split()
    return {word.partition("/")[0] for word in words}


def _row(key: str, names: set[str]) -> str:
    public = " ".join(sorted(name for name in names if not name.startswith("_")))
    lines = textwrap.wrap(public, 97, break_on_hyphens=False)
    return f'"{key}" = """\n' + "\n".join(lines) + '\n"""\n'


if __name__ == "__main__":
    NAMES.write_text(text(), encoding="utf-8")
