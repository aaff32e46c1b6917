"""Imports jsonschema in 0.1 s instead of 1.8 s.

Where the package `rfc3987_syntax` is installed, jsonschema imports it, and that builds 39 grammars
for the format of IRIs, which no schema of ours uses.
"""

import sys
from importlib import import_module
from typing import Any

GRAMMARS = "rfc3987_syntax"


def import_jsonschema() -> None:
    """Import jsonschema without its grammars of IRIs; afterwards it does not check that format.

    A process calls this when it starts, before it imports nbformat or nbgrader, which import
    jsonschema. It does nothing when jsonschema is imported already.
    """
    modules: dict[str, Any] = sys.modules
    if "jsonschema" in modules or GRAMMARS in modules:
        return
    modules[GRAMMARS] = None  # makes its import fail; jsonschema then works without it
    try:
        import_module("jsonschema")
    finally:
        del modules[GRAMMARS]
