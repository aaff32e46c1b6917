"""The MFRC522 reader for contactless cards, and its cards."""

from collections.abc import Callable, Mapping

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.buses import SpiPart
from hardware.bench.parts.common.mifare import (
    ContactlessCard,
    MifareClassic,
    MifareUltralight,
    crc_a,
)
from hardware.bench.parts.common.module import Module
from hardware.bench.parts.common.part import FAULT, SWITCH, Control, PartView
from hardware.bench.svg.elements import path, rect, text
from hardware.bench.svg.pcb import chip, header, pcb
from hardware.i18n import _, both

COMMAND, IRQ, DIV_IRQ, ERROR, STATUS2 = 0x01, 0x04, 0x05, 0x06, 0x08
FIFO, LEVEL, CONTROL, FRAMING, TX_CONTROL = 0x09, 0x0A, 0x0C, 0x0D, 0x14
CRC_HIGH, CRC_LOW, MODE, PRESCALER = 0x21, 0x22, 0x2A, 0x2B
RELOAD_HIGH, RELOAD_LOW, VERSION = 0x2C, 0x2D, 0x37
"""Registers."""
DEFAULTS = {
    COMMAND: 0x20,
    IRQ: 0x14,
    0x07: 0x21,
    0x0B: 0x08,
    CONTROL: 0x10,
    0x11: 0x3F,
    TX_CONTROL: 0x80,
    CRC_HIGH: 0xFF,
    CRC_LOW: 0xFF,
    0x26: 0x48,
    VERSION: 0x92,
}
IDLE_CMD, MEM, RANDOM_ID, CALC_CRC, TRANSCEIVE, AUTHENT, SOFT_RESET = 0, 1, 2, 3, 12, 14, 15
IRQ_TIMER, IRQ_IDLE, IRQ_RX, IRQ_TX = 0x01, 0x10, 0x20, 0x40
CRC_DONE, CRYPTO_ON, FLUSH, START_SEND, ANTENNA = 0x04, 0x08, 0x80, 0x80, 0x03
DEPTH = 64
BYTE_NS = 85_000
"""The time of a byte with its parity bit at 106 kbit/s."""
TURN_NS = 86_000
"""From the last bit of the reader to the first of the card (ISO 14443-3: 1172 to 1236 cycles)."""
PRESETS = (
    ("01:02:03:04", "#3f7fd0"),
    ("11:22:33:44", "#3f9e5b"),
    ("55:66:77:88", "#d9b32f"),
    ("AA:BB:CC:DD", "#c9433f"),
    ("04:11:22:33:44:55:66", "#8b939d"),
    ("C0:FF:EE:99", "#e0872f"),
)
"""Wokwi's cards, and their colours: four MIFARE Classic 1K, an NFC tag (MIFARE Ultralight), a key
fob (MIFARE Mini)."""
KEY_FOB, MINI_BLOCKS = 5, 20


