"""The endpoints of a virtual board's serial line, with pyserial as client and an echo as board."""

import os
import select
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial

import pytest
import serial

from hardware.bench.serving.rfc2217 import Rfc2217Server
from hardware.bench.serving.serial_lines import LAG_S, SerialMultiplexer
from hardware.connect import open_port
from hardware.errors import BoardBusy, BoardNotFound, HardwareError
from hardware.wire import serial_port
from hardware.wire.port import Port

KINDS = ["pty", "socket", "rfc2217"]
EVERY_BYTE = bytes(range(256))
WAIT_S = 60.0


class Echo:
    """A serial line with a thread; its board sends its input back."""

    def __init__(self, baud: int | None = None) -> None:
        self.resets = 0
        self.received = bytearray()
        self.line = SerialMultiplexer(baud, self._receive, self._reset)
        self._calls: list[tuple[bytes, threading.Event]] = []
        self._wake = os.eventfd(0, os.EFD_NONBLOCK)
        self._closing = False
        self._thread = threading.Thread(target=self._loop)
        self.urls = {
            "pty": self.line.add_pty(),
            "socket": self.line.add_socket(0),
            "rfc2217": self.line.add_rfc2217(0),
        }
        self._thread.start()

    def _receive(self, data: bytes) -> None:
        self.received += data
        self.line.from_board(data)

    def _reset(self, download: bool) -> None:
        self.resets += 1

    def send_output(self, data: bytes) -> None:
        """Send output of the board; returns after it was passed on."""
        taken = threading.Event()
        self._calls.append((data, taken))
        os.eventfd_write(self._wake, 1)
        assert taken.wait(WAIT_S)

    def _loop(self) -> None:
        while not self._closing:
            poll = select.poll()
            for fd, events in [*self.line.watch(), (self._wake, select.POLLIN)]:
                poll.register(fd, events)
            # A call that waits for a slow client is tried again: nothing tells that it reads on.
            idle_s = LAG_S if self._calls else self.line.idle_s()
            if any(fd == self._wake for fd, _e in poll.poll(idle_s and idle_s * 1000)):
                os.eventfd_read(self._wake)
            self.line.serve()
            if self._calls and not self.line.lags():
                data, taken = self._calls.pop(0)
                self.line.from_board(data)
                self.line.send_on()
                taken.set()
        self.line.close()

    def close(self) -> None:
        """Stop the thread."""
        self._closing = True
        os.eventfd_write(self._wake, 1)
        self._thread.join(WAIT_S)
        os.close(self._wake)


@pytest.fixture
def echo() -> Iterator[Echo]:
    """An echo on every kind of endpoint."""
    made = Echo()
    yield made
    made.close()


def read_exactly(port: Port, count: int, timeout_s: float = WAIT_S) -> bytes:
    """The next `count` bytes, or those before the time-out."""
    data, end = bytearray(), time.monotonic() + timeout_s
    while len(data) < count and time.monotonic() < end:
        data += port.read(0.1)
    return bytes(data)


@pytest.mark.parametrize("kind", KINDS)
def test_every_byte_passes_unchanged_both_ways(echo: Echo, kind: str) -> None:
    port = open_port(echo.urls[kind])
    port.write(EVERY_BYTE * 8)
    assert read_exactly(port, 2048) == EVERY_BYTE * 8
    port.close()


@pytest.mark.parametrize("kind", KINDS)
def test_output_without_a_client_is_lost(echo: Echo, kind: str) -> None:
    for word in (b"first", b"second"):
        echo.send_output(b"to nobody")
        port = open_port(echo.urls[kind])
        port.write(word)
        assert read_exactly(port, len(word)) == word
        port.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_that_does_not_read_blocks_no_other(echo: Echo, kind: str) -> None:
    lazy = open_port(echo.urls[kind])
    lazy.write(b"!")
    read_exactly(lazy, 1)
    other = open_port(echo.urls["socket" if kind == "pty" else "pty"])
    other.write(b"?")
    assert read_exactly(other, 1) == b"?"
    seen: list[bytes] = []
    reader = threading.Thread(target=lambda: seen.append(read_exactly(other, 400 * 10_000)))
    reader.start()
    for _ in range(400):
        echo.send_output(bytes(10_000))
    reader.join(WAIT_S)
    assert len(seen[0]) == 400 * 10_000, "the client that reads gets everything"
    lazy.close()
    other.close()


def test_a_socket_has_one_client_at_a_time(echo: Echo) -> None:
    first = open_port(echo.urls["socket"])
    first.write(b"a")
    assert read_exactly(first, 1) == b"a"
    # A busy machine closes the second connection only later.
    with (
        pytest.raises((BoardBusy, BoardNotFound)),
        closing(open_port(echo.urls["socket"])) as second,
    ):
        read_exactly(second, 1)
    first.close()
    third = open_port(echo.urls["socket"])
    third.write(b"c")
    assert read_exactly(third, 1) == b"c"
    third.close()


