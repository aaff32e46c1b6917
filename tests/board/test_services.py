"""The services that courses use, with programs as courses have them. They run on boards of both
families, and reach the services over HTTP, HTTPS and MQTT."""

import json
from collections.abc import Mapping
from functools import partial
from itertools import product

import pytest

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from hardware.bench.network.http import HttpRequest
from hardware.bench.network.mqtt.packets import Message, encode_publish
from hardware.bench.network.services.services import NAMES
from hardware.bench.scenario.player import play as play_scenario
from hardware.bench.scenario.scenario import parse
from hardware.errors import BenchError, ScenarioError
from tests.support.network_bench import AP, BOARDS, JOIN, SECOND, near_ap, printed_lines

USES = (
    JOIN
    + """
import json, requests
from umqtt.simple import MQTTClient, MQTTException

def mqtt(host, user, password, **options):
    client = MQTTClient('course', host, user=user, password=password, keepalive=60, **options)
    client.set_callback(lambda topic, text: print(topic.decode(), text.decode()))
    client.connect()
    return client
"""
)
Got = list[tuple[str, str, str]]


def outcome(
    program: str,
    seconds: float = 40,
    family: str = "esp32",
    ap: Mapping[str, str] = AP,
    told: Mapping[float, tuple[str, str, str]] | None = None,
) -> tuple[list[str], Got]:
    """What a program prints, and what the services got: service, name and value. `told` are calls
    of `Services.set`, by their second."""
    with near_ap(USES + program, family, ap) as bench:
        for at_s, call in (told or {}).items():
            bench.at(round(at_s * SECOND), partial(bench.network.services.set, *call))
        bench.run(round(seconds * SECOND))
        got = [(one.service, one.name, one.value) for one in bench.trace.services()]
        return printed_lines(bench), got


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_thingspeak_counts_updates_and_refuses_quick_ones(family: str, scheme: str) -> None:
    program = """
for number in (20.5, 21.5, 22.5):
    r = requests.get('SCHEME://api.thingspeak.com/update?api_key=KEY&field1=%s' % number)
    print(r.status_code, r.text)
    r.close()
    time.sleep(10)
r = requests.post('SCHEME://api.thingspeak.com/update', json={'field1': 1})
print(r.status_code, r.text)
"""
    lines, got = outcome(program.replace("SCHEME", scheme), family=family)
    assert lines == ["200 1", "200 0", "200 2", "400 0"]
    assert got == [("thingspeak", "field1", "20.5"), ("thingspeak", "field1", "22.5")]


def test_a_thingspeak_channel_is_read_by_its_number() -> None:
    program = """
API = 'http://api.thingspeak.com'
print(requests.get(API + '/channels/7/fields/1/last.txt').text)
form = {'Content-Type': 'application/x-www-form-urlencoded'}
print(requests.post(API + '/update', data='api_key=K&field1=3&field8=%D9%86', headers=form).text)
print(requests.get(API + '/channels/7/fields/1/last').text)
feed = requests.get(API + '/channels/7/feeds.json?results=1').json()
print(feed['channel']['last_entry_id'], feed['feeds'])
time.sleep(16)
entry = requests.post(API + '/update.json', json={'api_key': 'K', 'field2': 4.5}).json()
print(entry['entry_id'], entry['field2'], entry['field3'])
print(requests.get(API + '/channels/7/fields/2/last.json').json())
print(requests.get(API + '/nothing').status_code)
"""
    lines, _got = outcome(program)
    stamp = "2025-01-01T00:00:"
    assert lines[:3] == ["-1", "1", "3"]
    assert lines[3].startswith("1 [{") and f"{stamp}01Z" in lines[3]
    assert "'field8': '\\u0646'" in lines[3]
    assert lines[4] == "2 4.5 None"
    assert "'field2': '4.5'" in lines[5] and stamp in lines[5]
    assert lines[6] == "404"


