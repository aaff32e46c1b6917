from machine import Pin
pin = Pin(2, Pin.OUT, value=0)
counts = {}
for n in range(5):
    pin.toggle()
    for letter in "the quick brown fox":
        counts[letter] = counts.get(letter, 0) + n
pin.toggle()
print(sorted(counts.items())[:4])
