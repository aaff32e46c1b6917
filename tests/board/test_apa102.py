"""A matrix of APA102 lamps on SPI."""

from tests.support.parts_bench import Parts, stage

PARTS: Parts = {"m": ("wokwi-apa102-matrix", {"rows": "2", "cols": "3"})}
WIRES = ["b:5V m:VCC", "b:GND.1 m:GND", "b:23 m:DI", "b:18 m:CI"]
PROGRAM = """
from machine import SPI, SoftSPI, Pin
spi = {spi}
def show(*lamps):
    frames = [bytes((0xE0 | light, b, g, r)) for light, r, g, b in lamps]
    spi.write(bytes(4) + b''.join(frames))
spi.write(b'\\x12\\x34')  # noise before the first start
{body}
"""


def test_lamps_take_their_frames_on_both_kinds_of_spi() -> None:
    body = "show((31, 255, 0, 0), (31, 0, 255, 0), (31, 0, 0, 255), (8, 255, 255, 255))"
    for spi in (
        "SPI(2, 1_000_000, sck=Pin(18), mosi=Pin(23))",
        "SoftSPI(sck=Pin(18), mosi=Pin(23), miso=Pin(19))",
    ):
        with stage(PARTS, WIRES, PROGRAM.format(spi=spi, body=body), until_ms=300) as seen:
            assert seen.printed_lines() == []
            assert seen.pixels("m").tolist() == [
                [[255, 0, 0], [0, 255, 0], [0, 0, 255]],
                [[66, 66, 66], [0, 0, 0], [0, 0, 0]],
            ]


def test_a_second_frame_begins_at_the_first_lamp() -> None:
    body = "show(*[(31, 9, 9, 9)] * 6)\nshow((31, 0, 0, 7))"
    spi = "SPI(2, 1_000_000, sck=Pin(18), mosi=Pin(23))"
    with stage(PARTS, WIRES, PROGRAM.format(spi=spi, body=body), until_ms=300) as seen:
        assert seen.pixels("m").tolist() == [[[0, 0, 7]] + [[9, 9, 9]] * 2, [[9, 9, 9]] * 3]
