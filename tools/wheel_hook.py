"""Puts the compiled modules of the bench into a wheel, if `make setup` has built them from the
present sources for the Python that makes the wheel. Else the wheel is for every Python."""

import json
import sys
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledModulesHook(BuildHookInterface):  # type: ignore[type-arg]
    """hatchling calls it."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the build of a wheel. An editable install uses the checkout's own build."""
        sys.path.insert(0, self.root)
        from hardware.compiled import IN_WHEEL, built, record_path
        from hardware.paths import ROOT, build_dir

        folder = build_dir() / "compiled"
        modules = built(folder)
        if version == "editable" or not modules:
            return
        sources = json.loads(record_path(folder).read_text())["sources"]
        # pip gives the files the time at which it installs them.
        stamps = {source: (size, None) for source, (size, _changed_ns) in sources.items()}
        record = folder / "wheel.json"
        record.write_text(json.dumps({"folder": "modules", "sources": stamps}, indent=1))
        place = IN_WHEEL.relative_to(ROOT)
        build_data["force_include"] |= {
            str(modules): str(place / "modules"),
            str(record): str(place / record_path(folder).name),
        }
        build_data["pure_python"], build_data["infer_tag"] = False, True
