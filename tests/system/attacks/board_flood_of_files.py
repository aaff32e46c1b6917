# Tries: a board program that makes as many files and folders as its flash holds, with the longest names, deeper and deeper, and renames them without end.
# Ends: the board's flash is an image of the chip's size; it is read in another process.
### ATTACK
import os
import time

name = "n" * 200
made = 0
try:
    while time.ticks_ms() < 1200:
        made += 1
        with open(f"{made}{name}", "w") as file:
            file.write("x")
        os.rename(f"{made}{name}", f"{made}{name}y")
except OSError:
    pass
path = ""
try:
    while time.ticks_ms() < 1500:
        path += "/d"
        os.mkdir(path)
        os.chdir(path)
except OSError:
    pass
os.chdir("/")
### END
### BASE
