# Looks at STOP between two steps of the job only, and never starts again.
from job import job_step
from machine import Pin
from pins import BTN_1, LED_R

lamp = Pin(LED_R, Pin.OUT, value=0)
key = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
print("READY L04")
while key() == 1:
    job_step()
lamp(1)
while True:
    pass