class Mfrc522(Module, SpiPart):
    """Pins `SDA SCK MOSI MISO IRQ GND RST 3.3V` (SDA is chip select); attribute `uid` (of
    card 0: `01:02:03:04`, or 7 bytes for a MIFARE Ultralight); controls `card` 0 to 5 (the card at
    the reader) and `tagPresent` 0 or 1.

    Simulated over SPI: the FIFO, the commands idle, mem, random ID, CRC, transmit-receive,
    authentication and soft reset, the interrupt flags, the timer for the wait for a card, the
    antenna switch, and version 0x92. Cards 0 to 3 are MIFARE Classic 1K, card 4 is a MIFARE
    Ultralight with a UID of 7 bytes, card 5 a MIFARE Mini, with Wokwi's UIDs (`mifare.py`):
    request, wake-up, anticollision, select, halt, authentication with the sector's key
    (FFFFFFFFFFFF), read, write. Only one card can be in the field. The interrupt pin and value
    blocks are not simulated. RST low powers it down.

    Extensions of ours are the faults `silent` (the chip does not answer) and `bad_checksum` (an
    answer of a card has a wrong byte), 0 or 1. Source: NXP MFRC522 data sheet (rev. 3.9), sections
    8 to 10.
    """

    TYPES = ("board-mfrc522",)
    TITLE = both("Card reader (MFRC522)")
    GROUP = "modules"
    PINS = {
        name: (14.4 + 9.6 * n, 144)
        for n, name in enumerate(("SDA", "SCK", "MOSI", "MISO", "IRQ", "GND", "RST", "3.3V"))
    }
    SIZE = (151, 149)
    CONTROLS = {
        "card": Control(0, len(PRESETS) - 1, whole=True),
        "tagPresent": SWITCH,
        "silent": FAULT,
        "bad_checksum": FAULT,
    }
    ATTRS = {"uid": PRESETS[0][0]}
    SUPPLY = ("3.3V", "GND", 2.5)
    CS = "SDA"
    SPI_MODES = (0,)
    LISTENS = ("SDA", "RST")
    PULL_UPS = {"RST": 10_000.0}

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        uids = [bytes.fromhex(uid.replace(":", "")) for uid, _colour in PRESETS]
        uids[0] = self._own_uid() or uids[0]
        self.cards: list[ContactlessCard] = [
            MifareUltralight(uid) if len(uid) == 7 else MifareClassic(uid) for uid in uids
        ]
        self.cards[KEY_FOB] = MifareClassic(uids[KEY_FOB], MINI_BLOCKS)
        self._commands: Mapping[int, Callable[[], None]] = {
            IDLE_CMD: lambda: None,
            MEM: self._mem,
            RANDOM_ID: self._random,
            CALC_CRC: self._crc,
            AUTHENT: self._authenticate,
            SOFT_RESET: self.begin,
        }

    def _own_uid(self) -> bytes:
        """The UID in the attribute; empty: none."""
        try:
            uid = bytes.fromhex(self.attr("uid").replace(":", ""))
        except ValueError:
            uid = b"?"
        if len(uid) not in (0, 4, 7):
            raise self.bad_attr("uid", _("4 or 7 bytes of two hexadecimal digits"))
        return uid

    @property
    def card(self) -> ContactlessCard | None:
        """The card in the field; None without a card or without the field."""
        near = self.values["tagPresent"] and self._registers[TX_CONTROL] & ANTENNA == ANTENNA
        return self.cards[int(self.values["card"])] if near else None

    def begin(self) -> None:
        self.forget()
        self._reset_cards()
        self._registers = bytearray(64)
        for register, value in DEFAULTS.items():
            self._registers[register] = value
        self._fifo = bytearray()
        self._memory = bytes(25)
        self._address: int | None = None

    def _reset_cards(self) -> None:
        """Without the field, all cards lose their state."""
        for card in self.cards:
            card.power_off()

    def moved(self, name: str, value: float) -> None:
        if name in ("card", "tagPresent"):
            self._reset_cards()

    def level_changed(self, pin: str, high: bool) -> None:
        if pin == "SDA":
            self._address = None
        elif not high:
            self.begin()

    # -- SPI (section 8.1.2) --------------------------------------------------------------------

    def spi_exchange(self, byte: int) -> int:
        if self.values["silent"] or not self.high("RST"):
            return 0
        address, self._address = self._address, byte
        if address is None:
            return 0
        register = address >> 1 & 0x3F
        if address & 0x80:
            return self._get(register)
        self._put(register, byte)
        self._address = address  # further bytes go to the same register
        return 0

    def _get(self, register: int) -> int:
        if register == FIFO:
            return self._fifo.pop(0) if self._fifo else 0
        if register == LEVEL:
            return len(self._fifo)
        return self._registers[register]

    def _put(self, register: int, value: int) -> None:
        if register == FIFO:
            self._fifo = (self._fifo + bytes([value]))[:DEPTH]
        elif register == LEVEL:
            self._fifo = bytearray() if value & FLUSH else self._fifo
        elif register in (IRQ, DIV_IRQ):
            old = self._registers[register]
            self._registers[register] = old | value & 0x7F if value & 0x80 else old & ~value
        elif register == STATUS2:
            kept = self._registers[STATUS2] & value & CRYPTO_ON
            self._registers[STATUS2] = value & ~CRYPTO_ON | kept
        elif register == COMMAND:
            self._command(value)
        elif register not in (ERROR, VERSION, CRC_HIGH, CRC_LOW):
            self._set(register, value)

    def _set(self, register: int, value: int) -> None:
        self._registers[register] = value
        if register == FRAMING and value & START_SEND:
            self._send()
        elif register == TX_CONTROL and value & ANTENNA != ANTENNA:
            self._reset_cards()

    # -- commands (section 10.3) ----------------------------------------------------------------

    def _command(self, value: int) -> None:
        self.forget()
        self._registers[COMMAND] = value
        self._commands.get(value & 0x0F, lambda: None)()

    def _finish(self, flags: int) -> None:
        self._registers[COMMAND] &= 0xF0
        self._registers[IRQ] |= flags | IRQ_IDLE

    def _mem(self) -> None:
        self._memory, self._fifo = bytes(self._fifo[:25]), bytearray()
        self._finish(0)

    def _random(self) -> None:
        rng = self.world.rng(f"random:{self.id}")
        self._memory = rng.randbytes(10) + self._memory[10:]
        self._finish(0)

    def _crc(self) -> None:
        crc = crc_a(bytes(self._fifo), (0x0000, 0x6363, 0xA671, 0xFFFF)[self._registers[0x11] & 3])
        self._fifo.clear()
        self._registers[CRC_LOW], self._registers[CRC_HIGH] = crc
        self._registers[DIV_IRQ] |= CRC_DONE
        self._registers[IRQ] |= IRQ_IDLE

    def _authenticate(self) -> None:
        frame, self._fifo = bytes(self._fifo), bytearray()
        card = self.card
        if len(frame) == 12 and card and card.authenticate(frame):
            self._registers[STATUS2] |= CRYPTO_ON
            self.after(10 * BYTE_NS, lambda: self._finish(0))
        else:
            self._start_timer()

    def _send(self) -> None:
        if self._registers[COMMAND] & 0x0F != TRANSCEIVE:
            return
        frame, self._fifo = bytes(self._fifo), bytearray()
        bits = self._registers[FRAMING] & 7
        self._registers[FRAMING] &= ~START_SEND
        self._registers[ERROR] = 0
        self._registers[IRQ] |= IRQ_TX
        answer = self.card.receive(frame, bits) if self.card else None
        if answer is None:
            self._start_timer()
            return
        data, last_bits = answer
        if self.values["bad_checksum"]:
            data = data[:-1] + bytes([data[-1] ^ 0x01])
        ns = (len(frame) + len(data)) * BYTE_NS + TURN_NS
        self.after(ns, lambda: self._received(data, last_bits))

    def _received(self, data: bytes, last_bits: int) -> None:
        self._fifo += data[:DEPTH]
        self._registers[CONTROL] = self._registers[CONTROL] & 0xF8 | last_bits
        self._registers[IRQ] |= IRQ_RX | IRQ_IDLE

    def _start_timer(self) -> None:
        """Start the timer, if it starts automatically after a transmission (section 8.5)."""
        mode = self._registers[MODE]
        if not mode & 0x80:
            return
        prescaler = (mode & 0x0F) << 8 | self._registers[PRESCALER]
        reload = self._registers[RELOAD_HIGH] << 8 | self._registers[RELOAD_LOW]
        ns = round((2 * prescaler + 1) * (reload + 1) * 1e9 / 13.56e6)

        def over() -> None:
            self._registers[IRQ] |= IRQ_TIMER

        self.after(ns, over)

    def svg(self, view: PartView) -> str:
        coil = "".join(
            path(
                f"M{12 + 4 * n} {12 + 4 * n} H{139 - 4 * n} V{92 - 4 * n} H{12 + 4 * n} Z",
                stroke="#6fa3d8",
                stroke_width=1.2,
            )
            for n in range(4)
        )
        number = int(self.values["card"])
        uid, colour = self.cards[number].uid.hex(" ").upper(), PRESETS[number][1]
        size = 10 if len(uid) < 12 else 7
        tag = rect(34, 30, 86, 46, colour, 6, stroke="#c3cad2", stroke_width=1) + text(
            77, 57, uid, size, "#15181c", text_anchor="middle"
        )
        return (
            pcb(self.SIZE, "#1f4e8c", (8, 104), (143, 104))
            + coil
            + chip(62, 100, 18, 18)
            + text(112, 116, "RC522", 8, "#cfe0ee", text_anchor="middle")
            + (tag if self.values["tagPresent"] else "")
            + header(self.PINS, self.SIZE)
        )
