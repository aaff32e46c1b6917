# ESP-NOW as in the ESP32's firmware: the class over the C part, `_espnow`.

from _espnow import *


class ESPNow(ESPNowBase):
    # One pair of buffers for all calls: irecv() allocates nothing.
    _pair = [None, bytearray(MAX_DATA_LEN)]
    _nothing = (None, None)

    def __init__(self):
        super().__init__()

    def irecv(self, timeout_ms=None):
        return self._pair if self.recvinto(self._pair, timeout_ms) else self._nothing

    def recv(self, timeout_ms=None):
        if self.recvinto(self._pair, timeout_ms):
            return [bytes(part) for part in self._pair]
        return self._nothing

    def irq(self, callback):
        super().irq(callback, self)

    def __iter__(self):
        return self

    def __next__(self):
        return self.irecv()
