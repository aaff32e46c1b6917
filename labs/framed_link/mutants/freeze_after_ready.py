# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
from machine import UART, Pin
from pins import LINK_RX, LINK_TX, RELAY_1, UART_LINK

relay = Pin(RELAY_1, Pin.OUT, value=0)
link = UART(UART_LINK, 115200, tx=Pin(LINK_TX), rx=Pin(LINK_RX))
print("READY L12")

while True:
    pass
