# Tries: a board program that sleeps deeply, lets its watchdog bite and resets itself in turn, with a count in the memory that a reset keeps.
# Ends: the wall and trace limits of its submission; a board that resets itself stays in its process.
### ATTACK
import machine

clock = machine.RTC()
count = int(clock.memory() or b"0") + 1
clock.memory(str(count).encode())
if count % 3 == 0:
    machine.deepsleep(1)
if count % 3 == 1:
    machine.WDT(timeout=1)
    while True:
        pass
machine.soft_reset()
### END
