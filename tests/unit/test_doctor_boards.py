"""`warsha doctor` for boards on USB. The USB devices are folders as the kernel's sysfs has them;
the programs that hold a device are real."""

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

import warsha
from hardware.connect import open_port
from hardware.doctor import boards, usb_devices
from hardware.errors import BoardBusy
from hardware.wire import port_holders

CH340, CP2102, PICO, BOOTSEL = "1a86:7523", "10c4:ea60", "2e8a:0005", "2e8a:0003"


class Usb:
    """A tree of sysfs, and rules of udev."""

    def __init__(self, folder: Path) -> None:
        self.sys, self.rules, self.dev = folder / "sys", folder / "rules", folder / "dev"
        for one in (self.sys, self.rules, self.dev):
            one.mkdir()

    def plug(
        self, path: str, usb_id: str, driver: str = "", tty: str = "", kind: str = "00"
    ) -> None:
        """Plug a device in; `tty` is a path under `dev`."""
        building = self.sys / f"new{path}"
        interface = building / f"{path}:1.0"
        interface.mkdir(parents=True)
        vendor, product = usb_id.split(":")
        facts = {"idVendor": vendor, "idProduct": product, "product": "USB Serial"}
        facts |= {"bDeviceClass": kind, "busnum": "1", "devnum": path[-1]}
        for name, value in facts.items():
            (building / name).write_text(value + "\n")
        if driver:
            (self.sys / "drivers" / driver).mkdir(parents=True, exist_ok=True)
            (interface / "driver").symlink_to(self.sys / "drivers" / driver)
        if tty:
            place = interface / tty if tty.startswith("ttyUSB") else interface / "tty" / tty
            place.mkdir(parents=True)
        building.rename(self.sys / path)


@pytest.fixture
def usb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Usb:
    """A machine without devices and rules."""
    made = Usb(tmp_path)
    monkeypatch.setattr(usb_devices, "SYS", made.sys)
    monkeypatch.setattr(usb_devices, "DEV", made.dev)
    monkeypatch.setattr(boards, "RULE_FOLDERS", (made.rules,))
    return made


def texts() -> str:
    """What all checks of boards print."""
    return "\n".join(
        f"{one.state}: {one.found} | {one.cure}" for one in (c() for c in boards.checks())
    )


def test_without_a_board_it_says_how_to_go_on(usb: Usb) -> None:
    usb.plug("1-1", "1d6b:0002", kind="09")
    assert "no board plugged in" in texts() and "warsha doctor --plug" in texts()
    assert "no program takes boards away" in texts()


def test_a_board_without_its_driver_names_the_module(usb: Usb) -> None:
    usb.plug("1-1.2", CH340)
    usb.plug("1-1.3", PICO)
    assert (
        "fail: USB Serial: the kernel has no driver for it (ch341) | sudo modprobe ch341"
        in texts()
    )
    assert "(cdc_acm)" in texts()


def test_brltty_is_named_with_its_rules(usb: Usb) -> None:
    rule = usb.rules / "85-brltty.rules"
    rule.write_text('# ENV{PRODUCT}=="1a86/7523/*"\n')
    assert "brltty" not in texts()
    rule.write_text('ENV{PRODUCT}=="1a86/7523/*", GOTO="brltty_usb_run"\n')
    assert f"warn: brltty takes boards with a CH340 or CP210x ({rule})" in texts()
    usb.plug("1-1.2", CP2102, driver="usbfs")
    assert "fail: USB Serial: brltty may have taken the board | It drives Braille" in texts()
    usb.plug("1-1.3", PICO)
    assert "brltty may have taken" in texts() and "(cdc_acm)" in texts()


def test_a_pico_in_its_boot_loader_is_no_fault(usb: Usb) -> None:
    usb.plug("1-2", BOOTSEL, driver="usb-storage")
    assert "ok: a Pico in its boot loader; it waits for a UF2 file" in texts()


