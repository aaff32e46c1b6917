"""The 1-Wire bus, with the interface of MicroPython's own module; the slots are C (`_onewire`)."""

import _onewire


class OneWireError(Exception):
    """No device answered a reset."""


class OneWire:
    """A bus at one pin, with a pull-up resistor."""

    SEARCH_ROM = 0xF0
    MATCH_ROM = 0x55
    SKIP_ROM = 0xCC

    def __init__(self, pin):
        self.pin = pin
        self.pin.init(pin.OPEN_DRAIN, pin.PULL_UP)

    def reset(self, required=False):
        """True if a device answers; with `required`, none is an error."""
        there = _onewire.reset(self.pin)
        if required and not there:
            raise OneWireError
        return there

    def readbit(self):
        return _onewire.readbit(self.pin)

    def readbyte(self):
        return _onewire.readbyte(self.pin)

    def readinto(self, buf):
        for at in range(len(buf)):
            buf[at] = _onewire.readbyte(self.pin)

    def writebit(self, value):
        return _onewire.writebit(self.pin, value)

    def writebyte(self, value):
        return _onewire.writebyte(self.pin, value)

    def write(self, buf):
        for byte in buf:
            _onewire.writebyte(self.pin, byte)

    def select_rom(self, rom):
        """Select this device for the next commands."""
        self.reset()
        self.writebyte(self.MATCH_ROM)
        self.write(rom)

    def scan(self):
        """The ROM codes of all devices: their tree, branch after branch."""
        found = []
        rom, fork = bytearray(8), 64
        for _ in range(255):  # a stuck wire looks like a device at every branch
            rom, fork = self._search(rom, fork)
            if rom:
                found.append(rom)
            if fork is None:
                break
        return found

    def _search(self, last, fork):
        """Walk the tree once: as before up to `fork`, and there the other branch. Returns the ROM
        code and the last fork where the 0 was taken; None, None without an answer."""
        if not self.reset():
            return None, None
        self.writebyte(self.SEARCH_ROM)
        rom, next_fork = bytearray(8), None
        for bit in range(64):
            zero_free, one_free = self.readbit(), self.readbit()
            if zero_free and one_free:
                return None, None
            chosen = 1 if zero_free else 0
            if not zero_free and not one_free:  # there are devices of both kinds
                before = last[bit >> 3] >> (bit & 7) & 1
                chosen = before if bit < fork else int(bit == fork)
                if not chosen:
                    next_fork = bit
            self.writebit(chosen)
            rom[bit >> 3] |= chosen << (bit & 7)
        return rom, next_fork

    def crc8(self, data):
        """The check byte of 1-Wire: 0 over data with its own check byte."""
        return _onewire.crc8(data)
