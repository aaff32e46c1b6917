"""What a trainee leaves on a board: a program, a password in a file and, on an ESP32, in the
settings; and a look for that password in the flash."""

from hardware.connect import open_board

SECRET = b"the-password-of-the-wifi"
LEAVE = f"""
with open("secrets.py", "wb") as file:
    file.write(b"PASSWORD = '" + {SECRET!r} + b"'")
with open("main.py", "w") as file:
    file.write("print('work of a trainee')")
try:
    from esp32 import NVS
    NVS("wifi").set_blob("password", {SECRET!r})
except ImportError:
    pass
"""
LOOK = """
import os
def holds(device, count):
    block = bytearray(4096)
    for number in range(count):
        device.readblocks(number, block)
        if b"of-the-wifi" in block:
            return True
    return False
try:
    from esp32 import Partition
    devices = [Partition("vfs"), Partition("nvs")]
except ImportError:
    from rp2 import Flash
    devices = [Flash()]
"""
HOLDS = "[holds(device, device.ioctl(4, 0)) for device in devices]"


def leave_work(port: str) -> None:
    """Put it on the board at a port."""
    with open_board(port) as board:
        board.run(LEAVE)


def holds_secret(port: str) -> list[bool]:
    """Whether the password is in the file system, and on an ESP32 in the settings."""
    with open_board(port) as board:
        board.soft_reset()
        board.run(LOOK)
        found = board.eval(HOLDS, timeout_s=60)
    assert isinstance(found, list)
    return found
