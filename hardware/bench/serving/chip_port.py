"""The chip of a virtual ESP32 board between its serial line and its program.

While a program runs, the line's bytes are for it. While the ROM or the stub waits for a flashing
program, or the flash holds nothing that starts, no program runs, and the bytes are for the chip.
"""

from collections.abc import Callable
from time import monotonic
from typing import Protocol

from hardware.bench.chip.chip import Chip
from hardware.bench.chip.chip_type import ChipType
from hardware.bench.chip.micropython_firmware import (
    VERSION,
    is_factory_image,
    micropython_version,
)
from hardware.bench.chip.nor_flash import NorFlash
from hardware.i18n import _

SHA_SHOWN = 12
"""Digits of an image's hash in a message."""
BOOT_LOOP_S = 0.4
"""A chip without a program is reset by its watchdog after this time."""


class SerialWire(Protocol):
    """The chip's serial line."""

    host_baud: int
    """The rate of its other end; 0: not known."""

    def from_board(self, data: bytes) -> None:
        """Takes output."""

    def set_baud(self, baud: int) -> None:
        """The UART's rate has changed."""

    def reset_baud(self) -> None:
        """The UART has the rate with which it starts."""

    def renumber(self) -> None:
        """The line was gone for a moment."""


class ChipPort:
    """One chip. See `ChipLine` (chip.py)."""

    def __init__(
        self,
        kind: ChipType,
        mac: bytes,
        flash: NorFlash,
        wire: SerialWire,
        reset: Callable[[], None],
        *,
        usb: bool = False,
    ) -> None:
        """`reset` resets the board, which then asks `starts`. `usb`: the line is the chip's own
        USB, if it has one; without it, a bridge at its UART."""
        self.chip = Chip(kind, mac, flash, self)
        self._wire = wire
        self._reset = reset
        serial = mac.hex(":").upper()
        self.usb_name = f"usb-{kind.usb}_{serial}-if00" if usb and kind.usb else ""
        """The name that udev gives to a line that is the chip's own USB."""
        self.takes_input = False
        """Whether the line's bytes are for the chip, not for its program."""
        self._download = False
        self._cause = "power_on"
        self._loops_s = 0.0
        """When the watchdog resets the chip next (monotonic); 0: never."""

    def reset(self, download: bool) -> None:
        """EN was low. `download`: IO0 is low now."""
        self._download = download
        self._reset()

    def starts(self) -> bool:
        """The chip is reset: whether its program starts. The USB of a chip disappears with it. (A
        reset into the loader stands for somebody who has done that before, by hand.)"""
        if self.usb_name and not self._download:
            self._wire.renumber()
        found = self.chip.reset(self._cause, download=self._download)
        self._loops_s = 0.0 if found or self._download else monotonic() + BOOT_LOOP_S
        self._download, self._cause = False, "power_on"
        segments = self.chip.image.segments if self.chip.image else ()
        version = micropython_version(*(segment.data for segment in segments))
        self.takes_input = not version
        if self.chip.image and not is_factory_image(self.chip.image, self.chip.kind):
            app = self.chip.image.app
            title = f"{app.project} {app.version}".strip() if app else ""
            text = describe(title, version, self.chip.image.sha256)
            self.send(f"[bench] {text}\r\n".encode())
        return bool(version)

    def enter_loader(self) -> None:
        """The program has called `machine.bootloader()`: the ROM loader waits."""
        self.reset(download=True)

    def switch_off(self) -> None:
        """The chip has no power: it does nothing until it `starts`."""
        self._loops_s = 0.0
        self.takes_input = True
        self.chip.loader = None

    def receive(self, data: bytes) -> None:
        """Bytes from the line."""
        self.chip.receive(data)

    def serve(self) -> None:
        """A chip without a program tries again."""
        if self._loops_s and monotonic() >= self._loops_s:
            self._loops_s = monotonic() + BOOT_LOOP_S
            self.chip.reset("watchdog", download=False)

    def idle_s(self) -> float | None:
        """`serve` must be called after this time; None when nothing is to be done."""
        return max(0.0, self._loops_s - monotonic()) if self._loops_s else None

    # -- for the chip

    @property
    def host_baud(self) -> int:
        """See `ChipLine`."""
        return self._wire.host_baud

    def send(self, data: bytes) -> None:
        """See `ChipLine`."""
        self._wire.from_board(data)

    def set_baud(self, baud: int) -> None:
        """See `ChipLine`."""
        self._wire.set_baud(baud)

    def reset_baud(self) -> None:
        """See `ChipLine`."""
        self._wire.reset_baud()

    def restart(self) -> None:
        """See `ChipLine`."""
        self._cause = "software"
        self._reset()


def describe(title: str, version: str, sha256: str) -> str:
    """Which program is in the flash, and what the virtual board does with it. `version` is that of
    MicroPython; empty: it is another program."""
    name = sha256[:SHA_SHOWN]
    if version:
        text = _("The flash holds MicroPython {version} (image {name}); {ours} runs in its place.")
        return text.format(version=version, name=name, ours=VERSION)
    text = _(
        "The flash holds another program than MicroPython: {title} (image {name}). It cannot run."
    )
    return text.format(title=title or "?", name=name)
