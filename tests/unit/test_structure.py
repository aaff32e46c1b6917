"""The rooms of the code: no circles, one class of each name, and no file of an odd size without a
reason. `python tools/structure.py` prints the same."""

from pathlib import Path

import pytest

from tools import structure


def test_no_room_is_in_a_circle_of_imports() -> None:
    assert structure.circles(structure.arrows(structure.modules())) == []


def test_every_class_has_a_name_of_its_own() -> None:
    assert structure.same_names(structure.modules()) == {}


def test_very_short_and_very_long_files_have_a_reason() -> None:
    assert list(structure.odd_sizes(structure.sized())) == []


def test_a_circle_is_found_also_behind_type_checking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(structure, "ROOT", tmp_path)
    texts = {
        "hardware/__init__.py": "",
        "hardware/one/__init__.py": "",
        "hardware/one/a.py": "from hardware.two import b\n",
        "hardware/two/__init__.py": "",
        "hardware/two/b.py": (
            "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from hardware.one.a import A\n"
        ),
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    found = structure.circles(structure.arrows(structure.modules()))
    assert found == [["hardware.one", "hardware.two"]]
