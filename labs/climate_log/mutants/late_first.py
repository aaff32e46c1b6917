# Misconception: one waits for the period first, and then reads.
import json
import time
import dht
from machine import Pin
from pins import DHT, LED_R

PERIOD_MS = 2000
FAILS_FOR_LED = 3
BACK_BELOW = 0.5

with open("cfg.json") as file:
    hot_c = json.load(file)["hot_c"]

sensor = dht.DHT22(Pin(DHT))
fault = Pin(LED_R, Pin.OUT, value=0)
seq = 0
failed = 0
armed = True


def since_ready():
    return time.ticks_diff(time.ticks_ms(), ready_at)


def log(t_ms, values, status):
    global seq
    print("%d,%d,%s,%s" % (seq, t_ms, values, status))
    seq += 1


def watch(celsius):
    global armed
    if armed and celsius > hot_c:
        print("ALARM HOT")
        armed = False
    elif celsius <= hot_c - BACK_BELOW:
        armed = True


def read():
    global failed
    try:
        sensor.measure()
    except Exception:  # no answer is an OSError, a wrong checksum a plain Exception
        failed += 1
        log(since_ready(), ",", "RETRY" if failed == 1 else "FAIL")
        if failed > FAILS_FOR_LED:  # the first one was RETRY
            fault.on()
        return
    failed = 0
    fault.off()
    celsius, percent = sensor.temperature(), sensor.humidity()
    log(since_ready(), "%.1f,%.1f" % (celsius, percent), "OK")
    watch(celsius)


print("READY L08")
ready_at = time.ticks_ms()
due = time.ticks_add(ready_at, PERIOD_MS)
time.sleep_ms(PERIOD_MS)

while True:
    read()
    due = time.ticks_add(due, PERIOD_MS)
    time.sleep_ms(max(0, time.ticks_diff(due, time.ticks_ms())))
