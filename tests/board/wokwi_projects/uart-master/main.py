"""One asks, the other answers: two UARTs of a board with a wire each way between them."""

import time

from machine import UART

PERIOD_MS, PATIENCE_MS = 3000, 500
master = UART(1, 9600, tx=4, rx=5)
slave = UART(2, 9600, tx=17, rx=16)
sensors = {"TEMP": lambda: 44.0 + time.ticks_ms() % 5000 / 1000, "LIGHT": lambda: 72.1}


def serve():
    """The slave's turn: it speaks only when it was asked."""
    asked = slave.readline() if slave.any() else None
    if asked:
        word, _, name = asked.decode().strip().partition(":")
        known = word == "ASK" and name in sensors
        slave.write(f"DATA:{name}:{sensors[name]():.1f}\n" if known else f"ERROR:{name}\n")


def ask(name):
    """The master's turn; None when no answer comes in time."""
    master.write(f"ASK:{name}\n")
    until = time.ticks_add(time.ticks_ms(), PATIENCE_MS)
    answer = ""
    while not answer.endswith("\n") and time.ticks_diff(until, time.ticks_ms()) > 0:
        time.sleep_ms(20)
        serve()
        answer += (master.read() or b"").decode()
    return answer.strip() or None


print("begin")
time.sleep(1)
while True:
    begun = time.ticks_ms()
    for name in ("TEMP", "LIGHT", "SMELL"):
        print(name, "->", ask(name))
    time.sleep_ms(PERIOD_MS - time.ticks_diff(time.ticks_ms(), begun))
