# Tries: a board program that allocates all memory, many times.
# Ends: the chip's heap; the memory limit.
### ATTACK
import gc

for _ in range(3):
    kept = []
    try:
        while True:
            kept.append(bytearray(4096))
    except MemoryError:
        kept = None
        gc.collect()
### END
### BASE
