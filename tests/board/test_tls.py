"""TLS in a board's program: certificates, the servers of the bench, boards as servers."""

import ssl
import subprocess
from pathlib import Path
from typing import Any

import pytest

from hardware.bench.bench import Bench
from hardware.bench.circuit.circuit import Circuit
from hardware.bench.diagram import load
from hardware.bench.flash import Flash
from hardware.bench.network.tls.certificates import FAULTY, ca_certificate, certificate_of, pem
from hardware.bench.network.tls.server_process import TlsServerProcess
from hardware.bench.network.tls.tls_server import MOST_OPEN
from hardware.cli import ca
from hardware.errors import BenchError, HardwareError
from tests.support.network_bench import AP, JOIN, SECOND, near_ap, play

CLIENT = (
    JOIN
    + """
import ntptime, socket, ssl
ca = open('ca').read() if PEM else open('ca', 'rb').read()

def get(host, **options):
    s = socket.socket()
    s.connect(socket.getaddrinfo(host, 443)[0][-1])
    try:
        c = ssl.wrap_socket(s, server_hostname=host, **options)
        c.write(b'GET /time HTTP/1.0\\r\\nHost: %s\\r\\n\\r\\n' % host.encode())
        print(host, c.cipher()[1], c.read(15).decode())
        c.close()
    except Exception as error:
        print(host, repr(error))
    s.close()

def checked(host):
    get(host, cert_reqs=ssl.CERT_REQUIRED, cadata=ca)
"""
)
GOOD = "TLSv1.2 HTTP/1.1 200 OK"
FAULTS = {
    "expired.warsha": "The certificate validity has expired",
    "not-yet-valid.warsha": "The certificate validity starts in the future",
    "self-signed.warsha": "The certificate is not correctly signed by the trusted CA",
    "wrong-host.warsha": "The certificate Common Name (CN) does not match with the expected CN",
}


def answers(calls: str, family: str = "esp32", *, text: bool = False) -> list[str]:
    """What the client prints for these calls; the CA's certificate is on the board."""
    ca = ca_certificate()
    program = CLIENT.replace("PEM", str(text)) + calls
    return play(program, 60, family=family, files={"ca": pem(ca).encode() + b"\0" if text else ca})


def test_only_a_server_with_a_good_certificate_passes_the_check(family: str) -> None:
    hosts = ["http.warsha", "example.com", *FAULTS]
    found = answers(f"ntptime.settime()\nfor host in {hosts}: checked(host)", family)
    assert found[:2] == [f"http.warsha {GOOD}", f"example.com {GOOD}"]
    assert set(FAULTS) == set(FAULTY)
    for line, (host, why) in zip(found[2:], FAULTS.items(), strict=True):
        assert line.startswith(f"{host} ValueError") and why in line


def test_without_a_check_every_server_passes(family: str) -> None:
    """As on the chips: a program that does not ask for the check has none."""
    found = answers(f"for host in {list(FAULTS)}: get(host)", family)
    assert found == [f"{host} {GOOD}" for host in FAULTS]


def test_the_check_needs_the_time_of_day() -> None:
    """On an ESP32 it is the year 2000 until the program sets its clock."""
    found = answers("checked('http.warsha'); ntptime.settime(); checked('http.warsha')")
    assert FAULTS["not-yet-valid.warsha"] in found[0]
    assert found[1] == f"http.warsha {GOOD}"


def test_an_esp32_reads_pem(family: str) -> None:
    """The Pico's firmware is built without it."""
    found = answers("ntptime.settime(); checked('http.warsha')", family, text=True)
    assert found[0] == f"http.warsha {GOOD}" if family == "esp32" else "invalid cert" in found[-1]


def test_requests_and_umqtt_use_tls(family: str) -> None:
    program = (
        JOIN
        + """
import requests, ssl
from umqtt.simple import MQTTClient
print(requests.get('https://example.com/time').json()['unixtime'] > 0)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
for way in (True, context):
    client = MQTTClient('a', 'broker.warsha', ssl=way)
    client.set_callback(lambda topic, message: print(topic, message))
    client.connect()
    client.subscribe('lab/x')
    client.publish('lab/x', 'y' * 5000, qos=1)
    client.disconnect()
"""
    )
    with near_ap(program, family) as bench:
        bench.run(40 * SECOND)
        lines = [line.text for line in bench.trace.lines()]
        ports = {packet.target_port for packet in bench.trace.packets() if packet.kind == "syn"}
        topics = [note.topic for note in bench.trace.mqtt() if note.kind == "publish"]
        sent = b"".join(p.payload for p in bench.trace.packets() if p.kind == "tcp")
    assert lines[0] == "True"
    assert lines[1] == lines[2] == f"b'lab/x' b'{'y' * 5000}'"
    assert ports == {443, 8883}
    assert topics == ["lab/x"] * 2, "the broker knows what was said"
    assert b"lab/x" not in sent and b"/time" not in sent, "the network does not"


