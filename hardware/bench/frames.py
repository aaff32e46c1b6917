"""The frames between board and bench. Made by firmware/port/genframes.py; do not edit."""

from typing import Final

VERSION: Final = 2
REC_MODE: Final = 2
"""a pin, b mode | pull << 4, c level of the output latch."""
REC_OUT: Final = 3
"""a pin, c level 0 or 1."""
REC_PWM: Final = 4
"""a pin, b duty 0-65535, c frequency in Hz (0: off)."""
REC_TX: Final = 5
"""serial output: a = 1 to 6 bytes, held in b and c."""
REC_EXC: Final = 6
"""text of an uncaught exception: a = 1 to 6 bytes in b and c; a = 0 ends the text."""
REC_STATE: Final = 7
"""a = one of [state], b = reset cause as machine.reset_cause() says."""
REC_IRQ: Final = 8
"""a pin, b bits: 1 rising, 2 falling, 4 low level, 8 high level; 0 off; c 1 if hard."""
REC_DATA: Final = 9
"""bytes of the CALL that follows: a = 1 to 6 bytes, held in b and c."""
REC_HELLO: Final = 16
"""first of all; a protocol version, b 1 esp32, 2 rp2; c 32 or 64 (bits of the build)."""
REC_SYNC: Final = 17
"""tell me the inputs; a bits of [wait], b free bytes of the ring, c interrupt character or 255."""
REC_ADC: Final = 18
"""a pin; the grant's value is microvolts at the pin; b, c as in SYNC."""
REC_CALL: Final = 19
"""a = one of [call], b and c as it says; its bytes came before it as DATA."""
REC_IN: Final = 32
"""a pin, c level 0 or 1 seen at the pin, at the moment it changed."""
REC_RX: Final = 33
"""serial input handed to the board: a = 1 to 6 bytes in b and c."""
REC_POWER: Final = 34
"""c 1: power on or hard reset, 0: power off or the board ended; b why (see [end])."""
REC_FAULT: Final = 35
"""a = one of [fault], b pin, c detail."""
REC_ANSWER: Final = 36
"""bytes that answer a CALL: a = 1 to 6 bytes in b and c."""
REC_RESULT: Final = 37
"""a CALL was answered: a = one of [call], b status (signed), c ns that it takes."""
REC_NOTE: Final = 40
"""bytes of the NOTED that follows: a = 1 to 6 bytes in b and c."""
REC_NOTED: Final = 41
"""something happened on the network: a = one of [note], c bytes say what (tracing/notes.py)."""
CALL_I2C: Final = 1
"""b = scl | sda << 8, c Hz; status: bytes acknowledged."""
CALL_SPI: Final = 2
"""b = [spi] bits, c Hz."""
CALL_UART_SETUP: Final = 3
"""b = number, c baud (0: off)."""
CALL_UART_WRITE: Final = 4
"""b = number; bytes to send behind those on the line; c 1: a break instead."""
CALL_UART_READ: Final = 5
"""b = number, c at most so many; status: how many, + 4096: a break came."""
I2C_START: Final = 1
"""a start (or a repeated one) and the address; else the bus goes on as it stands."""
I2C_STOP: Final = 2
"""a stop at the end."""
I2C_READ: Final = 4
"""the bytes are read after those that are written, behind a repeated start if there are some."""
I2C_ACK_LAST: Final = 8
"""the last byte read is acknowledged, too."""
I2C_SOFT: Final = 16
"""the program toggles the lines: slower than asked."""
I2C_RAW: Final = 32
"""no address: START and STOP alone, and bare bytes."""
SPI_POLARITY: Final = 1
"""the clock idles high."""
SPI_PHASE: Final = 2
"""data counts at the second edge."""
SPI_LSB: Final = 4
"""the lowest bit comes first."""
SPI_WANTED: Final = 8
"""what comes back is wanted."""
SPI_SOFT: Final = 16
"""the program toggles the lines."""
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
"""machine.reset(): the process ends, the bench starts a new one with reset cause c."""
STATE_PANIC: Final = 7
"""a fault of the interpreter (stack overrun); the process ends."""
WAIT_IDLE: Final = 1
"""the board waits for something."""
WAIT_PROMPT: Final = 2
"""it waits for serial input, without a time-out."""
FLAG_REALTIME: Final = 1
"""every wait follows the wall clock."""
FLAG_HEADLESS: Final = 2
"""no wait does, not even the prompt's: jump to the horizon."""
REPLY_POKE: Final = 1
"""unasked: something is new, sync soon; carries nothing."""
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
"""a record that no honest board sends."""
END_WALL: Final = 7
"""the limit on wall time."""
FAULT_SHORT: Final = 1
"""two drivers fight on the net of pin b."""
FAULT_OVER_VOLTAGE: Final = 2
"""more volts at pin b than the chip bears; c millivolts."""
FAULT_OVER_CURRENT: Final = 3
"""more current at pin b than the chip bears; c microamperes."""
FAULT_BURNS: Final = 4
"""more current through a lamp than it bears; c microamperes."""
FAULT_OVERLOAD: Final = 5
"""more current from a supply than it gives; c microamperes."""
FAULT_NO_PULL: Final = 6
"""the program asks for a pull at pin b, which has none."""
FAULT_FLASH_PIN: Final = 7
"""the program uses pin b, on which the chip has its flash."""
