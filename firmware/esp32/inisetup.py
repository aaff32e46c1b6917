# The first start of a board whose flash is erased: makes the file system and boot.py.
import vfs
from flashbdev import bdev

_BOOT = """\
# This file is executed on every boot (including wake-boot from deepsleep)
#import esp
#esp.osdebug(None)
#import webrepl
#webrepl.start()
"""


def check_bootsec():
    sector = bytearray(bdev.ioctl(5, 0))
    bdev.readblocks(0, sector)
    if sector != b"\xff" * len(sector):
        fs_corrupted()
    return True


def fs_corrupted():
    import micropython
    import time

    micropython.kbd_intr(3)  # Ctrl-C ends the loop
    while True:
        print("The filesystem appears to be corrupted: erase the flash, write the firmware again.")
        time.sleep(3)


def setup():
    check_bootsec()
    print("Performing initial setup")
    vfs.VfsLfs2.mkfs(bdev, progsize=256)
    fs = vfs.VfsLfs2(bdev, progsize=256)
    vfs.mount(fs, "/")
    with open("boot.py", "w") as file:
        file.write(_BOOT)
    return fs
