# A client for MQTT 3.1.1 with the interface of micropython-lib's umqtt.simple. Every packet is sent in one
# piece, and the length of what the server sends is checked before it is kept.

import socket


class MQTTException(Exception):
    pass


def _text(value):
    if isinstance(value, str):
        value = value.encode()
    return len(value).to_bytes(2, "big") + value


def _packet(first, body):
    size = len(body)
    head = bytearray((first,))
    while size > 127:
        head.append(size & 127 | 128)
        size >>= 7
    head.append(size)
    return bytes(head) + body


class MQTTClient:
    def __init__(
        self,
        client_id,
        server,
        port=0,
        user=None,
        password=None,
        keepalive=0,
        ssl=None,
        ssl_params={},
    ):
        self.client_id = client_id
        self.sock = None
        self.server = server
        self.port = port or (8883 if ssl else 1883)
        self.ssl = ssl
        self.ssl_params = ssl_params
        self.pid = 0
        self.cb = None
        self.user = user
        self.pswd = password
        self.keepalive = keepalive
        self.lw_topic = None
        self.lw_msg = None
        self.lw_qos = 0
        self.lw_retain = False

    def set_callback(self, f):
        self.cb = f

    def set_last_will(self, topic, msg, retain=False, qos=0):
        assert 0 <= qos <= 2
        assert topic
        self.lw_topic = topic
        self.lw_msg = msg
        self.lw_qos = qos
        self.lw_retain = retain

    def connect(self, clean_session=True, timeout=None):
        self.sock = socket.socket()
        self.sock.settimeout(timeout)
        self.sock.connect(socket.getaddrinfo(self.server, self.port)[0][-1])
        if self.ssl is True:
            import ssl

            self.sock = ssl.wrap_socket(self.sock, **self.ssl_params)
        elif self.ssl:
            self.sock = self.ssl.wrap_socket(self.sock, server_hostname=self.server)
        assert 0 <= self.keepalive < 65536
        flags = 2 if clean_session else 0
        tail = _text(self.client_id)
        if self.lw_topic:
            flags |= 4 | self.lw_qos << 3 | self.lw_retain << 5
            tail += _text(self.lw_topic) + _text(self.lw_msg)
        if self.user is not None:
            flags |= 0xC0
            tail += _text(self.user) + _text(self.pswd)
        head = b"\x00\x04MQTT\x04" + bytes((flags,)) + self.keepalive.to_bytes(2, "big")
        self.sock.write(_packet(0x10, head + tail))
        answer = self._read(4)
        assert answer[0] == 0x20 and answer[1] == 2
        if answer[3]:
            raise MQTTException(answer[3])
        return answer[2] & 1

    def disconnect(self):
        self.sock.write(b"\xe0\0")
        self.sock.close()

    def ping(self):
        self.sock.write(b"\xc0\0")

    def publish(self, topic, msg, retain=False, qos=0):
        if isinstance(msg, str):
            msg = msg.encode()
        body = _text(topic)
        if qos:
            self.pid = self.pid % 65535 + 1
            body += self.pid.to_bytes(2, "big")
        body += msg
        assert len(body) < 2097152
        pid = self.pid
        self.sock.write(_packet(0x30 | qos << 1 | bool(retain), body))
        if qos == 1:
            while True:
                if self.wait_msg() == 0x40:
                    size = self._read(1)
                    assert size == b"\x02"
                    if int.from_bytes(self._read(2), "big") == pid:
                        return
        elif qos == 2:
            assert 0

    def subscribe(self, topic, qos=0):
        assert self.cb is not None, "Subscribe callback is not set"
        self.pid = self.pid % 65535 + 1
        pid = self.pid.to_bytes(2, "big")
        self.sock.write(_packet(0x82, pid + _text(topic) + bytes((qos,))))
        while True:
            if self.wait_msg() == 0x90:
                answer = self._read(4)
                assert answer[1:3] == pid
                if answer[3] == 0x80:
                    raise MQTTException(answer[3])
                return

    # Waits for one packet and handles it. A message goes to the callback. The caller reads the rest of
    # PUBACK and SUBACK: their first byte is returned. None: no packet, or the answer to a ping.
    def wait_msg(self):
        first = self.sock.read(1)
        self.sock.setblocking(True)
        if first is None:
            return None
        if first == b"":
            raise OSError(-1)
        if first == b"\xd0":
            size = self._read(1)[0]
            assert size == 0
            return None
        op = first[0]
        if op & 0xF0 != 0x30:
            return op
        size = self._size()
        topic = self._read(int.from_bytes(self._read(2), "big"))
        size -= len(topic) + 2
        if op & 6:
            pid = self._read(2)
            size -= 2
        msg = self._read(size)
        self.cb(topic, msg)
        if op & 6 == 2:
            self.sock.write(b"\x40\x02" + pid)
        elif op & 6 == 4:
            assert 0
        return op

    # Like wait_msg(), without waiting.
    def check_msg(self):
        self.sock.setblocking(False)
        return self.wait_msg()

    def _size(self):
        size = shift = 0
        while True:
            digit = self._read(1)[0]
            size |= (digit & 127) << shift
            if digit < 128:
                return size
            shift += 7

    def _read(self, count):
        data = self.sock.read(count)
        if data is None or len(data) < count:
            raise OSError(-1)
        return data
