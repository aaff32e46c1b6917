"""Checks of the boards on USB: whether each can be used, and if not, who or what prevents it.

A cable without data wires cannot be seen: the board's light is on, and no device comes. So
`wait_for_board` watches while somebody plugs a board in.
"""

import grp
import os
import pwd
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from hardware import boards
from hardware.doctor import Check, CheckResult
from hardware.doctor.usb_devices import UsbDevice, usb_devices
from hardware.i18n import _
from hardware.wire.port_holders import holders

DRIVERS: Final = {"1a86": "ch341", "10c4": "cp210x", "0403": "ftdi_sio"}
"""USB vendor of a bridge to the module of the kernel that drives it (drivers/usb/serial)."""
CHIP_VENDORS: Final = frozenset({"303a", "2e8a"})
"""Espressif and Raspberry Pi: chips with USB of their own, driven by `cdc_acm`."""
BOOTSEL: Final = frozenset({"2e8a:0003", "2e8a:000f"})
"""The boot ROMs of RP2040 and RP2350 (USB-PID list of Raspberry Pi)."""
RULE_FOLDERS = (
    Path("/etc/udev/rules.d"),
    Path("/usr/lib/udev/rules.d"),
    Path("/lib/udev/rules.d"),
)
"""The first folder that has a file of a name counts (udev(7))."""
SETTLE_S = 3.0
"""How long the kernel may take from the device to its /dev/ttyUSB0."""
LOOK_S = 0.1


def checks() -> list[Check]:
    """A check for each board that is plugged in, then one of the machine's rules for USB."""
    found: list[Check] = [partial(check_board, device) for device in plugged_boards()]
    return [*(found or [_no_board]), check_brltty]


def plugged_boards() -> list[UsbDevice]:
    """The devices on USB that are boards, or their bridges."""
    return [device for device in usb_devices() if _is_board(device)]


def _is_board(device: UsbDevice) -> bool:
    known = {usb_id for kind in map(boards.load, boards.names()) for usb_id in kind.usb_ids}
    return device.usb_id in known or device.vendor in (*DRIVERS, *CHIP_VENDORS)


def _no_board() -> CheckResult:
    return CheckResult(
        _("boards on USB"),
        "ok",
        _("no board plugged in"),
        _("If one is plugged in, find out why it is not seen: warsha doctor --plug"),
    )


def check_board(device: UsbDevice) -> CheckResult:
    """Whether a board can be used."""
    name = _("USB {path}").format(path=device.path)
    label = device.product or device.usb_id
    if device.usb_id in BOOTSEL:
        found = _("a Pico in its boot loader; it waits for a UF2 file")
        return CheckResult(name, "ok", found)
    if not device.ttys:
        cause, cure = _why_no_tty(device)
        return CheckResult(name, "fail", f"{label}: {cause}", cure)
    for tty in device.ttys:
        if not Path(tty).exists():
            cause = _("{tty} is missing").format(tty=tty)
            cure = _("Plug the board in again. In a container or WSL, pass the device in first.")
            return CheckResult(name, "fail", f"{label}: {cause}", cure)
        if not os.access(tty, os.R_OK | os.W_OK):
            cause = _("this account may not open {tty}").format(tty=tty)
            return CheckResult(name, "fail", f"{label}: {cause}", _group_cure(tty))
        if users := holders(tty):
            who = ", ".join(map(str, users))
            cause = _("{tty} is in use by {who}").format(tty=tty, who=who)
            cure = _("Close that program before you connect or flash.")
            return CheckResult(name, "warn", f"{label}: {cause}", cure)
    return CheckResult(name, "ok", f"{', '.join(device.ttys)}, {label}")


