"""Prints the number of each card that comes near (MFRC522 data sheet; ISO/IEC 14443-3)."""

import time

from machine import SPI, Pin

COMMAND, IRQ, ERROR, LEVEL, BITS, VERSION = 0x01, 0x04, 0x06, 0x0A, 0x0D, 0x37
DATA, TRANSCEIVE = 0x09, 0x0C
spi = SPI(2, baudrate=4_000_000, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
select = Pin(5, Pin.OUT, value=1)
reset = Pin(21, Pin.OUT, value=1)


def write(register, value):
    select(0)
    spi.write(bytes([register << 1, value]))
    select(1)


def read(register):
    select(0)
    spi.write(bytes([register << 1 | 0x80]))
    value = spi.read(1)[0]
    select(1)
    return value


def ask(sent, bits=0):
    """The answer of a card; b"" if none is there."""
    write(COMMAND, 0)
    write(IRQ, 0x7F)
    write(LEVEL, 0x80)
    for byte in sent:
        write(DATA, byte)
    write(COMMAND, TRANSCEIVE)
    write(BITS, 0x80 | bits)
    for _ in range(30):
        if read(IRQ) & 0x31:
            break
        time.sleep_ms(1)
    if not read(IRQ) & 0x30 or read(ERROR) & 0x1B:
        return b""
    return bytes(read(DATA) for _ in range(read(LEVEL)))


def crc(data):
    value = 0x6363
    for byte in data:
        byte ^= value & 0xFF
        byte ^= byte << 4 & 0xFF
        value = value >> 8 ^ byte << 8 ^ byte << 3 ^ byte >> 4
    return bytes([value & 0xFF, value >> 8])


write(COMMAND, 0x0F)
time.sleep_ms(50)
for register, value in ((0x2A, 0x80), (0x2B, 0xA9), (0x2C, 0x03), (0x2D, 0xE8), (0x15, 0x40)):
    write(register, value)
write(0x11, 0x3D)
write(0x14, read(0x14) | 3)  # antenna on
print("MFRC522 Version: 0x%X" % read(VERSION))
print("MFRC522v2 Ready")
while True:
    if ask(b"\x26", 7):
        number = ask(b"\x93\x20")
        if len(number) == 5:
            print("Card UID:" + "".join(":%02X" % byte for byte in number[:4]))
            chosen = b"\x93\x70" + number
            answer = ask(chosen + crc(chosen))
            print("PICC type:", {8: "MIFARE 1KB"}.get(answer[0] if answer else 0, "unknown"))
            halt = b"\x50\x00"
            ask(halt + crc(halt))
            time.sleep(1)
    time.sleep_ms(50)
