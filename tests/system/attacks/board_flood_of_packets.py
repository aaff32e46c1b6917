# Tries: a board program that opens an access point and sends without end: datagrams to all, connections to itself, ESP-NOW, changes of the radio.
# Ends: the limit of sockets of the chip; the CPU limit of its submission; the limit of records per board.
### ATTACK
import espnow
import network
import socket

point = network.WLAN(network.AP_IF)
point.active(True)
station = network.WLAN(network.STA_IF)
station.active(True)
now = espnow.ESPNow()
now.active(True)
ALL = b"\xff" * 6
now.add_peer(ALL)
block = b"x" * 1400
while True:
    kept = []
    for act in (
        lambda: now.send(ALL, block[:250], False),
        lambda: station.scan(),
        lambda: station.connect("w" * 32, "p" * 63),
        lambda: point.config(ssid="<script>" * 4, channel=1 + len(kept) % 11),
    ):
        try:
            act()
        except (OSError, ValueError, RuntimeError):
            pass
    for number in range(20):
        try:
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM if number % 2 else socket.SOCK_STREAM)
            kept.append(s)
            s.setblocking(False)
            if number % 2:
                s.sendto(block, ("255.255.255.255", number))
                s.sendto(block, ("192.168.4.1", number))
            else:
                s.bind(("0.0.0.0", 1000 + number))
                s.listen(100)
                s.connect(("192.168.4.1", 1000 + number))
        except (OSError, ValueError):
            pass
    for s in kept:
        s.close()
### END
