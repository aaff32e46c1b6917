"""A logic analyzer: its channels give names to pins, for waveforms and VCD files."""

from hardware.bench.parts.common.part import Part, PartView
from hardware.bench.svg.elements import line, rect, text
from hardware.i18n import both

CHANNELS = tuple(f"D{i}" for i in range(8))


class LogicAnalyzer(Part):
    """`channelNames` (comma list) names D0 to D7; Wokwi's other attributes change nothing.

    The bench records every pin of the board, so a channel changes nothing in the circuit.
    """

    TYPES = ("wokwi-logic-analyzer",)
    TITLE = both("Logic analyzer")
    GROUP = "wiring"
    PINS = {name: (0, 9.6 * (i + 1)) for i, name in enumerate((*CHANNELS, "GND"))}
    SIZE = (76, 96)
    ATTRS = {
        "channelNames": "",
        "bufferSize": "1000000",
        "filename": "wokwi-logic",
        "triggerMode": "off",
        "triggerLevel": "high",
        "triggerPin": "D7",
    }

    @property
    def probes(self) -> dict[str, str]:
        given = [name.strip() for name in self.attr("channelNames").split(",")]
        return {pin: (given[i] if i < len(given) else "") or pin for i, pin in enumerate(CHANNELS)}

    def svg(self, view: PartView) -> str:
        labels = self.probes | {"GND": "GND"}
        rows = "".join(
            line(0, y, 7, y, "#9aa1ab", 2) + text(11, y + 2.6, labels[pin], 7.5, "#d6dbe2")
            for pin, (_, y) in self.PINS.items()
        )
        return rect(4, 0, 72, 96, "#23272d", 4) + rect(56, 8, 12, 80, "#31363e", 3) + rows
