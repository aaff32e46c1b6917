# Bluetooth is not simulated: its use raises.

import network  # raises on a board without a radio


class BLE:
    def __init__(self):
        raise NotImplementedError("not simulated: bluetooth")


class UUID:
    def __init__(self, value):
        self.value = value
