"""A plant that waters itself: the soil's moisture switches the pump, and MQTT hears of it."""

import time

import network
from machine import ADC, Pin
from neopixel import NeoPixel
from umqtt.simple import MQTTClient

DRY = 30
MOISTURE, PUMP = b"warsha/plant/moisture", b"warsha/plant/pump"
soil = ADC(Pin(36), atten=ADC.ATTN_11DB)
pump = Pin(23, Pin.OUT, value=0)
light = NeoPixel(Pin(22), 1)

wlan = network.WLAN(network.STA_IF)
wlan.active(True)
wlan.connect("Wokwi-GUEST", "")
while not wlan.isconnected():
    time.sleep_ms(100)
client = MQTTClient("plant", "broker.hivemq.com")
client.set_callback(lambda topic, told: print("heard", topic.decode(), told.decode()))
client.connect()
client.subscribe(b"warsha/plant/#")
print("connected")

while True:
    moisture = 100 - round(soil.read_uv() / 33_000)
    dry = moisture < DRY
    pump(dry)
    light[0] = (255, 0, 0) if dry else (0, 255, 0)
    light.write()
    print("moisture", moisture, "%")
    client.publish(MOISTURE, str(moisture))
    client.publish(PUMP, "on" if dry else "off")
    for _ in range(20):
        client.check_msg()
        time.sleep_ms(100)
