"""Valid content of timestamp.txt: a complete date and time, and the name of a zone."""

from datetime import datetime
from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.nbgrader.folders import timestamp_of


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-01-15 10:00:00 UTC\n", 10),
        ("2026-01-15 10:00:00.000000 UTC", 10),  # as `nbgrader submit` writes it
        ("2026-01-15 10:00", 10),
        ("2026-01-15T10:00:00Z", 10),
        ("2026-01-15T10:00:00+03:00", 7),
        ("2026-01-15 10:00:00.000000 +03", 7),  # as it writes a zone without a name
        ("2026-01-15 10:00:00 +0300", 7),
        ("2026-01-15 10:00:00 Asia/Riyadh", 7),
        ("2026-01-15 10:00:00 EET", 8),
    ],
)
def test_a_day_and_a_time(tmp_path: Path, text: str, hour: int) -> None:
    (tmp_path / "timestamp.txt").write_text(text)
    assert timestamp_of(tmp_path) == datetime(2026, 1, 15, hour)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "10:00",  # of which day?
        "Friday",
        "2026-01-15",
        "2026-01-15 10:00:00 /proc/self/mem",  # nbgrader would open it
        "2026-01-15 10:00:00 Asia/../../../../proc/self/mem",
        "2026-13-15 10:00:00 UTC",
        "2026-07-15 10:00:00 EEST",  # an unknown zone would be read as UTC
    ],
)
def test_no_time(tmp_path: Path, text: str) -> None:
    (tmp_path / "timestamp.txt").write_text(text)
    with pytest.raises(SubmissionError, match="has no valid time"):
        timestamp_of(tmp_path)
