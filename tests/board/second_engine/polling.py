from machine import Pin
out = Pin(2, Pin.OUT, value=0)
lamp = Pin(3, Pin.OUT, value=0)
sense = Pin(6, Pin.IN)
seen = 0
for n in range(300):
    if n % 40 == 0:
        out.toggle()
    lamp(sense())
    seen += sense()
print(seen)
