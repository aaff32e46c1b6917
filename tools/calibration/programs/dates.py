"""Dates and times as text, there and back."""

import time


def run():
    lines = []
    for day in range(12):
        t = time.localtime(day * 86400 * 30 + day * 3661)
        lines.append("{:04d}-{:02d}-{:02d} {:02d}:{:02d}:{:02d}".format(*t[:6]))
    back = []
    for line in lines:
        date, clock = line.split(" ")
        year, month, day = [int(part) for part in date.split("-")]
        hour, minute, second = [int(part) for part in clock.split(":")]
        back.append(time.mktime((year, month, day, hour, minute, second, 0, 0)))
    assert back == sorted(back)
