"""Twenty programs on the Pico's real firmware and on the bench. Only where a firmware was built:
`python firmware/pico/build.py`."""

from pathlib import Path

import pytest

from tools import second_engine
from tools.emulated_pico import firmware

pytestmark = pytest.mark.skipif(
    not firmware().is_file(),
    reason="no Pico firmware: python firmware/pico/build.py makes one from 560 MB of packages",
)


@pytest.mark.parametrize("path", second_engine.programs(), ids=lambda path: path.stem)
def test_pins_agree_with_the_firmware(path: Path) -> None:
    assert second_engine.compare(path).fault == ""
