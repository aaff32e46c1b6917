# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
import json
import ain
from machine import PWM, Pin
from pins import BTN_1, LED_G, SERVO

with open("servo.json") as file:
    us_0 = json.load(file)["us_0"]
led = PWM(Pin(LED_G), freq=1000, duty_u16=0)
servo = PWM(Pin(SERVO), freq=50, duty_u16=us_0 * 65535 // 20_000)
button = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
print("READY L06")

while True:
    pass
