from machine import Pin
pin = Pin(2, Pin.OUT, value=0)
lines = []
for n in range(6):
    pin.toggle()
    for k in range(5):
        lines.append("%d:%s" % (n, "ab" * k))
    lines = ",".join(lines).upper().split(",")
pin.toggle()
print(len(lines), lines[-1])
