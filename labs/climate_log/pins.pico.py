# Which pin plays which role on the Pico.
DHT = 22
LED_R = 15
