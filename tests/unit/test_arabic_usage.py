"""The help of the commands and the errors of usage for readers of Arabic."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import warsha
from hardware import arabic_usage
from hardware.i18n import ISOLATES
from tests.support.message_scan import help_paragraphs, help_texts

MARKS = re.compile(f"[{ISOLATES}{arabic_usage.LTR_MARK}{arabic_usage.RTL_MARK}]")
WRONG = {
    "grade --hel": "لا يوجد خيار باسم --hel. خيارات قريبة منه: --help, --scheduler",
    "grade --zzz": "لا يوجد خيار باسم --zzz",
    "boards lst": "لا يوجد أمر باسم 'lst'. هل تقصد 'list'؟",
    "boards qqqq": "لا يوجد أمر باسم 'qqqq'.",
    "lab": "ينقص اسم الأمر.",
    "run": "تنقص القيمة 'program'.",
    "extend amina L01": "ينقص الخيار '--until'.",
    "roster a.csv b.csv": "في السطر كلمات زائدة: b.csv",
    "bench --http": "يحتاج الخيار '--http' إلى قيمة بعده.",
    "bench --open=1": "لا يأخذ الخيار '--open' قيمة.",
    "bench --seed x": "قيمة '--seed' غير صالحة: 'x' ليس عددًا صحيحًا.",
    "run p.py --seconds x": "قيمة '--seconds' غير صالحة: 'x' ليس عددًا.",
    "flash --baud 0": "قيمة '--baud' غير صالحة: 0 خارج المدى من 9600 فأكثر.",
    "grade L01 --seeds x": "قيمة '--seeds' غير صالحة: 'x' ليست واحدة من: 'hidden', 'public'.",
}
"""Wrong command lines, and what the first line says."""


@pytest.fixture(autouse=True)
def arabic(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARSHA_LANG", "ar")
    monkeypatch.setenv("COLUMNS", "80")


def answer(line: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code of a command line, and what it prints, without invisible marks."""
    with pytest.raises(SystemExit) as ended:
        arabic_usage.run(warsha.app, line.split())
    assert isinstance(ended.value.code, int)
    return ended.value.code, MARKS.sub("", "".join(capsys.readouterr()))


@pytest.mark.parametrize(("line", "told"), WRONG.items())
def test_wrong_usage_is_told_in_arabic(
    line: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = answer(line, capsys)
    command = {"boards lst": "boards", "boards qqqq": "boards"}.get(line, line.split()[0])
    assert text.splitlines() == [told, f"انظر ما يأخذه الأمر: warsha {command} --help"]
    assert code == 2


def test_each_page_of_help_is_in_arabic(capsys: pytest.CaptureFixture[str]) -> None:
    pages = [name.split()[1:] for name, _text in help_texts() if "-" not in name]
    for words in pages:
        code, text = answer(" ".join([*words, "--help"]), capsys)
        assert code == 0 and text.startswith("طريقة الكتابة: warsha"), words
        assert "\nالخيارات:\n" in text, words
        texts = [one for one in help_paragraphs() if " " in one]
        english = [*texts, "Show this message", "[required", "[default", "Options:"]
        assert [one for one in english if one in " ".join(text.split())] == [], words


def test_the_columns_of_a_page_are_where_they_are_in_english(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _code, text = answer("grade --help", capsys)
    (row,) = [line for line in text.splitlines() if line.startswith("  --student <str>")]
    assert row == "  --student <str>           هذا المتدرب فقط."
    (row,) = [line for line in text.splitlines() if "assignment  " in line]
    assert row.endswith("[لا بد منها]")
    assert max(map(len, text.splitlines())) <= 80


def test_paragraphs_are_apart_and_code_stays_in_its_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _code, text = answer("run --help", capsys)
    assert text.count("\n\n") == text.count(":\n") + 5  # headings and paragraphs
    _code, text = answer("--help", capsys)
    assert "`nbgrader autograde`" in text


def test_the_command_itself_answers_in_arabic(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("warsha")), "grade"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert done.returncode == 2 and done.stdout == ""
    assert MARKS.sub("", done.stderr).startswith("تنقص القيمة 'assignment'.\n")
