"""Colours of parts and wires: the names that diagrams use, in shades that look well together."""

LAMPS = {
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
"""What an LED of that colour gives off."""

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
"""Wokwi's palette of wires, and neighbours of those names."""

PLAIN = LAMPS | {"black": "#30343b", "gray": "#868e99", "brown": "#8a5a34", "limegreen": "#5fc22e"}
"""Caps of buttons and other coloured things."""


def lamp(name: str) -> str:
    """The colour of an LED as `#rrggbb`; names that are not known are red."""
    return hexadecimal(name) or LAMPS.get(name.lower(), LAMPS["red"])


def plain(name: str) -> str:
    """The colour of a cap as `#rrggbb`."""
    return hexadecimal(name) or PLAIN.get(name.lower(), PLAIN["red"])


def wire(name: str) -> str:
    """The colour of a wire as `#rrggbb`; names that are not known are green, as Wokwi's new
    wires."""
    return hexadecimal(name) or WIRES.get(name.lower(), WIRES["green"])


def hexadecimal(name: str) -> str:
    """`#rgb` or `#rrggbb` as `#rrggbb`, else nothing."""
    digits = name[1:]
    if not name.startswith("#") or any(c not in "0123456789abcdefABCDEF" for c in digits):
        return ""
    if len(digits) == 3:
        digits = "".join(2 * c for c in digits)
    return f"#{digits.lower()}" if len(digits) == 6 else ""


FULL_AMPERES = 0.010
"""A modern 5 mm LED looks fully lit from here on."""
GAMMA = 2.2
"""The eye: a tenth of the light looks a third as bright (Wokwi's default is 2.8, which drowns
dimming)."""


def brightness(amperes: float) -> float:
    """0 (dark) to 1 (as bright as it looks) for a mean current."""
    share = min(1.0, max(0.0, amperes) / FULL_AMPERES)
    return float(share ** (1 / GAMMA))
