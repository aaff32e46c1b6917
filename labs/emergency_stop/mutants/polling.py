# Misconception: looking at the button between two steps of the job is soon enough.
import micropython
import time
from machine import Pin
from job import job_step
from pins import BTN_1, BTN_2, BUZZER, LED_G, LED_R

BUZZ_MS = 1000

stop_button = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
start_button = Pin(BTN_2, Pin.IN, Pin.PULL_UP)
led_g = Pin(LED_G, Pin.OUT, value=0)
led_r = Pin(LED_R, Pin.OUT, value=0)
buzzer = Pin(BUZZER, Pin.OUT, value=0)

running = True
buzzing = False
start_was_up = True
stopped_at = 0


def report(since_ready_ms):
    print("STOP t=%d" % since_ready_ms)


def stop():
    global running, buzzing, stopped_at
    if not running:
        return
    running = False
    led_g.off()
    led_r.on()
    buzzer.on()
    buzzing = True
    stopped_at = time.ticks_ms()
    micropython.schedule(report, time.ticks_diff(stopped_at, ready_at))


def tick():
    global toggled_at
    if time.ticks_diff(time.ticks_ms(), toggled_at) >= 250:
        toggled_at = time.ticks_ms()
        led_g.toggle()


def start_pressed():
    global start_was_up
    is_up = start_button.value()
    fresh = start_was_up and not is_up
    start_was_up = is_up
    return fresh and stop_button.value() == 1


def restart():
    global running
    led_r.off()
    running = True


print("READY L04")
ready_at = time.ticks_ms()
toggled_at = ready_at

while True:
    if running:
        job_step()
        tick()
        if stop_button.value() == 0:
            stop()
    elif start_pressed():
        restart()
    if buzzing and time.ticks_diff(time.ticks_ms(), stopped_at) >= BUZZ_MS:
        buzzing = False
        buzzer.off()
    if not running:
        time.sleep_ms(1)
