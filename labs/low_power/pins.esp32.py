# Which pin plays which role on the ESP32 DevKitC.
AIN_1 = 34
BTN_1 = 32
BTN_2 = 33
