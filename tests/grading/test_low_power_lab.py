"""L16: a right program that is written in another way, and programs that only seem to work."""

from grader.authoring.lab_check import host_of, programs
from grader.host.host_functions import HostCode
from grader.lab.lab import find
from grader.score.results import LabScore
from grader.score.score import score

LAB = find("low_power")
STRUCT = """
from machine import RTC, WDT, Pin, deepsleep, lightsleep, reset_cause, wake_reason
import machine, esp32, struct, ujson, ubinascii, time, gc
wdt = WDT(timeout=8000)
esp32.wake_on_ext0(pin=Pin(32, Pin.IN, Pin.PULL_UP), level=esp32.WAKEUP_ALL_LOW)
print("READY L16")
import sensor, uplink

cfg = {"period_s": 60, "mode": "deep", "id": "factory"}
try:
    raw = open("cfg.json", "rb").read().strip()
    crc, _, body = raw[1:-1].partition(b", ")
    if int(crc) == ubinascii.crc32(body) & 0xFFFFFFFF:
        cfg = ujson.loads(body)
except Exception as error:
    print(error)

FORM = "<QIB9H"
rtc = RTC()
begun, sent, count, values = time.time_ns(), 0, 0, [0] * 9
goes_on = reset_cause() in (machine.DEEPSLEEP_RESET, machine.WDT_RESET)
if goes_on and len(rtc.memory()) == struct.calcsize(FORM):
    begun, sent, count, *values = struct.unpack(FORM, rtc.memory())

def turn():
    global sent, count
    value = sensor.measure()
    pressed = wake_reason() == 2
    if pressed:
        r = [value]
    else:
        values[count] = value
        count += 1
        r = values[:5]
    why = "btn" if pressed else "timer"
    if pressed or count >= 5:
        try:
            uplink.send({"v": 1, "id": cfg["id"], "seq": sent + 1, "why": why, "r": r})
            sent += 1
            if not pressed:
                count -= 5
                values[:4] = values[5:]
        except OSError:
            print("kept")
    rtc.memory(struct.pack(FORM, begun, sent, count, *values))
    wdt.feed()
    period = cfg["period_s"] * 1_000_000_000
    return (period - (time.time_ns() - begun) % period) // 1_000_000 + 1

while True:
    left = turn()
    (lightsleep if cfg["mode"] == "light" else deepsleep)(left)
"""


def marks(program: str, *seeds: int) -> LabScore:
    host = HostCode(host_of(programs(LAB)["reference"]))
    return score(LAB, "esp32", {"main.py": program.encode()}, seeds, predicted=True, host=host)


def test_a_right_program_of_another_kind_gets_all_points() -> None:
    """It packs its state, prints READY at each start, and begins with the watchdog."""
    assert marks(STRUCT, 21).points == 20


def test_a_program_that_sleeps_but_takes_no_readings_gets_no_points_for_its_sleep() -> None:
    idle = STRUCT.replace("value = sensor.measure()", "value = 700")
    found = marks(idle, 22).items
    assert [found[item].points for item in "abcd"] == [0, 0, 0, 0]


def test_a_reset_by_the_program_is_not_the_watchdog() -> None:
    """A timer resets the board after seven seconds."""
    timer = STRUCT.replace(
        "wdt = WDT(timeout=8000)",
        "machine.Timer(0, mode=0, period=7000, callback=lambda t: machine.reset())\n"
        "class wdt:\n    feed = staticmethod(lambda: None)",
    )
    found = marks(timer, 23).items["d"]
    assert (found.points, found.key) == (0, "other_reset")
