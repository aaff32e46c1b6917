# Misconception: a comma of print joins two texts without a space.
import micropython
import time
from machine import Pin, Timer
from job import job_step
from pins import BTN_1, BTN_2, BUZZER, LED_G, LED_R, TIMER

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
    print("STOP t=", since_ready_ms)


def on_stop(pin):
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


def on_tick(timer):
    if running:
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
    if stop_button.value() == 0:  # STOP came between these two lines
        on_stop(stop_button)


print("READY L04")
ready_at = time.ticks_ms()
stop_button.irq(on_stop, Pin.IRQ_FALLING)
ticker = Timer(TIMER)
ticker.init(period=250, mode=Timer.PERIODIC, callback=on_tick)

while True:
    if running:
        job_step()
    elif start_pressed():
        restart()
    if buzzing and time.ticks_diff(time.ticks_ms(), stopped_at) >= BUZZ_MS:
        buzzing = False
        buzzer.off()
    if not running:
        time.sleep_ms(1)
