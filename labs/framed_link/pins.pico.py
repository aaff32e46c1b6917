# Which pin plays which role on the Pico; UART_LINK is the number of the UART.
LINK_TX = 8
LINK_RX = 9
UART_LINK = 1
RELAY_1 = 10
AIN_1 = 26
