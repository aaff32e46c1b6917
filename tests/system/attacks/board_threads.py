# Tries: a board program with the most timers, interrupts and threads possible, each of which starts more.
# Ends: the chip's heap; the CPU, wall and trace limits of its submission.
### ATTACK
print("READY L01")
import machine
import _thread
import micropython


def more(_=None):
    try:
        micropython.schedule(more, 0)
        _thread.start_new_thread(more, ())
    except Exception:
        pass


for number in range(4):
    machine.Timer(number).init(freq=10000, mode=machine.Timer.PERIODIC, callback=more)
while True:
    more()
### INSTEAD
print("READY L01")
while True:
    pass
### END
