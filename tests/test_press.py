"""A hand on a live bench: a press is seen by a program that only looks."""

import pytest
from workbench import PINS, circuit

from hardware.bench.bench import Mode
from hardware.bench.serving.live_bench import LiveBench
from hardware.wire.board import Board

LOOKS = """
from machine import Pin
import time
button = Pin({pin}, Pin.IN, Pin.PULL_UP)
while True:
    if not button.value():
        print('PRESSED')
        time.sleep_ms(200)  # until it has stopped bouncing
    time.sleep_ms(1)
"""


@pytest.mark.parametrize("mode", ["virtual", "realtime"])
def test_a_short_press_after_a_quiet_while_is_seen(mode: Mode) -> None:
    program = LOOKS.format(pin=PINS["esp32"]["BTN"]).encode()
    with LiveBench(circuit("esp32").diagram, mode=mode) as bench, Board(bench.connect()) as board:
        board.files.put("main.py", program)
        board.boot_detached()
        for _ in range(3):
            assert board.serial.readline(0.4) == ""  # the bench hears nothing meanwhile
            bench.press("btn1", 0.05)
            assert board.serial.readline(5) == "PRESSED"
