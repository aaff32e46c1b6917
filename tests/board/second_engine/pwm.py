from machine import PWM, Pin
mark = Pin(3, Pin.OUT, value=0)
sense = Pin(6, Pin.IN)
pwm = PWM(Pin(2), freq=1000, duty_u16=16384)
while not sense():
    pass
while sense():  # the first pulse is no whole one everywhere
    pass
for _ in range(6):
    while not sense():
        pass
    mark.on()
    while sense():
        pass
    mark.off()
pwm.deinit()
