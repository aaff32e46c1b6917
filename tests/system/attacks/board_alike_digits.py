# Tries: a board program that answers in digits of other alphabets, wide letters and with invisible signs, which Python reads as the same numbers.
# Ends: a reply is ASCII, by an exact pattern.
import os
import sys
from machine import Pin, unique_id
from pins import LED_G

led = Pin(LED_G, Pin.OUT, value=1)
print("READY L01")
print("ID", unique_id().hex(), os.uname().sysname)
ROWS = (0x660, 0x6F0, 0x966, 0xFF10, 0x1D7CE)
count = 0
while True:
    words = sys.stdin.readline().split()
    if not words:
        continue
    count += 1
    ### ATTACK
    total = sum(int(word) for word in words[1:]) + (words[0] == "ping")
    digits = "".join(chr(ROWS[count % 5] + int(one)) for one in str(abs(total)))
    sign = ("", "\u2212", "\u2010", "\ufe63")[count % 4] if total < 0 else ""
    print(("pong " if words[0] == "ping" else "sum\u00a0") + sign + digits)
    ### INSTEAD
    print("nothing")
    ### END
