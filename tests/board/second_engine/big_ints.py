from machine import Pin
pin = Pin(2, Pin.OUT, value=0)
f = 1
for n in range(1, 41):
    if n % 5 == 0:
        pin.toggle()
    f *= n
pin.toggle()
print(f)
pin.toggle()
