# Tries: a board program that turns objects into addresses and addresses into objects, with the formats that struct and array have for pointers.
# Ends: what the process knows earns nothing: inputs and seeds are with the bench, and every record is checked.
### ATTACK
import array
import struct


def address(thing):
    return struct.unpack("P", struct.pack("O", thing))[0]


for act in (
    lambda: struct.unpack("S", struct.pack("P", address(b"text"))),
    lambda: struct.unpack("S", struct.pack("P", 0x3FFB0000)),
    lambda: struct.unpack("O", struct.pack("P", address(address))),
    lambda: struct.unpack_from("OOO", struct.pack("PPP", *[address("a")] * 3)),
    lambda: array.array("O", [address])[0](1),
    lambda: array.array("S", [0]),
    lambda: array.array("P", [-1])[0],
    lambda: struct.pack("99999999999999s", b""),
    lambda: struct.calcsize("4294967295s4294967295s"),
    lambda: struct.pack_into("I", bytearray(4), -9, 1),
    lambda: struct.unpack_from("I", b"1234", 2**31),
):
    try:
        act()
    except Exception:
        pass
### END
### BASE
