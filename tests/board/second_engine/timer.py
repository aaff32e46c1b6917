from machine import Pin, Timer
from time import sleep_ms
led = Pin(2, Pin.OUT, value=0)
timer = Timer(period=3, callback=lambda t: led.toggle())
sleep_ms(20)
timer.deinit()
led.off()
