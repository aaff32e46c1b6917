# The "predict" question: a node that works for one second each minute. It waits in deep sleep ten
# times, and then in time.sleep().
import machine
import time

rtc = machine.RTC()
turns = int(rtc.memory() or b"0")


def work():
    print("work")
    time.sleep(1)
    print("wait")


if turns < 10:
    work()
    rtc.memory(str(turns + 1))
    machine.deepsleep(59_000)
while True:
    work()
    time.sleep(59)
