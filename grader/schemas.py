"""Loads jsonschema without what nobody here needs of it: where `rfc3987_syntax` is installed, it
makes 39 grammars of IRIs, and every start took 1.2 s longer.
"""

import sys
from importlib import import_module
from typing import Any

GRAMMARS = "rfc3987_syntax"


def load_quickly() -> None:
    """Before anything that imports jsonschema, as nbformat and nbgrader do; formats of IRIs stay
    unchecked then. Who has it loaded already keeps what he has."""
    loaded: dict[str, Any] = sys.modules
    if "jsonschema" in loaded or GRAMMARS in loaded:
        return
    loaded[GRAMMARS] = None  # an import of it fails, and jsonschema goes on without
    try:
        import_module("jsonschema")
    finally:
        del loaded[GRAMMARS]
