"""Measurements of a 1-Wire bus of real programs."""

import numpy as np
import pytest

from grader.measure.onewire import OneWireTransaction, onewire
from grader.measure.times import periods
from tests.support.measured_run import MS, Hand, measured
from tests.support.parts_bench import Parts

PROBE: Parts = {
    "a": ("board-ds18b20", {"temperature": "-10.125"}),
    "r": ("wokwi-resistor", {"value": "4700"}),
}
READ = """
import onewire, ds18x20, time
from machine import Pin
ds = ds18x20.DS18X20(onewire.OneWire(Pin(PROBE)))
rom = ds.scan()[0]
print('READY')
for n in range(3):
    ds.convert_temp()
    time.sleep_ms(WAIT)
    try:
        print(ds.read_temp(rom))
    except Exception as e:
        print(e)
    time.sleep_ms(1000 - WAIT)
"""


@pytest.mark.parametrize(("family", "pin"), [("esp32", 4), ("rp2", 22)])
@pytest.mark.parametrize("wait", [760, 100])
def test_conversions_and_what_was_read(family: str, pin: int, wait: int) -> None:
    name = f"GP{pin}" if family == "rp2" else str(pin)
    wires = ["r:1 b:3V3", f"r:2 b:{name}", f"a:DQ b:{name}", "a:VCC b:3V3", "a:GND b:GND.1"]
    hands = [Hand(2050, "a", "bad_checksum", 1)]
    talks = onewire(
        measured(
            PROBE,
            wires,
            f"WAIT = {wait}\n" + READ,
            {"PROBE": pin},
            hands,
            family=family,
            until_ms=3500,
        ),
        "PROBE",
    )
    begun = [talk for talk in talks if talk.command[:1] == b"\x44"]
    read = [talk for talk in talks if talk.command[:1] == b"\xbe"]
    assert len(begun) == len(read) == 3 and all(talk.is_present for talk in talks)
    assert all(1000 < period < 1030 for period in periods(np.array([t.at_ns for t in begun])))
    assert wait * MS < read[0].at_ns - begun[0].at_ns < (wait + 10) * MS
    assert len(read[0].rom) == 8 and begun[0].rom == b""
    known = [talk.temperature for talk in read]
    # without a wait a program reads the power-on value or the previous conversion
    assert known[0] == (-10.125 if wait > 750 else 85.0)
    assert known[2] is None


def test_a_one_wire_bus_without_devices() -> None:
    program = "import onewire\nfrom machine import Pin\nprint('READY')\n"
    program += "print(onewire.OneWire(Pin(PROBE)).reset())\n"
    talks = onewire(
        measured(PROBE, ["r:1 b:3V3", "r:2 b:4"], program, {"PROBE": 4}, until_ms=100), "PROBE"
    )
    assert talks == [OneWireTransaction(talks[0].at_ns, False, b"")]
    assert talks[0].temperature is None and talks[0].command == b""
