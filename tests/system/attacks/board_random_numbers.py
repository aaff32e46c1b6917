# Tries: a board program that searches for its seed: it compares random numbers, noise and times with those of a thousand seeds, to know the inputs beforehand.
# Ends: the random numbers of a board are not those of the scenario; seeds need the secret.
### ATTACK
import os
import random
import time
from machine import ADC, Pin, unique_id

seen = os.urandom(8) + unique_id() + bytes([random.getrandbits(8), ADC(Pin(34)).read_u16() & 255])
seen += time.ticks_us().to_bytes(4, "little")
for seed in range(1000):
    random.seed(seed)
    if random.getrandbits(32).to_bytes(4, "little") in seen:
        print("ping", seed)
        for _ in range(12):
            print("pong", random.randrange(1_000_000))
### END
### BASE