@pytest.fixture
def held_terminal() -> Iterator[tuple[str, int]]:
    """A terminal that another program, called thonny.py, has open; and its PID."""
    master, slave = os.openpty()
    name = os.ttyname(slave)
    os.close(slave)
    program = (
        "import sys\nline = open(sys.argv[1], 'rb')\nprint('open', flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout and other.stdout.readline() == b"open\n"
        yield name, other.pid
        other.communicate()
    os.close(master)


def test_who_holds_a_port_is_named(held_terminal: tuple[str, int]) -> None:
    name, pid = held_terminal
    (holder,) = [one for one in port_holders.holders(name) if one.pid != os.getpid()]
    assert holder.pid == pid and f"(PID {pid}, " in str(holder)
    device = usb_devices.UsbDevice("1-1", CH340, "CH340", frozenset({"ch341"}), (name,), "")
    result = boards.check_board(device)
    assert result.state == "warn" and f"{name} is in use by" in result.found
    assert "Close that program" in result.cure


def test_a_busy_port_names_the_program_that_has_it() -> None:
    master, slave = os.openpty()
    first = open_port(os.ttyname(slave))
    os.close(slave)
    try:
        code = (
            "import sys\nfrom hardware.connect import open_port\n"
            "try:\n    open_port(sys.argv[1])\nexcept Exception as e:\n    print(e, e.cure)"
        )
        done = subprocess.run(
            [sys.executable, "-c", code, first.name], capture_output=True, text=True, check=True
        )
    finally:
        first.close()
        os.close(master)
    assert f"(PID {os.getpid()}, " in done.stdout and "Close the other notebook" in done.stdout
    assert BoardBusy.__name__ not in done.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another account")
def test_a_device_that_is_closed_to_this_account() -> None:
    """Run as another account: root may open everything."""
    handle, tty = tempfile.mkstemp(prefix="ttyUSB")
    os.close(handle)
    os.chown(tty, 0, 20)
    device = usb_devices.UsbDevice("1-1", CH340, "CH340", frozenset({"ch341"}), (tty,), "")
    reader, writer = os.pipe()
    if not (child := os.fork()):
        os.setgid(65534)
        os.setuid(65534)
        result = boards.check_board(device)
        os.write(writer, f"{result.state} {result.found} | {result.cure}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    text = os.read(reader, 4096).decode()
    os.close(reader)
    os.unlink(tty)
    assert text.startswith("fail CH340: this account may not open")
    assert "sudo usermod -aG dialout $USER" in text


def test_plugging_in_finds_the_board_with_its_port(usb: Usb) -> None:
    (usb.dev / "ttyUSB7").touch()
    usb.plug("1-1", "046d:c077")  # a mouse was there before

    def plug() -> None:
        usb.plug("1-2", "0951:1666")  # a memory stick is no board
        usb.plug("1-1.4", CH340, driver="ch341", tty="ttyUSB7")

    person = threading.Timer(0.2, plug)
    person.start()
    result = boards.wait_for_board(30.0)
    person.join()
    assert result.name == "USB 1-1.4" and result.state == "ok"
    assert f"{usb.dev}/ttyUSB7" in result.found


def test_a_cable_without_data_is_told_when_nothing_comes(
    usb: Usb, monkeypatch: pytest.MonkeyPatch
) -> None:
    usb.plug("1-1.4", PICO, driver="cdc_acm")  # was there before
    monkeypatch.setattr("hardware.cli.PLUG_S", 0.3)
    done = CliRunner().invoke(warsha.app, ["doctor", "--plug"])
    assert done.exit_code == 1
    assert (
        "no board came on USB in 0.3 s" in done.output
        and "no data wires" in done.output.replace("\n", " ")
    )


def test_a_device_that_is_not_passed_into_a_container(usb: Usb) -> None:
    usb.plug("1-1.4", CH340, driver="ch341", tty="ttyUSB0")
    assert f"fail: USB Serial: {usb.dev}/ttyUSB0 is missing" in texts()