def test_a_plain_client_at_a_tls_port_is_disconnected() -> None:
    program = (
        JOIN
        + """
import socket
s = socket.socket()
s.connect(socket.getaddrinfo('http.warsha', 443)[0][-1])
s.write(b'GET / HTTP/1.0\\r\\n\\r\\n')
print(s.read())
"""
    )
    assert play(program) == ["b''"]


SERVER = (
    JOIN
    + """
import socket, ssl
print(wlan.ifconfig()[0])
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain('crt.der', 'key.der')
s = socket.socket()
s.bind(('0.0.0.0', 443))
s.listen(1)
while True:
    c = context.wrap_socket(s.accept()[0], server_side=True)
    c.write(b'you said ' + c.readline())
    c.close()
"""
)
FRIEND = (
    JOIN
    + """
import socket, ssl
time.sleep(1)
s = socket.socket()
s.connect(('10.13.37.3', 443))
c = ssl.wrap_socket(s)
c.write(b'hello\\n')
print(c.readline())
"""
)


def test_a_board_is_a_tls_server_for_another_one(tmp_path: Path) -> None:
    key, crt = tmp_path / "key.pem", tmp_path / "crt.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9000"
    command = [*make.split(), "-subj", "/CN=b", "-keyout", str(key), "-out", str(crt)]
    subprocess.run(command, check=True, capture_output=True)
    for kind, name in (("x509", "crt"), ("pkey", "key")):
        files = ["-in", f"{tmp_path}/{name}.pem", "-out", f"{tmp_path}/{name}.der"]
        subprocess.run(["openssl", kind, "-outform", "der", *files], check=True)
    parts: list[dict[str, object]]
    parts = [{"type": "board-esp32-devkit-c-v4", "id": name} for name in ("a", "b")]
    parts.append({"type": "wokwi-wifi-ap", "id": "ap", "attrs": AP})
    circuit = Circuit(load({"version": 1, "parts": parts, "connections": []}))
    with Flash(circuit.board) as one, Flash(circuit.board) as other:
        ders = {n: (tmp_path / n).read_bytes() for n in ("crt.der", "key.der")}
        one.put({"main.py": SERVER.encode(), **ders})
        other.put({"main.py": FRIEND.encode()})
        with Bench(circuit, flash={"a": one, "b": other}) as bench:
            bench.run(20 * SECOND)
            lines = [line.text for line in bench.traces["b"].lines()]
    assert lines[0] == "b'you said hello\\n'"


def test_the_same_run_has_the_same_bytes() -> None:
    """Also what is random in TLS follows from the seed."""

    def digest(seed: int) -> str:
        program = CLIENT.replace("PEM", "False") + "ntptime.settime(); checked('http.warsha')"
        with near_ap(program, files={"ca": ca_certificate()}, seed=seed) as bench:
            bench.run(8 * SECOND)
            assert any(GOOD in line.text for line in bench.trace.lines())
            return bench.trace.sha256()

    assert digest(1) == digest(1) != digest(2)


