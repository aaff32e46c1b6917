"""The board's half of wiping, in MicroPython; `wipe.py` sends it. It imports nothing of Warsha.

It erases all that programs can write: the file system, and on an ESP32 the settings (NVS) and the
other data partitions. After the next reset MicroPython makes an empty file system
(ports/esp32/modules/inisetup.py, ports/rp2/modules/_boot.py).
"""

import os

KEPT = (0, 1, 5)
"""Subtypes of data that no program writes: which program boots, calibration of the radio, emulated
fuses (ESP-IDF, esp_partition.h)."""
BLOCK_COUNT, BLOCK_SIZE, ERASE = 4, 5, 6
"""The calls of a block device: docs.micropython.org, vfs.AbstractBlockDev.ioctl."""
_areas = []


def areas():
    """The name and the number of blocks of each area. The file system is not mounted any more."""
    try:
        os.umount("/")
    except OSError:  # no file system
        pass
    _areas.clear()
    try:
        from esp32 import Partition

        for part in Partition.find(Partition.TYPE_DATA):
            if part.info()[1] not in KEPT:
                _areas.append((part.info()[4], part))
    except ImportError:
        from rp2 import Flash

        _areas.append(("files", Flash()))
    return [(name, device.ioctl(BLOCK_COUNT, 0)) for name, device in _areas]


def wipe(number, first, count):
    """Erase blocks of an area and read them back; returns how many are not empty."""
    device = _areas[number][1]
    block = bytearray(device.ioctl(BLOCK_SIZE, 0))
    empty, bad = b"\xff" * len(block), 0
    for at in range(first, first + count):
        device.ioctl(ERASE, at)
        device.readblocks(at, block)
        bad += block != empty
    return bad
