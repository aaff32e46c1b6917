# Tries: a board program that moves the cursor, erases and overprints, so that a line reads differently on a terminal than what was sent.
# Ends: the bytes of a line count, not what a terminal would show.
import os
import sys
from machine import Pin, unique_id
from pins import LED_G

led = Pin(LED_G, Pin.OUT, value=1)
print("READY L01")
print("ID", unique_id().hex(), os.uname().sysname)
numbers = 0
while True:
    words = sys.stdin.readline().split()
    if not words:
        continue
    if words[0] == "ping":
        number = int(words[1]) + 1
        ### ATTACK
        for text in (f"pong 1\rpong {number}", f"pong 12\b\b{number}", f"x\x1b[1Gpong {number}", f"\x1b[2K\x1b[Apong {number}\x1b[K", f"pong {number}\x7f", f"pong 5\x1b[1D{number}"):
            print(text)
        ### INSTEAD
        print("pong", number, "or not")
        ### END
