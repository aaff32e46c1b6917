# Tries: a board program that sends frames to thousands of pixels, trains of pulses and sound without pause.
# Ends: the limit of records per board; bytes of a frame become edges only where a check asks for them.
### ATTACK
import esp32
import machine
from machine import I2S, Pin
from neopixel import NeoPixel

strip = NeoPixel(Pin(4), 3000)
train = esp32.RMT(0, pin=Pin(13), clock_div=1)
sound = I2S(0, sck=Pin(14), ws=Pin(16), sd=Pin(17), mode=I2S.TX, bits=32, format=I2S.STEREO, rate=96_000, ibuf=8000)
block = bytearray(8000)
while True:
    strip.fill((170, 85, 255))
    strip.write()
    machine.bitstream(Pin(18), 0, (1, 1, 1, 1), block[:500])
    train.write_pulses((1, 2) * 60, 1)
    sound.write(block)
### END
