"""The frame of a display as a picture: a PNG file, and an element that shows it in an SVG."""

import base64
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from hardware.bench.svg.elements import el


def frame_png(pixels: npt.NDArray[np.uint8]) -> bytes:
    """The dots of a display as a PNG file, one pixel for each: grey (rows, columns) or RGB (rows,
    columns, 3)."""
    file = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(file, "PNG")
    return file.getvalue()


def frame_svg(
    pixels: npt.NDArray[np.uint8], x: float, y: float, width: float, height: float
) -> str:
    """The dots as an element at a place. Displays with colours have too many for shapes."""
    href = "data:image/png;base64," + base64.b64encode(frame_png(pixels)).decode()
    place = {"x": x, "y": y, "width": width, "height": height}
    more = {"preserveAspectRatio": "none", "image_rendering": "pixelated"}
    return el("image", "", href=href, **place, **more)
