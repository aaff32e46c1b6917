"""A SerialPort for a page in Chromium: a virtual board behind a shim of `navigator.serial`. The
shim has the methods and streams of WebSerial that the page uses, and a WebSocket to the board."""

import asyncio
import json
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from selenium import webdriver
from serial import serial_for_url
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application
from tornado.websocket import WebSocketHandler

from hardware.wire.loopback import LOOPBACK

READ_S = 0.05
SETTINGS = {"baudRate": "baudrate", "dataTerminalReady": "dtr", "requestToSend": "rts"}
"""WebSerial's names, and those of pyserial."""
SHIM = """
const url = %s, vendor = %d;
const line = new WebSocket(url);
line.binaryType = "arraybuffer";
const ready = new Promise((resolve) => { line.onopen = resolve; });
const port = {
  readable: null, writable: null,
  getInfo: () => ({ usbVendorId: vendor, usbProductId: 1 }),
  async open({ baudRate }) {
    if (!baudRate || this.readable) throw new DOMException("open", "InvalidStateError");
    await ready;
    line.send(JSON.stringify({ baudRate }));
    this.readable = new ReadableStream({ start: (control) => {
      line.onmessage = ({ data }) => control.enqueue(new Uint8Array(data));
      line.onclose = () => {
        this.readable = null;
        control.error(new DOMException("lost", "NetworkError"));
      };
    } });
    this.writable = new WritableStream({ write: (bytes) => { line.send(bytes); } });
  },
  async setSignals(signals) { line.send(JSON.stringify(signals)); },
  async close() {
    if (this.readable.locked || this.writable.locked) throw new TypeError("locked");
    line.onmessage = line.onclose = null;
    this.readable = this.writable = null;
  },
};
Object.defineProperty(navigator, "serial", { value: { requestPort: async () => port } });
"""


class Line(WebSocketHandler):
    """The line of one page."""

    def initialize(self, shim: "SerialShim") -> None:
        """Tornado's constructor."""
        self._shim = shim

    def check_origin(self, _origin: str) -> bool:
        """The page has another port."""
        return True

    def open(self) -> None:
        """Connect the board."""
        self._shim.lines.append(self)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # pyserial's own threads
            self._port = serial_for_url(self._shim.port, timeout=READ_S)
        self._ended = False
        loop = asyncio.get_running_loop()

        def read() -> None:
            while not self._ended:
                if sent := self._port.read(self._port.in_waiting or 1):
                    loop.call_soon_threadsafe(self.write_message, sent, True)
            self._port.close()

        self._thread = threading.Thread(target=read)
        self._thread.start()

    def on_message(self, message: str | bytes) -> None:
        """Bytes for the board, or its settings and wires."""
        if isinstance(message, bytes):
            self._port.write(message)
            return
        for name, value in json.loads(message).items():
            setattr(self._port, SETTINGS[name], value)

    def on_close(self) -> None:
        """The page has gone, or the board was unplugged."""
        self._ended = True
        self._thread.join()


class SerialShim:
    """The bridge to a virtual board at a port of pyserial."""

    def __init__(self, port: str) -> None:
        self.port = port
        self.lines: list[Line] = []

    def give_to(self, driver: webdriver.Chrome, vendor: int) -> None:
        """All pages of this window have the board; `vendor` is its USB vendor id."""
        source = SHIM % (json.dumps(self.url), vendor)
        driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})

    def unplug(self) -> None:
        """Pull the plug."""
        for line in self.lines:
            self._loop.call_soon_threadsafe(line.close)

    def run(self, ready: threading.Event) -> None:
        """Serve until `end`."""
        asyncio.run(self._serve(ready))

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        server = HTTPServer(Application([(r"/", Line, {"shim": self})]))
        sockets = bind_sockets(0, LOOPBACK)
        server.add_sockets(sockets)
        self.url = f"ws://{LOOPBACK}:{sockets[0].getsockname()[1]}/"
        ready.set()
        await self._end.wait()
        for line in self.lines:
            line.on_close()
        server.stop()
        await server.close_all_connections()

    def end(self) -> None:
        """Stop serving."""
        self._loop.call_soon_threadsafe(self._end.set)


@contextmanager
def serial_shim(port: str) -> Iterator[SerialShim]:
    """Serve the board at a port to pages."""
    shim, ready = SerialShim(port), threading.Event()
    thread = threading.Thread(target=shim.run, args=(ready,))
    thread.start()
    assert ready.wait(60)
    try:
        yield shim
    finally:
        shim.end()
        thread.join()
