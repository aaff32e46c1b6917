"""Another right program: a table for the CRC, one state for each byte, a deadline for the relay."""

import json
from time import sleep_ms, ticks_add, ticks_diff, ticks_ms

from ain import read_u16
from machine import UART, Pin
from pins import LINK_RX, LINK_TX, RELAY_1, UART_LINK

with open("proto.json") as file:
    proto = json.load(file)

TABLE = bytearray(256)
for number in range(256):
    value = number
    for _ in range(8):
        value = (value << 1 ^ proto["poly"]) & 0xFF if value & 0x80 else value << 1
    TABLE[number] = value

relay = Pin(RELAY_1, Pin.OUT, value=0)
link = UART(UART_LINK, 115200, tx=Pin(LINK_TX), rx=Pin(LINK_RX))
off_at = ticks_ms()
answers = {}


def checksum(data):
    crc = proto["init"]
    for byte in data:
        crc = TABLE[crc ^ byte]
    return crc


def reply(seq, cmd, data):
    frame = bytes([len(data), seq, cmd]) + data
    frame += bytes([checksum(frame)])
    frame = frame.replace(b"\x7d", b"\x7d\x5d").replace(b"\x7e", b"\x7d\x5e")
    link.write(b"\x7e" + frame + b"\x7e")


def result_of(cmd, data):
    if cmd == 4:
        raw = read_u16()
        return bytes([raw >> 8, raw & 255])
    if cmd == 5:
        return data
    if cmd == 2:
        relay(data[0])
    if cmd == 3:
        relay(1 - relay())
    return bytes([relay()])


def take(frame):
    global off_at, answers
    if len(frame) < 4 or len(frame) != frame[0] + 4:
        return
    if checksum(frame):  # of a frame with its CRC
        reply(0, 0xFF, b"")
        return
    off_at = ticks_add(ticks_ms(), 2000)
    seq, cmd = frame[1], frame[2]
    if seq not in answers:
        answers = {seq: result_of(cmd, bytes(frame[3:-1]))}
    reply(seq, cmd + 0x80, answers[seq])


print("READY L12")
frame, flip = bytearray(), 0
while True:
    while link.any():
        byte = link.read(1)[0]
        if byte == 0x7E:
            take(frame)
            frame, flip = bytearray(), 0
        elif byte == 0x7D:
            flip = 0x20
        else:
            frame.append(byte ^ flip)
            flip = 0
    if ticks_diff(off_at, ticks_ms()) <= 0:
        relay.off()
    sleep_ms(5)
