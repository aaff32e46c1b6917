"""The place of a port: its USB path, which names a socket of a hub, and the hub itself.

Most bridges (CH340) have no serial number, and the name of a port changes when boards are plugged
in or reset. So a slot is known by its USB path and a board by its MAC.
"""

import os
import platform
import re
import time
from dataclasses import dataclass

from serial.tools import list_ports

from station.certify.side_by_side import plugged_ports
from station.inventory.tables import NAME

FOUND_S = 10.0
"""How long a board may need until it has a port again after a reset."""
LOOK_S = 0.2
_USB_PATH = re.compile(r"\d+-[\d.]+")
ESPRESSIF, RASPBERRY_PI = 0x303A, 0x2E8A
"""USB vendors."""
PICO_LINK = "usb-MicroPython_Board_in_FS_mode"
"""How udev begins the name of a Pico's link."""
_PICO_SERIAL = re.compile(PICO_LINK + r"_([0-9A-Fa-f]{16})\b")


@dataclass(frozen=True)
class Slot:
    """Where a board is plugged in."""

    usb_path: str
    """As Linux names it: `1-1.4.2`. Of a port that is not on USB, the end of its address: as much
    as the inventory keeps."""
    hub: str = ""
    """The USB path of its hub; "": it is at a socket of the computer, or not on USB."""

    @property
    def name(self) -> str:
        """Its name in the inventory."""
        return at_this_computer(self.usb_path)


def slot_at(port: str) -> Slot:
    """The slot of a port, which may be named by a link (`/dev/serial/by-id/…`)."""
    paths = _usb_paths()
    path = paths.get(port) or paths.get(os.path.realpath(port))
    return Slot(path, hub_of(path)) if path else Slot(port[-NAME:])


def at_this_computer(usb_path: str) -> str:
    """A USB path as the inventory knows it, `lab-pc:1-1.4.2`: the computers of two stations have
    the same paths. What is no USB path stays as it is."""
    is_path = _USB_PATH.fullmatch(usb_path) or usb_path.isdecimal()  # "1": the sockets of a bus
    return f"{platform.node()}:{usb_path}"[-NAME:] if is_path else usb_path


def hub_of(usb_path: str) -> str:
    """The USB path of the hub in which a USB path ends; "" for what is no USB path."""
    if not _USB_PATH.fullmatch(usb_path):
        return ""
    bus, dash, sockets = usb_path.partition("-")
    return f"{bus}{dash}{sockets.rpartition('.')[0]}".rstrip("-")


def port_in(slot: Slot, port: str) -> str:
    """The present port of a slot, as soon as there is one: at a reset the port of a chip with USB
    of its own goes away, and may come back under another name. Without one in time, `port`."""
    end = time.monotonic() + FOUND_S
    while time.monotonic() < end:
        if port.endswith(slot.usb_path) and ("://" in port or os.path.exists(port)):
            return port
        for device, path in _usb_paths().items():
            if path == slot.usb_path:
                return device
        time.sleep(LOOK_S)
    return port


def flashable_ports() -> list[str]:
    """The serial ports of boards that can be flashed: those of the board types, and of chips of
    Espressif with USB of their own."""
    own = {port.device for port in list_ports.comports() if port.vid == ESPRESSIF}
    return sorted({*plugged_ports(), *own})


def pico_ports() -> set[str]:
    """The serial ports of boards with a chip of Raspberry Pi."""
    ours = {port.device for port in list_ports.comports() if port.vid == RASPBERRY_PI}
    return ours & set(plugged_ports())


def pico_mac(port: str) -> str:
    """The MAC of a Pico, by the link that names its port; "" when it is another name."""
    found = _PICO_SERIAL.search(port)
    return bytes.fromhex(found[1]).hex(":") if found else ""


def is_pico(port: str) -> bool:
    """Whether a Pico with MicroPython is at a port, or was: its link of `/dev/serial/by-id/` says
    it also while the board waits in its boot ROM."""
    return PICO_LINK in port or bool({port, os.path.realpath(port)} & pico_ports())


def boards_by_slot() -> dict[str, str]:
    """The ports of all boards that are plugged in, by the USB path of their slot."""
    paths = _usb_paths()
    return {paths.get(port, port): port for port in flashable_ports()}


def _usb_paths() -> dict[str, str]:
    """The USB path of each port, without the number of an interface (`1-1.4:1.0`)."""
    ports = list_ports.comports()
    return {port.device: port.location.partition(":")[0] for port in ports if port.location}
