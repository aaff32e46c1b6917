"""What MicroPython has on a Pico 2 (RP2350) differs from a Pico. Taken from ports/rp2 of
MicroPython 1.25 and the data sheet."""

import numpy as np
import pytest

from hardware import boards
from hardware.bench import diagram
from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.flash import Flash
from hardware.bench.protocol import frames
from tests.support.rig import MS, PINS, play, printed_lines

HEAD = """
import gc, machine, os, rp2, sys, time
from machine import ADC, PWM, UART, Pin, mem32

def said(act, *args, **named):
    try:
        return act(*args, **named)
    except (ValueError, OSError, NotImplementedError) as error:
        return error
"""
BLINK = """
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW)
def blink():
    set(pins, 1) [2]
    set(pins, 0)
"""


def lines(program: str, until_ms: float = 2000) -> list[str]:
    """What the program printed."""
    return printed_lines(play("rp2350", HEAD + program, until_ms))


def test_it_says_what_it_is() -> None:
    program = """
print(os.uname().machine, sys.platform, sys.implementation._build, machine.freq())
gc.collect()
print(480_000 < gc.mem_free() < 510_000, os.statvfs("/")[0] * os.statvfs("/")[2] == 3 << 20)
print(len(machine.unique_id()), "LED" in dir(Pin.board), said(Pin, 30))
"""
    assert lines(program) == [
        "Raspberry Pi Pico2 with RP2350 rp2 RPI_PICO2 150000000",
        "True True",
        "8 True invalid pin",
    ]


def test_the_one_with_a_radio() -> None:
    parts = [{"type": "board-pi-pico-2-w", "id": "b"}]
    program = b"""
import gc, network, os, rp2, sys
wlan = network.WLAN()
wlan.active(True)
print(os.uname().machine, sys.implementation._build, network.hostname(), gc.mem_free() > 400_000)
print(os.statvfs('/')[0] * os.statvfs('/')[2] == 2560 << 10)
"""
    circuit = Circuit(diagram.load({"version": 1, "parts": parts, "connections": []}))
    with Flash(circuit.board) as flash:
        flash.put({"main.py": program})
        with Bench(circuit, seed=1, flash=flash) as bench:
            bench.run(3000 * MS)
            assert printed_lines(bench.trace) == [
                "Raspberry Pi Pico 2 W with RP2350 RPI_PICO2_W Pico2W True",
                "True",
            ]


def test_it_takes_about_half_the_time_of_a_pico() -> None:
    program = """
at = time.ticks_us()
for i in range(10_000): pass
print(time.ticks_diff(time.ticks_us(), at))
"""
    took = [
        int(printed_lines(play(port, "import time\n" + program))[0]) for port in ("rp2", "rp2350")
    ]
    assert took[1] / took[0] == pytest.approx(0.52, abs=0.01)


def test_how_fast_the_processor_can_be() -> None:
    program = (
        "print(said(machine.freq, 300_000_000), machine.freq(), said(machine.freq, 400_000_000))"
    )
    assert lines(program) == ["None 300000000 cannot change frequency"]


def test_uarts_reach_the_pins_of_cts_and_rts() -> None:
    program = "print(said(UART, 0, tx=Pin(2), rx=Pin(3)))\nprint(said(UART, 1, tx=Pin(2)))"
    uart, wrong = lines(program)
    assert uart.startswith("UART(0, baudrate=115200") and "tx=2, rx=3" in uart
    assert wrong == "bad TX pin"


def test_the_clock_of_pio_is_not_a_whole_number_of_nanoseconds() -> None:
    """150 MHz: a cycle takes 6 2/3 ns, and no error adds up."""
    program = (
        BLINK
        + """
sm = rp2.StateMachine(0, blink, set_base=Pin(OUT))
sm.active(1)
time.sleep_us(100)
sm.active(0)
"""
    )
    trace = play("rp2350", HEAD + program, 1000)
    edges = trace.edges(PINS["rp2350"]["OUT"])
    rises = edges.t_ns[1:][edges.level[1:] > 0]
    assert set(np.diff(rises)) <= {26, 27}  # four cycles
    assert abs((rises[-1] - rises[0]) / (len(rises) - 1) - 80 / 3) < 0.01


