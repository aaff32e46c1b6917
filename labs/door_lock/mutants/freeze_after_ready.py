# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
from machine import PWM, Pin
from neopixel import NeoPixel
from pins import COL_1, COL_2, COL_3, COL_4, NEOPIXEL, ROW_1, ROW_2, ROW_3, ROW_4, SERVO

rows = [Pin(number, Pin.OPEN_DRAIN, value=1) for number in (ROW_1, ROW_2, ROW_3, ROW_4)]
columns = [Pin(number, Pin.IN, Pin.PULL_UP) for number in (COL_1, COL_2, COL_3, COL_4)]
pixels = NeoPixel(Pin(NEOPIXEL), 8)
servo = PWM(Pin(SERVO), freq=50, duty_ns=500_000)
print("READY L13")

while True:
    pass
