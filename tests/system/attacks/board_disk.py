# Tries: a board program that fills its disk while it starts, and tries to fill the disk of the host.
# Ends: the board's flash is an image of the chip's size.
### ATTACK
import os
import time

end = time.ticks_add(time.ticks_ms(), 1000)
try:
    with open("big", "w") as file:
        file.seek(1 << 30)
except OSError:
    pass
try:
    with open("big", "w") as file:
        while time.ticks_diff(end, time.ticks_ms()) > 0:
            file.write("x" * 4096)
except OSError:
    pass
os.remove("big")
### END
### BASE
