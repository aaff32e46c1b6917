# The time from a server (RFC 5905), with the interface of micropython-lib's ntptime.

import socket
import struct
from time import gmtime

host = "pool.ntp.org"
timeout = 1

# Seconds from 1900 to the epoch of the chip.
_SINCE_1900 = 3155673600 if gmtime(0)[0] == 2000 else 2208988800


def time():
    request = bytearray(48)
    request[0] = 0x1B  # version 3, client
    addr = socket.getaddrinfo(host, 123)[0][-1]
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        s.settimeout(timeout)
        s.sendto(request, addr)
        reply = s.recv(48)
    finally:
        s.close()
    seconds = struct.unpack("!I", reply[40:44])[0]
    if seconds < 3913056000:  # before 2024: the 32 bits started again at 0 in 2036
        seconds += 0x100000000
    return seconds - _SINCE_1900


def settime():
    import machine

    t = gmtime(time())
    machine.RTC().datetime((t[0], t[1], t[2], t[6] + 1, t[3], t[4], t[5], 0))
