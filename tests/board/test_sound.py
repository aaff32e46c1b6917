"""`machine.I2S` keeps its sample rate, and the trace has the sent samples."""

import numpy as np
import pytest

from hardware.bench.decode.sound import sound
from tests.support.rig import play, printed_lines

MAKE = """
from machine import I2S, Pin
import time
def make(mode, bits=16, format=I2S.STEREO, ibuf=2000):
    return I2S(0, sck=Pin(18), ws=Pin(19), sd=Pin(21), mode=mode, bits=bits, format=format,
               rate=8000, ibuf=ibuf)
"""
FAMILIES = pytest.mark.parametrize("family", ["esp32", "rp2"])


@FAMILIES
def test_sent_samples_take_their_time_and_are_in_the_trace(family: str) -> None:
    program = """
from array import array
out = make(I2S.TX)
tone = array('h', [n if side else -n for n in range(4000) for side in (0, 1)])
out.write(tone)
begin = time.ticks_us()
out.write(tone)
print(round(time.ticks_diff(time.ticks_us(), begin) / 1000))
"""
    trace = play(family, MAKE + program)
    assert printed_lines(trace) == ["500"], "half a second of sound after a full buffer"
    pieces = sound(trace)
    samples = np.concatenate([piece.samples for piece in pieces])
    assert samples.shape == (8000, 2)
    assert samples[4001].tolist() == [-1, 1]
    assert {(piece.rate_hz, piece.sd) for piece in pieces} == {(8000, 21)}


@FAMILIES
def test_recorded_samples_are_silence_at_the_same_rate(family: str) -> None:
    program = """
ear = make(I2S.RX, bits=32, format=I2S.MONO)
heard = bytearray(b'x' * 16000)
ear.readinto(heard)
begin = time.ticks_us()
got = ear.readinto(heard)
print(round(time.ticks_diff(time.ticks_us(), begin) / 1000), got, max(heard))
"""
    assert printed_lines(play(family, MAKE + program)) == ["500 16000 0"]


@FAMILIES
def test_a_callback_comes_when_the_buffer_has_all_samples(family: str) -> None:
    program = """
out = make(I2S.TX)
done = []
out.irq(lambda i2s: done.append(time.ticks_ms()))
begin = time.ticks_ms()
print(out.write(bytes(16000)), done)
time.sleep(1)
print(len(done), 400 < done[0] - begin < 500)
out.irq(None)
print(out.write(bytes(16)))
"""
    assert printed_lines(play(family, MAKE + program)) == ["16000 []", "1 True", "16"]


@FAMILIES
def test_an_asyncio_stream_writes_while_other_tasks_run(family: str) -> None:
    program = """
import asyncio
async def main():
    ticks = 0
    async def tick():
        nonlocal ticks
        while True:
            await asyncio.sleep_ms(10)
            ticks += 1
    other = asyncio.create_task(tick())
    out = asyncio.StreamWriter(make(I2S.TX))
    begin = time.ticks_ms()
    out.out_buf = bytes(32000)  # write() would wait: the class learns of asyncio in drain()
    await out.drain()
    spent = time.ticks_diff(time.ticks_ms(), begin)
    print(850 < spent <= 1000, ticks > 80)
asyncio.run(main())
"""
    assert printed_lines(play(family, MAKE + program)) == ["True True"]


@FAMILIES
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("make(9)", "ValueError: invalid mode"),
        ("make(I2S.TX, bits=24)", "ValueError: invalid bits"),
        ("make(I2S.TX).readinto(bytearray(4))", "OSError: [Errno 1] EPERM"),
        (
            "I2S(7, sck=18, ws=19, sd=21, mode=1, bits=16, format=1, rate=9, ibuf=9)",
            "ValueError: invalid id",
        ),
    ],
)
def test_wrong_arguments_raise_the_errors_of_the_chip(
    family: str, wrong: str, message: str
) -> None:
    assert message in printed_lines(play(family, MAKE + wrong))[-1]


@FAMILIES
def test_a_soft_reset_ends_a_sound(family: str) -> None:
    program = """
import machine, os
if 'again' not in os.listdir():
    open('again', 'w').close()
    out = make(I2S.TX)
    out.irq(lambda i2s: print('late'))
    out.write(bytes(16000))
    machine.soft_reset()
print('quiet')
"""
    assert printed_lines(play(family, MAKE + program)) == ["MPY: soft reboot", "quiet"]
