import json
from time import sleep_ms, ticks_diff, ticks_ms

from ain import read_u16
from machine import UART, Pin
from pins import LINK_RX, LINK_TX, RELAY_1, UART_LINK

FLAG, ESCAPE, FLIP = 0x7E, 0x7D, 0x20
GET, SET, TGL, READ, ECHO, ANSWER, NAK = 1, 2, 3, 4, 5, 0x80, 0xFF
SILENCE_MS = 2000

with open("proto.json") as file:
    proto = json.load(file)

relay = Pin(RELAY_1, Pin.OUT, value=0)
link = UART(UART_LINK, 115200, tx=Pin(LINK_TX), rx=Pin(LINK_RX))
frame = bytearray()
last_seq = last_answer = None
good_at = ticks_ms()


def crc8(data):
    crc = proto["init"]
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc << 1 & 0xFF ^ (proto["poly"] if crc & 0x80 else 0)
    return crc


def escape(data):
    out = bytearray()
    for byte in data:
        out += bytes((ESCAPE, byte ^ FLIP)) if byte in (FLAG, ESCAPE) else bytes((byte,))
    return out


def unescape(data):
    out, flip = bytearray(), 0
    for byte in data:
        if byte == ESCAPE:
            flip = FLIP
        else:
            out.append(byte ^ flip)
            flip = 0
    return out


def send(seq, cmd, data=b""):
    body = bytes((len(data), seq, cmd)) + data
    link.write(b"\x7e" + escape(body + bytes((crc8(body),))) + b"\x7e")


def execute(cmd, data):
    if cmd == READ:
        return read_u16().to_bytes(2, "big")
    if cmd == ECHO:
        return data
    if cmd == SET:
        relay.value(data[0])
    elif cmd == TGL:
        relay.value(not relay.value())
    return bytes((relay.value(),))


def handle(body):
    global last_seq, last_answer, good_at
    if len(body) < 4 or body[0] != len(body) - 4:
        return  # garbage, or half a frame
    if crc8(body[:-1]) != body[-1]:
        send(0, NAK)
        return
    good_at = ticks_ms()
    seq, cmd = body[1], body[2]
    if seq != last_seq:  # a repeated frame is answered again, and not executed again
        last_seq, last_answer = seq, execute(cmd, body[3:-1])
    send(seq, cmd | ANSWER, last_answer)


print("READY L12")
while True:
    for byte in link.read() or b"":
        if byte == FLAG:
            handle(unescape(frame))
            frame = bytearray()
        else:
            frame.append(byte)
    if ticks_diff(ticks_ms(), good_at) >= SILENCE_MS:
        relay.off()
    sleep_ms(2)
