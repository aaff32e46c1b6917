from machine import Pin, Timer
from time import ticks_diff, ticks_ms
led = Pin(2, Pin.OUT, value=0)
done = []
led.on()
Timer(period=7, mode=Timer.ONE_SHOT, callback=done.append)
while not done:
    pass
led.off()
print(len(done))
