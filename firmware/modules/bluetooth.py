# Bluetooth is not simulated: it says so when it is used.


def BLE(*args):
    raise NotImplementedError("bluetooth: not simulated")


class UUID:
    def __init__(self, value):
        self.value = value
