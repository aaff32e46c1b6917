"""A memory card and a card reader on SPI, command by command of their protocols."""

import pytest

from hardware.bench.parts.common.fat16 import Fat16
from hardware.bench.parts.common.mifare import MifareClassic, crc_a
from hardware.bench.parts.microsd_card import MicroSdCard, crc7, crc16
from hardware.errors import DiagramError
from tests.support.parts_bench import Parts, circuit, lines
from tests.support.rig import Hand

SD_WIRES = ["s:VCC b:3V3", "s:GND b:GND.1", "s:SCK b:18", "s:DI b:23", "s:DO b:19", "s:CS b:5"]
SD_WIRES.append("s:CD b:4")
FILES = {"files": {"hello.txt": "marhaba", "DATA.CSV": "1,2\n" * 300, "A long name.json": "{}"}}
SD = """
from machine import SPI, Pin
import os, time
spi = SPI(2, baudrate=4000000, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
cs = Pin(5, Pin.OUT, value=1)
CHECK = {0: 0x95, 8: 0x87}
def command(n, argument=0, extra=0, release=True):
    cs(0)
    spi.write(bytes([0x40 | n]) + argument.to_bytes(4, 'big') + bytes([CHECK.get(n, 1)]))
    for _ in range(8):
        r1 = spi.read(1, 0xFF)[0]
        if r1 < 0x80:
            break
    rest = spi.read(extra, 0xFF) if extra else b''
    if release:
        cs(1); spi.write(b'\\xff')
    return (r1, rest) if extra else r1
def begin():
    command(0)
    command(8, 0x1AA, 4)
    for _ in range(10):
        command(55)
        if command(41, 0x40000000) == 0:
            return True
    return False
def wait(token):
    for _ in range(100):
        if spi.read(1, 0xFF)[0] == token:
            return True
    return False
def read(block):
    r1 = command(17, block * 512, release=False)
    data = spi.read(514, 0xFF)[:512] if r1 == 0 and wait(0xFE) else None
    cs(1); spi.write(b'\\xff')
    return data
def write(block, data):
    command(24, block * 512, release=False)
    spi.write(b'\\xff\\xfe' + data + b'\\xff\\xff')
    answer = spi.read(1, 0xFF)[0] & 0x1F
    wait(0xFF); cs(1); spi.write(b'\\xff')
    return answer
class Card:
    def readblocks(self, block, buf):
        for n in range(len(buf) // 512):
            buf[512 * n:512 * n + 512] = read(block + n)
    def writeblocks(self, block, buf):
        for n in range(len(buf) // 512):
            if write(block + n, buf[512 * n:512 * n + 512]) != 5:
                raise OSError(5)
    def ioctl(self, op, arg):
        return {4: 16384, 5: 512}.get(op, 0)
"""


def test_a_card_identifies_itself_and_answers_in_order() -> None:
    program = (
        SD
        + """
print(command(0), command(8, 0x1AA, 4), command(17), command(58, 0, 4))
print(begin(), command(58, 0, 4)[0], command(16, 512), command(63), command(17, 5))
command(9, release=False); wait(0xFE); csd = spi.read(16, 0xFF); cs(1)
size = ((csd[6] & 3) << 10 | csd[7] << 2 | csd[8] >> 6) + 1
print(size << (((csd[9] & 3) << 1 | csd[10] >> 7) + 2) << (csd[5] & 15))
"""
    )
    got = lines({"s": ("wokwi-microsd-card", {})}, SD_WIRES, program)
    assert got[0] == "1 (1, b'\\x00\\x00\\x01\\xaa') 5 (1, b'\\x80\\xff\\x80\\x00')"
    assert got[1:] == ["True 0 0 4 32", str(8 << 20)]


def test_a_card_has_the_files_of_the_diagram_and_keeps_what_is_written() -> None:
    program = (
        SD
        + """
begin()
os.mount(Card(), '/sd')
print(sorted(os.listdir('/sd')))
print(open('/sd/hello.txt').read(), len(open('/sd/DATA.CSV').read()))
with open('/sd/log.txt', 'w') as f:
    f.write('line\\n' * 400)
print(os.stat('/sd/log.txt')[6], open('/sd/A long name.json').read())
os.umount('/sd')
os.mount(Card(), '/sd')
print(len(open('/sd/log.txt').read()))
"""
    )
    got = lines({"s": ("wokwi-microsd-card", FILES)}, SD_WIRES, program)
    names = "['A long name.json', 'DATA.CSV', 'hello.txt']"
    assert got == [names, "marhaba 1200", "2000 {}", "2000"]


