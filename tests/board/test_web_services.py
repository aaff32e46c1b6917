"""Web services that courses use, asked by a board with `requests`."""

import json

import pytest

from hardware.bench.circuit.still_world import StillWorld
from hardware.bench.network.lan import Lan
from hardware.bench.network.ntp import WallClock
from hardware.bench.network.web_services import WebRequest, services
from tests.support.network_bench import JOIN, play

ASK = JOIN + "import requests\n"


def ask(*lines: str, seconds: float = 60) -> list[str]:
    """The output of a program that asks services."""
    return play(ASK + "\n".join(lines), seconds=seconds)


def test_thingspeak_counts_entries_takes_one_each_15_s_and_gives_them_back() -> None:
    url = "http://api.thingspeak.com/update?api_key=K&field1="
    said = ask(
        f"for value in (21, 22): print(requests.get('{url}%d' % value).text); time.sleep(4)",
        f"time.sleep(12); print(requests.get('{url}23&field2=7').text)",
        "more = {'api_key': 'L', 'field1': 5}",
        "r = requests.post('http://api.thingspeak.com/update.json', json=more)",
        "print(r.status_code, r.json()['entry_id'], r.json()['created_at'])",
        "c = requests.get('http://api.thingspeak.com/channels/12/feeds.json?results=2').json()",
        "print(c['channel']['last_entry_id'], [f['field1'] for f in c['feeds']])",
        "print(requests.get('http://api.thingspeak.com/channels/12/fields/1/last').text)",
        "f = requests.get('http://api.thingspeak.com/channels/12/fields/2.json').json()['feeds']",
        "print([e.get('field2') for e in f])",
        "print(requests.get('http://api.thingspeak.com/update?field1=1').status_code)",
        "print(requests.get('http://api.thingspeak.com/nothing').status_code)",
    )
    assert said[:3] == ["1", "0", "2"]
    assert said[3].startswith("200 3 2025-01-01T00:00:")
    assert said[4:] == ["3 ['23', '5']", "5", "[None, '7', None]", "400", "404"]


def test_the_weather_the_time_and_a_mirror() -> None:
    said = ask(
        "place = 'http://api.openweathermap.org/data/2.5/weather?q=Aqaba,JO&units=metric'",
        "w = requests.get(place + '&appid=K').json()",
        "print(w['name'], w['main']['temp'], w['weather'][0]['main'])",
        "print(requests.get(place).status_code)",
        "t = requests.get('http://worldtimeapi.org/api/timezone/Asia/Amman').json()",
        "print(t['timezone'], t['datetime'][:16], t['unixtime'] // 60, t['day_of_week'])",
        "m = requests.post('http://httpbin.org/post?a=1', json={'b': 2}).json()",
        "print(m['args'], m['json'], requests.get('http://httpbin.org/post').status_code)",
    )
    assert said == [
        "Aqaba 24.0 Clear",
        "401",
        "Asia/Amman 2025-01-01T00:00 28928160 3",
        "{'a': '1'} {'b': 2} 405",
    ]


def answer(host: str, target: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
    """Status and content of the answer of a service."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    method = "POST" if body else "GET"
    status, _kind, content = services(WallClock(StillWorld()))[host](
        WebRequest(method, target, told, body)
    )
    return status, content


@pytest.mark.parametrize("path", ["/", "/api", "//[", "/post/x", "/channels", "/channels/1/x"])
@pytest.mark.parametrize(
    "host", ["api.thingspeak.com", "api.openweathermap.org", "worldtimeapi.org"]
)
def test_what_a_service_does_not_have_is_404(host: str, path: str) -> None:
    assert answer(host, path)[0] == 404


@pytest.mark.parametrize("body", [b"[1", b"[" * 60_000, b'{"field1": 1', b"\xff", b'"x"'])
def test_a_body_that_is_no_object_is_no_error(body: bytes) -> None:
    status, content = answer("httpbin.org", "/post", body, content_type="application/json")
    assert status == 200 and json.loads(content)["json"] == {}
    asked = ("api.thingspeak.com", "/update?api_key=K", body)
    assert answer(*asked, content_type="application/json") == (200, b"0")


@pytest.mark.parametrize(
    ("name", "is_known"),
    [
        ("Broker.HiveMQ.com", True),
        ("a1b2.s1.eu.hivemq.cloud", True),
        ("a1b2-ats.iot.eu-west-1.amazonaws.com", True),
        ("hivemq.cloud", False),
        ("s3.amazonaws.com", False),
        ("broker.hivemq.con", False),
        ("httpbin.org", True),
    ],
)
def test_names_of_services_are_known_and_others_are_kept(name: str, is_known: bool) -> None:
    lan = Lan(StillWorld())
    assert (lan.lookup(name) is not None) == is_known
    assert list(lan.unknown) == ([] if is_known else [name.lower()])


def test_a_number_of_thousands_of_digits_is_no_error() -> None:
    target = f"/channels/1/feeds.json?results={'9' * 6_000}"
    assert answer("api.thingspeak.com", target)[0] == 200
