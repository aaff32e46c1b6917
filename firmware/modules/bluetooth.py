# Bluetooth is not simulated: it says so when it is used.

import network  # a board without a radio has none of this


def BLE(*args):
    raise NotImplementedError("bluetooth: not simulated")


class UUID:
    def __init__(self, value):
        self.value = value
