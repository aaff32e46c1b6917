# Answers each frame with NAK, as if all of them were corrupted.
from time import sleep_ms

from machine import UART, Pin
from pins import LINK_RX, LINK_TX, RELAY_1, UART_LINK

relay = Pin(RELAY_1, Pin.OUT, value=0)
link = UART(UART_LINK, 115200, tx=Pin(LINK_TX), rx=Pin(LINK_RX))
print("READY L12")
while True:
    sleep_ms(5)
    if link.any():
        sleep_ms(5)
        link.read()
        link.write(b"\x7e\x00\x00\xff\xf3\x7e")
