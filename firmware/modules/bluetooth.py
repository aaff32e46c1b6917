# Bluetooth is not simulated: its use raises.

import network  # raises on a board without a radio


def BLE(*args):
    raise NotImplementedError("bluetooth: not simulated")


class UUID:
    def __init__(self, value):
        self.value = value
