"""How bright a current looks, for every part that gives light."""

FULL_AMPERES = 0.010
"""A modern 5 mm LED looks fully lit from here on."""
GAMMA = 2.2
"""The eye: a tenth of the light looks a third as bright (Wokwi's default is 2.8, which drowns
dimming)."""


def brightness(amperes: float) -> float:
    """0 (dark) to 1 (as bright as it looks) for a mean current."""
    share = min(1.0, max(0.0, amperes) / FULL_AMPERES)
    return float(share ** (1 / GAMMA))
