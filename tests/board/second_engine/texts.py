import json
from machine import Pin
pin = Pin(2, Pin.OUT, value=0)
pin.on()
text = json.dumps({"name": "lamp", "values": [1, 2.5, None], "on": True})
pin.off()
data = json.loads(text)
pin.on()
print("{:>8}|{:04d}|{:.2f}".format(data["name"], 42, data["values"][1]))
pin.off()
