# Tries: a board program that cannot be interrupted, with handlers that go on after every error.
# Ends: the episode's end in virtual time; the CPU limit.
### ATTACK
import machine
import micropython

micropython.kbd_intr(-1)
### INSTEAD
print("READY L01")
while True:
    pass
### END
print("READY L01")
while True:
    try:
        while True:
            pass
    except BaseException:
        continue
