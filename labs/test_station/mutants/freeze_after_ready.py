# Misconception: it is enough to set up the pins and say READY; the loop can stay empty.
from machine import UART, Pin
from pins import *

relay = Pin(RELAY_1, Pin.OUT, value=0)
start = Pin(BTN_1, Pin.IN, Pin.PULL_UP)
link = UART(UART_LINK, 115200, tx=Pin(LINK_TX), rx=Pin(LINK_RX))
print("READY C2")

while True:
    pass
