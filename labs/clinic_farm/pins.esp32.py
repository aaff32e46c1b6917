# Which pin plays which role on the ESP32 DevKitC.
BTN_1 = 32
BTN_2 = 33
AIN_1 = 34
AIN_2 = 35
AIN_3 = 39
BUZZER = 14
DHT = 4
TRIG = 18
ECHO = 19
RELAY_1 = 26
FLOW = 16
