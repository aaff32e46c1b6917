parts = 0
def on_part(sensor):
    global parts
    parts += 1
eye.irq(on_part, Pin.IRQ_RISING)
while True:
    sleep(1); print(parts)
