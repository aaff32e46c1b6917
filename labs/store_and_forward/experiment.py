# The "predict" question: a program that stores nothing. It publishes each 10 s with both qualities
# of service. A message with QoS 1 that had an error is sent once more, 10 s later.
import json
import network
import time
from umqtt.simple import MQTTClient

with open("device.json") as file:
    device = json.load(file)
wlan = network.WLAN(network.WLAN.IF_STA)
wlan.active(True)
wlan.connect(device["ssid"], device["password"])
while not wlan.isconnected():
    time.sleep_ms(100)

clients = [MQTTClient("qos%d" % qos, device["broker"], keepalive=60) for qos in (0, 1)]
online = [False, False]


def publish(qos, number):
    try:
        if not online[qos]:
            clients[qos].connect(timeout=3)
            online[qos] = True
        clients[qos].publish("qos%d" % qos, str(number), qos=qos)
    except OSError:
        online[qos] = False
    return online[qos]


number, again = 0, None
while True:
    if again is not None:
        publish(1, again)
    for qos in (0, 1):
        good = publish(qos, number)
        print("qos %d %d%s" % (qos, number, "" if good else " error"))
    again = None if good else number
    number += 1
    time.sleep(10)
