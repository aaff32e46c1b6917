# Says once that it is there, and takes no command.
import json, network, time
from umqtt.simple import MQTTClient

wifi = network.WLAN(network.WLAN.IF_STA)
wifi.active(True)
with open("device.json") as f:
    place = json.load(f)
print("READY L14")
wifi.connect(place["ssid"], place["password"])
while not wifi.isconnected():
    time.sleep_ms(100)

device = MQTTClient(place["dev"], place["broker"], keepalive=10)
device.connect()
while True:
    device.publish("mcit/aswan/pump-01/status", "online", True)
    time.sleep(5)
