# Misconception: hex() writes every byte with two digits.
import os
import sys
from machine import Pin, unique_id
from pins import LED_G

led = Pin(LED_G, Pin.OUT, value=1)
print("READY L01")
print("ID", "".join(hex(byte)[2:] for byte in unique_id()), os.uname().sysname)

while True:
    words = sys.stdin.readline().split()
    if not words:
        continue  # CR LF is read as two line ends: the second line is empty
    if words[0] == "ping":
        print("pong", int(words[1]) + 1)
    elif words[0] == "sum":
        print("sum", sum(int(word) for word in words[1:]))
