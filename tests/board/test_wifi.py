"""WiFi in a board's program: joining and its errors."""

import pytest

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.errors import DiagramError
from tests.support.network_bench import JOIN, SECOND, near_ap, play, printed_lines

SCAN = """
import network
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
for found in wlan.scan():
    print(found[0], len(found[1]), found[2:5])
"""


def test_a_scan_finds_the_access_point(family: str) -> None:
    ap = {"ssid": "workshop", "password": "secret99", "channel": "11", "rssi": "-71"}
    security = 3 if family == "esp32" else 5
    assert play(SCAN, family=family, ap=ap) == [f"b'workshop' 6 (11, -71, {security})"]


def test_without_an_access_point_there_is_the_guest_network(family: str) -> None:
    assert play(SCAN, family=family, ap=None) == ["b'Wokwi-GUEST' 6 (6, -50, 0)"]


def test_a_board_gets_an_address_behind_the_gateway(family: str) -> None:
    program = JOIN + "print(wlan.ifconfig(), wlan.ipconfig('addr4'), wlan.config('ssid'))"
    addresses = "('10.13.37.2', '255.255.255.0', '10.13.37.1', '10.13.37.1')"
    assert play(program, family=family) == [
        f"{addresses} ('10.13.37.2', '255.255.255.0') workshop"
    ]


WATCH = """
import network, time
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect({credentials})
told = None
while True:
    if wlan.status() != told:
        told = wlan.status()
        print(told)
    time.sleep_ms(50)
"""
STATES = {
    "esp32": {"joining": "1001", "up": "1010", "nobody": "201", "password": "202"},
    "rp2": {"joining": "1", "up": "3", "nobody": "-2", "password": "-3"},
}


@pytest.mark.parametrize(
    ("credentials", "end"),
    [
        ("'workshop', 'secret99'", "up"),
        ("'workshop', 'guessed1'", "password"),
        ("'elsewhere', 'secret99'", "nobody"),
    ],
)
def test_status_shows_the_progress_of_joining(family: str, credentials: str, end: str) -> None:
    program = WATCH.replace("{credentials}", credentials)
    states = STATES[family]
    assert play(program, family=family) == [states["joining"], states[end]]


def test_joining_takes_the_time_of_the_access_point() -> None:
    with near_ap(JOIN + "print('there')") as bench:
        bench.control("ap", "join_ms", 4000, 0)
        bench.run(3 * SECOND)
        assert printed_lines(bench) == []
        bench.run(6 * SECOND)
        assert printed_lines(bench) == ["there"]


def test_a_lost_access_point_is_noticed_after_six_seconds(family: str) -> None:
    with near_ap(WATCH.replace("{credentials}", "'workshop', 'secret99'"), family) as bench:
        bench.control("ap", "online", 0, 5 * SECOND)
        bench.control("ap", "online", 1, 30 * SECOND)
        bench.run(40 * SECOND)
        links = bench.trace.links()
        lines = printed_lines(bench)
    assert [(link.up, link.reason) for link in links[:2]] == [(True, 0), (False, 200)]
    assert links[1].t_ns == 11 * SECOND
    if family == "esp32":  # the driver joins again by itself
        assert lines == ["1001", "1010", "1001", "201", "1010"]
    else:
        assert lines == ["1", "3", "0"]


def test_a_short_outage_breaks_nothing() -> None:
    with near_ap(WATCH.replace("{credentials}", "'workshop', 'secret99'")) as bench:
        bench.control("ap", "online", 0, 5 * SECOND)
        bench.control("ap", "online", 1, 9 * SECOND)
        bench.run(20 * SECOND)
        assert printed_lines(bench) == ["1001", "1010"]


ERRORS = """
import network
wlan = network.WLAN(network.STA_IF)
for what in (lambda: wlan.connect('a'), lambda: wlan.scan(), lambda: wlan.config('nothing')):
    try:
        what()
    except Exception as error:
        print(repr(error))
wlan.active(True)
wlan.connect('workshop', 'secret99')
try:
    wlan.connect('workshop', 'secret99')
    print('fine')
except OSError as error:
    print(repr(error))
print(wlan.isconnected(), wlan.ifconfig()[0], wlan.active())
"""


