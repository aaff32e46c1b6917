"""A control loop: averages of readings, hysteresis, a pin, and a log as text."""

from machine import ADC, Pin


class Thermostat:
    def __init__(self, low, high):
        self.low, self.high = low, high
        self.heater = Pin(5, Pin.OUT)
        self.readings = []
        self.log = []

    def read(self, adc):
        self.readings.append(adc.read_u16() * 3.3 / 65535)
        if len(self.readings) > 8:
            self.readings.pop(0)
        return sum(self.readings) / len(self.readings)

    def update(self, n, value):
        if value < self.low:
            self.heater.on()
        elif value > self.high:
            self.heater.off()
        if n % 10 == 0:
            self.log.append("{:4d} {:.2f} {}".format(n, value, self.heater.value()))


def run():
    adc = ADC(26)
    control = Thermostat(1.0, 2.0)
    for n in range(60):
        control.update(n, control.read(adc))
    return "\n".join(control.log)
