"""The pictures that a trainee pasted into an answer: only what is surely a picture comes through.

The trust boundary: names, types and content are hostile. A picture gets a name of ours and the
type that its own bytes show; SVG is a document with scripts, so it is no picture here.
"""

import base64
import io
from collections.abc import Mapping

from PIL import Image, UnidentifiedImageError

from hardware.i18n import _

Attachments = Mapping[str, Mapping[str, str]]
"""As in a notebook: name, then type (MIME) to content (base64)."""

TYPES = {"PNG": "image/png", "JPEG": "image/jpeg"}
NO_PICTURE = (
    UnidentifiedImageError,
    OSError,
    ValueError,
    SyntaxError,
    Image.DecompressionBombError,
)
"""What Pillow raises for other bytes."""
MOST_PICTURES = 40
MOST_DOTS = 50_000_000
"""A browser needs four bytes for each dot."""


def pictures_in(attachments: object) -> tuple[dict[str, dict[str, str]], list[str]]:
    """The pictures of a cell, and why others are left out."""
    found: dict[str, dict[str, str]] = {}
    refused: list[str] = []
    given = attachments if isinstance(attachments, dict) else {}
    for number, (name, data) in enumerate(given.items(), 1):
        if number > MOST_PICTURES:
            most = _("more than {n} pictures: the others are left out")
            refused.append(most.format(n=MOST_PICTURES))
            break
        contents = data.values() if isinstance(data, dict) else ()
        if picture := next(filter(None, map(_picture, contents)), None):
            found[f"picture-{number}"] = picture
        else:
            reason = _("{name} is left out: only PNG and JPEG up to {n} megapixels are shown")
            refused.append(reason.format(name=repr(name)[:60], n=MOST_DOTS // 1_000_000))
    return found, refused


def _picture(content: object) -> dict[str, str] | None:
    """Type and content of a picture; None when it is none. Only the head of a file is read."""
    try:
        data = base64.b64decode(content, validate=True) if isinstance(content, str) else b""
        with Image.open(io.BytesIO(data), formats=tuple(TYPES)) as picture:
            width, height = picture.size
            kind = TYPES[str(picture.format)]
    except NO_PICTURE:
        return None
    if width * height > MOST_DOTS:
        return None
    return {kind: base64.b64encode(data).decode("ascii")}
