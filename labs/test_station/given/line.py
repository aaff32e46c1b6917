# Given: the UART to the computer of the line: link.write(data).
from machine import UART, Pin
from pins import LINK_RX, LINK_TX, UART_LINK

link = UART(UART_LINK, 115200, tx=Pin(LINK_TX), rx=Pin(LINK_RX))
