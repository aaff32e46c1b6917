# Tries: a board program that changes frequencies and duties of eight PWM outputs without pause, each change a new train of edges.
# Ends: the limit of records per board; edges of PWM are calculated only where a check asks for them.
### ATTACK
from machine import PWM, Pin

outputs = [PWM(Pin(number), freq=40_000, duty_u16=32768) for number in (4, 5, 13, 14, 16, 17, 18, 19)]
turn = 0
while True:
    for output in outputs:
        turn += 1
        output.duty_u16(turn * 7919 % 65536)
        try:
            output.freq(1000 + turn * 131 % 39_000)
        except ValueError:
            pass
### END
