"""The serial lines of a live bench: every board has one, with any number of endpoints. A
USB-to-serial adapter of the circuit has one when it is asked for."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from hardware.bench.chip import chip_type, pico_boot_rom
from hardware.bench.chip.nor_flash import NorFlash
from hardware.bench.chip.whole_flash import WholeFlash
from hardware.bench.diagram import suggest
from hardware.bench.parts.usb_serial import UsbSerial, usb_serial
from hardware.bench.serving.bootsel_port import BootselPort
from hardware.bench.serving.chip_port import ChipPort
from hardware.bench.serving.endpoint import Endpoint, OnInput
from hardware.bench.serving.interactive_bench import InteractiveBench
from hardware.bench.serving.pacing import BaudPacer
from hardware.bench.serving.pair_endpoint import PairEndpoint
from hardware.bench.serving.pty_endpoint import PtyEndpoint
from hardware.bench.serving.reset_circuit import OnReset, ResetCircuit, SyncDetector
from hardware.bench.serving.serial_tail import SerialTail
from hardware.bench.serving.socket_endpoint import SocketEndpoint
from hardware.bench.serving.usb_folder import UsbFolder
from hardware.errors import BenchError, BoardNotFound, HardwareError
from hardware.i18n import _

OWN_USB = "USB_SERIAL_JTAG"
"""Wokwi's value of a board's attribute `serialInterface`: the line is the chip's own USB, not the
bridge at its UART."""
LAG_S = 0.01
"""How often the bench looks whether a client that was behind has read on."""


class SerialMultiplexer:
    """The serial line of one board: input of any client goes to the board, its output to all.

    Not thread-safe: it belongs to the bench's thread.
    """

    def __init__(self, baud: int | None, send: OnInput, reset: OnReset) -> None:
        """`send` takes the input of clients, `reset` is the circuit that RTS and DTR control."""
        self._endpoints: list[Endpoint] = []
        self._baud = baud
        self._in = BaudPacer(baud, send)
        self._out = BaudPacer(baud, self._offer)
        self._output = bytearray()
        self.host_baud = 0
        """The rate that the client has set; 0: not known."""
        self._reset = reset
        self._circuit = ResetCircuit(reset)
        self._detectors: list[SyncDetector] = []
        self.plugged = True
        """Whether the line is there: without it no program can open it."""

    # -- endpoints

    def add_pair(self) -> PairEndpoint:
        """Open an endpoint for this process. Raises: BoardNotFound when the line is not there."""
        if not self.plugged:
            cause = _("The serial line of the board is gone.")
            cure = _("Its boot ROM waits for a UF2 file, or its cable is out.")
            raise BoardNotFound(cause, cure)
        pair = PairEndpoint(self._in.add)
        self._endpoints.append(pair)
        return pair

    def add_tail(self, tail: SerialTail) -> None:
        """Keep the last output from now on."""
        self._endpoints.append(tail)

    def add_pty(self, link: Path | None = None) -> str:
        """Open a pseudo-terminal; returns its path, or that of a link to it, which stays the same
        when the line disappears and appears again."""
        sync = self._add_detector()
        return self._add(
            lambda: PtyEndpoint(self._watched(sync), sync.client_left, self._set_host_baud, link)
        )

    def add_socket(self, port: int) -> str:
        """Listen for the bare line; returns the URL. Raises: BenchError when the port is taken."""
        sync = self._add_detector()
        return self._add(lambda: SocketEndpoint(self._watched(sync), None, port, sync.client_left))

    def add_rfc2217(self, port: int) -> str:
        """Listen for RFC 2217; returns the URL. Raises: as `add_socket`."""
        return self._add(
            lambda: SocketEndpoint(
                self._in.add,
                self._circuit.set,
                port,
                self._circuit.release,
                self._set_host_baud,
            )
        )

    def _add_detector(self) -> SyncDetector:
        self._detectors.append(SyncDetector(self._reset))
        return self._detectors[-1]

    def _set_host_baud(self, baud: int) -> None:
        self.host_baud = baud

    def _watched(self, sync: SyncDetector) -> OnInput:
        """Input over a line without reset wires."""

        def take(data: bytes) -> None:
            sync.feed(data)
            self._in.add(data)

        return take

    def _add(self, make: Callable[[], Endpoint]) -> str:
        try:
            endpoint = make()
        except OSError as error:
            cause = _("The bench cannot listen there: {error}.").format(error=error.strerror)
            raise BenchError(cause, _("Choose another port number.")) from error
        self._endpoints.append(endpoint)
        if not self.plugged:
            endpoint.set_plugged(False)
        return endpoint.url

    def set_plugged(self, plugged: bool) -> None:
        """The line disappears, with all its clients, or is there again."""
        if plugged == self.plugged:
            return
        self.send_on()  # the last words
        self.plugged = plugged
        for endpoint in self._endpoints:
            endpoint.set_plugged(plugged)
        for detector in self._detectors:
            detector.forget()
        self._circuit.forget()
        for wire in (self._in, self._out):
            wire.clear()

    def renumber(self) -> None:
        """The chip's own USB was gone for a moment: its pseudo-terminals have other paths."""
        self.send_on()
        for endpoint in self._endpoints:
            if isinstance(endpoint, PtyEndpoint):
                endpoint.renumber()
        for detector in self._detectors:
            detector.forget()

    def close(self) -> None:
        """Close all endpoints."""
        for endpoint in self._endpoints:
            endpoint.close()
        self._endpoints.clear()

    # -- bytes

    def from_client(self, data: bytes) -> None:
        """Input for the board that comes from no endpoint."""
        self._in.add(data)

    def from_board(self, data: bytes) -> None:
        """Take output of the board, which comes in pieces; the next `send_on` passes it on."""
        self._output += data

    def serve(self) -> None:
        """Do everything that can be done without waiting."""
        for endpoint in self._endpoints:
            endpoint.serve()
        self._endpoints = [endpoint for endpoint in self._endpoints if not endpoint.closed]
        self._in.pump()
        self.send_on()

    def send_on(self) -> None:
        """Pass the board's output on."""
        if self._output:
            self._out.add(bytes(self._output))
            self._output.clear()
        self._out.pump()

    def _offer(self, data: bytes) -> None:
        for endpoint in self._endpoints:
            endpoint.offer(data)

    def set_baud(self, baud: int) -> None:
        """A line with a limit is as fast as the board's UART from now on."""
        self._in.set_baud(baud)
        self._out.set_baud(baud)

    def reset_baud(self) -> None:
        """The line is as fast as at the start."""
        if self._baud:
            self.set_baud(self._baud)

    # -- waiting

    def watch(self) -> list[tuple[int, int]]:
        """Descriptors and poll events to wait for."""
        return [entry for endpoint in self._endpoints for entry in endpoint.watch()]

    def lags(self) -> bool:
        """Whether the board must pause: a client is behind, or the wire is slower than the
        board."""
        return self._out.lags() or any(endpoint.lags() for endpoint in self._endpoints)

    def idle_s(self) -> float | None:
        """`serve` must be called at least this often; None: only when a descriptor is ready."""
        times = [endpoint.idle_s() for endpoint in self._endpoints]
        times += [self._in.idle_s(), self._out.idle_s(), LAG_S if self.lags() else None]
        return min((time for time in times if time is not None), default=None)


