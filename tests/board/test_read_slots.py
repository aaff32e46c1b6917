"""What a chip on a 1-Wire bus sends is announced to the board, and the edges of a line with one
chip are done without the circuit: the trace is the same, also when something disturbs the
reading."""

from collections.abc import Sequence
from typing import Any

import pytest

from hardware.bench.circuit.shortcuts import ALL
from hardware.bench.trace.trace import Trace
from tests.support.grant_count import GrantCount
from tests.support.parts_bench import Parts, play
from tests.support.rig import Hand, printed_lines
from tests.support.same_trace import Same

WITHOUT = (ALL._replace(read_slots=False), ALL._replace(private_lines=False))
PARTS: Parts = {
    "a": ("board-ds18b20", {"temperature": "-10.125"}),
    "r": ("wokwi-resistor", {"value": "4700"}),
    "s": ("wokwi-slide-switch", {"value": "1"}),
}
DQ, POWER, LED, OUT, IN = 4, 5, 2, 18, 19
PULLED = ["r:1 b:3V3", f"r:2 b:{DQ}", f"a:DQ b:{DQ}", "a:GND b:GND.1", f"b:{OUT} b:{IN}"]
WIRES = [*PULLED, "a:VCC b:3V3"]
SWITCHED = [*PULLED, "s:1 b:GND.1", "s:2 a:VCC", "s:3 b:3V3"]
FROM_PIN = [*PULLED, f"a:VCC b:{POWER}"]
TWO: Parts = PARTS | {"c": ("board-ds18b20", {"temperature": "30.5", "deviceID": "f0e0d0c0b0a0"})}
TWO_WIRES = [*WIRES, f"c:DQ b:{DQ}", "c:GND b:GND.1", "c:VCC b:3V3"]
BEGIN = f"""
import onewire, ds18x20, time, machine
from machine import Pin, Timer
power, led = Pin({POWER}, Pin.OUT, value=1), Pin({LED}, Pin.OUT)
out, into = Pin({OUT}, Pin.OUT), Pin({IN})
time.sleep_ms(10)
dq = Pin({DQ})
bus = onewire.OneWire(dq)
ds = ds18x20.DS18X20(bus)
def start():
    bus.reset(); bus.writebyte(0xCC); bus.writebyte(0xBE)
def low(us):
    dq(0); time.sleep_us(us); dq(1)
def read():
    out = []
    for rom in ds.scan():
        try:
            out.append(ds.read_temp(rom))
        except Exception as e:
            out.append(str(e))
    print(out)
def convert():
    ds.convert_temp(); time.sleep_ms(760)
"""
WATCH = """seen = []
dq.irq(lambda pin: seen.append(time.ticks_us()), Pin.IRQ_FALLING | Pin.IRQ_RISING)"""
PROGRAMS = {
    "readings": "read(); convert(); read()",
    "by hand": "start(); bits = []\nfor n in range(80):\n"
    "    low(3); time.sleep_us(n % 40); bits.append(dq()); led(dq()); time.sleep_us(40)\n"
    "print(bits)",
    "a loop": "start()\nfor n in range(30):\n    low(2); k = 0\n    while not dq():\n"
    "        k += 1\n    print(k, end=' ')\n    time.sleep_us(30)",
    "quick edges": "start()\nfor n in range(200):\n    dq(0); dq(1); led(dq())\n"
    "print(bus.readbyte())",
    "late": "start(); bus.readbyte(); time.sleep_ms(40)\nprint(hex(bus.readbyte()))\n"
    "time.sleep_ms(60); print(hex(bus.readbyte()))",
    "long pulses": "for us in (100, 118, 119, 120, 121, 150, 300, 431, 433, 470, 600):\n"
    "    start(); bus.readbit(); low(us); led(dq()); time.sleep_us(80); led(dq())\n"
    "    time.sleep_us(500); print(us, bus.readbyte())",
    "a reset": "start(); bus.readbyte(); print(bus.reset()); read()",
    "writes": "start(); bus.readbyte(); bus.writebyte(0xCC); print(hex(bus.readbyte())); read()",
    "a mode": "start(); bus.readbyte(); dq.init(Pin.IN); print(dq()); dq.init(Pin.OUT, value=0)\n"
    "time.sleep_us(5); dq.init(Pin.OPEN_DRAIN, value=1); print(dq(), hex(bus.readbyte()))",
    "an interrupt": "seen = []\nstart(); bus.readbyte()\n"
    "dq.irq(lambda pin: seen.append(time.ticks_us()), Pin.IRQ_FALLING)\n"
    "print(bus.readbyte(), bus.readbyte())\ndq.irq(None)\nprint(bus.readbyte(), seen)",
    "a late interrupt": f"start(); bus.readbyte(); into()\n{WATCH}\ntime.sleep_ms(3); print(seen)",
    "own edges": f"start()\n{WATCH}\ndq.init(Pin.OUT, value=0)\n"
    "bus.writebyte(0xBE); bus.reset(); low(5); dq.init(Pin.OPEN_DRAIN, value=1)\n"
    "low(2); low(440); time.sleep_ms(3); print(seen)",
    "a pulse": "start()\nfor _ in range(12):\n    low(1)\n"
    "    print(machine.time_pulse_us(dq, 1, 90), end=' ')\n"
    "    dq(0); print(machine.time_pulse_us(dq, 1, 20), end=' '); dq(1)",
    "another output": "start()\nfor n in range(9):\n    out(n & 1); time.sleep_us(20 * n)\n"
    "    print(bus.readbit(), into(), hex(bus.readbyte()), end=' ')\nprint()",
    "power from a pin": "start(); print(hex(bus.readbyte())); power(0); print(dq.value())\n"
    "bus.readbit(); print(hex(bus.readbyte())); power(1); print(bus.readbit()); read()",
    "a timer": "t = Timer(0)\nt.init(period=1, callback=lambda t: led(dq()))\n"
    "for _ in range(3):\n    read()\nt.deinit()",
    "resets": "for us in (300, 431, 432, 433, 480, 900):\n"
    "    for wait in (10, 29, 31, 70, 149, 151, 300):\n"
    "        low(us); time.sleep_us(wait); led(dq()); low(3); led(dq())\n"
    "        time.sleep_us(200); print(dq(), bus.readbit())",
    "waits for presence": "for _ in range(15):\n    low(480)\n    while dq():\n        pass\n"
    "    t = time.ticks_us()\n    while not dq():\n        pass\n"
    "    print(time.ticks_diff(time.ticks_us(), t)); time.sleep_ms(1)",
    "a hard reset": "start(); print(bus.readbyte())\n"
    "if machine.reset_cause() == machine.PWRON_RESET:\n    machine.reset()\n"
    "print(bus.readbyte()); start(); print(bus.readbyte())",
    "settings": "rom = ds.scan()[0]; ds.write_scratch(rom, b'\\x32\\x00\\x1f')\n"
    "ds.convert_temp(); n = 0\nwhile not bus.readbit():\n    n += 1\nprint(n); read()",
}
MOMENTS_MS = [120 + 46.3 * n for n in range(12)]
FOR_MS = 7.1
FAULTS = [
    Hand(t_ms + later_ms, "a", ("silent", "bad_checksum", "stuck")[n % 3], later_ms == 0)
    for n, t_ms in enumerate(MOMENTS_MS)
    for later_ms in (0, FOR_MS)
]
"""Each fault comes and goes, again and again."""
SWITCHES = [
    Hand(t_ms + later_ms, "s", "value", later_ms > 0)
    for t_ms in MOMENTS_MS
    for later_ms in (0, FOR_MS)
]
"""The sensor has no power, and has power again."""
READS = """
rom = ds.scan()[0]
for _ in range(40):
    try:
        print(ds.read_temp(rom))
    except Exception as e:
        print(str(e) or 'nobody')
"""
FEW = 10
"""Most requests of a reading. It has 90 read slots, without the search for sensors."""


