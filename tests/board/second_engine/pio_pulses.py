import rp2
from machine import Pin

# One state machine sends pulses, another one measures them, while the processor sorts.
@rp2.asm_pio()
def widths():
    wrap_target()
    mov(x, invert(null))
    wait(0, pin, 0)
    label("low")
    jmp(pin, "high")
    jmp(x_dec, "low")
    label("high")
    mov(isr, invert(x))
    push(noblock)
    wrap()
@rp2.asm_pio(set_init=rp2.PIO.OUT_HIGH)
def pulses():
    set(x, 3)
    label("more")
    set(pins, 0) [24]
    set(pins, 1) [24]
    jmp(x_dec, "more")
    label("end")
    jmp("end")
heard = Pin(6, Pin.IN)
ear = rp2.StateMachine(0, widths, freq=10_000_000, in_base=heard, jmp_pin=heard)
mouth = rp2.StateMachine(4, pulses, freq=1_000_000, set_base=Pin(2))
ear.active(1)
mouth.active(1)
sorted(n * 7919 % 1000 for n in range(200))
print([ear.get() // 5 for _ in range(ear.rx_fifo())])