@pytest.mark.parametrize("tls", [False, True])
def test_thingspeak_over_mqtt(family: str, tls: bool) -> None:
    program = f"""
client = mqtt('mqtt3.thingspeak.com', 'device', 'secret', ssl={tls})
client.subscribe('channels/12/subscribe/fields/field2')
client.publish('channels/12/publish', 'field1=40&field2=60&status=ok')
client.wait_msg()
print(requests.get('http://api.thingspeak.com/channels/12/fields/1/last').text)
client.publish('lab/other', 'x')
try:
    client.wait_msg()
except OSError as error:
    print('disconnected')
"""
    lines, got = outcome(program, family=family)
    assert lines == ["channels/12/subscribe/fields/field2 60", "40", "disconnected"]
    assert got == [
        *(("thingspeak", "field1", "40"), ("thingspeak", "field2", "60")),
        ("thingspeak", "status", "ok"),
    ]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_thingsboard_over_http(family: str, scheme: str) -> None:
    program = """
API = 'SCHEME://thingsboard.cloud/api/v1/'
print(requests.post(API + 'TOKEN/telemetry', json={'temperature': 23.5, 'ok': True}).status_code)
print(requests.post(API + 'TOKEN/telemetry', data='temperature=1').status_code)
print(requests.post(API + 'TOKEN/attributes', json={'version': '1.2'}).status_code)
time.sleep(4)
print(requests.get(API + 'TOKEN/attributes?clientKeys=version&sharedKeys=period').json())
print(requests.post(API + 'WRONG/telemetry', json={'a': 1}).status_code)
"""
    lines, got = outcome(
        program.replace("SCHEME", scheme),
        family=family,
        ap=AP | {"keys": "TOKEN"},
        told={2.1: ("thingsboard", "period", "5")},
    )
    assert lines[:3] == ["200", "400", "200"] and lines[4] == "401"
    assert json.loads(lines[3].replace("'", '"')) == {
        "client": {"version": "1.2"},
        "shared": {"period": 5},
    }
    names = [("temperature", "23.5"), ("ok", "true"), ("version", "1.2")]
    assert sorted(got) == sorted(("thingsboard", *pair) for pair in names)


def test_thingsboard_over_mqtt(family: str) -> None:
    program = """
client = mqtt('demo.thingsboard.io', 'TOKEN', '')
client.subscribe('v1/devices/me/attributes')
client.subscribe('v1/devices/me/attributes/response/+')
client.subscribe('v1/devices/me/rpc/request/+')
client.publish('v1/devices/me/telemetry', json.dumps({'ts': 1, 'values': {'humidity': 40}}))
client.publish('v1/devices/me/attributes', '{"led": false}')
client.publish('v1/devices/me/attributes/request/1', '{"clientKeys": "led"}')
client.wait_msg()
client.wait_msg()
client.publish('v1/devices/me/telemetry', 'humidity: 41')
try:
    client.wait_msg()
except OSError:
    print('disconnected')
"""
    lines, got = outcome(program, family=family, told={5: ("thingsboard", "led", "true")})
    assert lines == [
        'v1/devices/me/attributes/response/1 {"client": {"led": false}}',
        'v1/devices/me/attributes {"led": true}',
        "disconnected",
    ]
    assert got == [("thingsboard", "humidity", "40"), ("thingsboard", "led", "false")]


@pytest.mark.parametrize("tls", [False, True])
def test_adafruit_io_has_a_feed_over_mqtt_and_http(family: str, tls: bool) -> None:
    program = f"""
client = mqtt('io.adafruit.com', 'sam', 'KEY', ssl={tls})
client.subscribe(b'sam/feeds/Lamp')
client.publish(b'sam/feeds/temperature', b'21.5')
API, KEY = '{"https" if tls else "http"}://io.adafruit.com/api/v2/sam', {{'X-AIO-Key': 'KEY'}}
print(requests.get(API + '/feeds/temperature/data/last', headers=KEY).json()['value'])
lamp = requests.post(API + '/feeds/lamp/data', headers=KEY, json={{'value': 'ON'}})
print(lamp.status_code, lamp.json()['feed_key'])
client.publish(b'sam/feeds/Lamp/get', b'')
client.wait_msg()
client.wait_msg()
print([d['value'] for d in requests.get(API + '/feeds/lamp/data', headers=KEY).json()])
print(requests.get(API + '/feeds/nothing/data/last', headers=KEY).status_code)
print(requests.get(API + '/feeds').status_code)
client.publish(b'max/feeds/temperature', b'1')
try:
    client.wait_msg()
except OSError:
    print('disconnected')
"""
    lines, got = outcome(program, family=family, told={20: ("adafruit-io", "Lamp", "OFF")})
    assert lines == [
        *("21.5", "200 lamp", "sam/feeds/Lamp ON", "sam/feeds/Lamp OFF", "['OFF', 'ON']"),
        *("404", "401", "disconnected"),
    ]
    assert got == [("adafruit-io", "temperature", "21.5"), ("adafruit-io", "lamp", "ON")]


