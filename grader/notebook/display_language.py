"""The language of JupyterLab, which lessons and messages follow.

JupyterLab keeps it as the setting `locale` of its translation extension; people change it with the
button of the course page, or in the menu Settings > Language.
"""

import json
from pathlib import Path
from typing import Literal

import json5
from jupyterlab.commands import get_user_settings_dir

from hardware.atomic_file import write_atomically

PLUGIN = "@jupyterlab/translation-extension:plugin"
Language = Literal["ar", "en"]
LOCALES: dict[Language, str] = {"ar": "ar_SA", "en": "en"}
"""The names of the two languages in JupyterLab."""


def display_language() -> Language:
    """The language that JupyterLab shows."""
    try:
        text = _file().read_text(encoding="utf-8")
        locale = str(json5.loads(text).get("locale", ""))
    except (OSError, ValueError, AttributeError):
        return "en"
    return "ar" if locale.startswith("ar") else "en"


def propose_language(language: Language) -> None:
    """Let JupyterLab start in this language, until the user chooses one."""
    file = _file()
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(file, json.dumps({"locale": LOCALES[language]}))


def _file() -> Path:
    package, name = PLUGIN.split(":")
    folder = Path(get_user_settings_dir())  # type: ignore[no-untyped-call]
    return folder / package / f"{name}.jupyterlab-settings"
