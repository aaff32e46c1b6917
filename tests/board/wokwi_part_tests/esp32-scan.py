"""Lists the networks, and connects to one."""

import network
import time

station = network.WLAN(network.WLAN.IF_STA)
station.active(True)
print("Scanning for WiFi networks...")
found = sorted(station.scan())
print("Found", len(found), "networks:")
for name, _, channel, _, security, _ in found:
    secured = "secured" if security else "open"
    print("  %s (ch %d, %s)" % (name.decode(), channel, secured))
print("Connecting to TestNet-WPA2...")
station.connect("TestNet-WPA2", "test1234")
for _ in range(200):
    if station.isconnected():
        break
    time.sleep_ms(100)
print("Connected!" if station.isconnected() else "Connection failed")
print("IP:", station.ifconfig()[0])
