"""The board's half of the self test, in MicroPython; `self_test.py` sends it, and calls one
function for each step. It imports nothing of Warsha, and leaves nothing on the board.

Each function returns plain values, which the REPL prints. Levels of many pins are one integer: bit
i is the level of the i-th pin.
"""

import gc
import os
import sys
import time

from machine import ADC, Pin, unique_id

CHARGE_US = 100
"""A pull of 50 kOhm charges a wire of 200 pF in 10 us."""
SETTLE_US = 5
"""An output does it through 1 kOhm in 0.2 us."""
BLOCK = 1024
KEPT_BYTES = 12 * BLOCK
"""What the RAM test leaves free for the program itself."""
FILE = "warsha_self_test.tmp"


def identity():
    """The MAC or unique id, the machine, MicroPython's version, the bytes of the flash chip."""
    try:
        from esp import flash_size

        flash = flash_size()
    except ImportError:
        flash = 0
    return bytes(unique_id()), os.uname().machine, os.uname().release, flash


def ram():
    """Bytes of the heap that were tested, and bytes of the blocks that gave back other values."""
    gc.collect()
    fill, blocks, bad = bytearray(BLOCK), [], 0
    try:
        while gc.mem_free() > KEPT_BYTES:
            blocks.append(bytearray(BLOCK))
    except MemoryError:
        blocks = blocks[: -KEPT_BYTES // BLOCK]
    for value in (0x55, 0xAA):
        for at in range(BLOCK):
            fill[at] = value
        for number, block in enumerate(blocks):
            fill[0], fill[1] = number & 255, number >> 8 & 255
            block[:] = fill
        for number, block in enumerate(blocks):
            fill[0], fill[1] = number & 255, number >> 8 & 255
            bad += block != fill
    return len(blocks) * BLOCK, bad * BLOCK


def flash(most):
    """Bytes that were written to a file and read back, and how many of them were wrong."""
    stat, done, wrong = os.statvfs(os.getcwd()), 0, 0
    size = min(most, stat[0] * stat[3] // 2) // BLOCK * BLOCK
    block, got = bytearray(BLOCK), bytearray(BLOCK)
    try:
        for reads in (False, True):
            with open(FILE, "rb" if reads else "wb") as file:
                for at in range(0, size, BLOCK):
                    for i in range(BLOCK):
                        block[i] = (at // BLOCK + i * 7) & 255
                    if not reads:
                        file.write(block)
                    elif file.readinto(got) != BLOCK or got != block:
                        wrong += sum(a != b for a, b in zip(got, block))
                    done += BLOCK * reads
    finally:
        try:
            os.remove(FILE)
        except OSError:
            pass
    return done, wrong


def _read(pins):
    levels = 0
    for i, pin in enumerate(pins):
        levels |= pin.value() << i
    return levels


def _pull(pins, pulled, pull):
    for pin, has_pull in zip(pins, pulled):
        pin.init(Pin.IN, pull if has_pull else None)


def pins(numbers, pulled, drives):
    """The levels with all pulls up, with all pulls down; and for each pin the levels while it
    alone drives high, and low (-1: it has no output). Against a short circuit a pin drives for
    about 0.1 ms.
    """
    all_pins = [Pin(number, Pin.IN) for number in numbers]
    rest, driven = [], []
    for level, pull in ((0, Pin.PULL_UP), (1, Pin.PULL_DOWN)):
        _pull(all_pins, pulled, pull)
        time.sleep_us(CHARGE_US)
        rest.append(_read(all_pins))
        found = []
        for pin, has_pull, has_output in zip(all_pins, pulled, drives):
            if has_output:
                pin.init(Pin.OUT, value=level)
                time.sleep_us(SETTLE_US)
            found.append(_read(all_pins) if has_output else -1)
            pin.init(Pin.IN, pull if has_pull else None)
            time.sleep_us(CHARGE_US)
        driven.append(found)
    _pull(all_pins, pulled, None)
    return rest[0], rest[1], driven[1], driven[0]


def volts(channel, reference_v):
    """The mean of 32 conversions. Where the chip has no calibration (`read_uv`), the full scale is
    `reference_v`."""
    if hasattr(ADC, "read_uv"):
        adc = ADC(Pin(channel), atten=ADC.ATTN_11DB)
        return sum(adc.read_uv() for _ in range(32)) / 32e6
    adc = ADC(channel)
    return sum(adc.read_u16() for _ in range(32)) / 32 / 65535 * reference_v


def shift(channel, pin, reference_v):
    """How far (V) the voltage at an ADC pin moves while another pin goes from low to high."""
    other = Pin(pin, Pin.OUT, value=0)
    low = volts(channel, reference_v)
    other.value(1)
    high = volts(channel, reference_v)
    other.init(Pin.IN, None)
    return high - low


def uart(number, tx, rx, baud, size):
    """How many of `size` bytes did not come back."""
    from machine import UART

    line = UART(number, baud, tx=Pin(tx), rx=Pin(rx), rxbuf=512)
    time.sleep_ms(10)
    while line.any():
        line.read()
    sent = bytes(at * 5 & 255 for at in range(size))
    line.write(sent)
    line.flush()
    got, end = b"", time.ticks_add(time.ticks_ms(), 300)
    while len(got) < size and time.ticks_diff(end, time.ticks_ms()) > 0:
        got += line.read() or b""
    line.deinit()
    return size - sum(a == b for a, b in zip(sent, got))


def i2c(number, sda, scl, address, register):
    """The addresses that answer, and the register of the known part; None without an answer."""
    from machine import I2C

    bus = I2C(number, sda=Pin(sda), scl=Pin(scl), freq=100_000)
    found = bus.scan()
    content = bus.readfrom_mem(address, register, 1)[0] if address in found else None
    return found, content


def wifi():
    """The signal (dBm) of each network."""
    import network

    radio = network.WLAN(network.STA_IF)
    was_active = radio.active()
    radio.active(True)
    try:
        return [found[3] for found in radio.scan()]
    finally:
        radio.active(was_active)


def clock():
    """Print `ticks_us()` for each question mark from the host, until another character comes."""
    while sys.stdin.read(1) == "?":
        print(time.ticks_us())
