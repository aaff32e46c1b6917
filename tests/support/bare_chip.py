"""A chip of any type on a serial line, without a bench: a thread serves its endpoints."""

import os
import queue
import select
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Self

from hardware.bench.chip import chip_type
from hardware.bench.chip.micropython_firmware import factory_firmware
from hardware.bench.chip.nor_flash import NorFlash
from hardware.bench.flash import MemoryStore
from hardware.bench.serving.chip_port import ChipPort
from hardware.bench.serving.serial_lines import SerialMultiplexer

MAC = bytes.fromhex("240ac4010203")
MIB = 1 << 20


class BareChip:
    """A chip whose flash is empty, or holds the firmware of a new board. When its program starts,
    the line prints `>>>`."""

    def __init__(
        self,
        name: str,
        *,
        firmware: bool = True,
        flash_bytes: int = 4 * MIB,
        baud: int | None = None,
        usb_folder: Path | None = None,
    ) -> None:
        """`usb_folder`: the line is the chip's own USB, with a link in this folder."""
        self.name = name
        kind = chip_type.load(name)
        self.store = MemoryStore(flash_bytes)
        if firmware:
            for offset, data in factory_firmware(kind).items():
                self.store.write(offset, data)
        self.line = SerialMultiplexer(baud, self._take, lambda download: self.port.reset(download))
        flash = NorFlash(self.store, flash_bytes, MAC)
        usb = usb_folder is not None
        self.port = ChipPort(kind, MAC, flash, self.line, self._reset, usb=usb)
        self._starts = 0
        self._started = threading.Condition()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK)
        self._closing = False
        self._todo: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self.pty = self.line.add_pty(usb_folder and usb_folder / self.port.usb_name)
        self.rfc2217 = self.line.add_rfc2217(0) + "?timeout=60"  # pyserial's own option
        self._thread = threading.Thread(target=self._loop)
        self._thread.start()

    def _take(self, data: bytes) -> None:
        if self.port.takes_input:
            self.port.receive(data)

    def _reset(self) -> None:
        if self.port.starts():
            self.port.send(b">>> ")
            with self._started:
                self._starts += 1
                self._started.notify_all()

    def _loop(self) -> None:
        while not self._closing:
            poll = select.poll()
            for fd, events in [*self.line.watch(), (self._wake, select.POLLIN)]:
                poll.register(fd, events)
            idle_s = [s for s in (self.line.idle_s(), self.port.idle_s()) if s is not None]
            ready = poll.poll(min(idle_s) * 1000 if idle_s else None)
            if any(fd == self._wake for fd, _events in ready):
                os.eventfd_read(self._wake)
            while not self._todo.empty():
                self._todo.get()()
            self.line.serve()
            self.port.serve()
            self.line.send_on()
        self.line.close()

    def later(self, act: Callable[[], None]) -> None:
        """Has a function called in the thread that serves the line."""
        self._todo.put(act)
        os.eventfd_write(self._wake, 1)

    def starts(self, at_least: int) -> int:
        """How often its program started: waits for `at_least` starts, since a client can see a
        reset before the thread of the line is done with it."""
        with self._started:
            self._started.wait_for(lambda: self._starts >= at_least, timeout=60)
            return self._starts

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the thread and its endpoints."""
        self._closing = True
        os.eventfd_write(self._wake, 1)
        self._thread.join()
        os.close(self._wake)


def tool(*words: str | Path, program: str = "esptool", fails: bool = False) -> str:
    """Runs the real esptool, espefuse or espsecure, and returns what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", program, *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        env=os.environ | {"ESPTOOL_CFGFILE": str(Path(__file__).with_name("esptool.cfg"))},
        check=False,
    )
    assert bool(done.returncode) == fails, done.stdout[-2000:]
    return done.stdout