def test_the_class_of_the_esp32_for_cards() -> None:
    program = """
import machine, os
for slot in (4, 1):
    try:
        machine.SDCard(slot=slot)
    except Exception as error:
        print(type(error).__name__, error)
card = machine.SDCard(slot=2, sck=18, mosi=23, miso=19, cs=5)
print(card.info())
os.mount(card, '/sd')
print(sorted(os.listdir('/sd')), open('/sd/hello.txt').read())
with open('/sd/log.txt', 'w') as f:
    f.write('line\\n' * 400)
os.umount('/sd')
card.deinit()
vfs = os.VfsFat(machine.SDCard(slot=2))
os.mount(vfs, '/sd')
print(len(open('/sd/log.txt').read()))
"""
    got = lines({"s": ("wokwi-microsd-card", FILES)}, SD_WIRES, program)
    assert got == [
        "ValueError invalid slot number",
        "NotImplementedError not simulated: slots 0 and 1 of SDCard; slot=2 uses SPI",
        f"({8 << 20}, 512)",
        "['A long name.json', 'DATA.CSV', 'hello.txt'] marhaba",
        "2000",
    ]


@pytest.mark.parametrize("fault", ["removed", "silent", "bad_checksum"])
def test_a_card_with_a_fault(fault: str) -> None:
    program = """
import machine
card = machine.SDCard(slot=2)
try:
    card.info()
except OSError as error:
    print(error, end=" ")
print(card.readblocks(0, bytearray(512)))
"""
    got = lines({"s": ("wokwi-microsd-card", {fault: "1"})}, SD_WIRES, program)
    assert got[0] == "[Errno 116] ETIMEDOUT: ESP_ERR_TIMEOUT False"


def test_blocks_in_a_row_with_chip_select_released_between_them() -> None:
    program = (
        SD
        + """
def let_go():
    cs(1); spi.write(b'\\xff'); cs(0)
begin()
print(command(25, 512 * 100))
for n in (1, 2):
    let_go(); spi.write(b'\\xfc' + bytes([n]) * 512 + b'\\xff\\xff')
    print(spi.read(1, 0xFF)[0] & 31, wait(0xFF))
let_go(); spi.write(b'\\xfd\\xff'); print(wait(0xFF)); cs(1)
print(command(18, 512 * 100))
for n in range(3):
    let_go(); print(wait(0xFE), spi.read(514, 0xFF)[510:512])
print(command(12) in (0, 0xFF), read(101)[:2])
"""
    )
    got = lines({"s": ("wokwi-microsd-card", {})}, SD_WIRES, program)
    blocks = ["True b'\\x01\\x01'", "True b'\\x02\\x02'", "True b'\\x00\\x00'"]
    assert got == ["0", "5 True", "5 True", "True", "0", *blocks, "True b'\\x02\\x02'"]


def test_a_file_system_is_read_back_with_folders_and_long_names() -> None:
    files = {"A.TXT": b"a", "empty": b"", "sub/deep/name with spaces.md": b"x" * 1500}
    assert Fat16(16_384, files).files() == files
    with pytest.raises(ValueError, match="fit"):
        Fat16(8192, {"big": bytes(5_000_000)})
    with pytest.raises(DiagramError, match="names and texts"):
        circuit({"s": ("wokwi-microsd-card", {"files": "[1]"})}, [])
    part = circuit({"s": ("wokwi-microsd-card", FILES)}, []).parts["s"]
    assert isinstance(part, MicroSdCard) and part.files()["hello.txt"] == b"marhaba"
    assert (crc7(b"@\0\0\0\0") << 1 | 1, crc16(b"\xff" * 512)) == (0x95, 0x7FA1)


def test_a_folder_that_contains_itself_is_read_once() -> None:
    card = Fat16(16_384, {"DEEP/ONE.TXT": b"1"})
    folder = card.image.index(b"DEEP       ")
    start = card.image.index(b"ONE     TXT")
    card.image[start : start + 32] = card.image[folder : folder + 32]
    assert card.files() == {}


@pytest.mark.parametrize(
    "files", ["[" * 100_000, {"/".join("a" * 3000): ""}, {"a": "", "a/b": ""}]
)
def test_files_that_no_card_can_hold_are_refused(files: object) -> None:
    with pytest.raises(DiagramError, match="files"):
        circuit({"s": ("wokwi-microsd-card", {"files": files})}, SD_WIRES)


