from machine import Pin
pin = Pin(2, Pin.OUT, value=0)
numbers = [(n * 37) % 101 for n in range(60)]
for part in (numbers[:20], numbers[20:40], numbers):
    pin.on()
    ordered = sorted(part)
    pin.off()
    total = sum(ordered[::2]) + max(part) - min(part)
    print(total, 50 in part)
