"""docs/reference/measuring.md is what its generator makes; each measurement says what it gives."""

import measure_tables
import pytest
from measure_tables import MEASURE, entries


def test_the_page_of_measurements_is_up_to_date() -> None:
    assert measure_tables.PAGE.read_text(encoding="utf-8") == measure_tables.page(), (
        "run: python tests/measure_tables.py"
    )


@pytest.mark.parametrize("module", sorted(file.stem for file in MEASURE.glob("[a-z]*.py")))
def test_every_measurement_says_what_it_gives(module: str) -> None:
    found = entries(MEASURE / f"{module}.py")
    assert found
    for entry in found:
        for one in (entry, *entry.members):
            assert one.text, f"{module}.{entry.name}: {one.name}"
