"""The USB devices that the kernel of Linux sees, from sysfs (its Documentation/ABI,
stable/sysfs-bus-usb)."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SYS = Path("/sys/bus/usb/devices")
DEV = Path("/dev")
HUB_CLASS = "09"
INTERFACE = "*:*"
"""The folders of a device's interfaces: 1-1.4:1.0."""


@dataclass(frozen=True)
class UsbDevice:
    """A device on USB."""

    path: str
    """Where it is plugged in: bus, then the port of each hub, for example 1-1.4."""
    usb_id: str
    """Vendor and product: 1a86:7523."""
    product: str
    drivers: frozenset[str]
    """The kernel's drivers of its interfaces; `usbfs` when a program drives it itself."""
    ttys: tuple[str, ...]
    """Its serial devices: /dev/ttyUSB0."""
    node: str
    """Its own device: /dev/bus/usb/001/005."""

    @property
    def vendor(self) -> str:
        """The vendor in `usb_id`: 1a86."""
        return self.usb_id.partition(":")[0]


def usb_devices() -> list[UsbDevice]:
    """All devices but hubs, by path."""
    return sorted(_read_all(), key=lambda device: device.path)


def _read_all() -> Iterator[UsbDevice]:
    for folder in SYS.glob("[0-9]*"):
        try:
            if ":" not in folder.name and _text(folder, "bDeviceClass") != HUB_CLASS:
                yield _read(folder)
        except OSError:  # unplugged meanwhile
            continue


def _read(folder: Path) -> UsbDevice:
    interfaces = sorted(folder.glob(INTERFACE))
    drivers = {(one / "driver").resolve().name for one in interfaces if (one / "driver").exists()}
    # ttyUSB0 is in the interface of a bridge, tty/ttyACM0 in that of a chip with USB.
    ttys = {
        str(DEV / tty.name)
        for one in interfaces
        for tty in (*one.glob("ttyUSB*"), *one.glob("tty/tty*"))
    }
    product = _text(folder, "product") if (folder / "product").exists() else ""
    bus, number = int(_text(folder, "busnum")), int(_text(folder, "devnum"))
    return UsbDevice(
        folder.name,
        f"{_text(folder, 'idVendor')}:{_text(folder, 'idProduct')}",
        # The device itself says it, so it may hold anything.
        "".join(filter(str.isprintable, product)),
        frozenset(drivers),
        tuple(sorted(ttys)),
        str(DEV / f"bus/usb/{bus:03}/{number:03}"),
    )


def _text(folder: Path, name: str) -> str:
    return (folder / name).read_text(errors="replace").strip()
