"""Colours of lights, caps and wires by their names in diagrams, and how bright an LED looks."""

LIGHTS = {
    "red": "#ff3b30",
    "orange": "#ff9500",
    "yellow": "#ffd60a",
    "green": "#30d158",
    "cyan": "#40e0ff",
    "blue": "#3f8cff",
    "purple": "#bf5af2",
    "magenta": "#ff4fd8",
    "white": "#fff8e7",
}
"""The light of an LED of that colour."""

WIRES = {
    "black": "#2b2f36",
    "brown": "#8a5a34",
    "red": "#d93a34",
    "orange": "#ee8a1d",
    "gold": "#d9a520",
    "green": "#2f9e55",
    "blue": "#2f6fd6",
    "violet": "#8d5bd1",
    "purple": "#8d5bd1",
    "gray": "#868e99",
    "white": "#f2f3f5",
    "cyan": "#24b3c4",
    "limegreen": "#5fc22e",
    "magenta": "#d648b0",
    "yellow": "#e8c520",
}
"""The colours of wires: Wokwi's names and a few similar ones."""

CAPS = LIGHTS | {"black": "#30343b", "gray": "#868e99", "brown": "#8a5a34", "limegreen": "#5fc22e"}
"""The colours of button caps and other coloured things."""


def light_colour(name: str) -> str:
    """The colour of an LED as `#rrggbb`; an unknown name is red."""
    return hexadecimal(name) or LIGHTS.get(name.lower(), LIGHTS["red"])


def cap_colour(name: str) -> str:
    """The colour of a cap as `#rrggbb`."""
    return hexadecimal(name) or CAPS.get(name.lower(), CAPS["red"])


def wire_colour(name: str) -> str:
    """The colour of a wire as `#rrggbb`; an unknown name is green, as new wires are in Wokwi."""
    return hexadecimal(name) or WIRES.get(name.lower(), WIRES["green"])


def hexadecimal(name: str) -> str:
    """`#rgb` or `#rrggbb` as `#rrggbb`; an empty text for anything else."""
    digits = name[1:]
    if not name.startswith("#") or any(c not in "0123456789abcdefABCDEF" for c in digits):
        return ""
    if len(digits) == 3:
        digits = "".join(2 * c for c in digits)
    return f"#{digits.lower()}" if len(digits) == 6 else ""


FULL_AMPERES = 0.010
"""A modern 5 mm LED looks fully lit from this current on."""
GAMMA = 2.2
"""Gamma of the eye: a tenth of the light looks a third as bright. (Wokwi's default is 2.8, which
makes dimming hard to see.)"""


def brightness(amperes: float) -> float:
    """How bright an LED looks at a mean current: 0 (dark) to 1 (fully lit)."""
    share = min(1.0, max(0.0, amperes) / FULL_AMPERES)
    return float(share ** (1 / GAMMA))
