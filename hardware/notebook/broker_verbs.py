"""The verbs of `%bench` for the network: another client at the MQTT broker publishes and
subscribes, a listener captures the packets, and the web server gets a page."""

from pathlib import Path
from typing import NamedTuple

from hardware.atomic_file import check_writable
from hardware.bench.network.mqtt.packets import MqttError
from hardware.bench.network.mqtt.session import matches
from hardware.bench.pcap import pcap
from hardware.errors import HardwareError
from hardware.i18n import _, at_place, reason
from hardware.notebook.running import print_note
from hardware.notebook.session import Session


class BrokerMessage(NamedTuple):
    """A message that a board published, or its last will; `at_s` is in seconds since power-on."""

    at_s: float
    topic: str
    text: str
    retained: bool


def publish(session: Session, topic: str, text: str, *, retain: bool = False) -> None:
    """Publish a text now. Raises: HardwareError for a topic that no message may have."""
    message = (topic, text.encode(), 1, retain)
    bench = session.need_bench()
    try:
        bench.ask_now(lambda bench: bench.network.broker.publish(*message))
    except MqttError:
        what = _("{value!r} is not a topic to publish to").format(value=topic)
        raise HardwareError(what, _("A topic is not empty and has no + and no #.")) from None


def messages(session: Session, pattern: str) -> list[BrokerMessage]:
    """What the boards have published since power-on on topics that match a filter, in order."""
    traces = session.need_bench().ask_now(lambda bench: list(bench.traces.values()))
    found = [
        BrokerMessage(
            note.t_ns / 1e9, note.topic, note.payload.decode(errors="replace"), note.retain
        )
        for trace in traces
        for note in trace.mqtt()
        if note.client and note.kind in ("publish", "will") and matches(pattern, note.topic)
    ]
    return sorted(found, key=lambda one: one.at_s)


def capture(session: Session, file: Path) -> None:
    """Write all packets that the board has sent or received since power-on as a capture file.
    Raises: HardwareError when the file cannot be written."""
    bench = session.need_bench()
    board = session.board_id or next(iter(bench.board_types))
    check_writable(file)
    content = bench.ask_now(lambda bench: pcap(bench.traces[board]))
    try:
        file.write_bytes(content)
    except OSError as error:
        raise HardwareError(
            at_place(file, reason(error)), _("Give a path that is writable.")
        ) from None
    print_note(_("{file} is here: Wireshark opens it").format(file=file))


def put_page(session: Session, file: Path) -> None:
    """Put a file on the bench's web server, under its name. Raises: HardwareError when it cannot
    be read."""
    bench = session.need_bench()
    try:
        page = {f"/{file.name}": file.read_bytes()}
    except OSError as error:
        raise HardwareError(
            at_place(file, reason(error)), _("Check the name and the folder.")
        ) from None
    bench.ask_now(lambda bench: bench.network.http.pages.update(page))
    print_note(_("boards get it from {url}").format(url=f"http://http.warsha/{file.name}"))
