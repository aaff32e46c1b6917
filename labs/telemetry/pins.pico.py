# Which pin plays which role on the Pico W.
DHT = 22
RELAY_1 = 10
