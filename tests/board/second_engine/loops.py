from machine import Pin
pin = Pin(2, Pin.OUT, value=0)
total = 0
for i in range(8):
    pin.toggle()
    for k in range(60):
        if k % 3 == 0:
            continue
        total += i * k
    n = 30
    while n:
        n -= 1
print(total)
