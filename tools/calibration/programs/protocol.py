"""Frames with a checksum, made and taken apart again byte by byte."""

import struct


def frame(kind, data):
    body = struct.pack("<BH", kind, len(data)) + data
    return b"\xaa" + body + bytes([sum(body) & 0xFF])


def parse(stream):
    found, i = [], 0
    while i < len(stream):
        if stream[i] != 0xAA:
            i += 1
            continue
        kind, size = struct.unpack_from("<BH", stream, i + 1)
        body = stream[i + 1 : i + 4 + size]
        if sum(body) & 0xFF == stream[i + 4 + size]:
            found.append((kind, bytes(body[3:])))
        i += size + 5
    return found


def run():
    stream = bytearray()
    for n in range(20):
        stream.extend(frame(n, bytes(range(n))))
        stream.append(0)
    assert len(parse(memoryview(stream))) == 20
