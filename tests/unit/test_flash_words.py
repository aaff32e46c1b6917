"""What esptool says, in words for a technician."""

from typing import get_args

import pytest

from station.flash.fault_words import FlashFaultKind, fault_of, flash_words
from station.flash.identify import identity_in, mac_in
from tests.support.injected_faults import FAULTS
from tools import flash_fault_table

SAYS = [
    (
        "A fatal error occurred: Could not open /dev/ttyUSB3, the port is busy or doesn't exist.\n"
        "([Errno 2] could not open port /dev/ttyUSB3: [Errno 2] No such file or directory)",
        "no_port",
        "/dev/ttyUSB3",
    ),
    (
        "A fatal error occurred: Could not open /dev/null, the port is busy or doesn't exist.\n"
        "(Could not configure port: (25, 'Inappropriate ioctl for device'))",
        "not_a_port",
        "/dev/null is no serial port",
    ),
    (
        "A fatal error occurred: Could not open /dev/ttyUSB0, the port is busy or doesn't exist.\n"
        "([Errno 13] could not open port /dev/ttyUSB0: [Errno 13] Permission denied)\n"
        "Hint: Try to add user into dialout or uucp group.",
        "no_access",
        "",
    ),
    (
        "A fatal error occurred: Could not open /dev/ttyUSB0, the port is busy or doesn't exist.\n"
        "([Errno 11] Could not exclusively lock port /dev/ttyUSB0: [Errno 11] Resource "
        "temporarily unavailable)",
        "busy",
        "",
    ),
    (
        "A fatal error occurred: Failed to connect to ESP32: Wrong boot mode detected (0x13)! "
        "The chip needs to be in download mode.",
        "auto_reset",
        "",
    ),
    (
        "A fatal error occurred: Failed to connect to ESP32: Download mode successfully detected, "
        "but getting no sync reply: The serial TX path seems to be down.",
        "tx_dead",
        "",
    ),
    (
        "A fatal error occurred: Failed to connect to Espressif device: No serial data received.",
        "no_answer",
        "",
    ),
    (
        "A fatal error occurred: This chip is ESP32, not ESP32-S3. Wrong chip argument?",
        "wrong_chip",
        "this chip is ESP32, not ESP32-S3",
    ),
    (
        "A fatal error occurred: 'image.bin' requires chip revision v3.0 or higher (this chip is "
        "revision v1.0). Use --force to flash anyway.",
        "revision",
        "v3.0 or higher",
    ),
    (
        "A fatal error occurred: File 'image.bin' (length 8000000) at offset 0x00001000 will not "
        "fit in 4194304 bytes of flash. Change the flash_size argument or flashing address.",
        "too_big",
        "4194304",
    ),
    (
        "A fatal error occurred: Failed to write compressed data to flash after seq 3 (result was "
        "0107: Checksum error)",
        "corruption",
        "",
    ),
    (
        "A fatal error occurred: Invalid head of packet (0x00): Possible serial noise.",
        *[
            "corruption",
            "",
        ],
    ),
    ("A fatal error occurred: MD5 of file does not match data in flash!", "not_written", ""),
    (
        "A fatal error occurred: No more data to read from the serial port. This can have many "
        "causes, for troubleshooting steps visit: https://docs.espressif.com",
        "lost",
        "",
    ),
    (
        "A serial exception error occurred: device reports readiness to read but returned no data "
        "(device disconnected or multiple access on port?)",
        "lost",
        "",
    ),
    (
        "A fatal error occurred: Failed to set baud rate 921600. The driver may not",
        "slow_port",
        "",
    ),
    ("A fatal error occurred: Secure Boot V1 detected, writing to flash", "locked", ""),
    ("/usr/bin/python3: No module named esptool", "no_esptool", ""),
    (
        "\nsomething new\nA fatal error occurred: never seen before\n",
        "unknown",
        "never seen before",
    ),
]


@pytest.mark.parametrize(("output", "kind", "part"), SAYS)
def test_the_words_of_esptool_have_a_cause_and_a_cure(output: str, kind: str, part: str) -> None:
    fault = fault_of(output)
    assert fault.kind == kind
    assert part in str(fault) and fault.cure
    assert "?" not in str(fault), "every fact was found"


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_fault_has_words(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARSHA_LANG", language)
    for kind in get_args(FlashFaultKind):
        cause, cure = flash_words(kind)
        assert cause and cure


FLASH_ID = """esptool v5.6.0
Serial port /dev/ttyACM0:
Connecting....
Detecting chip type... ESP32-S3
Connected to ESP32-S3 on /dev/ttyACM0:
Chip type:          ESP32-S3 (QFN56) (revision v0.2)
MAC:                7c:df:a1:00:00:01
Stub flasher running.

Flash Memory Information:
=========================
Manufacturer: c8
Device: 4017
Detected flash size: 8MB
"""


def test_a_chip_is_read_from_what_esptool_prints() -> None:
    found = identity_in(FLASH_ID)
    assert (found.chip, found.title, found.mac) == ("esp32s3", "ESP32-S3", "7c:df:a1:00:00:01")
    assert found.flash_bytes == 8 << 20
    eui = FLASH_ID.replace("MAC: ", "MAC:                40:4c:ca:ff:fe:44:b8:98\nBASE MAC: ")
    assert mac_in(eui) == "7c:df:a1:00:00:01", "of a chip with eight bytes, the base"


def test_the_table_in_the_docs_is_up_to_date() -> None:
    text = flash_fault_table.PAGE.read_text(encoding="utf-8")
    rows = flash_fault_table.rows_of(text)
    assert text == flash_fault_table.page(rows), "run: python tools/flash_fault_table.py --words"
    faults = {(fault.stage, fault.what) for fault in FAULTS.values()}
    assert {(row.stage, row.fault) for row in rows} == faults
