"""Labels: a QR code that the scan loop of the inventory reads, and lines of text beside it. A
board has its MAC (`station.inventory.codes.label_code`), its asset tag, its type, the verdict and
the day of the test. `cards` are the other codes of the scan loop.

A label is a black and white picture in the dots of its printer, so the modules of the QR code are
whole dots. The same picture becomes PNG, a page of an A4 sheet (PDF), or a graphic field of ZPL.
A graphic field prints Arabic on every label printer; the fonts of the printers do not join its
letters.
"""

import io
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import segno
from PIL import Image

from hardware.bench.drawing.png import to_png
from hardware.bench.svg.elements import FONT, el, rect, text
from hardware.i18n import _, language
from station.errors import StationError
from station.inventory import codes
from station.inventory.roster import Roster
from station.inventory.tables import KitRow

MM_PER_INCH = 25.4
A4_MM = (210.0, 297.0)
QUIET = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""
QR_WIDTH = 0.5
"""The largest part of a label's width that its QR code takes."""
CHARACTER = 0.62
"""The width of a character, as a part of the font size; a generous estimate."""
ARABIC_FONT = "'Noto Naskh Arabic','Noto Sans',sans-serif"
"""First the font with the Arabic letters: the fallback of resvg is never bold."""
LINES = (0.34, 0.17, 0.17, 0.17)
"""The height of each line, as a part of the label's height."""


@dataclass(frozen=True)
class LabelSheet:
    """Where the labels are on an A4 page."""

    columns: int
    rows: int
    left_mm: float
    top_mm: float
    column_mm: float
    """From one column to the next."""
    row_mm: float


@dataclass(frozen=True)
class LabelSize:
    """The size of a label, and the resolution that it is printed with."""

    width_mm: float
    height_mm: float
    dpi: int
    sheet: LabelSheet | None = None

    def dots(self, mm: float) -> int:
        """Millimetres in dots of the printer."""
        return round(mm / MM_PER_INCH * self.dpi)


@dataclass(frozen=True)
class Label:
    """What is written on a label."""

    code: str
    """The text of the QR code."""
    lines: tuple[str, ...]
    """From the top; at most as many as `LINES`."""


def cards(roster: Roster, kits: Iterable[KitRow]) -> list[Label]:
    """A card for `UNDO`, for each kit and for each trainee of a course."""
    undo = Label(codes.UNDO, (codes.UNDO, _("takes back the last scan")))
    boxes = [Label(kit.name, (kit.name, _("kit"))) for kit in kits]
    people = [
        Label(code, (one.id, one.first_name, one.last_name, roster.course))
        for code, one in roster.by_code.items()
    ]
    return [undo, *boxes, *people]


@cache
def sizes() -> dict[str, LabelSize]:
    """All sizes, by name."""
    file = Path(__file__).with_name("label_sizes.toml")
    found: dict[str, dict[str, Any]] = tomllib.loads(file.read_text(encoding="utf-8"))
    for facts in found.values():
        if "sheet" in facts:
            facts["sheet"] = LabelSheet(**facts["sheet"])
    return {name: LabelSize(**facts) for name, facts in found.items()}


def size_for(file: Path, size_name: str = "") -> LabelSize:
    """The size of labels in this file: the named one, or the usual one of the file's format.

    Raises: StationError for another suffix, or a size that does not fit to it.
    """
    kind = file.suffix.lower()
    if kind not in (".png", ".pdf", ".zpl"):
        cause = _("{file}: labels are .png, .pdf or .zpl").format(file=file)
        raise StationError(cause, _("Choose one of these endings."))
    wanted = size_name or ("a4-65" if kind == ".pdf" else "50x25")
    fitting = {key: size for key, size in sizes().items() if bool(size.sheet) == (kind == ".pdf")}
    if wanted in fitting:
        return fitting[wanted]
    cause = _("{name!r} is no size of such labels").format(name=wanted)
    raise StationError(cause, _("There are: {names}.").format(names=", ".join(fitting)))


