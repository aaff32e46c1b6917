# Misconception: bytes and text are printed alike.
import os
from binascii import hexlify
import sys
from machine import Pin, unique_id
from pins import LED_G

led = Pin(LED_G, Pin.OUT, value=1)
print("READY L01")
print("ID", hexlify(unique_id()), os.uname().sysname)

while True:
    words = sys.stdin.readline().split()
    if not words:
        continue  # CR LF is read as two line ends: the second line is empty
    if words[0] == "ping":
        print("pong", int(words[1]) + 1)
    elif words[0] == "sum":
        print("sum", sum(int(word) for word in words[1:]))
