# Which pin plays which role on the Pico; the numbers of the buses are below.
RELAY_1 = 10
AIN_1 = 26
AIN_2 = 27
SERVO = 18
BTN_1 = 16
BTN_2 = 17
DUT_TX = 0
DUT_RX = 1
UART_DUT = 0
SDA = 4
SCL = 5
I2C_BUS = 0
NEOPIXEL = 12
BUZZER = 20
LINK_TX = 8
LINK_RX = 9
UART_LINK = 1
