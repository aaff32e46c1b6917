"""Generated pages of the documentation are up to date."""

import pytest

from tools import (
    gap_table,
    jig_pages,
    measure_tables,
    part_tables,
    public_projects,
    wokwi_part_table,
)
from tools.measure_tables import MEASURE, entries


def test_the_page_of_gaps_is_up_to_date() -> None:
    assert gap_table.PAGE.read_text(encoding="utf-8") == gap_table.page(), (
        "run: python tools/gap_table.py"
    )


def test_the_page_of_parts_is_up_to_date() -> None:
    assert part_tables.PAGE.read_text(encoding="utf-8") == part_tables.page(), (
        "run: python tools/part_tables.py"
    )


def test_the_page_of_wokwis_parts_is_up_to_date() -> None:
    assert wokwi_part_table.PAGE.read_text(encoding="utf-8") == wokwi_part_table.page(), (
        "run: python tools/wokwi_part_table.py"
    )


def test_the_page_of_measurements_is_up_to_date() -> None:
    assert measure_tables.PAGE.read_text(encoding="utf-8") == measure_tables.page(), (
        "run: python tools/measure_tables.py"
    )


def test_the_page_of_public_projects_is_up_to_date() -> None:
    assert public_projects.PAGE.read_text(encoding="utf-8") == public_projects.page(), (
        "run: python tools/public_projects.py"
    )


def test_the_page_and_the_circuits_of_jigs_are_up_to_date() -> None:
    run = "run: python tools/jig_pages.py"
    assert jig_pages.PAGE.read_text(encoding="utf-8") == jig_pages.page(), run
    for plan in jig_pages.plans():
        file = jig_pages.circuit_file(plan)
        assert file.read_text(encoding="utf-8") == jig_pages.circuit(plan), run


@pytest.mark.parametrize("module", sorted(file.stem for file in MEASURE.glob("[a-z]*.py")))
def test_every_measurement_has_a_documented_result(module: str) -> None:
    found = entries(MEASURE / f"{module}.py")
    assert found
    for entry in found:
        for one in (entry, *entry.members):
            assert one.text, f"{module}.{entry.name}: {one.name}"