def test_a_slow_state_machine_on_each_block_that_1_25_can_use() -> None:
    program = (
        BLINK
        + """
for n, pin in ((0, OUT), (4, FREE)):
    rp2.StateMachine(n, blink, freq=4000, set_base=Pin(pin)).active(1)
time.sleep_ms(20)
print(rp2.PIO(2), rp2.StateMachine(11), said(rp2.StateMachine, 12), said(rp2.PIO, 3))
"""
    )
    trace = play("rp2350", HEAD + program, 1000)
    for role in ("OUT", "FREE"):
        gaps = np.diff(trace.edges(PINS["rp2350"][role]).t_ns[1:])
        assert set(gaps[:10]) == {MS * 3 // 4, MS // 4}, role
    assert printed_lines(trace) == ["PIO(2) StateMachine(11) invalid StateMachine invalid PIO"]


def test_the_third_block_does_not_run_a_program_of_asm_pio() -> None:
    """A fault of MicroPython 1.25 (its issue 17509, mended in 1.26): the list of a program has no
    place for its address in this block."""
    program = (
        BLINK
        + """
rp2.StateMachine(8, blink, freq=4000, set_base=Pin(OUT)).active(1)
time.sleep_ms(20)
"""
    )
    trace = play("rp2350", HEAD + program, 1000)
    assert len(trace.edges(PINS["rp2350"]["OUT"]).t_ns) <= 2


def test_dma_has_sixteen_channels_and_goes_down() -> None:
    program = """
import uctypes
channels = [rp2.DMA() for _ in range(16)]
print(channels[-1], said(rp2.DMA))
data, room = bytearray(b"abcd"), bytearray(4)
dma = channels[0]
ctrl = dma.pack_ctrl(size=0, inc_read_rev=True)
dma.config(read=uctypes.addressof(data) + 3, write=room, count=4, ctrl=ctrl, trigger=True)
while dma.active(): pass
print(bytes(room), hex(ctrl), dma.unpack_ctrl(ctrl)["inc_read_rev"])
"""
    assert lines(program) == ["DMA(15) 16", "b'dcba' 0xfe0071 1"]


def test_registers_of_pins() -> None:
    program = """
SIO, PADS = 0xD0000000, 0x40038000
pin = Pin(OUT, Pin.OUT)
mem32[SIO + 0x18] = 1 << OUT
print(pin(), mem32[SIO + 0x10] >> OUT & 1, mem32[SIO + 0x30] >> OUT & 1, Pin(IN, Pin.IN)())
mem32[SIO + 0x20] = 1 << OUT
print(pin(), mem32[0x40028004 + 8 * OUT] & 31)
print(hex(mem32[PADS + 4 + 4 * 9]), hex(mem32[PADS + 4 + 4 * OUT]))
print(said(lambda: mem32[SIO + 0x14]))
"""
    assert lines(program) == [
        *("1 1 1 1", "0 5", "0x116 0x52"),
        "not simulated: the memory at 0xd0000014",
    ]


def test_the_slices_that_a_soft_reset_does_not_stop() -> None:
    """1.25 stops the first six of twelve: GPIO 12 and 13 are on slice 6."""
    program = """
if "again" not in os.listdir():
    open("again", "w").close()
    for n in (2, 12): PWM(Pin(n), freq=1000, duty_u16=32768)
    machine.soft_reset()
print("again")
"""
    trace = play("rp2350", HEAD + program, 2000)
    pwm = trace.records[trace.records["kind"] == frames.REC_PWM]
    last_hz = [int(pwm[pwm["a"] == pin]["c"][-1]) for pin in (2, 12)]
    assert printed_lines(trace)[-1] == "again" and last_hz == [0, 1000]


def test_each_board_with_this_chip_has_its_flash() -> None:
    kinds = [boards.load(name) for name in ("pi_pico_2", "pi_pico_2_w")]
    assert [kind.flash_bytes - kind.storage_bytes for kind in kinds] == [1 << 20, 1536 << 10]
