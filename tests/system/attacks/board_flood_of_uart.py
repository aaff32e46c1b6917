# Tries: a board program that writes to its serial lines without pause, reads its own bytes back, sends breaks and changes the speed.
# Ends: the CPU limit of its submission; the limit of records per board.
### ATTACK
from machine import UART

lines = (
    UART(1, baudrate=5_000_000, tx=4, rx=4, txbuf=4096, rxbuf=4096),
    UART(2, baudrate=5_000_000, tx=16, rx=16, txbuf=4096, rxbuf=4096),
)
block = b"\x55" * 4000
speed = 0
while True:
    for line in lines:
        line.write(block)
        line.read()
        line.sendbreak()
        speed = (speed + 9601) % 5_000_000
        try:
            line.init(baudrate=300 + speed)
        except ValueError:
            pass
### END
