"""The character ROM of the HD44780: the character of each code, and its dots.

Source: Hitachi HD44780U data sheet, table 4 (ROM codes A00 and A02). The Latin half and the signs
below have dots. Transcriptions of the table differ in `7` and `w`, which are here as in
wokwi-elements (lcd1602-font-a00.ts); no display was compared. Other characters are drawn as a
frame, but their text is right.
"""

from functools import cache

ROWS, COLUMNS = 8, 5
CUSTOM = "□"
"""The text for a custom character, which the program defines."""

_KATAKANA = "".join(chr(0xFF61 + n) for n in range(0x3D)) + "゛°"
_GREEK = "αäβεμσρg√⁻j×¢£nöpqθ∞ΩüΣπxy千万円÷ █"
_LATIN = "".join(map(chr, range(0x20, 0x7F)))
READ = {
    "A00": CUSTOM * 16
    + " " * 16
    + _LATIN.replace("\\", "¥").replace("~", "→")
    + "←"
    + " " * 33
    + _KATAKANA
    + _GREEK,
    "A02": CUSTOM * 16
    + " " * 16
    + _LATIN
    + "⌂"
    + " " * 32
    + "".join(map(chr, range(0xA0, 0x100))),
}
"""The characters in the order of their codes, for each ROM."""

_FRAME = "7f4141417f"
_DOTS = (
    "0000000000 00004f0000 0007000700 147f147f14 242a7f2a12 2313086462 3649552250 0005030000"
    "001c224100 0041221c00 14083e0814 08083e0808 0050300000 0808080808 0060600000 2010080402"
    "3e5149453e 00427f4000 4261514946 2141454b31 1814127f10 2745454539 3c4a494930 0301710907"
    "3649494936 064949291e 0036360000 0056360000 0814224100 1414141414 0041221408 0201510906"
    "324979413e 7e1111117e 7f49494936 3e41414122 7f4141221c 7f49494941 7f09090901 3e4149497a"
    "7f0808087f 00417f4100 2040413f01 7f08142241 7f40404040 7f020c027f 7f0408107f 3e4141413e"
    "7f09090906 3e4151215e 7f09192946 4649494931 01017f0101 3f4040403f 1f2040201f 3f4038403f"
    "6314081463 0708700807 6151494543 007f414100 0204081020 0041417f00 0402010204 4040404040"
    "0001020400 2054545478 7f48444438 3844444420 384444487f 3854545418 087e090102 0c5252523e"
    "7f08040478 00447d4000 2040443d00 7f10284400 00417f4000 7c04180478 7c08040478 3844444438"
    "7c14141408 081414187c 7c08040408 4854545420 043f444020 3c4040207c 1c2040201c 3c4038403c"
    "4428102844 0c5050503c 4464544c44 0008364100 00007f0000 0041360800 0804080408 0008000800"
).replace(" ", "")
"""Five columns of dots for each code from 0x20 on; the lowest bit is at the top."""
_SIGNS = {
    "¥": "15167c1615",
    "→": "08082a1c08",
    "←": "081c2a0808",
    "°": "0705070000",
    "Ω": "5c6202625c",
    "µ": "7c1010201c",
    "μ": "7c1010201c",
    "÷": "08082a0808",
    "×": "4428102844",
    "█": "ffffffffff",
    "π": "443c047c44",
    "∞": "3844384438",
    "£": "487e494942",
    "√": "20407f0101",
    "Σ": "6355494141",
    "α": "3844483044",
    "β": "fe25252a10",
    " ": "0000000000",
}


@cache
def glyph(variant: str, code: int) -> tuple[int, ...]:
    """The five columns of a character; the lowest bit is at the top."""
    sign = READ[variant][code]
    if sign in _SIGNS:
        dots = _SIGNS[sign]
    elif 0x20 <= ord(sign) < 0x7F:
        start = 2 * COLUMNS * (ord(sign) - 0x20)
        dots = _DOTS[start : start + 2 * COLUMNS]
    else:
        dots = _FRAME
    return tuple(bytes.fromhex(dots))
