# Misconception: it does not matter who answers on the wire; a program can answer for the sensor.
import time
from machine import Pin
from pins import DHT, LED_R

PERIOD_MS = 2000

wire = Pin(DHT, Pin.OPEN_DRAIN, value=1)
fault = Pin(LED_R, Pin.OUT, value=0)


def answer(tenths, percent, error):
    data = [percent * 10 >> 8, percent * 10 & 255, tenths >> 8, tenths & 255]
    wire.init(Pin.OUT, value=0)
    time.sleep_ms(2)
    wire(1)
    time.sleep_us(20)
    if tenths >= 0:
        data.append(sum(data) + error & 255)
        wire(0)
        time.sleep_us(80)
        wire(1)
        time.sleep_us(80)
        for byte in data:
            for place in range(7, -1, -1):
                wire(0)
                time.sleep_us(50)
                wire(1)
                time.sleep_us(70 if byte >> place & 1 else 15)
        wire(0)
        time.sleep_us(50)
        wire(1)
    time.sleep_ms(5)  # the sensor's own answer is over then
    wire.init(Pin.OPEN_DRAIN, value=1)


print("READY L08")
due = ready_at = time.ticks_ms()
seq = 0

while True:
    t_ms = time.ticks_diff(time.ticks_ms(), ready_at)
    celsius = 60 if seq > 10 else 20
    failing = seq in (3, 6)
    answer(-1 if seq == 6 else 10 * celsius, 40, seq == 3)
    if failing:
        print("%d,%d,,,RETRY" % (seq, t_ms))
    else:
        print("%d,%d,%.1f,40.0,OK" % (seq, t_ms, celsius))
    if seq == 11:
        print("ALARM HOT")
    seq += 1
    due = time.ticks_add(due, PERIOD_MS)
    time.sleep_ms(max(0, time.ticks_diff(due, time.ticks_ms())))
