# Tries: a program that detects that it is graded, and answers by heart what the public seed asks.
# Ends: hidden seeds: what was learnt by heart is asked of nobody.
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
