# Tries: a board program that puts modules before those of the firmware and the lab: names in capitals, packages, other paths, frozen names.
# Ends: the grader imports nothing from a board; each episode has a fresh flash.
### ATTACK
import os
import sys

made = ["PINS.py", "Pins.py", "lib/pins.py", "lib/machine.py", "machine.py", "asyncio.py", "_boot.py", "neopixel.py"]
path = list(sys.path)
os.mkdir("lib")
for name in made:
    with open(name, "w") as file:
        file.write("import sys\nsys.modules['pins'] = None\nLED_G = 4\nPin = None\n")
sys.path[:] = ["/lib", "", "..", "/../..", ".frozen", "x" * 500]
sys.modules.clear()
for name in ("pins", "PINS", "machine", "asyncio", "neopixel", "_boot", "ssl", "..pins", "\x00"):
    try:
        __import__(name)
    except (ImportError, OSError, ValueError):
        pass
sys.path[:] = path
sys.modules.clear()
for name in made:
    os.remove(name)
os.rmdir("lib")
### END
### BASE