def test_errors_are_those_of_the_chip(family: str) -> None:
    wanted = {
        "esp32": ["OSError('Wifi Not Started',)", "OSError('STA must be active',)"],
        "rp2": ["OSError(1,)", "OSError(1,)"],
    }
    again = {"esp32": "OSError('Wifi Internal State Error',)", "rp2": "fine"}
    assert play(ERRORS, family=family) == [
        *wanted[family],
        "ValueError('unknown config param',)",
        again[family],
        "False 0.0.0.0 True",
    ]


def test_disconnecting_and_switching_off(family: str) -> None:
    program = JOIN + (
        "wlan.disconnect()\nprint(wlan.isconnected(), wlan.status())\n"
        "wlan.active(False)\nprint(wlan.active())"
    )
    idle = 1000 if family == "esp32" else 0
    assert play(program, family=family) == [f"False {idle}", "False"]


def test_a_soft_reset_keeps_the_link(family: str) -> None:
    program = (
        "import network, machine\nwlan = network.WLAN(network.STA_IF)\n"
        "print(wlan.isconnected())\nif not wlan.isconnected():\n"
    )
    program += "".join(f"    {line}\n" for line in JOIN.strip().splitlines())
    program += "    machine.soft_reset()\n"
    assert [w for w in play(program, family=family) if w in ("True", "False")] == ["False", "True"]


def test_a_soft_reset_while_the_board_connects_does_not_stop_it(family: str) -> None:
    program = (
        "import machine, network, os, time\nwlan = network.WLAN(network.WLAN.IF_STA)\n"
        "wlan.active(True)\nif 'again' not in os.listdir():\n    open('again', 'w').close()\n"
        "    wlan.connect('workshop', 'secret99')\n    time.sleep_ms(200)\n"
        "    machine.soft_reset()\ntime.sleep(5)\nprint(wlan.isconnected())\n"
    )
    assert play(program, family=family)[-1] == "True"


def test_a_fixed_address() -> None:
    program = JOIN + (
        "wlan.ifconfig(('10.13.37.99', '255.255.255.0', '10.13.37.1', '10.13.37.1'))\n"
        "print(wlan.ifconfig()[0])\nimport requests\nprint(requests.get('http://example.com').text)"
    )
    assert play(program)[:2] == ["10.13.37.99", "Hello from the bench."]


def test_an_access_point_of_its_own(family: str) -> None:
    program = (
        "import network\nap = network.WLAN(network.AP_IF)\n"
        "ap.config(ssid='mine', password='12345678')\nap.active(True)\n"
        "print(ap.active(), ap.ifconfig()[0], ap.config('ssid'), ap.isconnected(), "
        "ap.status('stations'))"
    )
    assert play(program, family=family) == ["True 192.168.4.1 mine False []"]


def test_a_plain_pico_has_no_network() -> None:
    diagram = {"version": 1, "parts": [{"type": "wokwi-pi-pico", "id": "b"}], "connections": []}
    with Bench(Circuit(load(diagram))) as bench:
        bench.send(b"import network\r\nimport socket\r\n", SECOND)
        bench.run(2 * SECOND)
        text = bench.trace.serial().data.decode()
    assert "ImportError: no module named 'network'" in text
    assert "ImportError: no module named 'socket'" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [("ssid", ""), ("ssid", "x" * 33), ("password", "short"), ("channel", "15"), ("bssid", "zz")],
)
def test_an_access_point_with_invalid_attributes(name: str, value: str) -> None:
    part = {"type": "wokwi-wifi-ap", "id": "ap", "attrs": {"ssid": "a", name: value}}
    board = {"type": "board-pi-pico-w", "id": "b"}
    with pytest.raises(DiagramError, match=name):
        Circuit(load({"version": 1, "parts": [board, part], "connections": []}))


@pytest.mark.parametrize(
    "code",
    [
        "import network; network.LAN()",
        "import socket; socket.socket(10)",
    ],
)
def test_a_feature_that_is_not_simulated_raises_its_reason(code: str) -> None:
    assert "not simulated" in play(code)[-1]