@pytest.mark.parametrize(
    "change",
    ["c.close()", "c.read(1)", "c.write(b'x')", "context.__del__()", "kept[0][:]"],
)
def test_what_a_callback_does_with_a_socket_in_use_ends_nothing(change: str) -> None:
    """A stream in Python, in the middle of a handshake: it uses, closes or frees what Mbed TLS is
    working with. The board goes on, and the program gets an error."""
    program = (
        JOIN
        + f"""
import io, socket, tls
kept = [b'']
class Stream(io.IOBase):
    def __init__(self):
        self.s = socket.socket()
        self.s.connect(socket.getaddrinfo('http.warsha', 443)[0][-1])
        self.n = 0
    def readinto(self, buffer):
        n = self.s.readinto(buffer)
        self.n += 1
        if self.n == 3:
            try:
                {change}
                print('done')
            except Exception as error:
                print(repr(error))
        return n
    def write(self, data):
        return self.s.write(data)
    def ioctl(self, request, arg):
        return 0
context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
context.verify_mode = tls.CERT_OPTIONAL
context.verify_callback = lambda certificate, depth: kept.append(certificate) or 0
c = context.wrap_socket(Stream(), server_hostname='http.warsha', do_handshake_on_connect=False)
try:
    c.write(b'GET / HTTP/1.0\\r\\n\\r\\n')
    print(c.read(12))
except OSError as error:
    print('then', error.errno)
context = c = None
import gc
gc.collect()
fill = [bytearray(200) for _ in range(100)]
print(len(kept), [bytes(one)[:1] for one in kept[1:]])
"""
    )
    lines = play(program, 20)
    if change == "c.close()":
        assert lines[:2] == ["done", "then 9"]
    else:
        assert lines[0] == ("done" if "kept" in change else "OSError(16,)")
        assert lines[1:] == ["b'HTTP/1.1 200'", "2 [b'0']"]


def test_a_name_that_is_no_host_gets_the_usual_certificate() -> None:
    assert certificate_of("x" * 65, "http.warsha").host == "http.warsha"
    assert certificate_of("", "http.warsha").host == "http.warsha"
    assert certificate_of("Example.COM.", "http.warsha").host == "example.com"


def test_what_is_no_tls_fails_and_a_process_that_ends_is_the_fault_of_the_machine() -> None:
    process = TlsServerProcess(b"seed", lambda _name: b"no certificate")
    try:
        assert [one.kind for one in process.exchange(b"C", bytes(60_000))][-1] == b"x"
        with pytest.raises(BenchError, match="it has ended"):
            process.exchange(b"?", b"")
    finally:
        process.close()


def test_a_program_that_opens_many_connections_holds_few_processes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alive: set[TlsServerProcess] = set()
    begin, close = TlsServerProcess.__init__, TlsServerProcess.close

    def begun(process: TlsServerProcess, *args: Any) -> None:
        begin(process, *args)
        alive.add(process)
        assert len(alive) <= MOST_OPEN

    def closed(process: TlsServerProcess) -> None:
        close(process)
        alive.discard(process)

    monkeypatch.setattr(TlsServerProcess, "__init__", begun)
    monkeypatch.setattr(TlsServerProcess, "close", closed)
    program = (
        JOIN
        + """
import machine, socket
for host in ('http.warsha', 'example.com', 'api.telegram.org', 'io.adafruit.com'):
    for port in (443, 8883):
        try:
            s = socket.socket()
            s.connect(socket.getaddrinfo(host, port)[0][-1])
        except OSError:
            pass
print(time.ticks_ms())
machine.reset()
"""
    )
    with near_ap(program) as bench:
        bench.run(40 * SECOND)
    assert not alive


def test_openssl_talks_to_the_server() -> None:
    """Another TLS than Mbed TLS, as a client: it agrees on the certificate and on the text."""
    context = ssl.create_default_context(cadata=ca_certificate())
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="http.warsha")
    process = TlsServerProcess(
        b"seed", lambda name: certificate_of(name.decode(), "http.warsha").packed()
    )
    said = b""
    try:
        for step in range(6):
            try:
                if step < 4:
                    client.do_handshake()
                else:
                    client.write(b"hello")
            except ssl.SSLWantReadError:
                pass
            for message in process.exchange(b"C", outgoing.read()):
                if message.kind == b"c":
                    incoming.write(message.data)
                said += message.data if message.kind == b"p" else b""
    finally:
        process.close()
    assert said == b"hellohello"
    assert client.version() == "TLSv1.2"


def test_the_certificate_of_the_ca_as_a_file(tmp_path: Path) -> None:
    for name, form in (("ca.pem", "pem"), ("ca.der", "der")):
        ca(tmp_path / name)
        shown = ["openssl", "x509", "-in", str(tmp_path / name), "-inform", form, "-subject"]
        done = subprocess.run([*shown, "-noout"], check=True, capture_output=True, text=True)
        assert "Warsha bench CA" in done.stdout
    assert (tmp_path / "ca.der").read_bytes() == ca_certificate()
    with pytest.raises(HardwareError, match="there is no such folder"):
        ca(tmp_path / "nowhere" / "ca.pem")
