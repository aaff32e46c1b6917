# The authentication code of a text: HMAC-SHA256 (RFC 2104), as 64 hexadecimal digits.
import binascii
import hashlib


def sign(key, text):
    key = key + bytes(64 - len(key))
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in key) + text.encode()).digest()
    outer = hashlib.sha256(bytes(b ^ 0x5C for b in key) + inner).digest()
    return binascii.hexlify(outer).decode()


# Whether two codes are the same. It takes the same time wherever they differ.
def same(a, b):
    difference = len(a) ^ len(b)
    for x, y in zip(a, b):
        difference |= ord(x) ^ ord(y)
    return difference == 0
