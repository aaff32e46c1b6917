"""This Python as jedi's environment, where other threads import at the same time.

To find a module, jedi's own environments of the running Python put the path of the search into
`sys.path` for a moment (`jedi/inference/compiled/subprocess/functions.py` and `compiled/access.py`
of jedi 0.20). A cell that imports at that moment, for example `grade()` that imports a lab's
checks, gets a ModuleNotFoundError; and when two threads do so, `sys.path` may stay wrong.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jedi.api.environment import InterpreterEnvironment
from jedi.inference.compiled.subprocess import InferenceStateSameProcess, functions

if TYPE_CHECKING:
    from jedi.inference import InferenceState


class ThreadSafeEnvironment(InterpreterEnvironment):
    """jedi's `InterpreterEnvironment`, which leaves `sys.path` as it is."""

    def get_inference_state_subprocess(self, inference_state: "InferenceState") -> "ModuleSearch":
        """What jedi asks for modules."""
        return ModuleSearch(inference_state)


class ModuleSearch(InferenceStateSameProcess):
    """Searches with a path of its own."""

    def get_module_info(
        self, sys_path: Sequence[str] | None = None, path: object = None, **asked: Any
    ) -> Any:
        """The file of a module, and whether it is a package."""
        path = path if sys_path is None else sys_path
        return functions.get_module_info(self._inference_state_weakref(), path=path, **asked)

    def load_module(self, sys_path: Sequence[str], **asked: Any) -> Any:
        """A module that has no file: it is built into Python, so its path does not matter."""
        state = self._inference_state_weakref()
        return functions.load_module(state, sys_path=sys.path, **asked)
