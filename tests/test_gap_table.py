"""The page of what is not simulated is what its command makes."""

from gap_table import PAGE, page


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python tests/gap_table.py`"
