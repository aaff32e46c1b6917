"""The page of a board at the reader's own computer, for any of our web servers.

The browser itself reaches the board (WebSerial): nothing of it goes through the server, which
only sends these files. So a school whose notebooks run on a server can use boards at the desks.
Browsers allow it to a page of https, or of localhost.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hardware.bench.drawing.live_picture import plain_arabic
from hardware.bench.serving.page import page_messages
from hardware.bench.serving.page.loopback_site import KINDS, STATIC
from hardware.i18n import both, language
from hardware.paths import build_dir

PAGE = "web_serial.html"
WORDS = "web_serial.json"
"""The texts of the page; it is no file."""
ESPTOOL = "esptool.js"
FILES = (
    PAGE,
    "web_serial.js",
    "serial_board.js",
    "serial_flash.js",
    "md5.js",
    "bench_view.js",
    "bench_instruments.js",
    "board_files.js",
    "line_choice.js",
    "line_time.js",
    "time_bar.js",
    "real_board.js",
    "page_language.js",
    "translated_view.js",
    "page.css",
    "bench.css",
)
TEXTS = (
    both("A board at this computer"),
    both("Plug the board into this computer, and choose it in the list of the browser."),
    both("Choose the board"),
    both("No board was chosen. Is its cable one for data?"),
    both(
        "This browser cannot reach a board. "
        "Use Chrome, Chromium, Edge, or Firefox from version 151."
    ),
    both(
        "The browser lets a page reach a board only at https:// or at localhost. "
        "Tell your instructor."
    ),
    both("The port cannot be opened. Close other programs and pages that use it."),
    both("The board was unplugged."),
    both("The board was unplugged. Load this page again to choose it."),
    both("The board does not answer. Reset it, and try it again."),
    both("The board answers: {error}"),
    both("The answer of the board came damaged. Try it again."),
    both("The page has a fault: {error}"),
    both("This board has no reset wire. Press Restart, or unplug the board and plug it in again."),
    both("{name} came damaged over the line. Try it again."),
    both("{name}: {percent} %"),
    both("Write MicroPython to an ESP32"),
    both("This server has no esptool-js. Its technician can add it: make esptool-js"),
    both("Files on the board stay. What was written is read back from the chip."),
    both("The image, a .bin file"),
    both("Choose the board and write"),
    both("Choose the image first."),
    both("The chip is asked who it is…"),
    both("MicroPython is written…"),
    both("✓ {chip}: MicroPython was written and read back."),
    both("This is no image for an ESP32: take the .bin file of micropython.org for this chip."),
    both("This image is for another chip. This one is {chip}."),
    both("This file is not a whole image: take the .bin file of micropython.org for this chip."),
    both("MicroPython was written and read back, but the board was not reset: {error}. Press EN."),
    both("Writing failed: {error}. The board holds half an image. Write it again."),
    both("The chip does not answer: {error}. Hold BOOT, press EN, and try it again."),
    both("no program runs"),
    both("a program runs"),
    both("not known: the board has sent nothing yet"),
    both("unplugged"),
)
"""The texts that the page has beside those of a bench."""


def words() -> Mapping[str, Any]:
    """The language of the server, the Arabic of each text of the page, and whether the server has
    esptool-js."""
    arabic = {text: plain_arabic(text) for text in (*page_messages.TEXTS, *TEXTS)}
    return {"language": language(), "arabic": arabic, "esptool": _esptool().is_file()}


def answer(name: str) -> tuple[str, bytes] | None:
    """The content type and the bytes of what has this name; None: there is no such file.

    Trust boundary: a name is one of the few above, and is never joined to a folder.
    """
    if name == WORDS:
        return "application/json", json.dumps(words()).encode()
    file = _esptool() if name == ESPTOOL else STATIC / name
    if name not in (*FILES, ESPTOOL) or not file.is_file():
        return None
    return KINDS[file.suffix], file.read_bytes()


def _esptool() -> Path:
    """Espressif's program for browsers, which `make esptool-js` gets from the npm registry."""
    return build_dir() / "esptool-js" / "bundle.js"
