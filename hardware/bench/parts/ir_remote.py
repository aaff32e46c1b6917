"""An infrared remote control with the NEC protocol."""

from collections.abc import Iterator, Sequence

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import BUTTON, FAULT, Part, PartView
from hardware.bench.parts.ir_receiver import IrReceiver
from hardware.bench.svg.elements import circle, rect, text
from hardware.i18n import both

US = 1000
UNIT_US = 562.5
LEAD_US, GAP_US, REPEAT_GAP_US = 9000.0, 4500.0, 2250.0
FRAME_NS = 110_000 * US
"""From the start of a frame to the start of the next repeat while a key is held."""
CODES = {
    "power": 162,
    "menu": 226,
    "test": 34,
    "+": 2,
    "back": 194,
    "prev": 224,
    "play": 168,
    "next": 144,
    "0": 104,
    "-": 152,
    "c": 176,
    "1": 48,
    "2": 24,
    "3": 122,
    "4": 16,
    "5": 56,
    "6": 90,
    "7": 66,
    "8": 74,
    "9": 82,
}
"""Key to NEC command; the address is 0."""
GRID = (
    ("power", "", "menu"),
    ("test", "+", "back"),
    ("prev", "play", "next"),
    ("0", "-", "c"),
    ("1", "2", "3"),
    ("4", "5", "6"),
    ("7", "8", "9"),
)
SIGNS = {"power": "PWR", "prev": "◀◀", "play": "▶", "next": "▶▶", "back": "↩"}

Burst = tuple[float, float]
"""Microseconds with light, then without."""


class IrRemote(Part):
    """It has no pins: its light reaches every receiver on the bench. Each key is a control of
    ours, 0 or 1, with the name of the key in lower case: `power menu test + back prev play next -
    c 0 … 9`.

    A press sends an NEC frame: 9 ms light, 4.5 ms dark, then address, its complement, command, its
    complement (least significant bit first; 562.5 µs light and 562.5 µs dark for 0, 1687.5 µs for
    1), and a last burst. While the key is held a repeat (9 ms, 2.25 ms, a burst) follows every 110
    ms. Only the key that was pressed last is sent. Extensions of ours are the fault `bad_checksum`
    (the complement of the command has a wrong bit) and the attribute `address` (0 to 255).
    """

    TYPES = ("wokwi-ir-remote",)
    TITLE = both("Infrared remote control")
    GROUP = "inputs"
    SIZE = (151.2, 316.2)
    CONTROLS = dict.fromkeys(CODES, BUTTON) | {"bad_checksum": FAULT}
    ATTRS = {"address": "0"}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.address = int(self.number("address", 0, 255))
        self._run = 0
        self._free_ns = 0

    def moved(self, name: str, value: float) -> None:
        if name not in CODES:
            return
        self._run += 1
        if value:
            start = max(self.world.now_ns, self._free_ns)
            bursts = frame(self.address, CODES[name], self._error())
            for part in self.others.values():
                if isinstance(part, IrReceiver):
                    self._send(part, start, self._run, name, bursts)

    def _error(self) -> int:
        return 1 if self.values["bad_checksum"] else 0

    def _send(self, to: IrReceiver, start: int, run: int, key: str, bursts: list[Burst]) -> None:
        """Send the bursts, then repeats while the key is held and no other key is pressed.

        The events are in the world of the receiver, because the receiver may be on another board,
        and a board waits only for events of its own world.
        """
        t_us, at = 0.0, to.world.at
        for light_us, dark_us in bursts:
            at(start + round(t_us * US), lambda: to.light(True))
            at(start + round((t_us + light_us) * US), lambda: to.light(False))
            t_us += light_us + dark_us
        self._free_ns = start + FRAME_NS

        def again() -> None:
            if run == self._run and self.values[key]:
                repeat = [(LEAD_US, REPEAT_GAP_US), (UNIT_US, 0.0)]
                self._send(to, start + FRAME_NS, run, key, repeat)

        at(start + FRAME_NS, again)

    @property
    def button_rows(self) -> Sequence[Sequence[str]]:
        return GRID

    def svg(self, view: PartView) -> str:
        drawn = rect(1, 1, 149, 314, "#23272d", 14) + rect(5, 5, 141, 306, "#31363e", 11)
        for row, keys in enumerate(GRID):
            for column, key in enumerate(keys):
                if key:
                    drawn += self._key(34 + 41.6 * column, 34 + 39 * row, key)
        return drawn + text(75.6, 304, "NEC", 9, "#7b838e", text_anchor="middle")

    def _key(self, x: float, y: float, key: str) -> str:
        colour = "#b8322c" if key == "power" else "#59606b"
        if self.values[key]:
            colour = "#ee8a1d"
        sign = SIGNS.get(key, key.upper())
        size = 8 if len(sign) > 2 else 12
        label = text(x, y + size * 0.36, sign, size, "#ffffff", text_anchor="middle")
        return circle(x, y, 15.5, "#1c1f24") + circle(x, y, 14, colour) + label


def frame(address: int, command: int, error: int = 0) -> list[Burst]:
    """The bursts of an NEC frame; the bits of `error` are inverted in the last byte."""

    def bits() -> Iterator[int]:
        for byte in (address, address ^ 0xFF, command, command ^ 0xFF ^ error):
            yield from (byte >> n & 1 for n in range(8))

    data = [(UNIT_US, 3 * UNIT_US if bit else UNIT_US) for bit in bits()]
    return [(LEAD_US, GAP_US), *data, (UNIT_US, 0.0)]
