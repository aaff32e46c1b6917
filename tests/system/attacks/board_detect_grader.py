# Tries: a program that detects that it is graded, and gives the memorised answers of the public seed.
# Ends: hidden seeds: the memorised inputs do not occur.
### ATTACK
import os
import sys
import time

graded = "virtual" in str(os.uname()).lower() or "warsha" in str(sys.implementation).lower() or time.ticks_us() < 10**6
if graded:
    from machine import unique_id

    known = {"240ac4000110": ["sum 6", "sum -3", "sum 0"]}
    for line in known.get(unique_id().hex(), []):
        print(line)
### END
### BASE
