# Which pin plays which role on the ESP32 DevKitC; UART_LINK is the number of the UART.
LINK_TX = 17
LINK_RX = 16
UART_LINK = 2
RELAY_1 = 26
AIN_1 = 34
