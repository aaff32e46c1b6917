"""What displays and chains of lamps show, in words for people who do not see them."""

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import ArrayLike

from hardware.bench.drawing.display_words import display_words
from hardware.bench.drawing.live_picture import in_both_languages
from hardware.bench.parts.common.display import Display, Pixels

RED, GREEN, BLUE, OFF = (40, 0, 0), (0, 255, 0), (0, 0, 9), (0, 0, 0)


@dataclass
class Panel(Display):
    """A display with this text, or these dots."""

    dots: ArrayLike = ()
    words: str = ""

    def text(self) -> str:
        return self.words

    def pixels(self) -> Pixels:
        return np.array(self.dots, np.uint8)


def said(panel: Panel) -> dict[str, str]:
    """The words in both languages."""
    return in_both_languages(*display_words(panel))


@pytest.mark.parametrize(
    ("lamps", "words"),
    [
        ([RED, RED, OFF, GREEN], "red 0–1, off 2, green 3"),
        ([(255, 128, 0), (255, 255, 255), (255, 0, 255)], "orange 0, white 1, purple 2"),
        ([BLUE] * 8, "8 × blue"),
        ([RED, GREEN] * 8, "8 × red, 8 × green"),
        ([OFF] * 8, "dark"),
    ],
)
def test_a_strip_names_its_colours_and_where_they_are(
    lamps: list[tuple[int, int, int]], words: str
) -> None:
    assert said(Panel([lamps]))["en"] == words


def test_a_matrix_counts_its_colours() -> None:
    found = said(Panel([[RED, OFF], [OFF, OFF]]))
    assert found["en"] == "3 × off, 1 × red"
    assert "أحمر" in found["ar"] and "red" not in found["ar"]


def test_dots_say_where_they_are_lit() -> None:
    dots = np.zeros((8, 8), np.uint8)
    dots[1:3, 4:8] = 1
    assert said(Panel(dots))["en"] == "dots lit: 8, x 4–7, y 1–2"
    dots[:] = 0
    dots[5, 0] = 1
    assert said(Panel(dots))["en"] == "dots lit: 1, x 0, y 5"


def test_a_text_is_said() -> None:
    assert said(Panel(words="12:30\n"))["en"] == "shows: 12:30"
