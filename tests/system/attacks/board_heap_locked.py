# Tries: a board program that fills its heap, locks it in a callback and then raises without end, so that no memory is left for any error.
# Ends: the chip's heap: a failed allocation ends the program, and the board goes on.
### ATTACK
import machine
import micropython


def locked(timer):
    micropython.heap_lock()
    raise ValueError("x" * 10_000)


machine.Timer(1).init(mode=machine.Timer.PERIODIC, period=1, callback=locked)
kept = []
while True:
    try:
        kept = [kept, bytearray(500)]
    except MemoryError:
        pass
### END
