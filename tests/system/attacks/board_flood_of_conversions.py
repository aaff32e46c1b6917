# Tries: a board program that measures voltages without pause, at every analogue pin, while it moves them by its own outputs.
# Ends: the limit of records per board; the CPU limit of its submission.
### ATTACK
import time
from machine import ADC, DAC, Pin

inputs = [ADC(Pin(number), atten=ADC.ATTN_11DB) for number in (32, 33, 34, 35, 36, 39)]
outputs = (DAC(Pin(25)), DAC(Pin(26)))
level = 0
while time.ticks_ms() < 500:
    level = (level + 1) % 256
    for output in outputs:
        output.write(level)
    for one in inputs:
        one.read_u16()
        one.read_uv()
### END
