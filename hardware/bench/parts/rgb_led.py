"""An LED of three colours with one common pin."""

from hardware.bench.parts.common.part import Part, PartView, Stamp, Words
from hardware.bench.svg.colours import brightness
from hardware.bench.svg.elements import circle, glow, line, mix, path, rect
from hardware.i18n import both

CHANNELS = {"R": 1.8, "G": 2.1, "B": 2.8}
"""Pin to forward voltage."""
OHMS = 15.0
DOME = "M9 31 V16 a12 12 0 0 1 24 0 V31 Z"


class RgbLed(Part):
    """`common` is `anode` (the default, as in Wokwi) or `cathode`."""

    TYPES = ("wokwi-rgb-led",)
    TITLE = both("RGB LED")
    GROUP = "lights"
    PINS = {"R": (8.5, 44), "COM": (18, 54), "G": (26.4, 44), "B": (35.7, 44)}
    SIZE = (42.1, 72.6)
    IS_LOAD = True
    ATTRS = {"common": "anode"}

    def stamp(self, net: Stamp) -> None:
        common = self.choice("common", "anode", "cathode")
        for pin, volts in CHANNELS.items():
            ends = ("COM", pin) if common == "anode" else (pin, "COM")
            net.diode(*ends, volts, OHMS)

    def _lit(self, view: PartView) -> list[float]:
        """How bright red, green and blue look, 0 to 1."""
        anode = self.attr("common") == "anode"
        return [
            brightness(view.amperes("COM", pin) if anode else view.amperes(pin, "COM"))
            for pin in CHANNELS
        ]

    def words(self, view: PartView) -> Words:
        red, green, blue = (round(100 * part) for part in self._lit(view))
        colours = {"red": red, "green": green, "blue": blue}
        return both("red {red} %, green {green} %, blue {blue} %"), colours

    def svg(self, view: PartView) -> str:
        lit = self._lit(view)
        most = max(lit)
        light = "#" + "".join(f"{round(255 * part / (most or 1)):02x}" for part in lit)
        glass = mix("#dfe3e8", mix(light, "#ffffff", 0.25), most)
        legs = [(13, 8.5, 44), (18, 18, 54), (24, 26.4, 44), (29, 35.7, 44)]
        return (
            glow(21, 18, 42, light, most)
            + "".join(
                path(f"M{a} 32 V36 L{b} 40 V{end}", stroke="#9aa1ab", stroke_width=1.8)
                for a, b, end in legs
            )
            + path(DOME, glass, stroke="#9aa1ab", stroke_width=0.7)
            + rect(6.5, 30, 29, 4.5, mix(glass, "#000000", 0.16), 1.4)
            + line(13.5, 27, 13.5, 17, "#ffffff", 2.2, opacity=0.6)
            + circle(21, 18, 5.5, "#ffffff", opacity=0.5 * most)
        )
