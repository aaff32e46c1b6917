"""The dots of a display in a PNG file."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

from hardware.bench.drawing.png import dots_of

MM = 96 / 25.4
"""Pixels of a millimetre in a browser."""


def test_a_picture_has_a_pixel_for_each_dot() -> None:
    dots = np.random.default_rng(1).integers(0, 2, (64, 128), np.uint8) * np.uint8(255)
    with io.BytesIO() as file:
        Image.fromarray(dots).save(file, "PNG")
        assert np.array_equal(dots_of(file.getvalue(), dots), dots)


@pytest.mark.parametrize("shape", [(16, 80), (32, 100)])
def test_an_lcd_as_wokwi_draws_it(shape: tuple[int, int]) -> None:
    """A dot is 0.55 by 0.65 mm, on a green ground; characters are 3.55 by 5.95 mm apart."""
    dots = np.random.default_rng(2).integers(0, 2, shape, np.uint8) * np.uint8(255)
    size = int(shape[1] / 5 * 3.55 * MM) - 1, int(shape[0] / 8 * 5.95 * MM)
    picture = Image.new("RGB", size, "#6d9f2f")
    draw = ImageDraw.Draw(picture)
    for y, x in np.argwhere(dots):
        left = float(x // 5 * 3.55 + x % 5 * 0.6) * MM
        top = float(y // 8 * 5.95 + y % 8 * 0.7) * MM
        draw.rectangle((left, top, left + 0.55 * MM, top + 0.65 * MM), fill="black")
    with io.BytesIO() as file:
        picture.save(file, "PNG")
        assert np.array_equal(dots_of(file.getvalue(), dots), dots)


def test_a_file_that_is_no_picture() -> None:
    with pytest.raises(ValueError, match="not a picture"):
        dots_of(b"text", np.zeros((8, 5), np.uint8))
