"""Bluetooth Low Energy between boards, and between a board and a phone."""

import json
import os
import re
import struct
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hardware.bench.bench import Bench
from hardware.bench.board import promises
from hardware.bench.board.promises import PROMISE_NS, PROMISED_SHARE
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from hardware.bench.network.bluetooth.air import (
    Advertising,
    Attempt,
    BleAddress,
    BleRadio,
    Report,
    Scan,
)
from hardware.bench.network.bluetooth.phone import PhoneApp
from hardware.bench.scenario.player import play as play_scenario
from hardware.bench.scenario.scenario import parse
from tests.support.network_bench import BOARDS, SECOND, near_ap, play, printed_lines
from tests.support.project import DOCS
from tests.support.several_boards import boards, text

RADIOS = BOARDS | {"esp32c6": "board-esp32-c6-devkitc-1", "rp2350": "board-pi-pico-2-w"}
PAIRS = [("esp32", "esp32"), ("rp2", "rp2"), ("esp32", "rp2"), ("rp2", "esp32")]
PAIRS += [("esp32c6", "rp2350"), ("rp2350", "esp32c6")]

BEGIN = """
import bluetooth, struct, time
events = []
def copy(item):
    if isinstance(item, bluetooth.UUID):
        return bluetooth.UUID(bytes(item))
    return bytes(item) if isinstance(item, memoryview) else item
def irq(event, data):
    events.append((event, tuple(copy(item) for item in data)))
def wait(event, ms=5000):
    until = time.ticks_add(time.ticks_ms(), ms)
    while True:
        for each in events:
            if each[0] == event:
                events.remove(each)
                return each[1]
        if time.ticks_diff(until, time.ticks_ms()) <= 0:
            raise OSError('no event %d' % event)
        time.sleep_ms(1)
ble = bluetooth.BLE()
ble.active(True)
ble.irq(irq)
TEMP, LAMP = bluetooth.UUID(0x2a6e), bluetooth.UUID('6E400002-B5A3-F393-E0A9-E50E24DCCA9E')
"""
SENSOR = (
    BEGIN
    + """
READ, WRITE, NOTIFY = bluetooth.FLAG_READ, bluetooth.FLAG_WRITE, bluetooth.FLAG_NOTIFY
service = (bluetooth.UUID(0x181a), ((TEMP, READ | NOTIFY), (LAMP, READ | WRITE)))
((temp, lamp),) = ble.gatts_register_services((service,))
ble.gatts_write(temp, struct.pack('<h', 2150))
ble.gap_advertise(100_000, b'\\x02\\x01\\x06\\x08\\x09mpy-env')
"""
)
SERVE = (
    SENSOR
    + """
conn = wait(1)[0]
wait(3)
print('lamp', ble.gatts_read(lamp))
for n in range(3):
    ble.gatts_write(temp, struct.pack('<h', 2200 + n), True)
    time.sleep_ms(300)
wait(2)
print('gone')
"""
)
ASK = (
    BEGIN
    + """
ble.gap_scan(0, 30_000, 30_000, True)
while True:
    kind, address, adv, rssi, data = wait(5)
    if b'mpy-env' in data:
        break
ble.gap_scan(None)
print('found', adv, data[:3], -60 < rssi < -40)
ble.gap_connect(kind, address)
conn = wait(7)[0]
ble.gattc_discover_services(conn, bluetooth.UUID(0x181a))
first, last = wait(9)[1:3]
wait(10)
ble.gattc_discover_characteristics(conn, first, last)
temp, lamp = wait(11), wait(11)
wait(12)
print(temp[3], temp[4], lamp[3], lamp[4])
ble.gattc_discover_descriptors(conn, temp[2], temp[1])
cccd = wait(13)
wait(14)
print(cccd[2])
ble.gattc_read(conn, temp[2])
print(struct.unpack('<h', wait(15)[2])[0], wait(16)[2])
ble.gattc_write(conn, cccd[1], b'\\x01\\x00', 1)
print(wait(17)[2])
ble.gattc_write(conn, lamp[2], 'on', 1)
print(wait(17)[2])
print([struct.unpack('<h', wait(18)[2])[0] for _ in range(3)])
ble.gattc_write(conn, temp[2], 'x', 1)
print('refused', wait(17)[2] & 255)
print(ble.gap_disconnect(conn))
wait(8)
"""
)
FOUND = """found 0 b'\\x02\\x01\\x06' True
18 UUID(0x2a6e) 10 UUID('6e400002-b5a3-f393-e0a9-e50e24dcca9e')
UUID(0x2902)
2150 0
0
0
[2200, 2201, 2202]
refused 3
True
"""


