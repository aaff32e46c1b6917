"""DMA on the Pico (RP2040 datasheet 2.5), as rp2.DMA gives it to a program."""

import pytest

from tests.board.test_pio import lines, run
from tests.support.rig import PINS, Hand

SAMPLER = """
import array, uctypes
@asm_pio(in_shiftdir=PIO.SHIFT_LEFT, autopush=True, push_thresh=32, fifo_join=PIO.JOIN_RX)
def sample():
    in_(pins, 1)
"""
"""Looks at a pin once a cycle."""


def test_a_logic_analyser_fills_a_ring_while_the_processor_is_busy() -> None:
    """DMA takes the samples of 1 MHz; the ring is 256 bytes, and so has the last 2.048 ms."""
    program = (
        SAMPLER
        + """
button = Pin(BTN, Pin.IN, Pin.PULL_UP)
room = bytearray(512)
first = uctypes.addressof(room) + 255 & ~255
sm = StateMachine(0, sample, freq=1_000_000, in_base=button)
dma = rp2.DMA()
ctrl = dma.pack_ctrl(inc_read=False, ring_sel=True, ring_size=8, treq_sel=4)
dma.config(read=sm, write=first, count=1 << 20, ctrl=ctrl, trigger=True)
time.sleep_ms(500 - time.ticks_ms())
sm.active(1)
sorted([n * 7919 % 1000 for n in range(300)])
time.sleep_us(520_700 - time.ticks_us())
sm.active(0)
end = dma.write - first
ring = uctypes.bytearray_at(first, 256)
words = [int.from_bytes(ring[at:at + 4], "little") for at in range(0, 256, 4)]
words = words[end // 4:] + words[:end // 4]
bits = "".join("{:032b}".format(word) for word in words)
print([len(run) for run in bits.replace("10", "1 0").replace("01", "0 1").split()][1:-1])
"""
    )
    times = [519 + edge * 0.1 for edge in range(14)]
    hands = [Hand(t, "btn", "pressed", 1 - edge % 2) for edge, t in enumerate(times)]
    (line,) = lines(program, 1000, *hands)
    assert eval(line) == pytest.approx([100] * 13, abs=1)


def test_a_buffer_is_sent_without_the_processor() -> None:
    program = """
@asm_pio(out_init=PIO.OUT_LOW, out_shiftdir=PIO.SHIFT_RIGHT, autopull=True, pull_thresh=8)
def wave():
    out(pins, 1) [9]
data = bytes(0b01010101 for _ in range(100))
sm = StateMachine(1, wave, freq=1_000_000, out_base=Pin(FREE))
dma = rp2.DMA()
dma.config(read=data, write=sm, count=len(data),
           ctrl=dma.pack_ctrl(size=0, inc_write=False, treq_sel=1), trigger=True)
sm.active(1)
until = time.ticks_add(time.ticks_ms(), 20)
while time.ticks_diff(until, time.ticks_ms()) > 0:
    pass
print(dma.active(), dma.count)
"""
    trace = run(program)
    edges = trace.edges(PINS["rp2"]["FREE"])
    gaps = {int(gap) for gap in edges.t_ns[2:] - edges.t_ns[1:-1]}
    assert gaps == {10_000}
    assert len(edges.rising()) == 400
    assert next(line.text for line in trace.lines()) == "False 0"


def test_channels_chain_and_interrupt() -> None:
    program = """
import array
source, middle, target = bytes(range(64)), bytearray(64), bytearray(64)
ended = []
second = rp2.DMA()
second.irq(lambda dma: ended.append(dma.channel))
second.config(read=middle, write=target, count=16, ctrl=second.pack_ctrl(irq_quiet=False))
first = rp2.DMA()
ctrl = first.pack_ctrl(chain_to=0, bswap=True)
first.config(read=source, write=middle, count=16, ctrl=ctrl, trigger=True)
time.sleep_ms(1)
print(target[:8], ended, first, first.active())
first.close()
try:
    first.count
except ValueError as error:
    print(error)
"""
    target = bytes([3, 2, 1, 0, 7, 6, 5, 4])
    assert lines(program) == [f"bytearray({target!r}) [0] DMA(1) False", "channel closed"]


