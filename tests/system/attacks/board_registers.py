# Tries: a board program that writes raw memory at the addresses of registers, flash, code and stack, in every width.
# Ends: only modelled registers have an effect; every other address raises an error.
### ATTACK
import machine

PLACES = (
    0, 1, -1, -4, 2**32, 2**63, 0x3FF00000, 0x3FF48000, 0x3FF5A000, 0x3FF5F064, 0x3FF60000, 0x3FFB0000,
    0x3FFE0000, 0x40000000, 0x40070000, 0x400D0000, 0x50000000, 0x60000000, 0x08048000, 0xC0000000, 0xFFFFFFFC,
)
for memory, width in ((machine.mem8, 1), (machine.mem16, 2), (machine.mem32, 4)):
    for place in PLACES:
        for offset in (0, width, 3, 0x100):
            for act in (
                lambda: memory[place + offset],
                lambda: memory.__setitem__(place + offset, 0xFFFFFFFF),
                lambda: memory.__setitem__(place + offset, -1),
            ):
                try:
                    act()
                except (NotImplementedError, ValueError, OverflowError, TypeError, AttributeError):
                    pass
### END
### BASE
