"""Somebody elsewhere who follows the topic: its lamp is on while it is warm there."""

import json
import time

import network
from machine import Pin
from umqtt.simple import MQTTClient

lamp = Pin(2, Pin.OUT, value=0)
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect("Wokwi-GUEST", "")
while not wlan.isconnected():
    time.sleep_ms(50)
client = MQTTClient("reader", "broker.mqttdashboard.com")
client.set_callback(lambda topic, told: lamp(json.loads(told)["temperature"] > 30))
client.connect()
client.subscribe("warsha/weather")
while True:
    client.wait_msg()