def test_a_list_of_control_blocks() -> None:
    """One channel writes addresses into the registers of another one, which starts it."""
    program = """
import array, uctypes
texts = [b"one ", b"two ", b"end."]
target = bytearray(12)
worker, clerk = rp2.DMA(), rp2.DMA()
ended = []
worker.irq(lambda dma: ended.append(1))  # by the address 0 at the end of the list
blocks = array.array("I", [uctypes.addressof(text) for text in texts] + [0])
worker.config(write=target, count=1, ctrl=worker.pack_ctrl(chain_to=clerk.channel))
clerk.config(read=blocks, write=0x50000000 + 64 * worker.channel + 0x3C, count=1,
             ctrl=clerk.pack_ctrl(inc_write=False), trigger=True)
time.sleep_ms(1)
print(bytes(target), clerk.active(), worker.active(), ended)
"""
    assert lines(program) == ["b'one two end.' False False [1]"]


@pytest.mark.parametrize(
    ("config", "error"),
    [
        ("read=b'1234', write=bytearray(4), count=2", "not simulated: DMA outside of a buffer"),
        ("read=0x20001000, write=bytearray(4), count=1", "not simulated: DMA outside of a buffer"),
        ("read=b'12', write=b'34', count=1", "can't convert bytes to int"),
    ],
)
def test_memory_that_is_not_the_programs_is_out_of_reach(config: str, error: str) -> None:
    program = f"""
dma = rp2.DMA()
try:
    dma.config({config}, ctrl=dma.pack_ctrl(), trigger=True)
except Exception as error:
    print(error)
dma.config(read=b"1234", write=bytearray(4), count=1, ctrl=dma.pack_ctrl(), trigger=True)
small = bytearray(8)
address = __import__("uctypes").addressof(small)
small.extend(bytes(4000))
try:
    dma.config(read=bytes(8), write=address, count=2, ctrl=dma.pack_ctrl(), trigger=True)
except Exception as error:
    print(error)
"""
    printed = lines(program)
    assert printed[0] == error
    assert len(printed) in (1, 2)  # an array that grows may stay where it is


def test_only_pio_paces_here() -> None:
    program = """
dma = rp2.DMA()
try:
    ctrl = dma.pack_ctrl(treq_sel=36)
    dma.config(read=bytes(4), write=bytearray(4), count=1, ctrl=ctrl, trigger=True)
except NotImplementedError as error:
    print(error)
"""
    assert lines(program) == ["not simulated: DMA that PIO does not pace, sniffer"]


@pytest.mark.parametrize(
    "hostile",
    [
        "dma.ctrl = dma.pack_ctrl(inc_read=False, treq_sel=4) | 3 << 2",  # a size that no bus has
        "dma.ctrl = dma.pack_ctrl(treq_sel=40)",
        "dma.config(write=other)",
        "big.config(read=sm, write=bytearray(4), count=0xffffffff, trigger=True, "
        "ctrl=big.pack_ctrl(inc_read=False, inc_write=False))",
        "for a, b in ((first, second), (second, first)):\n"
        "    ctrl = a.pack_ctrl(treq_sel=0, chain_to=b.channel)\n"
        "    a.config(read=other, write=sm, count=0, ctrl=ctrl)\n"
        "first.active(True)",
        "for a, b in ((first, second), (second, first)):\n"
        "    a.config(read=other, write=bytearray(8), count=2, "
        "ctrl=a.pack_ctrl(treq_sel=0, chain_to=b.channel))\n"
        "first.active(True)",
        "start = time.ticks_us()\n"
        "big.config(read=other, write=bytearray(4), count=100_000, trigger=True, "
        "ctrl=big.pack_ctrl(inc_read=False, inc_write=False))\n"
        "print(time.ticks_diff(time.ticks_us(), start) < 100)",
        "del data\nimport gc\ngc.collect()",
        "data.extend(bytes(5000))",
    ],
)
def test_a_hostile_program_reaches_nothing_and_blocks_nothing(hostile: str) -> None:
    program = f"""
@asm_pio()
def words():
    set(x, 5)
    mov(isr, x)
    push(block)
data, other = bytearray(4000), bytearray(8)
dma, big, first, second = (rp2.DMA() for _ in range(4))
sm = StateMachine(0, words, freq=1_000_000)
ctrl = dma.pack_ctrl(inc_read=False, treq_sel=4)
dma.config(read=sm, write=data, count=1000, ctrl=ctrl, trigger=True)
sm.active(1)
time.sleep_ms(1)
try:
    exec({hostile!r})
except NotImplementedError as error:
    print(error)
time.sleep_ms(1)
print("alive")
"""
    assert lines(program, 200)[-1] == "alive"