def run(
    program: str, family: str, wires: Sequence[str] = WIRES, hands: Sequence[Hand] = ()
) -> Trace:
    """The trace of a program with the sensors."""
    parts = TWO if wires is TWO_WIRES else PARTS
    if family == "rp2":
        places = {f"b:{gpio}": f"b:GP{gpio}" for gpio in (DQ, POWER, OUT, IN)}
        wires = [" ".join(places.get(end, end) for end in wire.split()) for wire in wires]
        program = program.replace("Timer(0)", "Timer()")
    return play(parts, wires, BEGIN + program, until_ms=1000, hands=hands, family=family)


def same_lines(same: Same, *args: Any, **options: Any) -> list[str]:
    """What a program prints. The trace is the same with the shortcuts and without them."""
    trace = same.trace(lambda: run(*args, **options), *WITHOUT)
    assert len(trace.edges(DQ).t_ns) > 40
    return printed_lines(trace)


@pytest.mark.parametrize("family", ["esp32", "rp2"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_gives_the_same_trace(program: str, family: str, same: Same) -> None:
    wires = FROM_PIN if program == "power from a pin" else WIRES
    assert same_lines(same, PROGRAMS[program], family, wires)


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_faults_that_come_in_the_middle_of_a_reading_give_the_same_trace(
    family: str, same: Same
) -> None:
    printed = same_lines(same, READS, family, hands=FAULTS)
    assert {"nobody", "CRC error", "85.0"} <= {*printed}


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_sensor_whose_power_goes_in_the_middle_of_a_reading_gives_the_same_trace(
    family: str, same: Same
) -> None:
    printed = same_lines(same, READS, family, SWITCHED, SWITCHES)
    assert {"nobody", "CRC error", "85.0"} <= {*printed}


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_two_sensors_on_one_line_give_the_same_trace(family: str, same: Same) -> None:
    printed = same_lines(same, "convert(); read()", family, TWO_WIRES)
    assert [sorted(eval(line)) for line in printed] == [[-10.125, 30.5]]


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_reading_takes_few_requests(family: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = GrantCount(monkeypatch)
    found = []
    for readings in (1, 6):
        asked.forget()
        reading = "ds.convert_temp(); time.sleep_ms(1); ds.read_temp(rom)\n"
        run("rom = ds.scan()[0]\n" + reading * readings, family)
        found.append(asked.count)
    assert found[1] - found[0] < 5 * FEW
