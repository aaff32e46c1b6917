# LEDs of the kind APA106: like NeoPixels, with the colours in the order red, green, blue.
from neopixel import NeoPixel


class APA106(NeoPixel):
    ORDER = (0, 1, 2, 3)
