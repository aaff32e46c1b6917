"""The frames between board and bench. Made by firmware/port/genframes.py; do not edit.

A record has the fields a, b and c, and its kind says what they mean. A name in brackets is a
section of frames.toml: the values of [by], for example, are the constants BY_….
"""

import struct
from typing import Final

VERSION: Final = 13
REC_MODE: Final = 2
"""a = pin, b = mode | pull << 4, c = level of the output latch."""
REC_OUT: Final = 3
"""a = pin, c = level 0 or 1, b = one of [by]: what drives the pin."""
REC_PWM: Final = 4
"""a = pin, b = duty 0-65535, c = frequency in Hz (0: off)."""
REC_TX: Final = 5
"""serial output: a = number of bytes (1 to 6); b and c hold the bytes."""
REC_EXC: Final = 6
"""text of an uncaught exception: a = number of bytes in b and c (1 to 6); 0 ends the text."""
REC_GIVEN: Final = 14
"""a given function ran: a = 1 to 6 bytes of its text in b and c; last: a = 0, c = time in us."""
REC_STATE: Final = 7
"""a = one of [state], b = machine.reset_cause()."""
REC_IRQ: Final = 8
"""a = pin, b = bits: 1 rising, 2 falling, 4 low level, 8 high level; 0: off; c = 1 if hard."""
REC_HEAP: Final = 11
"""c = bytes free after a garbage collection, as in gc.mem_free()."""
REC_DAC: Final = 10
"""a = pin, c = output: 0 to 255 for 0 V to the supply; a MODE of the pin ends it."""
REC_CONVERT: Final = 13
"""a = pin: an ADC reading that is equal to the one before it; at most 16 of a pin in a ms."""
REC_SLEEP: Final = 12
"""a = one of [sleep]; asleep: c = ms wanted, 4294967295 for ever; awake: b = wake reason."""
REC_DATA: Final = 9
"""bytes of the CALL or POSTED that follows: a = number of bytes in b and c (1 to 6)."""
REC_READING: Final = 1
"""a = pin: the program gets an ADC reading that a grant has told, another one than before."""
REC_POSTED: Final = 15
"""a CALL whose answer the board knows: see frames.toml; a, b and c as in CALL."""
REC_HELLO: Final = 16
"""the first record; a = protocol version, b = 1 esp32, 2 rp2; c = bits of the build: 32 or 64."""
REC_SYNC: Final = 17
"""asks for the inputs; b = free bytes for serial input, c = interrupt character or 255."""
REC_ADC: Final = 18
"""a = pin: asks for the microvolts there; b and c as in SYNC."""
REC_CALL: Final = 19
"""a = one of [call]: it says what b and c mean; the DATA records before it hold the bytes."""
REC_WAIT: Final = 20
"""waits for a new input; a = interrupt character, b as in SYNC, c = us until the deadline."""
REC_WAIT_NS: Final = 22
"""as WAIT, but c = ns until the deadline."""
REC_PAUSE: Final = 21
"""as WAIT, but bytes at a UART do not end it."""
REC_IN: Final = 32
"""the level at a pin changes: a = pin, c = new level, 0 or 1."""
REC_RX: Final = 33
"""serial input given to the board: a = number of bytes in b and c (1 to 6)."""
REC_POWER: Final = 34
"""c = 1: power on or hard reset; c = 0: power off, or the board ended; b = why (see [end])."""
REC_FAULT: Final = 35
"""a = one of [fault], b = pin, c = detail."""
REC_ANSWER: Final = 36
"""bytes that answer a CALL: a = number of bytes in b and c (1 to 6)."""
REC_RESULT: Final = 37
"""the answer to a CALL: a = one of [call], b = status (signed), c = ns that the call takes."""
REC_CONVERTED: Final = 38
"""the first ADC reading, or another one than before: a = pin, c = microvolts there."""
REC_NOTE: Final = 40
"""bytes of the NOTED that follows: a = number of bytes in b and c (1 to 6)."""
REC_NOTED: Final = 41
"""a network event: a = one of [note], c = bytes in the NOTEs before it (protocol/notes.py)."""
CALL_I2C: Final = 1
"""b = scl | sda << 8, c Hz; bytes: layout i2c; status: bytes acknowledged; answer: bytes read."""
CALL_SPI: Final = 2
"""b = [spi] bits, c Hz; bytes: layout spi; answer: as many bytes as were sent, if WANTED."""
CALL_UART_SETUP: Final = 3
"""b = number, c baud (0: off); bytes: layout uart."""
CALL_UART_WRITE: Final = 4
"""b = number; bytes to send after the waiting ones; c 1: a break instead."""
CALL_BITSTREAM: Final = 48
"""b pin; bytes: layout bitstream."""
CALL_I2S: Final = 50
"""b = number | sd << 8, c = rate in Hz, + 1 << 30: 32 bits, + 1 << 31: stereo; bytes: samples."""
CALL_TOUCH: Final = 49
"""b pin; status: the count of its touch sensor."""
CALL_FLASH_READ: Final = 51
"""c = place in the flash, of a page of 256 bytes: of a program; status: 256; answer: them."""
CALL_UART_READ: Final = 5
"""b = number, c bytes at most; status: how many, + [status] BREAK; answer: the bytes."""
CALL_RADIO_SWITCH: Final = 64
"""b 0 station, 1 own access point; c on; bytes: its MAC."""
CALL_RADIO_CONNECT: Final = 65
"""bytes: name, password, bssid, each a string; no bytes: the last ones."""
CALL_RADIO_DISCONNECT: Final = 66
"""the station leaves."""
CALL_RADIO_SCAN: Final = 67
"""answer: layout access_point for each; status: how many."""
CALL_RADIO_STATE: Final = 68
"""answer: layout radio."""
CALL_RADIO_STATIONS: Final = 69
"""answer: the MACs of the own access point's stations."""
CALL_RADIO_OWN: Final = 70
"""b channel, c stations at most | hidden << 8; bytes: name, password, each a string."""
CALL_RADIO_SET: Final = 71
"""b = one of [radio], c its value; bytes: an address, or none."""
CALL_LOOKUP: Final = 72
"""bytes: a name; answer: its address."""
CALL_SOCKET_OPEN: Final = 73
"""b 1 stream, 2 datagrams; status: its number, which is b of all other calls."""
CALL_SOCKET_BIND: Final = 74
"""c port."""
CALL_SOCKET_LISTEN: Final = 75
"""c backlog."""
CALL_SOCKET_ACCEPT: Final = 76
"""status: the number of the new socket; answer: layout accepted."""
CALL_SOCKET_CONNECT: Final = 77
"""c port; bytes: address."""
CALL_SOCKET_SEND: Final = 78
"""status: bytes taken, + [status] MORE."""
CALL_SOCKET_SEND_TO: Final = 79
"""c port; bytes: address 4, data."""
CALL_SOCKET_RECEIVE: Final = 80
"""c bytes at most; status: how many, + [status] MORE; answer: the bytes."""
CALL_SOCKET_RECEIVE_FROM: Final = 81
"""status: how many; answer: layout peer, then the datagram."""
CALL_SOCKET_CLOSE: Final = 82
"""closes it; its number is free."""
CALL_ESPNOW_SWITCH: Final = 84
"""c on."""
CALL_ESPNOW_SEND: Final = 85
"""bytes: MAC, message."""
CALL_ESPNOW_FETCH: Final = 86
"""answer: failed and delivered sends (u8 each), then rssi, MAC 6, message (a string), …."""
CALL_BLE_SWITCH: Final = 88
"""c on; bytes: its address (type, 6 bytes)."""
CALL_BLE_ADVERTISE: Final = 89
"""c interval in us, 0: stop; b 1: connectable; bytes: data, scan response, each a string."""
CALL_BLE_SCAN: Final = 90
"""b number of the scan | active << 8; bytes: layout ble_scan; no bytes: stop."""
CALL_BLE_CONNECT: Final = 91
"""c ms to try, 0: for ever; bytes: layout ble_connect; no bytes: stop."""
CALL_BLE_DISCONNECT: Final = 92
"""b the connection."""
CALL_BLE_SEND: Final = 93
"""b the connection; c 1: an answer; bytes: a PDU."""
CALL_BLE_FETCH: Final = 94
"""c bytes at most; status: how many, + [status] MORE; answer: layout ble_event, bytes, …."""
ERRNO_ADDRINUSE: Final = 98
"""the port is taken."""
ERRNO_OPNOTSUPP: Final = 95
"""not possible with this kind of socket."""
ERRNO_MSGSIZE: Final = 90
"""too long for a datagram."""
ERRNO_CONNABORTED: Final = 103
"""the network is gone."""
ERRNO_CONNRESET: Final = 104
"""the other side broke the connection, or refused it."""
ERRNO_ISCONN: Final = 106
"""connected already."""
ERRNO_NOTCONN: Final = 107
"""not connected."""
ERRNO_HOSTUNREACH: Final = 113
"""no route to that address."""
ERRNO_INPROGRESS: Final = 115
"""the connection is being made."""
CHANNEL_RADIO: Final = 8
"""the state of the radio is new."""
CHANNEL_ESPNOW: Final = 9
"""ESP-NOW has messages, or results of sends."""
CHANNEL_BLE: Final = 10
"""Bluetooth has events."""
STATUS_BREAK: Final = 4096
"""of UART_READ, in addition to the count: a break came."""
STATUS_MORE: Final = 16384
"""of data and events, in addition to the count: there is more, or more room."""
RADIO_TRIES: Final = 1
"""how often the station connects again by itself: c, 255 for ever."""
RADIO_CHANNEL: Final = 2
"""the channel of a station that is not connected."""
RADIO_ADDRESS: Final = 3
"""a fixed address for the station; none: DHCP."""
SOCKET_READABLE: Final = 1
"""there is data, a connection, the end or an error."""
SOCKET_WRITABLE: Final = 2
"""there is room to send."""
SOCKET_FAILED: Final = 4
"""the connection broke."""
SOCKET_ENDED: Final = 8
"""the other side sends no more."""
BLE_REPORT: Final = 1
"""the scan `number` heard somebody: layout ble_report, then the data."""
BLE_SCAN_DONE: Final = 2
"""the scan `number` is over."""
BLE_CONNECTED: Final = 3
"""layout ble_connected."""
BLE_DISCONNECTED: Final = 4
"""the connection `number` is over."""
BLE_FAILED: Final = 5
"""the attempt to connect is over."""
BLE_PDU: Final = 6
"""a PDU from the other side."""
NOTE_PACKET: Final = 1
"""a packet that arrived or was lost."""
NOTE_MQTT: Final = 2
"""a message at the broker."""
NOTE_ESPNOW: Final = 3
"""an ESP-NOW message."""
NOTE_LINK: Final = 4
"""the station joined or left."""
NOTE_SERVICE: Final = 5
"""a value that a service on the network got."""
NOTE_BLE: Final = 6
"""Bluetooth: an advertisement, a connection, a PDU."""
I2C_START: Final = 1
"""a start (or a repeated one) and the address; else the transfer continues."""
I2C_STOP: Final = 2
"""a stop at the end."""
I2C_READ: Final = 4
"""reads bytes, after the written ones and a repeated start if there are some."""
I2C_ACK_LAST: Final = 8
"""the last byte read is acknowledged, too."""
I2C_SOFT: Final = 16
"""the program toggles the lines, which is slower."""
I2C_RAW: Final = 32
"""no address: only START, STOP and bytes."""
SPI_POLARITY: Final = 1
"""the clock idles high."""
SPI_PHASE: Final = 2
"""data is sampled at the second edge."""
SPI_LSB: Final = 4
"""the lowest bit comes first."""
SPI_WANTED: Final = 8
"""the program wants the received bytes."""
SPI_SOFT: Final = 16
"""the program toggles the lines."""
BY_PROGRAM: Final = 0
"""the program writes the pin."""
BY_ENGINE: Final = 1
"""a state machine or a pulse generator drives it, at most once a cycle of its clock."""
MODE_OFF: Final = 0
"""disabled."""
MODE_IN: Final = 1
"""input."""
MODE_OUT: Final = 2
"""push-pull output."""
MODE_OPEN_DRAIN: Final = 3
"""open drain output."""
MODE_ANALOG: Final = 4
"""analog input."""
PULL_NONE: Final = 0
"""no pull."""
PULL_UP: Final = 1
"""pull-up."""
PULL_DOWN: Final = 2
"""pull-down."""
STATE_BOOT: Final = 1
"""the interpreter starts (power on, hard or soft reset)."""
STATE_MAIN: Final = 2
"""main.py starts."""
STATE_MAIN_END: Final = 3
"""main.py ended; c 0 by itself, 1 by an uncaught exception, 2 by Ctrl-C, 3 by sys.exit."""
STATE_REPL: Final = 4
"""the friendly prompt waits."""
STATE_SOFT_RESET: Final = 5
"""Ctrl-D or machine.soft_reset()."""
STATE_HARD_RESET: Final = 6
"""machine.reset(), deep sleep, the watchdog: the board sends HELLO again, with reset cause c."""
STATE_PANIC: Final = 7
"""a fault of the interpreter (stack overrun); the process ends."""
STATE_LOADER: Final = 8
"""machine.bootloader(): the boot ROM waits for a program; the process ends."""
SLEEP_AWAKE: Final = 0
"""the program continues, or the chip starts."""
SLEEP_LIGHT: Final = 1
"""machine.lightsleep()."""
SLEEP_DEEP: Final = 2
"""machine.deepsleep()."""
WAIT_FOREVER: Final = 4294967295
"""the board has no deadline."""
HELD_FOREVER: Final = 4294967295
"""the ADC of the pad reads the same until a grant says otherwise."""
FLAG_REALTIME: Final = 1
"""every wait follows the wall clock."""
FLAG_HEADLESS: Final = 2
"""no wait follows the wall clock, not even the prompt's: waits jump to the horizon."""
FLAG_SLOTS: Final = 4
"""the grant says what a chip on a one-wire bus answers: layout slots."""
FLAG_WRITES: Final = 8
"""the target of the last write on I2C acknowledges all further ones."""
FLAG_STREAMS: Final = 16
"""the board knows the answer to each BITSTREAM."""
FLAG_RADIO: Final = 32
"""the grant has the state of the radio, which is new: layout radio."""
FLAG_ABSENT: Final = 64
"""the grant says at which addresses of an I2C bus nobody answers: layout absent."""
FLAG_PULSE: Final = 128
"""the grant says how a sensor answers pulses: layout pulse."""
FLAG_TABLE: Final = 256
"""the table that the board got last holds."""
FLAG_NEW_TABLE: Final = 512
"""the grant ends with that table: layout table."""
FLAG_SOCKETS: Final = 1024
"""the board knows the answers to some calls of sockets: layout sockets."""
FLAG_READINGS: Final = 2048
"""the grant says what the ADC reads at some pads: layout readings."""
TOLD_RECEIVED: Final = 1460
"""bytes behind layout sockets, at most."""
TOLD_READINGS: Final = 7
"""pads in layout readings, at most."""
REPLY_WAKE: Final = 1
"""without a request: something is new, sync soon; all other fields are 0."""
REPLY_GRANT: Final = 2
"""the answer to a request."""
END_RESET: Final = 1
"""a hard reset."""
END_OFF: Final = 2
"""switched off."""
END_CRASH: Final = 3
"""the process died by itself."""
END_CPU: Final = 4
"""the CPU or memory limit."""
END_OUTPUT: Final = 5
"""more output than allowed."""
END_FORGED: Final = 6
"""a record that the port never sends."""
END_WALL: Final = 7
"""the limit on wall time."""
END_KILLED: Final = 8
"""not by the program: the process was killed from outside, or could not be set up."""
END_RECORDS: Final = 9
"""more records than allowed."""
END_LOADER: Final = 10
"""machine.bootloader(): it waits for a program."""
FAULT_SHORT: Final = 1
"""two outputs drive the net of pin b to different levels."""
FAULT_OVER_VOLTAGE: Final = 2
"""more volts at pin b than the chip's limit; c millivolts."""
FAULT_OVER_CURRENT: Final = 3
"""more current at pin b than the chip's limit; c microamperes."""
FAULT_BURNS: Final = 4
"""more current through a lamp than its limit; c microamperes."""
FAULT_OVERLOAD: Final = 5
"""more current from a supply than its limit; c microamperes."""
FAULT_NO_PULL: Final = 6
"""the program asks for a pull at pin b, which has none."""
FAULT_FLASH_PIN: Final = 7
"""the program uses pin b, on which the chip has its flash."""
LAYOUT_RECORD: Final = struct.Struct("<BBHIQ")
"""What a board sends and a trace stores; the kind says what a, b and c mean.

kind, a, b, c, t
"""
LAYOUT_RECORD_COLUMNS: Final = [
    ("kind", "u1"),
    ("a", "u1"),
    ("b", "<u2"),
    ("c", "<u4"),
    ("t", "<u8"),
]
LAYOUT_TEXT: Final = struct.Struct("<HI")
"""The fields b and c of a record that holds text or bytes: its a is their number, 1 to 6.

b, c
"""
LAYOUT_GRANT: Final = struct.Struct("<BB2xIQQQQQQQQQQ")
"""The answer to a request, or a wake (see [reply]): the inputs; they are known until horizon.

kind, steps, rx_len, horizon, levels, rose, fell, coupled, at_read, same, value, flags, pending
"""
LAYOUT_STEP: Final = struct.Struct("<QQ")
"""The levels from t on (before the horizon), unless the board writes a coupled output.

t, levels
"""
LAYOUT_SLOTS: Final = struct.Struct("<QIIIIIBB10s")
"""What a chip answers to the next falling edges of a pad: so many bits, the lowest one first.

held, hold, longest, reset, wait, presence, gpio, count, bits
"""
LAYOUT_I2C: Final = struct.Struct("<BBH")
"""Bytes of an I2C call: [i2c] bits, address, count to read; then the bytes to write.

bits, address, count
"""
LAYOUT_SPI: Final = struct.Struct("<BBB")
"""Bytes of an SPI call: the pins; then the bytes to send.

sck, mosi, miso
"""
LAYOUT_UART: Final = struct.Struct("<BBBBBB")
"""Bytes of UART_SETUP; parity: 0 none, 1 odd, 2 even; bits of invert: 1 tx, 2 rx.

tx, rx, bits, parity, stop, invert
"""
LAYOUT_BITSTREAM: Final = struct.Struct("<IIII")
"""Bytes of BITSTREAM: times of high and low for a bit 0 and a bit 1 (ns); then what is sent.

high_0, low_0, high_1, low_1
"""
LAYOUT_RADIO: Final = struct.Struct("<BBbB6sBB4s4s4s4s16s")
"""The state of the radio; one byte of [socket] for each socket.

station, reason, rssi, channel, bssid, own_on, own_stations, ip, mask, gateway, dns, sockets
"""
LAYOUT_ACCESS_POINT: Final = struct.Struct("<B32s6sBbBB")
"""An access point that RADIO_SCAN found.

length, name, bssid, channel, rssi, security, hidden
"""
LAYOUT_PEER: Final = struct.Struct("<4sH")
"""The other side of a socket.

ip, port
"""
LAYOUT_ACCEPTED: Final = struct.Struct("<4sHB")
"""The other side of a new connection, and 1 if more wait.

ip, port, more
"""
LAYOUT_BLE_SCAN: Final = struct.Struct("<III")
"""How to scan; ms 0: for ever.

ms, interval_us, window_us
"""
LAYOUT_BLE_CONNECT: Final = struct.Struct("<B6sH")
"""Whom to connect to (address type, address), and the interval in units of 1.25 ms.

type, address, interval
"""
LAYOUT_BLE_EVENT: Final = struct.Struct("<BBH")
"""The kind ([ble]), of which scan or connection, and how many bytes follow.

kind, number, size
"""
LAYOUT_BLE_REPORT: Final = struct.Struct("<BB6sb")
"""An advertisement: its type as in HCI, who sends it; then the data.

kind, type, address, rssi
"""
LAYOUT_BLE_CONNECTED: Final = struct.Struct("<BB6s")
"""A connection: 1 if this board is the central, and who is at the other side.

central, type, address
"""
LAYOUT_ABSENT: Final = struct.Struct("<16s")
"""A bit for each address of an I2C bus: 1 where nobody answers.

addresses
"""
LAYOUT_SOCKETS: Final = struct.Struct("<QI16HB1xH")
"""What the board knows of its sockets; then the bytes that one of them has received.

after, work, rooms, number, count
"""
LAYOUT_READINGS: Final = struct.Struct("<B7s7I")
"""What the ADC reads at so many pads, in microvolts.

count, pins, microvolts
"""
LAYOUT_PULSE: Final = struct.Struct("<BBQQQQQ")
"""How a sensor answers pulses; the level of the trigger now, and when it rose last.

trigger, high, least, delay, width, rose, answer
"""
LAYOUT_TABLE: Final = struct.Struct("<B5sQ32Q")
"""Levels that follow from writes: bit n of the number of a row is the latch of pad writes[n].

count, writes, reads, rows
"""
LAYOUT_PACKET_NOTE: Final = struct.Struct("<BB4sH4sH")
"""A packet; then its payload.

kind, lost, source, source_port, target, target_port
"""
LAYOUT_MQTT_NOTE: Final = struct.Struct("<BBHBH")
"""An MQTT message (flags: qos, retain, dup, clean, from bit 0); then client, topic, payload.

kind, flags, keep_alive_s, client, topic
"""
LAYOUT_ESPNOW_NOTE: Final = struct.Struct("<BB6s6s")
"""An ESP-NOW message; then its payload.

kind, lost, source, target
"""
LAYOUT_BLE_NOTE: Final = struct.Struct("<BB6sB6s")
"""Bluetooth: an advertisement, a connection or a PDU; address types and addresses; then its bytes.

kind, source_type, source, target_type, target
"""
LAYOUT_LINK_NOTE: Final = struct.Struct("<BB")
"""A station joined or left; then the name of the access point.

up, reason
"""
LAYOUT_SERVICE_NOTE: Final = struct.Struct("<BH")
"""A value that a service got: the lengths of its first two texts; then service, name, value.

service, name
"""
