"""Labels of boards: a decoder that is not ours reads the QR code back from every format."""

import re
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from station.certify.label import Label, draw, sizes, write_labels, zpl
from station.errors import StationError
from station.inventory.codes import label_code, mac_of

ESP32 = Label(label_code("24:0a:c4:00:01:10"), ("W-017", "ESP32 DevKit V1", "PASS", "2026-11-28"))
PICO = Label(
    label_code("e6:61:24:0a:c4:af:74:67"),
    ("مختبر-3", "Raspberry Pi Pico W", "معيبة", "2026-11-28"),
)


def codes(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))]


@pytest.mark.parametrize("name", sizes())
@pytest.mark.parametrize("label", [ESP32, PICO], ids=["esp32", "pico"])
def test_the_code_is_the_mac_that_the_inventory_reads(name: str, label: Label) -> None:
    assert codes(draw(label, sizes()[name])) == [label.code]
    assert mac_of(label.code)


@pytest.mark.parametrize("word", ["FAIL", "معيبة"])
def test_the_verdict_is_bold_in_both_languages(word: str) -> None:
    size = sizes()["50x25"]
    plain, bold = (
        draw(Label("A", lines), size).histogram()[0] for lines in (("", word), ("", "", word))
    )
    empty = draw(Label("A", ()), size).histogram()[0]
    assert bold - empty > 1.2 * (plain - empty)


def test_png_has_the_size_of_the_label_in_its_printer_s_dots(tmp_path: Path) -> None:
    files = write_labels([ESP32, PICO], tmp_path / "labels.png", "50x25")
    assert [file.name for file in files] == [
        f"labels-{ESP32.code}.png",
        f"labels-{PICO.code}.png",
    ]
    with Image.open(files[0]) as picture:
        assert picture.size == (400, 200) and picture.mode == "1"
        assert codes(picture) == [ESP32.code]


def test_each_label_has_a_png_of_its_own_also_when_their_names_are_alike(tmp_path: Path) -> None:
    kits = [Label(name, (name, "kit")) for name in ("Kit A/1", "Kit A_1")]
    files = write_labels([*kits, ESP32], tmp_path / "cards.png")
    assert len(set(files)) == 3
    for file, label in zip(files, [*kits, ESP32], strict=True):
        with Image.open(file) as picture:
            assert codes(picture) == [label.code]


def test_a_pdf_has_a_sheet_of_labels_on_each_page(tmp_path: Path) -> None:
    labels = [Label(f"240AC40001{n:02X}", (f"W-{n}", "ESP32", "PASS")) for n in range(26)]
    (file,) = write_labels(labels, tmp_path / "labels.pdf", "a4-24")
    pages = [page.render(scale=300 / 72).to_pil() for page in pypdfium2.PdfDocument(file)]
    assert [round(page.width / page.height, 3) for page in pages] == [round(210 / 297, 3)] * 2
    assert [sorted(codes(page)) for page in pages] == [
        [label.code for label in labels[:24]],
        [label.code for label in labels[24:]],
    ]


def test_zpl_holds_the_same_picture_as_hex_digits(tmp_path: Path) -> None:
    (file,) = write_labels([ESP32, PICO], tmp_path / "labels.zpl")
    found = re.findall(
        r"\^XA\^PW(\d+)\^LL(\d+)\^FO0,0\^GFA,(\d+),\3,(\d+),([0-9A-F]+)\^FS\^XZ\n",
        file.read_text(),
    )
    assert len(found) == 2
    for label, (width, height, total, row_bytes, digits) in zip((ESP32, PICO), found, strict=True):
        data = bytes.fromhex(digits)
        assert len(data) == int(total) == int(row_bytes) * int(height)
        black = Image.frombytes("1", (int(row_bytes) * 8, int(height)), data)
        printed = Image.eval(black.convert("L"), lambda level: 255 - level)
        assert printed.width >= int(width)
        assert codes(printed) == [label.code]
    assert file.read_text().startswith(zpl(draw(ESP32, sizes()["50x25"])))


@pytest.mark.parametrize(
    ("name", "size"), [("labels.doc", ""), ("labels.pdf", "50x25"), ("labels.png", "a4-65")]
)
def test_a_format_or_size_that_does_not_fit_is_refused(
    tmp_path: Path, name: str, size: str
) -> None:
    with pytest.raises(StationError) as error:
        write_labels([ESP32], tmp_path / name, size)
    assert error.value.cure and not (tmp_path / name).exists()
