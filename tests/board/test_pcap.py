"""A capture file of a run, as tshark reads it."""

import json
import subprocess
from pathlib import Path
from typing import Any

from hardware.bench.pcap import pcap
from tests.support.network_bench import JOIN, SECOND, near_ap

PROGRAM = (
    JOIN
    + """
import ntptime, requests, socket
from umqtt.simple import MQTTClient
ntptime.settime()
print(requests.get('http://http.warsha/time').status_code)
client = MQTTClient('me', 'broker.warsha')
client.connect()
client.publish('lab/x', 'secret', qos=1)
client.disconnect()
client = MQTTClient('me', 'broker.warsha', ssl=True)
client.connect()
client.publish('lab/y', 'secret', qos=1)
client.disconnect()
try:
    socket.socket().connect(('10.13.37.1', 81))
except OSError:
    print('refused')
"""
)


def tshark(file: Path, *options: str) -> str:
    """What tshark prints."""
    command = ["tshark", "-r", str(file), "-o", "tcp.check_checksum:TRUE", *options]
    command += ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def captured(tmp_path: Path, loss: float = 0.0) -> Path:
    """The packets of the program."""
    with near_ap(PROGRAM, seed=3) as bench:
        if loss:
            bench.control("ap", "loss", loss, SECOND * 7 // 5)
        bench.run(60 * SECOND)
        assert "refused" in [line.text for line in bench.trace.lines()]
        file = tmp_path / "run.pcap"
        file.write_bytes(pcap(bench.trace))
    return file


def fields(file: Path, which: str, *names: str) -> list[list[str]]:
    """Some fields of the packets that a filter takes."""
    options = [word for name in names for word in ("-e", name)]
    lines = tshark(file, "-Y", which, "-T", "fields", *options).splitlines()
    return [line.split("\t") for line in lines]


def test_tshark_reads_every_protocol(tmp_path: Path) -> None:
    file = captured(tmp_path)
    assert fields(file, "mqtt.topic", "mqtt.topic", "mqtt.msg") == [
        ["lab/x", b"secret".hex()],
    ]
    assert fields(file, "http.request", "http.request.uri") == [["/time"]]
    assert fields(file, "http.response", "http.response.code") == [["200"]]
    kinds = fields(file, "tls.handshake", "tls.handshake.type")
    assert [kind for kind in kinds if kind[0]][:2] == [["1"], ["2,11,12,14"]]
    assert fields(file, "tls.handshake.type==1", "tls.handshake.extensions_server_name")
    assert len(fields(file, "ntp", "ntp.flags.mode")) == 2
    assert fields(file, "tcp.flags.reset==1", "tcp.srcport") == [["81"]]


def test_tshark_finds_no_fault_in_it(tmp_path: Path) -> None:
    """Checksums, sequence numbers and acknowledgements are right."""
    packets: list[dict[str, Any]] = json.loads(tshark(captured(tmp_path), "-T", "json"))
    assert len(packets) > 30
    text = json.dumps(packets)
    assert "Bad checksum" not in text and "[Malformed" not in text
    for word in ("retransmission", "out_of_order", "lost_segment", "ack_lost_segment"):
        assert f"tcp.analysis.{word}" not in text


def test_a_lost_segment_is_seen_and_so_is_its_retransmission(tmp_path: Path) -> None:
    assert fields(captured(tmp_path, loss=0.3), "tcp.analysis.retransmission", "tcp.srcport")