def near(first: str = "esp32", second: str = "esp32") -> Circuit:
    """Two boards with nothing but the air between them."""
    parts = [{"type": RADIOS[first], "id": "one"}, {"type": RADIOS[second], "id": "two"}]
    return Circuit(load({"version": 1, "parts": parts, "connections": []}))


def outcome(
    first: str, second: str, made: Circuit | None = None, seconds: int = 10, seed: int = 1
) -> tuple[str, str, str]:
    """The output of both boards, and the hash of both traces."""
    with boards(made or near(), {"one": first, "two": second}, seed=seed) as bench:
        bench.run(seconds * SECOND)
        hashes = bench.traces["one"].sha256() + bench.traces["two"].sha256()
        return text(bench, "one"), text(bench, "two"), hashes


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_a_board_reads_the_sensor_of_another(first: str, second: str) -> None:
    one, two, _hashes = outcome(SERVE, ASK, near(first, second))
    assert two == FOUND
    assert one == "lamp b'on'\ngone\n"


def test_traces_depend_on_the_seed_and_not_on_the_horizons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with_seed = {outcome(SERVE, ASK, seed=3)[2] for _ in range(2)}
    for share in (40, 4000):
        monkeypatch.setattr(promises, "PROMISE_NS", PROMISE_NS // share)
        monkeypatch.setattr(promises, "PROMISED_SHARE", PROMISED_SHARE / share)
        with_seed.add(outcome(SERVE, ASK, seed=3)[2])
    assert len(with_seed) == 1
    assert outcome(SERVE, ASK, seed=4)[2] not in with_seed


def test_the_trace_holds_what_went_over_the_air() -> None:
    with boards(near(), {"one": SERVE, "two": ASK}) as bench:
        bench.run(10 * SECOND)
        notes = bench.traces["one"].bluetooth()
        other = bench.traces["two"].bluetooth()
    kinds = [note.kind for note in notes]
    assert kinds[:2] == ["advertise", "connected"] and kinds[-1] == "disconnected"
    assert b"mpy-env" in notes[0].payload
    sent = [note.payload for note in other if note.kind == "sent"]
    assert sent == [note.payload for note in notes if note.kind == "received"]
    assert any(pdu.startswith(b"\x12") and pdu.endswith(b"on") for pdu in sent)


FACTS = """
import bluetooth
ble = bluetooth.BLE()
def attempt(what, *args, **named):
    try:
        print(what(*args, **named))
    except (OSError, ValueError, NotImplementedError) as error:
        print(repr(error))
attempt(ble.config, 'mac')
print(ble.active(), ble.active(True))
print(ble.config('mac')[0], ble.config('gap_name'), ble.config('mtu'))
attempt(ble.gap_advertise, 100_000, bytes(32))
attempt(ble.gap_advertise, 1_000)
attempt(ble.gap_disconnect, 3)
attempt(ble.gattc_read, 3, 1)
attempt(ble.gatts_write, 999, b'x')
attempt(ble.config, mtu=10)
attempt(ble.gap_connect, 0, b'123')
attempt(ble.config, addr_mode=1)
print(ble.config('mac')[0], ble.config('mac')[1][0] >> 6)
attempt(ble.config, 'rxbuf')
"""
SAID = {
    "esp32": [
        "OSError(19,)",
        "False True",
        "0 b'MPY ESP32' 256",
        "OSError(-18,)",
        "OSError(-530,)",
        "False",
        "OSError(128,)",
        "OSError(22,)",
        "OSError(22,)",
        "ValueError('invalid addr',)",
        "None",
        "1 3",
        "ValueError('unknown config param',)",
    ],
    "rp2": [
        "OSError(19,)",
        "False True",
        "0 b'MPY BTSTACK' 1017",
        "None",
        "None",
        "True",
        "OSError(107,)",
        "OSError(22,)",
        "OSError(22,)",
        "ValueError('invalid addr',)",
        "None",
        "1 3",
        "ValueError('unknown config param',)",
    ],
}


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_values_and_errors_are_those_of_the_firmware(family: str) -> None:
    assert play(FACTS, family=family) == SAID[family]


def test_pairing_raises_its_reason() -> None:
    code = BEGIN + "ble.config(bond=True, mitm=False, io=3)\nble.gap_pair(0)"
    assert play(code)[-1] == "NotImplementedError: bluetooth.BLE.gap_pair: not simulated"


def test_what_an_event_brought_is_overwritten_by_the_next_one() -> None:
    """The classic mistake: the handler keeps a memoryview, and not bytes of it."""
    keeps = """
import bluetooth, time
kept = []
ble = bluetooth.BLE()
ble.active(True)
def irq(event, data):
    if event == 5:
        kept.append(data[4])
ble.irq(irq)
ble.gap_scan(2000, 30_000, 30_000, True)
time.sleep(3)
print(len(kept) > 4, len({bytes(view) for view in kept}))
"""
    _one, two, _hashes = outcome(SENSOR + "time.sleep(9)\n", keeps)
    assert two == "True 1\n"


def test_a_board_that_resets_is_missed_after_the_supervision_time() -> None:
    central = BEGIN + (
        "ble.gap_scan(0, 30_000, 30_000)\nkind, address = wait(5)[:2]\n"
        "ble.gap_connect(kind, address)\nwait(7)\nt = time.ticks_ms()\nwait(8)\n"
        "print(3500 < time.ticks_diff(time.ticks_ms(), t) < 3700)\n"
    )
    falls = SENSOR + "wait(1)\ntime.sleep(1)\nimport machine\nmachine.reset()\n"
    assert outcome(falls, central)[1] == "True\n"


def test_switching_off_ends_the_connection_at_once() -> None:
    one, two, _hashes = outcome(
        SENSOR + "wait(1)\ntime.sleep(1)\nble.active(False)\nprint(ble.active())\n",
        BEGIN + "ble.gap_scan(0, 30_000, 30_000)\nkind, address = wait(5)[:2]\n"
        "ble.gap_connect(kind, address)\nwait(7)\nt = time.ticks_ms()\nwait(8)\n"
        "print(900 < time.ticks_diff(time.ticks_ms(), t) < 1300)\n",
    )
    assert (one, two) == ("False\n", "True\n")


def test_nobody_is_found_where_nobody_advertises() -> None:
    code = BEGIN + (
        "ble.gap_scan(500)\nwait(6)\nt = time.ticks_ms()\nble.gap_connect(0, b'123456', 700)\n"
        "print(wait(8), time.ticks_diff(time.ticks_ms(), t) // 100)\n"
    )
    lost = "(65535, 255, b'\\x00\\x00\\x00\\x00\\x00\\x00') 7"
    assert play(code) == [lost]


def test_a_flood_of_notifications_is_refused_as_on_the_chip() -> None:
    flood = SENSOR + (
        "conn = wait(1)[0]\nn = 0\ntry:\n    while n < 100:\n"
        "        ble.gatts_notify(conn, temp, bytes(20))\n        n += 1\n"
        "except OSError as error:\n    print(error.errno, 0 < n < 100)\n"
    )
    central = BEGIN + (
        "ble.gap_scan(0, 30_000, 30_000)\nkind, address = wait(5)[:2]\n"
        "ble.gap_connect(kind, address)\nwait(7)\ntime.sleep(2)\n"
        "print(0 < sum(e[0] == 18 for e in events) < 100)\n"
    )
    one, two, _hashes = outcome(flood, central)
    assert (one, two) == ("12 True\n", "True\n")


@pytest.mark.parametrize(("family", "most"), [("esp32", 4), ("rp2", 1)])
def test_how_many_connections_a_board_has(family: str, most: int) -> None:
    serves = SENSOR + (
        "for n in range(5):\n    conn = wait(1, 20000)[0]\n    print(conn)\n"
        "    ble.gap_advertise(100_000)\n"
    )
    with near_ap(serves, family=family) as bench:
        intruders = [Intruder(bench, b"mpy-env") for _ in range(5)]
        for number, intruder in enumerate(intruders):
            intruder.radio.address = BleAddress(1, bytes((number,)) * 6)
            intruder.listen()
            bench.run(bench.now_ns + 2 * SECOND)
        assert sum(intruder.number is not None for intruder in intruders) == most
        first = 0 if family == "esp32" else 64
        assert printed_lines(bench)[:most] == [str(first + n) for n in range(most)]


LIARS = """
class Liar:
    def __init__(self, *items): self.items = items
    def __len__(self): return 1
    def __iter__(self): return iter(self.items * 100)
class Number:
    def __int__(self):
        characteristics.extend(characteristics * 50)
        return 2
characteristics = [(TEMP, Number()), (LAMP, 2)]
for services in (
    Liar((bluetooth.UUID(1), ())), ((bluetooth.UUID(1), Liar((TEMP, 2))),),
    ((bluetooth.UUID(1), ((TEMP, 2, Liar((LAMP, 2))),)),),
    ((bluetooth.UUID(1), ((TEMP, 2, [(LAMP, 2)] * 300),)),),
    ((bluetooth.UUID(1), characteristics),),
):
    try:
        ble.gatts_register_services(services)
    except (TypeError, ValueError) as error:
        print(repr(error))
for size in (-1, 0, 1 << 30):
    try:
        ((handle,),) = ble.gatts_register_services(((bluetooth.UUID(1), ((TEMP, 2),)),))
        ble.gatts_set_buffer(handle, size)
    except OSError as error:
        print(error.errno)
"""


def test_lists_of_services_cannot_lie_about_their_length() -> None:
    assert play(BEGIN + LIARS) == [
        *["TypeError(\"object 'Liar' isn't a tuple or list\",)"] * 3,
        "ValueError('too many entries',)",
        'TypeError("can\'t convert Number to int",)',
        *["12"] * 3,
    ]


class Intruder:
    """Somebody with a radio, who sends what a board never would."""

    def __init__(self, bench: Bench, name: bytes) -> None:
        self.air = bench.network.air
        self.came: list[bytes] = []
        self.number: int | None = None
        self._name = name
        self.radio = BleRadio(self, self, BleAddress(1, b"intrud"))
        self.air.join(self.radio)

    def listen(self) -> None:
        """Scan for the board with this name, and connect to it."""
        self.air.scan(self.radio, Scan(0, False, 0, SECOND, SECOND))

    def advertise(self) -> None:
        """Be found by a board."""
        self.air.advertise(self.radio, Advertising(SECOND // 10, True, self._name, b""))

    def heard(self, scan: int, report: Report) -> None:
        if self._name in report.data:
            self.air.scan(self.radio, None)
            self.air.connect(self.radio, Attempt(report.sender, SECOND // 100))

    def scan_ended(self, scan: int) -> None:
        raise AssertionError

    def failed(self) -> None:
        raise AssertionError

    def connected(self, number: int, central: bool, peer: BleAddress) -> None:
        self.number = number

    def disconnected(self, number: int) -> None:
        self.number = None

    def received(self, number: int, pdu: bytes) -> None:
        self.radio.taken(number)
        self.came.append(pdu)

    def send(self, pdu: bytes) -> None:
        """Send these bytes."""
        if self.number is not None:
            self.air.send(self.radio, self.number, pdu)


def random_pdu(chance: Random) -> bytes:
    """Something like a PDU of ATT, or not."""
    handles = struct.pack("<HH", chance.randrange(20), chance.choice((0, 5, 20, 65535)))
    uuid = chance.choice(
        (b"\x00\x28", b"\x03\x28", b"\x02\x29", b"\x6e\x2a", chance.randbytes(16))
    )
    tail = chance.choice((uuid, b"", chance.randbytes(chance.randrange(600))))
    kind = chance.choice((*range(0x20), 0x52, 0xD2, 0xFF))
    return (bytes((kind,)) + handles + tail)[: chance.choice((1, 2, 3, 5, 7, 600))]


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_board_survives_any_pdu(family: str) -> None:
    """Boards do not trust each other. The board stays alive, serves, and tells its handler nothing
    that could not be."""
    serves = (
        SENSOR + "ble.gatts_set_buffer(lamp, 600)\nprint('up')\nwait(2, 1000_000)\nprint('over')\n"
    )
    with near_ap(serves, family=family) as bench:
        intruder = Intruder(bench, b"mpy-env")
        intruder.listen()
        bench.run(2 * SECOND)
        assert intruder.number is not None
        chance = Random(7)
        for _ in range(600):
            intruder.send(random_pdu(chance))
            bench.run(bench.now_ns + SECOND // 40)
        intruder.came.clear()
        handle = 11 if family == "esp32" else 8
        intruder.send(struct.pack("<BHHH", 8, 1, 65535, 0x2803))
        intruder.send(struct.pack("<BH", 10, handle + 1))
        bench.run(bench.now_ns + SECOND)
        assert intruder.came[0][0] == 9 and intruder.came[-1] == b"\x0b\x66\x08"
        intruder.air.disconnect(intruder.radio, intruder.number)
        bench.run(bench.now_ns + SECOND)
        assert printed_lines(bench) == ["up", "over"]


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_board_survives_any_answer(family: str) -> None:
    asks = BEGIN + (
        "ble.gap_connect(1, b'intrud')\nconn = wait(7)[0]\nn = 0\nwhile wait and n < 400:\n"
        "    n += 1\n    events.clear()\n    for what, *args in ((ble.gattc_discover_services,),\n"
        "            (ble.gattc_discover_services, TEMP), (ble.gattc_discover_characteristics,\n"
        "            1, 65535),\n"
        "            (ble.gattc_discover_descriptors, 1, 65535), (ble.gattc_read, 5),\n"
        "            (ble.gattc_write, 5, 'x', 1), (ble.gattc_exchange_mtu,)):\n"
        "        try:\n            what(conn, *args)\n        except OSError:\n            pass\n"
        "        time.sleep_ms(10)\nprint('alive', n)\n"
    )
    with near_ap(asks, family=family) as bench:
        intruder = Intruder(bench, b"")
        intruder.advertise()
        bench.run(SECOND)
        assert intruder.number is not None
        chance = Random(8)
        while bench.now_ns < 30 * SECOND:
            intruder.send(random_pdu(chance))
            bench.run(bench.now_ns + SECOND // 100)
        bench.run(60 * SECOND)
        assert printed_lines(bench) == ["alive 400"]


@pytest.mark.parametrize("seed", range(10))
def test_a_phone_survives_any_pdu(seed: int) -> None:
    circuit = with_phone({"connect": "mpy-env"})
    with Bench(circuit) as bench:
        intruder = Intruder(bench, b"\x08\x09mpy-env")
        intruder.advertise()
        bench.run(6 * SECOND)
        chance = Random(seed)
        for _ in range(300):
            intruder.send(random_pdu(chance))
            bench.run(bench.now_ns + SECOND // 50)
            part = circuit.parts["phone1"]
            assert part.svg(part.view) and part.words(part.view)


def test_boards_without_bluetooth() -> None:
    with boards(
        Circuit(
            load(
                {
                    "version": 1,
                    "parts": [
                        {"type": "wokwi-pi-pico", "id": "one"},
                        {"type": "board-esp32-s2-devkitm-1", "id": "two"},
                    ],
                    "connections": [],
                }
            )
        ),
        {"one": "import bluetooth", "two": "import bluetooth"},
    ) as bench:
        bench.run(SECOND)
        for name in ("one", "two"):
            assert "ImportError: no module named 'bluetooth'" in text(bench, name)


def test_the_boards_and_the_phone_of_the_how_to() -> None:
    page = (DOCS / "howto" / "bluetooth.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(json|python)\n(.*?)```", page, re.DOTALL)
    (_json, diagram), (_python, sensor), (_also, reader) = blocks
    made = Circuit(load(json.loads(diagram)))
    with boards(made, {"sensor": sensor, "reader": reader}) as bench:
        bench.run(10 * SECOND)
        assert text(bench, "reader").splitlines()[-3:] == ["21.5 °C"] * 3
        part = made.parts["phone1"]
        _words, values = part.words(part.view) or ("", {})
        assert "2a6e 66 08" in str(values["values"])  # 2150


AIOBLE = Path(os.environ.get("MICROPYTHON_LIB_DIR", "-")) / "micropython/bluetooth/aioble"


@pytest.mark.skipif(
    not AIOBLE.is_dir(), reason="MICROPYTHON_LIB_DIR names no source of micropython-lib"
)
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_sensor_and_the_client_of_aioble(first: str, second: str) -> None:
    made = near(first, second)
    package = {f"lib/aioble/{p.name}": p.read_bytes() for p in AIOBLE.glob("aioble/*.py")}
    with ExitStack() as stack:
        flashes = {}
        for board, program in (("one", "temp_sensor.py"), ("two", "temp_client.py")):
            main = (AIOBLE / "examples" / program).read_bytes()
            flashes[board] = stack.enter_context(Flash(made.sides[board].board))
            flashes[board].put({"main.py": main, **package})
        bench = stack.enter_context(Bench(made, flash=flashes))
        bench.run(8 * SECOND)
        assert text(bench, "one").startswith("Connection from Device(ADDR_PUBLIC, ")
        lines = text(bench, "two").splitlines()
    assert lines[0].startswith("Connecting to Device(ADDR_PUBLIC, ")
    assert len(lines) > 4 and all(re.fullmatch(r"Temperature: 2\d\.\d\d", x) for x in lines[1:])


# -- the phone -----------------------------------------------------------------------------------

SCENARIO = """name: t
version: 1
steps:
  - warsha: { phone: { part-id: phone1, connect: mpy-env } }
  - warsha: { phone: { part-id: phone1, read: 2a6e } }
  - warsha: { expect-phone: { part-id: phone1, characteristic: 2a6e, match: '^66 08$' } }
  - warsha: { phone: { part-id: phone1, subscribe: 2A6E } }
  - warsha:
      phone: { part-id: phone1, write: 6e400002-b5a3-f393-e0a9-e50e24dcca9e, value: 'on' }
  - warsha: { expect-phone: { part-id: phone1, characteristic: 2a6e, min: 3, max: 3, for: 2s } }
  - warsha: { phone: { part-id: phone1, write: 2a6e, value: [1, 2] }, points: 1 }
  - warsha: { phone: { part-id: phone1, read: beef }, points: 1 }
  - warsha: { phone: { part-id: phone1, disconnect: '' } }
  - warsha: { phone: { part-id: phone1, connect: nobody, timeout: 2s }, points: 1 }
  - wait-serial: gone
"""


def with_phone(attrs: Mapping[str, str] | None = None, family: str = "esp32") -> Circuit:
    """A board, and a phone near it."""
    phone = {"type": "warsha-phone", "id": "phone1", "attrs": dict(attrs or {})}
    parts = [{"type": BOARDS[family], "id": "b"}, phone]
    return Circuit(load({"version": 1, "parts": parts, "connections": []}))


@pytest.mark.parametrize("family", ["esp32", "rp2"])
def test_a_phone_reads_writes_and_subscribes_by_scenario(family: str) -> None:
    circuit = with_phone(family=family)
    with Flash(circuit.board) as flash:
        flash.put({"main.py": SERVE.encode()})
        with Bench(circuit, flash=flash) as bench:
            steps = play_scenario(parse(SCENARIO, "s.yaml"), bench, circuit, 30 * SECOND)
            printed = bench.trace.serial().data.decode()
    failures = [step.failure for step in steps]
    assert failures == [
        *[""] * 6,
        "the phone cannot write '2a6e': write not permitted",
        "the phone cannot read 'beef': no such characteristic",
        "",
        "the phone cannot connect 'nobody': not found",
        "",
    ]
    assert "lamp b'on'" in printed


RUDE = """
import bluetooth, time
ble = bluetooth.BLE()
ble.active(True)
def on_event(event, data):
    if event == 1:
        ble.gap_disconnect(data[0])
    if event == 2:
        ble.gap_advertise(20_000, b"\\x02\\x01\\x06\\x04\\x09abc")
ble.irq(on_event)
ble.gap_advertise(20_000, b"\\x02\\x01\\x06\\x04\\x09abc")
while True:
    time.sleep(1)
"""
"""A board that disconnects whoever connects."""


def test_a_phone_looks_again_once_for_each_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    searches: list[int] = []
    connect = PhoneApp.connect

    def counted(app: PhoneApp, *args: Any) -> None:
        searches.append(len(searches))
        connect(app, *args)

    monkeypatch.setattr(PhoneApp, "connect", counted)
    circuit = with_phone({"connect": "abc"})
    with Flash(circuit.board) as flash:
        flash.put({"main.py": RUDE.encode()})
        with Bench(circuit, flash=flash) as bench:
            bench.run(40 * SECOND)
    assert 10 < len(searches) < 60


def test_a_phone_with_the_name_of_a_board_shows_what_it_serves() -> None:
    circuit = with_phone({"connect": "mpy-env"})
    with Flash(circuit.board) as flash:
        flash.put({"main.py": (SENSOR + "while True: time.sleep(1)\n").encode()})
        with Bench(circuit, flash=flash) as bench:
            part = circuit.parts["phone1"]
            assert part.words(part.view) == ("looks for a board", {})
            bench.run(4 * SECOND)
            _text, values = part.words(part.view) or ("", {})
            assert values["name"] == "mpy-env"
            assert "2a6e 66 08" in str(values["values"])
            assert "mpy-env" in part.svg(part.view)
            bench.control("phone1", "near", 0)
            bench.run(9 * SECOND)
            assert part.words(part.view) == ("looks for a board", {})
