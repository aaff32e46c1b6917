# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
import network
import pins
from machine import PWM, Pin

gate = PWM(Pin(pins.SERVO), freq=50, duty_ns=500_000)
buzzer = PWM(Pin(pins.BUZZER), freq=2000, duty_u16=0)
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
print("READY C3")

while True:
    pass
