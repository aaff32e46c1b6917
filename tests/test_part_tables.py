"""docs/reference/parts.md is what its generator makes."""

import part_tables


def test_the_page_of_parts_is_up_to_date() -> None:
    assert part_tables.PAGE.read_text(encoding="utf-8") == part_tables.page(), (
        "run: python tests/part_tables.py"
    )
