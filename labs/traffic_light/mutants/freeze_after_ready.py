# Misconception: sets its pins up, says that it is ready and loops for ever
from machine import Pin
from pins import LED_G, LED_R, LED_Y

lamps = [Pin(pin, Pin.OUT, value=0) for pin in (LED_R, LED_Y, LED_G)]
print("READY L02")
while True:
    pass
