"""The module rp2: the C part (`_rp2`), and an assembler for the state machines of PIO.

The language is that of the RP2040 datasheet, chapter 3.4, written as calls in a function; names,
arguments and messages are those of MicroPython 1.25's own rp2 module.
"""
# ruff: noqa: F403, F405

from array import array

from _rp2 import *
from micropython import const

# A program is a list: its code, its address in the memory of each block (-1: none), the bits of two
# control registers that the program decides, and the first levels of its pins.
_CODE = const(0)
_EXECCTRL = const(3)
_BLOCK = const(0x20)
_NOBLOCK = const(0x01)

# Words of the language, and their numbers in the fields of instructions. "exec" and "pin" have
# different numbers in each instruction: 8 and 6 are translated there.
_WORDS = {
    "gpio": 0,
    "pins": 0,
    "x": 1,
    "y": 2,
    "null": 3,
    "pindirs": 4,
    "pc": 5,
    "status": 5,
    "isr": 6,
    "osr": 7,
    "exec": 8,
    "invert": lambda source: source | 0x08,
    "reverse": lambda source: source | 0x10,
    "not_x": 1,
    "x_dec": 2,
    "not_y": 3,
    "y_dec": 4,
    "x_not_y": 5,
    "pin": 6,
    "not_osre": 7,
    "noblock": _NOBLOCK,
    "block": _NOBLOCK | _BLOCK,
    "iffull": 0x40,
    "ifempty": 0x40,
    "clear": 0x40,
    "rel": lambda index: index | 0x10,
}
_INSTRUCTIONS = ("word", "nop", "jmp", "wait", "in_", "out", "push", "pull", "mov", "irq", "set")
_DIRECTIVES = ("wrap_target", "wrap", "label")


class PIOASMError(Exception):
    """The program is not valid."""


def _count(init):
    return 0 if init is None else 1 if isinstance(init, int) else len(init)


class PIOASMEmit:
    """Runs a program twice: first to collect labels and side-set, then to write the code."""

    def __init__(
        self,
        *,
        out_init=None,
        set_init=None,
        sideset_init=None,
        side_pindir=False,
        in_shiftdir=PIO.SHIFT_LEFT,
        out_shiftdir=PIO.SHIFT_LEFT,
        autopush=False,
        autopull=False,
        push_thresh=32,
        pull_thresh=32,
        fifo_join=PIO.JOIN_NONE,
    ):
        shiftctrl = fifo_join << 30 | (pull_thresh & 31) << 25 | (push_thresh & 31) << 20
        shiftctrl |= out_shiftdir << 19 | in_shiftdir << 18 | autopull << 17 | autopush << 16
        execctrl = side_pindir << 29
        self.prog = [array("H"), -1, -1, execctrl, shiftctrl, out_init, set_init, sideset_init]
        self.labels = {}
        self.wrapped = False
        self.side_bits = _count(sideset_init)
        self.side_optional = False

    def start_pass(self, writes):
        """Start a pass; the second one knows whether each instruction has a side-set."""
        if writes:
            if not self.wrapped and self.length:
                self.wrap()
            if self.side_bits and self.sides != self.length:
                self.side_optional = True
                self.side_bits += 1
                self.prog[_EXECCTRL] |= 1 << 30
            self.longest = 31 >> self.side_bits
        self.writes = writes
        self.length = self.sides = 0

    # -- what follows an instruction

    def __getitem__(self, cycles):
        return self.delay(cycles)

    def delay(self, cycles):
        if self.writes:
            if cycles > self.longest:
                raise PIOASMError("delay too large")
            self.prog[_CODE][-1] |= cycles << 8
        return self

    def side(self, value):
        self.sides += 1
        if self.writes:
            if not self.side_bits:
                raise PIOASMError("no sideset")
            if value >= 1 << (self.side_bits - self.side_optional):
                raise PIOASMError("sideset too large")
            self.prog[_CODE][-1] |= self.side_optional << 12 | value << 13 - self.side_bits
        return self

    # -- directives

    def wrap_target(self):
        self.prog[_EXECCTRL] |= self.length << 7

    def wrap(self):
        assert self.length
        self.prog[_EXECCTRL] |= self.length - 1 << 12
        self.wrapped = True

    def label(self, name):
        if not self.writes:
            if name in self.labels:
                raise PIOASMError(f"duplicate label {name}")
            self.labels[name] = self.length

    # -- instructions

    def word(self, code, label=None):
        self.length += 1
        if self.writes:
            if label is not None:
                if label not in self.labels:
                    raise PIOASMError(f"unknown label {label}")
                code |= self.labels[label]
            self.prog[_CODE].append(code)
        return self

    def nop(self):
        return self.mov(2, 2)  # y to y

    def jmp(self, condition, label=None):
        if label is None:
            condition, label = 0, condition
        return self.word(condition << 5, label)

    def wait(self, polarity, source, index):
        source = 1 if source == 6 else 2 if source else 0  # pin, irq (a method here), gpio
        return self.word(0x2000 | polarity << 7 | source << 5 | index)

    def _shift(self, code, where, bits):
        if not 0 < bits <= 32:
            raise PIOASMError(f"invalid bit count {bits}")
        return self.word(code | where << 5 | bits & 31)

    def in_(self, source, bits):
        return self._shift(0x4000, source, bits)

    def out(self, target, bits):
        return self._shift(0x6000, 7 if target == 8 else target, bits)

    def _fifo(self, code, flags):
        if not flags & _NOBLOCK:
            flags |= _BLOCK
        return self.word(code | flags & 0x60)

    def push(self, flag=0, other=0):
        return self._fifo(0x8000, flag | other)

    def pull(self, flag=0, other=0):
        return self._fifo(0x8080, flag | other)

    def mov(self, target, source):
        return self.word(0xA000 | (4 if target == 8 else target) << 5 | source)

    def irq(self, how, index=None):
        if index is None:
            how, index = 0, how
        return self.word(0xC000 | how & 0x60 | index)

    def set(self, target, value):
        return self.word(0xE000 | target << 5 | value)


def _names(emit, methods):
    names = dict(_WORDS)
    for name in methods:
        names[name] = getattr(emit, name)
    return names


def asm_pio(**options):
    """Make a program from a function. While it runs, its globals are the words of the language."""
    emit = PIOASMEmit(**options)

    def assemble(function):
        names = function.__globals__
        kept = names.copy()
        names.clear()
        names.update(_names(emit, _INSTRUCTIONS + _DIRECTIVES))
        try:
            for writes in (False, True):
                emit.start_pass(writes)
                function()
        finally:
            names.clear()
            names.update(kept)
        return emit.prog

    return assemble


def asm_pio_encode(instruction, sideset_count, sideset_opt=False):
    """One instruction as a number; the bit of an optional side-set counts, too."""
    emit = PIOASMEmit()
    emit.start_pass(False)
    emit.writes = True
    emit.side_bits = sideset_count
    emit.side_optional = bool(sideset_opt)
    emit.longest = 31 >> sideset_count
    names = _names(emit, _INSTRUCTIONS)
    names["jmp"] = None  # no target: there is no program around it
    exec(instruction, names)
    if len(emit.prog[_CODE]) != 1:
        raise PIOASMError("expecting exactly 1 instruction")
    return emit.prog[_CODE][0]