def test_adafruit_io_takes_30_values_a_minute() -> None:
    program = """
client = mqtt('io.adafruit.com', 'sam', 'KEY')
client.subscribe('sam/throttle')
for number in range(31):
    client.publish('sam/feeds/count', str(number))
client.wait_msg()
r = requests.post('http://io.adafruit.com/api/v2/sam/feeds/count/data',
    headers={'X-AIO-Key': 'KEY'}, json={'value': 1})
print(r.status_code)
time.sleep(60)
client.publish('sam/feeds/count', 'again')
"""
    lines, got = outcome(program, 80)
    assert lines[0].startswith("sam/throttle sam data rate limit reached") and lines[1] == "429"
    assert [value for _service, _name, value in got] == [*map(str, range(30)), "again"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_blynk_over_http(family: str, scheme: str) -> None:
    program = """
API = 'SCHEME://fra1.blynk.cloud/external/api/'
r = requests.get(API + 'update?token=TOKEN&V0=23.5')
print(r.status_code, repr(r.text))
print(requests.get(API + 'get?token=TOKEN&v0').text, requests.get(API + 'get?token=TOKEN&v1').text)
while requests.get(API + 'get?token=TOKEN&v1').text == '0':
    time.sleep(1)
r = requests.get(API + 'update?token=WRONG&v0=1')
print(r.status_code, r.json()['error']['message'])
print(requests.get(API + 'logEvent?token=TOKEN&code=hot&description=too%20hot').status_code)
"""
    lines, got = outcome(
        program.replace("SCHEME", scheme),
        family=family,
        ap=AP | {"keys": "TOKEN"},
        told={12: ("blynk", "V1", "1")},
    )
    assert lines == ["200 ''", "23.5 0", "400 Invalid token.", "200"]
    assert got == [("blynk", "v0", "23.5"), ("blynk", "hot", "too hot")]


def test_blynk_over_mqtt(family: str) -> None:
    program = """
client = mqtt('blynk.cloud', 'device', 'TOKEN', ssl=True)
client.subscribe('downlink/#')
client.publish('ds/Temperature', '23.5')
client.publish('batch_ds', '{"Humidity": 40}')
client.publish('info/mcu', '{"type": "T"}')
client.publish('ds/Humidity/prop/color', 'FF0000')
client.publish('get/ds', 'Humidity,Nothing')
client.wait_msg()
client.wait_msg()
"""
    lines, got = outcome(program, family=family, told={12: ("blynk", "Switch", "1")})
    assert lines == ["downlink/ds/Humidity 40", "downlink/ds/Switch 1"]
    assert got == [
        *(("blynk", "Temperature", "23.5"), ("blynk", "Humidity", "40")),
        *(("blynk", "info/mcu", '{"type": "T"}'), ("blynk", "Humidity/prop/color", "FF0000")),
    ]


@pytest.mark.parametrize("tls", [False, True])
def test_blynk_over_the_protocol_of_its_library(family: str, tls: bool) -> None:
    """What BlynkLib sends: log in, write a pin, ask for a pin, log an event, ping."""
    program = f"""
import socket, ssl, struct
def frame(kind, number, *words):
    data = '\\0'.join(words).encode()
    return struct.pack('!BHH', kind, number, len(data)) + data

def take():
    kind, number, length = struct.unpack('!BHH', conn.read(5))
    print(kind, length if kind == 0 else conn.read(length))

for token in ('WRONG', 'TOKEN'):
    conn = socket.socket()
    conn.connect(socket.getaddrinfo('blynk.cloud', {443 if tls else 80})[0][-1])
    if {tls}:
        conn = ssl.wrap_socket(conn)
    conn.write(frame(29, 1, token))
    take()
conn.write(frame(17, 2, 'ver', '1.0.0', 'h-beat', '50'))
conn.write(frame(20, 3, 'vw', '5', '23.5'))
conn.write(frame(16, 4, 'vr', '5', '6'))
conn.write(frame(64, 5, 'hot', 'too hot'))
take()
conn.write(frame(6, 6))
take()
take()
"""
    told = ("blynk", "V1", "1")
    lines, got = outcome(program, 40, family, AP | {"keys": "TOKEN"}, {25: told})
    assert lines == ["0 9", "0 200", "20 b'vw\\x005\\x0023.5'", "0 200", "20 b'vw\\x001\\x001'"]
    assert got == [("blynk", "v5", "23.5"), ("blynk", "hot", "too hot")]


def test_frames_that_make_no_sense_do_not_break_blynk() -> None:
    program = """
import socket, struct
def open():
    conn = socket.socket()
    conn.connect(socket.getaddrinfo('blynk.cloud', 80)[0][-1])
    conn.write(struct.pack('!BHH', 29, 1, 1) + b'T')
    return conn

for words in (b'', b'vw', b'vw\\0', b'vw\\0x\\x001', b'\\xff\\xfe', b'vw\\x001', b'vr\\0' * 9):
    conn = open()
    for kind in range(70):
        if kind != 29:
            conn.write(struct.pack('!BHH', kind, 2, len(words)) + words)
    conn.close()
conn = open()
conn.write(struct.pack('!BHH', 20, 2, 60000) + b'x' * 5000)
print(conn.read(5), conn.read())
conn = open()
conn.write(struct.pack('!BHH', 6, 7, 0))
print(conn.read(10)[5:])
"""
    lines, _got = outcome(program)
    assert lines == [
        *(r"b'\x00\x00\x01\x00\xc8' b''", r"b'\x00\x00\x07\x00\xc8'"),
    ]


def test_a_telegram_bot_reads_and_answers(family: str) -> None:
    program = """
API = 'https://api.telegram.org/bot12:TOKEN/'
print(requests.get(API + 'getMe').json()['result']['is_bot'])
offset = 0
while offset < 1003:
    for update in requests.get(API + 'getUpdates?timeout=1&offset=%d' % offset).json()['result']:
        offset = update['update_id'] + 1
        message = update['message']
        answer = {'chat_id': message['chat']['id'], 'text': 'did ' + message['text']}
        print(requests.post(API + 'sendMessage', json=answer).json()['ok'])
    time.sleep(1)
print(requests.get(API + 'sendMessage?chat_id=17').json()['description'])
r = requests.get('https://api.telegram.org/botWRONG/getMe')
print(r.status_code, r.json()['ok'])
"""
    lines, got = outcome(
        program,
        60,
        family,
        AP | {"keys": "12:TOKEN"},
        told={1: ("telegram", "17", "/on"), 2: ("telegram", "17", "/off")},
    )
    assert lines == [
        *("True", "True", "True"),
        *("Bad Request: message text is empty", "401 False"),
    ]
    assert got == [("telegram", "17", "did /on"), ("telegram", "17", "did /off")]


def test_ifttt_weather_and_time_of_day(family: str) -> None:
    program = """
door = {'value1': 'open'}
print(requests.post('https://maker.ifttt.com/trigger/door/with/key/K', json=door).text)
API = 'http://api.openweathermap.org/data/2.5/weather?'
weather = requests.get(API + 'q=Muscat,OM&units=metric&appid=K').json()
print(weather['name'], weather['main']['temp'], weather['weather'][0]['main'])
print(requests.get(API + 'q=Muscat,OM').json()['cod'])
r = requests.get('http://worldtimeapi.org/api/timezone/Asia/Muscat').json()
print(r['datetime'][11:16], r['utc_offset'], r['unixtime'] % 60 == int(r['datetime'][17:19]))
print(requests.get('http://worldtimeapi.org/api/timezone/Asia/Nowhere').status_code)
"""
    lines, got = outcome(program, family=family, told={0: ("openweathermap", "temp", "31.5")})
    assert lines == [
        "Congratulations! You've fired the door event",
        *("Muscat 31.5 Clear", "401", "04:00 +04:00 True", "404"),
    ]
    assert got == [("ifttt", "door", "open")]


def test_a_client_without_the_right_name_or_key_is_refused() -> None:
    program = """
for host, user, password in (
    ('io.adafruit.com', 'sam', 'WRONG'), ('io.adafruit.com', None, None),
    ('demo.thingsboard.io', 'WRONG', ''), ('mqtt3.thingspeak.com', 'a', 'KEY'),
):
    try:
        mqtt(host, user, password)
        print(host)
    except MQTTException as error:
        print(error)
"""
    lines, _got = outcome(program, ap=AP | {"keys": "KEY TOKEN"})
    assert lines == ["5", "4", "5", "mqtt3.thingspeak.com"]


OTHER_NAMES = """
for url in ('http://api.thingspeek.com/update?field1=3', 'https://my.server.example/log'):
    try:
        print(requests.post(url, json={'t': 1}).status_code)
    except OSError as error:
        print(error.errno)
"""


def test_a_wrong_host_name_is_not_found() -> None:
    lines, got = outcome(OTHER_NAMES)
    assert lines == ["-202", "-202"] and got == []


def test_with_any_host_every_name_answers(family: str) -> None:
    lines, got = outcome(OTHER_NAMES, family=family, ap=AP | {"anyHost": "1"})
    assert lines == ["200", "200"]
    assert got == [
        ("any-host", "POST api.thingspeek.com/update", '{"t": 1}'),
        ("any-host", "POST my.server.example/log", '{"t": 1}'),
    ]


def test_a_service_needs_the_internet() -> None:
    lines, got = outcome(
        "requests.get('http://api.thingspeak.com/update?api_key=K&field1=1', timeout=5)",
        ap=AP | {"internet": "0"},
    )
    assert "OSError" in lines[-1] and got == []


SCENARIO = """name: t
version: 1
steps:
  - wait-serial: ready
  - warsha: { set-service: { service: telegram, name: '17', value: /on } }
  - wait-serial: sent
  - warsha: { expect-service: { service: thingspeak, name: field1, match: '^23.5$', max: 1 } }
  - warsha: { expect-service: { service: telegram, name: '17', match: "off" }, points: 1 }
"""
LAMP = """
print('ready')
API = 'http://api.telegram.org/botTOKEN/'
while not requests.get(API + 'getUpdates').json()['result']:
    time.sleep(1)
requests.get('http://api.thingspeak.com/update?api_key=K&field1=23.5')
requests.post(API + 'sendMessage', json={'chat_id': 17, 'text': 'on'})
print('sent')
"""


def test_a_scenario_sets_values_and_expects_them() -> None:
    parts = [
        {"type": BOARDS["esp32"], "id": "b"},
        {"type": "wokwi-wifi-ap", "id": "ap", "attrs": AP},
    ]
    circuit = Circuit(load({"version": 1, "parts": parts, "connections": []}))
    with Flash(circuit.board) as flash:
        flash.put({"main.py": (USES + LAMP).encode()})
        with Bench(circuit, flash=flash) as bench:
            steps = play_scenario(parse(SCENARIO, "s.yaml"), bench, circuit, 30 * SECOND)
    failures = [step.failure for step in steps]
    assert failures == [*[""] * 4, "0 such messages under 'telegram 17', expected 1 …"]


def test_an_unknown_service_is_an_error() -> None:
    with pytest.raises(ScenarioError, match=r"s.yaml:5: there is no service 'telegramm'"):
        parse(SCENARIO.replace("telegram,", "telegramm,", 1), "s.yaml")
    with near_ap("") as bench:
        for call in (
            ("telegramm", "1", ""),
            ("thingspeak", "field9", "1"),
            ("ifttt", "a", "b"),
            ("blynk", "#", "1"),
        ):
            with pytest.raises(BenchError, match=call[0]):
                bench.network.services.set(*call)
        with pytest.raises(BenchError, match="warm"):
            bench.network.services.set("openweathermap", "temp", "warm")


BODIES = (
    *(b"", b"{", b"[]", b"[1]", b'{"value": null}', b'{"text": "\\ud800", "chat_id": 1}'),
    *(b"\xff\xfe", b"[" * 60_000, b'{"a":' * 9_000, b"1" * 5_000, b'{"field1": [1, {"a": 2}]}'),
)
PATHS = (
    *("/update", "/channels/1/feeds.json", "/channels/1/fields/1/last", "/api/v1/T/telemetry"),
    *("/api/v1/T/attributes", "/api/v2/u/feeds", "/api/v2/u/feeds/a%2Bb/data"),
    *("/api/v2/u/feeds/x/data", "/trigger/a/with/key/T", "/botT/sendMessage"),
    *("/api/v2/u/feeds/%23/data", "/external/api/update", "/external/api/get", "/botT/getUpdates"),
    *("/data/2.5/weather", "/api/timezone/../../etc/passwd", "/api/timezone/Asia", "/%ff\xff"),
)
QUERIES = (
    *("", "?v1", "?token=T&v1=1&v1=2", "?results=-1", "?results=" + "9" * 5_000, "?offset=-1"),
    *("?api_key=T&field1=%00%FF&x-aio-key=T&value=1", "?chat_id=%D9&text=x&appid=T&q=%ff"),
)


TOPICS = (
    *("channels/1/publish", "channels/1/publish/fields/field1", "u/feeds/x", "u/f/x/get", "ds/x"),
    *("v1/devices/me/telemetry", "v1/devices/me/attributes", "v1/devices/me/rpc/request/1"),
    *("v1/devices/me/attributes/request/1", "batch_ds", "get/ds", "event/x", "lab/x"),
)


def test_no_request_and_no_message_breaks_a_service() -> None:
    """Whatever a board sends, each service takes it, and its answer can be sent."""
    with near_ap("") as bench:
        for name in set(NAMES) - {"any-host"}:
            service = bench.network.services.service(name)
            for target, body in product([p + q for p in PATHS for q in QUERIES], BODIES):
                for method in ("GET", "POST"):
                    request = HttpRequest(method, target, {"x-aio-key": "T"}, body, bench.board)
                    assert 200 <= service.answer(request).status < 500
            for topic, body in product(TOPICS, BODIES):
                for sent in service.published(bench.board, "u", Message(topic, body)) or ():
                    assert encode_publish(sent)


def test_httpbin_tells_the_request_back() -> None:
    program = """
m = requests.post('http://httpbin.org/post?a=1', json={'b': 2}).json()
print(m['args'], m['json'], m['data'])
print(requests.get('https://httpbin.org/get?c=d').json()['args'])
print(requests.get('http://httpbin.org/post').status_code)
"""
    lines, got = outcome(program)
    assert lines == ["{'a': '1'} {'b': 2} {\"b\": 2}", "{'c': 'd'}", "405"]
    assert got == [("httpbin", "a", "1"), ("httpbin", "b", "2"), ("httpbin", "c", "d")]


def test_a_path_in_arabic_is_told_back() -> None:
    lines, _got = outcome(
        "print(requests.get('http://httpbin.org/anything/%D8%A7').status_code)\n"
    )
    assert lines == ["200"]


def test_a_service_makes_no_topic_that_the_standard_forbids() -> None:
    """Of names that are too long for one, or have wildcards."""
    program = """
client = mqtt('blynk.cloud', 'device', 'token')
client.subscribe('downlink/#')
for name in ('x' * 9000, '#', '+'):
    client.publish('batch_ds', json.dumps({name: 1}))
    client.publish('get/ds', name)
client.publish('batch_ds', '{"good": 1}')
client.publish('get/ds', 'good')
client.wait_msg()
"""
    lines, got = outcome(program)
    assert lines == ["downlink/ds/good 1"]
    assert got == [("blynk", "good", "1")]


def test_a_program_does_not_keep_out_what_other_users_do() -> None:
    program = """
client = mqtt('blynk.cloud', 'device', 'token')
client.subscribe('downlink/#')
for number in range(120):
    client.publish('batch_ds', json.dumps({'n%d' % number: 1}))
client.wait_msg()
"""
    lines, _got = outcome(program, told={30: ("blynk", "slider", "7")})
    assert lines == ["downlink/ds/slider 7"]