class SerialLines:
    """The serial lines of all boards, by board id, with the loaders of their chips. Not
    thread-safe, like each of them."""

    def __init__(
        self,
        bench: InteractiveBench,
        baud: int | None,
        images: Mapping[str, Path],
        tell: Callable[[str], None],
    ) -> None:
        """`images`: the flash images that are in files, by board id. `tell` gets what the bench
        says about a board that has no serial line. Raises: FlashError."""
        self._bench = bench
        self._tell = tell
        self._usb = UsbFolder()
        self._flashes: list[WholeFlash] = []
        self._boards = {
            key: SerialMultiplexer(baud, partial(self._send, key), partial(self._reset, key))
            for key in bench.boards
        }
        self._ports: dict[str, SerialMultiplexer] = {}
        self._urls: dict[str, str] = {}
        """The ports of USB-to-serial adapters that are open, and their paths, by part id."""
        self._chips = {key: self._chip(key, images.get(key)) for key in bench.boards}
        for key, line in self._boards.items():
            bench.on_output(line.from_board, key)
            bench.boards[key].starts = self._chips[key].starts

    def _lines(self) -> list[SerialMultiplexer]:
        """The lines of boards, then those of adapters."""
        return [*self._boards.values(), *self._ports.values()]

    def _chip(self, board: str, image: Path | None) -> ChipPort | BootselPort:
        virtual, line = self._bench.boards[board], self._boards[board]
        chip, mac, size = virtual.board.chip, bytes.fromhex(virtual.uid), virtual.board.flash_bytes
        is_esp = chip in chip_type.names()
        whole = (
            WholeFlash.of_esp(virtual.flash, chip, image)
            if is_esp
            else WholeFlash.of_pico(virtual.flash, virtual.board, image)
        )
        self._flashes.append(whole)
        flash, reset = NorFlash(whole, size, mac), partial(self._bench.reset, board=board)
        if is_esp:
            drawn = virtual.circuit.circuit.netlist.diagram.parts
            attrs = next(part.attrs for part in drawn if part.id == board)
            usb = attrs.get("serialInterface") == OWN_USB
            return ChipPort(chip_type.load(chip), mac, flash, line, reset, usb=usb)
        virtual.program_bytes = whole.read_program
        rom = pico_boot_rom.load(chip)
        number = len(self._flashes)
        several = len(self._boards) > 1
        return BootselPort(
            virtual,
            rom,
            flash,
            line,
            lambda: self._usb.drive(number, rom.drive),
            reset,
            lambda text: self._tell(f"{board}: {text}" if several else text),
        )

    def _send(self, board: str, data: bytes) -> None:
        """Input of clients."""
        port = self._chips[board]
        if port.takes_input:
            port.receive(data)
        else:
            self._bench.soon(lambda: self._bench.send(data, board=board))

    def _reset(self, board: str, download: bool) -> None:
        """The lines DTR and RTS reset a board."""
        self._chips[board].reset(download)

    def add_pty(self, board: str) -> str:
        """Open a pseudo-terminal for a board; returns its path. On a board whose chip has USB of
        its own this is a link. Raises: HardwareError for a wrong id."""
        line, board = self.of(board), board or next(iter(self._boards))
        if name := self._chips[board].usb_name:
            link = self._usb.serial_link(name)
            if not link.is_symlink():
                return line.add_pty(link)
        return line.add_pty()

    def add_port(self, part: str) -> str:
        """Open a pseudo-terminal for a USB-to-serial adapter, or the one that is open; returns its
        path. Raises: HardwareError for a wrong id."""
        adapter = usb_serial(self._bench.circuit.parts, part)
        if part not in self._ports:
            self._ports[part] = SerialMultiplexer(
                None, partial(self._send_by, adapter), lambda download: None
            )
            adapter.on_received = self._ports[part].from_board
            self._urls[part] = self._ports[part].add_pty()
        return self._urls[part]

    def _send_by(self, adapter: UsbSerial, data: bytes) -> None:
        """A program on the computer sends, at the rate that it has set."""
        baud = self._ports[adapter.id].host_baud or adapter.baud
        self._bench.soon(lambda: adapter.send(data, baud))

    def plug(self, board: str, plugged: bool) -> None:
        """Put the cable of a board in, or pull it. Raises: HardwareError for a wrong id."""
        line, board = self.of(board), board or next(iter(self._boards))
        if plugged:
            line.set_plugged(True)
        else:
            self._chips[board].switch_off()
        self._bench.plug(board, plugged=plugged)
        if not plugged:
            line.set_plugged(False)

    def drive(self, board: str) -> Path | None:
        """The drive of a board whose boot ROM waits for a file. Raises: HardwareError for a wrong
        id."""
        self.of(board)
        port = self._chips[board or next(iter(self._boards))]
        return port.drive if isinstance(port, BootselPort) else None

    def enter_loader(self, board: str) -> None:
        """The program of a board has asked for the boot ROM."""
        self._chips[board].enter_loader()

    def of(self, board: str) -> SerialMultiplexer:
        """A board's line; without an id, the first board's. Raises: HardwareError for a wrong
        id."""
        if board and board not in self._boards:
            what = _("there is no board {board} on the bench").format(board=repr(board))
            raise HardwareError(what, suggest(board, self._boards))
        return self._boards[board] if board else next(iter(self._boards.values()))

    def serve(self) -> None:
        """Do everything that can be done without waiting."""
        for line in self._lines():
            line.serve()
        for port in self._chips.values():
            port.serve()

    def send_on(self) -> None:
        """Pass the boards' output on."""
        for line in self._lines():
            line.send_on()

    def lags(self) -> bool:
        """Whether the bench must pause: a client is behind, or a wire is slower than its
        board."""
        return any([line.lags() for line in self._lines()])

    def watch(self) -> list[tuple[int, int]]:
        """Descriptors and poll events to wait for."""
        return [entry for line in self._lines() for entry in line.watch()]

    def idle_s(self) -> float | None:
        """`serve` must be called at least this often; None: only when a descriptor is ready."""
        times = [line.idle_s() for line in self._lines()]
        times += [port.idle_s() for port in self._chips.values()]
        return min((time for time in times if time is not None), default=None)

    def close(self) -> None:
        """Close all endpoints of all boards."""
        for line in self._lines():
            line.close()
        for port in self._chips.values():
            port.switch_off()
        for flash in self._flashes:
            flash.close()
        self._usb.close()
