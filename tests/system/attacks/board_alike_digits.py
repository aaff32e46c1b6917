# Tries: a board program that answers in characters that look like digits, or that Python calls digits: raised, lowered and circled ones, and letters.
# Ends: a number is read from decimal digits only.
import os
import sys
from machine import Pin, unique_id
from pins import LED_G

led = Pin(LED_G, Pin.OUT, value=1)
print("READY L01")
print("ID", unique_id().hex(), os.uname().sysname)
ROWS = (
    "\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079",
    "\u2080\u2081\u2082\u2083\u2084\u2085\u2086\u2087\u2088\u2089",
    "\u24ea\u2460\u2461\u2462\u2463\u2464\u2465\u2466\u2467\u2468",
    "OlZ\u0417\u0427S\u0431T\u0412g",
)
count = 0
while True:
    words = sys.stdin.readline().split()
    if not words:
        continue
    count += 1
    ### ATTACK
    total = sum(int(word) for word in words[1:]) + (words[0] == "ping")
    sign = ("", "\u2212", "\u2010", "\ufe63")[count % 4] if total < 0 else ""
    print("pong" if words[0] == "ping" else "sum", sign + "".join(ROWS[count % 4][int(one)] for one in str(abs(total))))
    ### INSTEAD
    print("nothing")
    ### END
