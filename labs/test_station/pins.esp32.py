# Which pin plays which role on the ESP32 DevKitC; the numbers of the buses are below.
RELAY_1 = 26
AIN_1 = 34
AIN_2 = 35
SERVO = 13
BTN_1 = 32
BTN_2 = 33
DUT_TX = 18
DUT_RX = 19
UART_DUT = 1
SDA = 21
SCL = 22
I2C_BUS = 0
NEOPIXEL = 23
BUZZER = 14
LINK_TX = 17
LINK_RX = 16
UART_LINK = 2
