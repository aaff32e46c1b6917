# Misconception: a frame of the right length is a good frame
FLAG, ESCAPE, FLIP, ANSWER = 0x7E, 0x7D, 0x20, 0x80
RETRIES, TIMEOUT_MS = 3, 200


class Link:
    def __init__(self, line, poly, init):
        self.line, self.poly, self.init = line, poly, init
        self.seq = self.retries = self.failures = 0

    def crc8(self, data):
        crc = self.init
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = crc << 1 & 0xFF ^ (self.poly if crc & 0x80 else 0)
        return crc

    def encode(self, body):
        out = bytearray()
        for byte in body + bytes([self.crc8(body)]):
            out += bytes([ESCAPE, byte ^ FLIP]) if byte in (FLAG, ESCAPE) else bytes([byte])
        return bytes([FLAG]) + out + bytes([FLAG])

    def decode(self, data):
        body, flip = bytearray(), 0
        for byte in data.strip(b"\x7e"):
            if byte == ESCAPE:
                flip = FLIP
            else:
                body.append(byte ^ flip)
                flip = 0
        good = len(body) >= 4 and body[0] == len(body) - 4
        return bytes(body[:-1]) if good else None

    def request(self, cmd, data=b""):
        self.seq = self.seq % 255 + 1
        frame = self.encode(bytes([len(data), self.seq, cmd]) + data)
        for attempt in range(1 + RETRIES):
            self.retries += attempt > 0
            self.line.send(frame)
            while got := self.line.receive(TIMEOUT_MS):
                answer = self.decode(got)
                if answer and answer[1:3] == bytes([self.seq, cmd | ANSWER]):
                    return answer[3:]
        self.failures += 1
        return None
