"""CRC-16 bit by bit, and by a table."""


def bitwise(data):
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def table():
    made = []
    for n in range(256):
        for _ in range(8):
            n = (n >> 1) ^ 0xA001 if n & 1 else n >> 1
        made.append(n)
    return made


def run():
    data = bytes(range(100))
    one = bitwise(data)
    by = table()
    crc = 0xFFFF
    for byte in data:
        crc = by[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    assert crc == one