def test_faults_of_a_card() -> None:
    program = (
        SD
        + """
cd = Pin(4, Pin.IN, Pin.PULL_UP)
print(begin(), cd(), write(9, bytes(512)))
time.sleep_ms(1000); print(begin(), cd())
time.sleep_ms(1000); print(begin(), cd(), write(9, bytes(512)))
"""
    )
    hands = [Hand(800, "s", "removed", 1), Hand(1600, "s", "removed", 0)]
    hands.append(Hand(1600, "s", "write_error", 1))
    got = lines({"s": ("wokwi-microsd-card", {})}, SD_WIRES, program, hands=hands)
    assert got == ["True 1 5", "False 0", "True 1 13"]


RFID_WIRES = ["r:3.3V b:3V3", "r:GND b:GND.1", "r:SCK b:18", "r:MOSI b:23", "r:MISO b:19"]
RFID_WIRES += ["r:SDA b:5", "r:RST b:4"]
RFID = """
from machine import SPI, Pin
import time
spi = SPI(2, baudrate=2000000, sck=Pin(18), mosi=Pin(23), miso=Pin(19))
cs, rst = Pin(5, Pin.OUT, value=1), Pin(4, Pin.OUT, value=1)
def put(reg, *values):
    cs(0); spi.write(bytes([reg << 1]) + bytes(values)); cs(1)
def get(reg):
    cs(0); spi.write(bytes([reg << 1 | 0x80])); value = spi.read(1, 0)[0]; cs(1)
    return value
def start():
    put(1, 15)
    timer = (0x2A, 0x8D), (0x2B, 0x3E), (0x2C, 0), (0x2D, 30)
    for reg, value in timer + ((0x15, 0x40), (0x11, 0x3D), (0x14, 0x83)):
        put(reg, value)
def talk(frame, bits=0, command=12):
    put(1, 0); put(4, 0x7F); put(0x0A, 0x80); put(9, *frame); put(0x0D, bits); put(1, command)
    if command == 12:
        put(0x0D, bits | 0x80)
    for _ in range(200):
        if get(4) & (0x31 if command == 12 else 0x11):
            break
    if get(4) & 1:
        return None
    return bytes(get(9) for _ in range(get(0x0A)))
def crc(data):
    put(1, 0); put(5, 4); put(0x0A, 0x80); put(9, *data); put(1, 3)
    while not get(5) & 4:
        pass
    return bytes(data) + bytes([get(0x22), get(0x21)])
def find():
    if talk(b'\\x26', 7) is None:
        return None
    uid = talk(b'\\x93\\x20')
    return uid.hex(), talk(crc(b'\\x93\\x70' + uid))
start()
"""


def test_a_reader_finds_the_card_in_front_of_it() -> None:
    program = (
        RFID + "print(hex(get(0x37)))\nfor _ in range(4):\n    print(find()); time.sleep_ms(500)\n"
    )
    hands = [Hand(300, "r", "tagPresent", 1), Hand(800, "r", "tagPresent", 0)]
    hands += [Hand(1200, "r", "card", 5), Hand(1200, "r", "tagPresent", 1)]
    got = lines({"r": ("board-mfrc522", {"uid": "de:ad:be:ef"})}, RFID_WIRES, program, hands=hands)
    card, fob = (sak + crc_a(sak) for sak in (b"\x08", b"\x09"))
    assert got == ["0x92", "None", f"('deadbeef22', {card!r})", "None", f"('c0ffee9948', {fob!r})"]


def test_the_cards_have_the_uids_and_kinds_of_wokwi_s() -> None:
    program = (
        RFID
        + """
while True:
    time.sleep_ms(100)
    atqa = talk(b'\\x26', 7)
    if not atqa:
        continue
    uid = b''
    for level in (0x93, 0x95):
        part = talk(bytes([level, 0x20]))
        sak = talk(crc(bytes([level, 0x70]) + part))
        uid += part[1:4] if part[0] == 0x88 else part[:4]
        if not sak[0] & 4:
            break
    print(atqa.hex(), uid.hex(':').upper(), hex(sak[0]))
    talk(crc(b'\\x50\\x00'))
"""
    )
    hands = [Hand(300 + 500 * n, "r", "card", n) for n in range(6)]
    hands += [Hand(300, "r", "tagPresent", 1)]
    got = lines({"r": ("board-mfrc522", {"uid": ""})}, RFID_WIRES, program, hands=hands)
    assert got == [
        "0400 01:02:03:04 0x8",
        "0400 11:22:33:44 0x8",
        "0400 55:66:77:88 0x8",
        "0400 AA:BB:CC:DD 0x8",
        "4400 04:11:22:33:44:55:66 0x0",
        "0400 C0:FF:EE:99 0x9",
    ]


