import rp2
from machine import Pin

# DMA stores the samples of one state machine, which looks at the pulses of another one, while the processor sorts.
@rp2.asm_pio(in_shiftdir=rp2.PIO.SHIFT_LEFT, autopush=True, push_thresh=32)
def sample():
    in_(pins, 1)
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def pulses():
    set(x, 5)
    label("more")
    set(pins, 1) [9]
    set(pins, 0) [24]
    jmp(x_dec, "more")
    label("end")
    jmp("end")
samples = bytearray(40)
dma = rp2.DMA()
eye = rp2.StateMachine(0, sample, freq=1_000_000, in_base=Pin(6, Pin.IN))
dma.config(read=eye, write=samples, count=10, ctrl=dma.pack_ctrl(inc_read=False, treq_sel=4), trigger=True)
mouth = rp2.StateMachine(4, pulses, freq=1_000_000, set_base=Pin(2))
eye.active(1)
mouth.active(1)
sorted(n * 7919 % 1000 for n in range(300))
bits = ""
for at in range(0, 40, 4):
    bits += "{:032b}".format(int.from_bytes(samples[at:at + 4], "little"))
print([len(run) for run in bits.replace("10", "1 0").replace("01", "0 1").split()][1:-1], dma.active())
