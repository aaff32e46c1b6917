"""A weather station: temperature and humidity go to an MQTT topic when they changed."""

import json
import time

import dht
import network
from machine import Pin
from umqtt.simple import MQTTClient

TOPIC = "warsha/weather"
sensor = dht.DHT22(Pin(15))
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect("Wokwi-GUEST", "")
while not wlan.isconnected():
    time.sleep_ms(100)
print("WiFi connected")
client = MQTTClient("weather-station", "broker.mqttdashboard.com")
client.connect()
print("broker connected")

sent = ""
while True:
    sensor.measure()
    told = json.dumps({"temperature": sensor.temperature(), "humidity": sensor.humidity()})
    if told == sent:
        print("no change")
    else:
        client.publish(TOPIC, told)
        print("published", told)
        sent = told
    time.sleep(2)
