"""An alarm that is set many times: it fires at the last time, and the queue stays short."""

import random
from collections.abc import Callable

from hardware.bench.events import EventQueue
from hardware.bench.parts.common.alarm import Alarm


class Clock:
    """A clock with an event queue."""

    def __init__(self) -> None:
        self.now_ns = 0
        self.queue = EventQueue()
        self.asked = 0

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        self.asked += 1
        self.queue.add(t_ns, fn)

    def run(self, until_ns: int) -> None:
        while self.queue.next_ns <= until_ns:
            self.now_ns = self.queue.next_ns
            self.queue.pop()()
        self.now_ns = until_ns


def test_an_alarm_fires_at_the_last_time_that_was_set() -> None:
    chance, clock, rang = random.Random(3), Clock(), list[int]()
    alarm = Alarm(clock, lambda: rang.append(clock.now_ns))
    due = None
    for _step in range(2000):
        if due is not None and due <= clock.now_ns:
            assert rang == [due]
            due = None
        else:
            assert rang == []
        rang.clear()
        if chance.random() < 0.1:
            alarm.clear()
            due = None
        elif chance.random() < 0.5:
            due = clock.now_ns + chance.randrange(1, 50)
            alarm.set(due)
        clock.run(clock.now_ns + chance.randrange(5))


def test_endless_setting_does_not_fill_the_queue() -> None:
    clock = Clock()
    alarm = Alarm(clock, lambda: None)
    for number in range(1000):
        alarm.set(1000 + number)
    assert clock.asked == 1
