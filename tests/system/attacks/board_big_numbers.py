# Tries: a board program with huge integers, so that one operation of C code runs so long that the class must wait, and no limit of virtual time stops it.
# Ends: such an operation takes virtual time, too; the chip's heap bounds a number; the CPU limit of a board.
### ATTACK
one, number = 1, 3
for _ in range(16):
    number *= number
for act in (
    lambda: str(number),
    lambda: pow(3, number, 7),
    lambda: number % (one + 996) ** 97,
    lambda: int("9" * 3000),
    lambda: one << number,
    lambda: (one + 9) ** 100_000,
    lambda: range(number),
    lambda: "x" * (one << 29),
    lambda: [0] * (one << 29),
    lambda: float("1" + "0" * 5000),
    lambda: "%.1000000f" % 1e300,
    lambda: f"{1:>100000000}",
):
    try:
        act()
    except (MemoryError, OverflowError, ValueError, RuntimeError, TypeError):
        pass
### END
