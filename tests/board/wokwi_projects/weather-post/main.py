"""The temperature goes to a web service each 15 seconds; what fails is told and tried again."""

import time

import dht
import network
import requests
from machine import Pin

URL, KEY = "http://http.warsha/echo", "K3Y"
sensor = dht.DHT22(Pin(15))
wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect("Wokwi-GUEST", "")
while not wlan.isconnected():
    time.sleep_ms(500)
print("connected as", wlan.ifconfig()[0])

while True:
    try:
        sensor.measure()
        celsius = sensor.temperature()
        print("temperature", celsius)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = requests.post(URL, data=f"api_key={KEY}&field1={celsius}", headers=form)
        print("answer", answer.status_code, answer.text)
        answer.close()
    except OSError as error:
        print("failed:", error)
    time.sleep(15)