def write_labels(labels: Sequence[Label], file: Path, size_name: str = "") -> list[Path]:
    """Write labels in the format of the file's suffix: `.png` (one file for each label), `.pdf`
    (A4 sheets) or `.zpl` (for a label printer). Returns: the files.

    Raises: as `size_for`; OSError.
    """
    size = size_for(file, size_name)
    pictures = [draw(label, size) for label in labels]
    if file.suffix.lower() == ".zpl":
        file.write_text("".join(map(zpl, pictures)), encoding="ascii")
    elif size.sheet:
        pages = list(_pages(pictures, size, size.sheet))
        pages[0].save(file, save_all=True, append_images=pages[1:], resolution=size.dpi)
    else:
        several = len(labels) > 1
        names = [one.code.replace("/", "_") for one in labels]  # a kit's name may have one
        if len(set(names)) < len(names):  # the kits `A/1` and `A_1`
            names = [f"{name}-{number}" for number, name in enumerate(names, start=1)]
        files = [file.with_stem(f"{file.stem}-{name}") if several else file for name in names]
        for place, picture in zip(files, pictures, strict=True):
            picture.save(place, dpi=(size.dpi, size.dpi))
        return files
    return [file]


def draw(label: Label, size: LabelSize) -> Image.Image:
    """The label in black and white, one pixel for each dot."""
    width, height = size.dots(size.width_mm), size.dots(size.height_mm)
    # 16 letters and digits fit into the smallest QR code with a quarter of it repaired ("Q").
    code = segno.make_qr(label.code, error="q", boost_error=False)
    modules = [list(row) for row in code.matrix_iter(border=QUIET)]
    dots = int(min(height, width * QR_WIDTH)) // len(modules)
    if not dots:
        cause = _("a QR code does not fit on a label of {width} x {height} mm")
        raise StationError(cause.format(width=size.width_mm, height=size.height_mm))
    side = dots * len(modules)
    top = (height - side) // 2
    squares = "".join(
        rect(x * dots, top + y * dots, dots, dots, "#000000")
        for y, row in enumerate(modules)
        for x, black in enumerate(row)
        if black
    )
    svg = el(
        "svg",
        rect(0, 0, width, height, "#ffffff") + squares + _words(label, side, width, height),
        xmlns="http://www.w3.org/2000/svg",
        width=width,
        height=height,
        viewBox=f"0 0 {width} {height}",
    )
    with Image.open(io.BytesIO(to_png(svg, zoom=1))) as picture:
        return picture.convert("L").convert("1", dither=Image.Dither.NONE)


def zpl(picture: Image.Image) -> str:
    """A label as a graphic field of ZPL II (Zebra's Programming Guide, `^GF`): hex digits, a 1 is
    black."""
    row_bytes = (picture.width + 7) // 8
    data = _black_bits(picture)
    return (
        f"^XA^PW{picture.width}^LL{picture.height}^FO0,0"
        f"^GFA,{len(data)},{len(data)},{row_bytes},{data.hex().upper()}^FS^XZ\n"
    )


def _black_bits(picture: Image.Image) -> bytes:
    """The rows as bits, 1 is black; the rest of each row's last byte is white."""
    return Image.eval(picture.convert("L"), lambda level: 255 - level).convert("1").tobytes()


def _words(label: Label, left: int, width: int, height: int) -> str:
    room = width - left - height * 0.05
    rtl = language() == "ar"
    x, anchor = (width - height * 0.05, "end") if rtl else (left, "start")
    used, made = height * (1 - sum(LINES)) / 2, ""
    for number, (line, share) in enumerate(zip(label.lines, LINES, strict=False)):
        font = min(share * height * 0.85, room / (CHARACTER * max(1, len(line))))
        used += share * height
        made += text(
            x,
            used - share * height * 0.2,
            line,
            font,
            "#000000",
            text_anchor=anchor,
            font_weight=700 if number in (0, 2) else 400,
            font_family=FONT if line.isascii() else ARABIC_FONT,
        )
    return made


def _pages(
    pictures: Sequence[Image.Image], size: LabelSize, sheet: LabelSheet
) -> Iterator[Image.Image]:
    """A4 pages with the labels on them, row by row."""
    a_page = sheet.columns * sheet.rows
    for first in range(0, len(pictures), a_page):
        page = Image.new("1", (size.dots(A4_MM[0]), size.dots(A4_MM[1])), 1)
        for number, picture in enumerate(pictures[first : first + a_page]):
            row, column = divmod(number, sheet.columns)
            x = size.dots(sheet.left_mm + column * sheet.column_mm)
            y = size.dots(sheet.top_mm + row * sheet.row_mm)
            page.paste(picture, (x, y))
        yield page
