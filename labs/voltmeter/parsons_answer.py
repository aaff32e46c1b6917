while True:
    heat = motor_heat()
    if heat > 60:
        fan.on()
    elif heat < 50:
        fan.off()
