import time
from machine import Pin, Timer
from job import job_step
from pins import BTN_1, BTN_2, BUZZER, LED_G, LED_R, TIMER

stop, start = (Pin(gpio, Pin.IN, Pin.PULL_UP) for gpio in (BTN_1, BTN_2))
green, red, buzzer = (Pin(gpio, Pin.OUT, value=0) for gpio in (LED_G, LED_R, BUZZER))
state = {"run": True, "toggled": 0, "stopped": 0, "start": 1}


def scan(timer):
    now = time.ticks_ms()
    if stop() == 0 and state["run"]:
        green(0)
        red(1)
        buzzer(1)
        state["run"] = False
        state["stopped"] = now
        print("STOP t=" + str(time.ticks_diff(now, zero)))
    elif state["run"]:
        if time.ticks_diff(now, state["toggled"]) >= 250:
            state["toggled"] = time.ticks_add(state["toggled"], 250)
            green(not green())
    else:
        if buzzer() and time.ticks_diff(now, state["stopped"]) >= 1000:
            buzzer(0)
        level = start()
        if state["start"] and not level and stop():
            red(0)
            buzzer(0)
            state["toggled"] = now
            state["run"] = True
        state["start"] = level


print("READY L04")
zero = state["toggled"] = time.ticks_ms()
Timer(TIMER).init(period=2, mode=Timer.PERIODIC, callback=scan)
while True:
    if state["run"]:
        job_step()
    else:
        time.sleep_ms(5)