def test_pages_of_an_ultralight_are_read_and_written_without_a_key() -> None:
    program = (
        RFID
        + """
find()
talk(crc(b'\\x95\\x70' + talk(b'\\x95\\x20')))
def page(number):
    return talk(crc(bytes([0x30, number])))
def write(number, text):
    return talk(crc(bytes([0xA2, number]) + text))
print(page(0)[:10].hex(), page(0)[10:] == crc(page(0)[:16])[10:])
print(write(4, b'wars'), write(15, b'last'), page(4)[:4], page(15)[:8].hex())
print(write(3, b'\\x01\\x00\\x00\\x80'), write(3, b'\\x10\\x00\\x00\\x00'), page(3)[:4].hex())
print(write(0, b'wars'), page(16), end=' ')
print(talk(crc(b'\\xa0\\x05')), talk(crc(b'0123456789abcdef')), page(5)[:8])
print(write(2, b'\\xff\\xff\\x10\\x00'), write(4, b'more'), page(2)[:4].hex(), page(4)[:4])
"""
    )
    hands = [Hand(0, "r", "tagPresent", 1)]
    parts: Parts = {"r": ("board-mfrc522", {"uid": "04:A1:B2:C3:D4:E5:F6"})}
    assert lines(parts, RFID_WIRES, program, hands=hands) == [
        "04a1b29fc3d4e5f60448 True",
        "b'\\n' b'\\n' b'wars' 6c61737404a1b29f",
        "b'\\n' b'\\n' 11000080",
        "b'\\x04' b'\\x04' b'\\n' b'\\n' b'0123\\x00\\x00\\x00\\x00'",
        "b'\\n' b'\\x04' 04481000 b'wars'",
    ]


def test_blocks_of_a_card_are_read_and_written_with_its_key() -> None:
    program = (
        RFID
        + """
uid = bytes.fromhex(find()[0])[:4]
print(talk(crc(b'\\x30\\x04')))
start(); find()
key = b'\\xff' * 6
print(talk(b'\\x60\\x04' + key + uid, 0, 14), get(8) & 8)
print(talk(crc(b'\\xa0\\x04')), talk(crc(b'warsha 2026     ')))
print(talk(crc(b'\\x30\\x04'))[:16], talk(crc(b'\\x30\\x08')))
put(8, 0); start(); talk(b'\\x52', 7); find()
print(talk(b'\\x60\\x04' + bytes(6) + uid, 0, 14), get(8) & 8)
"""
    )
    hands = [Hand(0, "r", "tagPresent", 1)]
    got = lines({"r": ("board-mfrc522", {})}, RFID_WIRES, program, hands=hands)
    assert got[0] == "b'\\x04'"
    assert got[1:3] == ["b'' 8", "b'\\n' b'\\n'"]
    assert got[3:] == ["b'warsha 2026     ' b'\\x04'", "None 0"]


def test_a_card_sleeps_after_a_halt_and_keeps_its_first_block() -> None:
    card = MifareClassic(bytes.fromhex("01020304"))
    assert card.receive(b"\x30\x00" + crc_a(b"\x30\x00"), 0) is None
    assert card.receive(b"\x26", 7) == (b"\x04\x00", 0)
    assert card.receive(b"\x93\x20", 0) == (bytes.fromhex("0102030404"), 0)
    select = bytes.fromhex("93700102030404")
    assert card.receive(select + crc_a(select), 0) == (b"\x08\xb6\xdd", 0)
    assert card.receive(b"\x50\x00" + crc_a(b"\x50\x00"), 0) is None
    assert card.receive(b"\x26", 7) is None and card.receive(b"\x52", 7) == (b"\x04\x00", 0)


def test_faults_of_a_reader() -> None:
    program = RFID + "for _ in range(2):\n    print(hex(get(0x37))); time.sleep_ms(500)\n"
    program += "rst(0); print(hex(get(0x37))); rst(1); start(); print(find()[0])\n"
    hands = [Hand(300, "r", "silent", 1), Hand(700, "r", "silent", 0)]
    hands += [Hand(700, "r", "tagPresent", 1), Hand(700, "r", "bad_checksum", 1)]
    got = lines({"r": ("board-mfrc522", {})}, RFID_WIRES, program, hands=hands)
    assert got == ["0x92", "0x0", "0x0", "0102030405"]
