# Which pin plays which role on the Pico W.
RELAY_1 = 10
