while True:
    if stop.value() == 0: goal = 0
    if speed < goal: speed += 2
    if speed > goal: speed -= 2
    fan.duty_u16(speed * 655)
    sleep_ms(100)