def test_rfc2217_has_one_client_at_a_time(echo: Echo) -> None:
    first = open_port(echo.urls["rfc2217"])
    with pytest.raises(BoardBusy):
        open_port(echo.urls["rfc2217"])
    first.close()
    open_port(echo.urls["rfc2217"]).close()


def test_a_bare_line_is_not_taken_for_rfc2217(echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardware.wire.socket_port.ANSWER_S", 0.1)
    with pytest.raises(BoardNotFound):
        open_port(echo.urls["socket"].replace("socket:", "rfc2217:"))


@pytest.mark.filterwarnings("ignore::DeprecationWarning:serial")
@pytest.mark.parametrize("kind", KINDS)
def test_pyserial_s_own_ports_work_too(echo: Echo, kind: str) -> None:
    port = serial.serial_for_url(echo.urls[kind], timeout=WAIT_S)
    port.write(EVERY_BYTE)
    assert port.read(256) == EVERY_BYTE
    port.close()
    assert echo.resets == 0


@pytest.mark.filterwarnings("ignore::DeprecationWarning:serial")
def test_pyserial_can_press_the_reset_button(echo: Echo) -> None:
    port = serial.serial_for_url(echo.urls["rfc2217"], timeout=WAIT_S)
    port.dtr, port.rts = False, True
    port.rts = False
    assert (echo.resets, port.cts) == (1, True)
    port.close()


def test_a_device_has_one_program_at_a_time(echo: Echo) -> None:
    first = open_port(echo.urls["pty"])
    with pytest.raises(BoardBusy) as caught:
        open_port(echo.urls["pty"])
    assert caught.value.cure
    first.close()


def test_a_device_that_is_released_meanwhile_is_opened(
    echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that starts holds the port for a moment."""
    monkeypatch.setattr(serial_port, "BUSY_S", WAIT_S)
    first = open_port(echo.urls["pty"])
    tried = threading.Event()

    def close() -> None:
        tried.wait(WAIT_S)
        first.close()

    release = threading.Thread(target=close)
    release.start()
    known_error = serial_port._known_error

    def tell(url: str, error: Exception) -> HardwareError:
        tried.set()
        return known_error(url, error)

    monkeypatch.setattr(serial_port, "_known_error", tell)
    open_port(echo.urls["pty"]).close()
    release.join(WAIT_S)


def test_the_reset_line_of_rfc2217_presses_the_button_once(echo: Echo) -> None:
    port = open_port(echo.urls["rfc2217"])
    assert echo.resets == 0, "opening must not reset the board"
    assert port.pulse_reset()
    assert echo.resets == 1
    port.close()


@pytest.mark.parametrize("kind", ["pty", "socket"])
def test_a_line_without_modem_lines_is_a_named_error(echo: Echo, kind: str) -> None:
    port = open_port(echo.urls[kind])
    assert not port.pulse_reset()
    port.close()


@pytest.mark.parametrize("kind", ["socket", "rfc2217"])
def test_a_bench_that_closes_is_a_named_error(kind: str) -> None:
    echo = Echo()
    port = open_port(echo.urls[kind])
    echo.close()
    with pytest.raises(BoardNotFound):
        read_exactly(port, 1)
    port.close()


@pytest.mark.parametrize(
    "url", ["/dev/nothing-there", "socket://127.0.0.1:1", "nonsense://x", "bench:", "bench:esp99"]
)
def test_an_address_without_a_board_is_a_named_error(url: str) -> None:
    with pytest.raises(BoardNotFound) as caught:
        open_port(url)
    assert caught.value.cure


def test_a_paced_line_carries_no_more_than_its_baud_rate() -> None:
    echo = Echo(baud=115_200)
    port = open_port(echo.urls["socket"])
    begin = time.monotonic()
    port.write(bytes(1152))
    assert len(read_exactly(port, 1152)) == 1152
    took_s = time.monotonic() - begin
    assert took_s >= 0.1, "1152 bytes take 100 ms at 115200 baud"
    port.close()
    echo.close()


def note(seen: list[tuple[bool, bool]], dtr: bool, rts: bool) -> None:
    """A reset circuit that only records."""
    seen.append((dtr, rts))


def test_a_telnet_command_cut_anywhere_is_understood() -> None:
    stream = b"a\xff\xff\xff\xfb\x2c\xff\xfa\x2c\x05\x08\xff\xf0b\xff\xfa\x2c\x05\x0b\xff\xf0c"
    for cut in range(len(stream)):
        lines: list[tuple[bool, bool]] = []
        telnet = Rfc2217Server(partial(note, lines))
        assert telnet.decode(stream[:cut]) + telnet.decode(stream[cut:]) == b"a\xffbc"
        assert lines == [(True, False), (True, True)]


def test_an_answer_is_never_answered() -> None:
    telnet = Rfc2217Server(lambda dtr, rts: None)
    telnet.decode(b"\xff\xfd\x01")
    assert telnet.replies() == b"\xff\xfb\x01"
    telnet.decode(b"\xff\xfd\x01" * 3)
    assert telnet.replies() == b""