def _why_no_tty(device: UsbDevice) -> tuple[str, str]:
    """Cause and cure of a board without a serial device."""
    if users := holders(device.node):
        if any(user.program == "brltty" for user in users):
            return _("brltty has taken the board"), _brltty_cure()
        who = ", ".join(map(str, users))
        cause = _("{who} drives the board itself").format(who=who)
        return cause, _("Close that program, then plug the board in again.")
    if brltty_rules() and device.vendor in DRIVERS:
        return _("brltty may have taken the board"), _brltty_cure()
    driver = DRIVERS.get(device.vendor, "cdc_acm")
    if driver in device.drivers:
        cause = _("the kernel has made no serial device yet")
        return cause, _("Wait 5 seconds and look again; else plug the board in again.")
    cause = _("the kernel has no driver for it ({driver})").format(driver=driver)
    cure = _(
        "sudo modprobe {driver}; when it is not found, install the package of all modules "
        "of this kernel (Ubuntu: linux-modules-extra-$(uname -r))"
    )
    return cause, cure.format(driver=driver)


def _group_cure(tty: str) -> str:
    """How this account gets access to a device."""
    gid = Path(tty).stat().st_gid
    try:
        group = grp.getgrgid(gid)
    except KeyError:
        return _("sudo usermod -aG dialout $USER, then log in again")
    if pwd.getpwuid(os.getuid()).pw_name in group.gr_mem:
        text = _("this account is in the group {group} already: log out, and log in again")
        return text.format(group=group.gr_name)
    if gid == 0:
        return _("the rules of udev are missing (the device belongs to root): plug it in again")
    return _("sudo usermod -aG {group} $USER, then log in again").format(group=group.gr_name)


def brltty_rules() -> list[Path]:
    """The rules of udev by which brltty takes each CH340 and CP210x for a Braille display."""
    seen: set[str] = set()
    found = []
    for folder in RULE_FOLDERS:
        for file in sorted(folder.glob("*brltty*.rules")):
            if file.name in seen:
                continue
            seen.add(file.name)
            text = file.read_text(errors="replace")
            lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
            if any(one in line for line in lines for one in ("1a86/7523", "10c4/ea60")):
                found.append(file)
    return found


def check_brltty() -> CheckResult:
    """Whether brltty will take boards away."""
    rules = brltty_rules()
    if not rules:
        return CheckResult(_("USB rules"), "ok", _("no program takes boards away"))
    found = _("brltty takes boards with a CH340 or CP210x ({file})").format(file=rules[0])
    return CheckResult(_("USB rules"), "warn", found, _brltty_cure())


def _brltty_cure() -> str:
    return _(
        "It drives Braille displays. If nobody here uses one: sudo apt-get remove brltty, then "
        "plug the board in again. Else copy its rules to /etc/udev/rules.d, and put # before the "
        "lines with 1a86/7523 and 10c4/ea60."
    )


def wait_for_board(timeout_s: float) -> CheckResult:
    """Watch USB while somebody plugs a board in, and check what comes. After the time-out, tell
    why nothing may have come."""
    before = {(one.path, one.node) for one in usb_devices()}
    for device in _new_devices(before, timeout_s):
        if _is_board(device):
            return check_board(_settled(device))
        # A mouse, a memory stick: perhaps the board of somebody else; go on watching.
    cause = _("no board came on USB in {seconds:g} s").format(seconds=timeout_s)
    cure = _(
        "The light of the board shows only that it has power. Most often the cable has no data "
        "wires: take one with which a telephone shows its files. Then try another USB socket, "
        "without a hub. Pull out a board that gets hot: it has a short circuit."
    )
    return CheckResult(_("boards on USB"), "fail", cause, cure)


def _new_devices(before: set[tuple[str, str]], timeout_s: float) -> Iterator[UsbDevice]:
    """Devices that were not there before, as they come."""
    end = time.monotonic() + timeout_s
    seen = set(before)
    while True:
        for device in usb_devices():
            if (device.path, device.node) not in seen:
                seen.add((device.path, device.node))
                yield device
        left_s = end - time.monotonic()
        if left_s <= 0:
            return
        time.sleep(min(LOOK_S, left_s))


def _settled(device: UsbDevice) -> UsbDevice:
    """The device once it has its serial device, or when it had time enough for it."""
    end = time.monotonic() + SETTLE_S
    while not device.ttys and device.usb_id not in BOOTSEL and time.monotonic() < end:
        time.sleep(LOOK_S)
        device = next((one for one in usb_devices() if one.path == device.path), device)
    return device
