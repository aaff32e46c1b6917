# Tries: a board program that sends on I2C and SPI without pause: the longest transfers, and scans of empty buses.
# Ends: the CPU limit of its submission; the limit of records per board.
### ATTACK
from machine import I2C, SPI, Pin, SoftI2C, SoftSPI

buses = (
    I2C(0, scl=Pin(18), sda=Pin(19), freq=1_000_000),
    SoftI2C(scl=Pin(22), sda=Pin(21), freq=1_000_000, timeout=1),
)
lines = (
    SPI(1, baudrate=40_000_000, sck=Pin(14), mosi=Pin(13), miso=Pin(12)),
    SoftSPI(baudrate=10_000_000, sck=Pin(4), mosi=Pin(16), miso=Pin(17)),
)
block = bytearray(16_384)
while True:
    for bus in buses:
        try:
            bus.scan()
            bus.writeto(0x3C, block)
        except OSError:
            pass
    for line in lines:
        line.write_readinto(block, block)
### END
