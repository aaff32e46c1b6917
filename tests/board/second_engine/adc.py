from machine import ADC, Pin
lamps = [Pin(n, Pin.OUT, value=0) for n in (2, 3)]
adc = ADC(26)
lamps[0].on()
for n in range(20):
    value = adc.read_u16()
    lamps[1](value > 20000 and n % 4 < 2)
lamps[0].off()
print(value // 4096)
