"""The frame of a display as a picture file, one pixel for each dot, and back."""

import io

import numpy as np
from PIL import Image, UnidentifiedImageError

from hardware.bench.parts.common.display import Pixels


def frame_png(pixels: Pixels) -> bytes:
    """Grey (rows, columns) or RGB (rows, columns, 3) dots as a PNG file."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG")
    return file.getvalue()


def dots_of(png: bytes, like: Pixels) -> Pixels:
    """The dots of a PNG file, grey or RGB as `like` is. Raises: ValueError for no picture."""
    try:
        with Image.open(io.BytesIO(png)) as picture:
            return np.array(picture.convert("L" if like.ndim == 2 else "RGB"))
    except (UnidentifiedImageError, OSError) as error:
        raise ValueError("no picture") from error
