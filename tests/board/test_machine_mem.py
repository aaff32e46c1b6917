"""machine.mem8, mem16, mem32: the registers that are modelled work as on the chip, and nothing
else can be reached (RP2040 datasheet 2.3.1.7, 4.6; ESP32 TRM 4.12.2).
"""

import pytest

from tests.support.rig import play, printed_lines

HEAD = "from machine import Pin, mem8, mem16, mem32\nimport machine, time\n"
PLACES = "READ, SET, CLEAR, OE_SET = (BASE + at for at in "
REGISTERS = {
    "esp32": f"BASE = 0x3FF44000\n{PLACES} (0x3C, 0x08, 0x0C, 0x24))\n",
    "rp2": f"BASE = 0xD0000000\n{PLACES} (0x04, 0x14, 0x18, 0x24))\n",
}


def lines(family: str, program: str) -> list[str]:
    """What the program printed."""
    trace = play(family, HEAD + REGISTERS[family] + program)
    assert not trace.exceptions(), trace.exceptions()[0].text
    return printed_lines(trace)


def test_pins_by_their_registers(family: str) -> None:
    program = """
Pin(IN, Pin.IN)
Pin(OUT, Pin.IN)
mem32[OE_SET] = 1 << OUT
for register in (SET, CLEAR, SET):
    mem32[register] = 1 << OUT
    print(mem32[READ] >> IN & 1, Pin(OUT)(), end=' ')
"""
    assert " ".join(lines(family, program + "print()")).split() == ["1", "1", "0", "0", "1", "1"]


@pytest.mark.parametrize("address", [0, 4, 0x20000000, 0x3FFB0000, 0x40050000, 0x8048000])
def test_other_addresses_are_not_accessible(family: str, address: int) -> None:
    program = f"""
for memory in (mem8, mem16, mem32):
    for touch in (lambda: memory[{address}], lambda: memory.__setitem__({address}, 1)):
        try:
            touch()
            print('reached')
        except NotImplementedError as error:
            print(error)
"""
    program = program.replace("memory.__setitem__(", "put(memory, ")
    head = "def put(memory, at, value):\n    memory[at] = value\n"
    assert set(lines(family, head + program)) == {f"not simulated: the memory at 0x{address:08x}"}


def test_the_timer_and_the_pulls_of_the_pico() -> None:
    program = """
pin = Pin(FREE, Pin.IN)
mem32[0x4001C004 + 4 * FREE + 0x2000] = 8
print(pin, pin())
print(abs(mem32[0x40054028] - time.ticks_us()) < 200)
print(mem8[BASE + 4 + FREE // 8] >> FREE % 8 & 1, mem32[0x40014004 + 8 * FREE])
try:
    mem16[BASE + 1]
except ValueError as error:
    print(error)
"""
    assert lines("rp2", program) == [
        "Pin(GPIO9, mode=IN, pull=PULL_UP) 1",
        "True",
        "1 5",
        "address d0000001 is not aligned to 2 bytes",
    ]


@pytest.mark.parametrize(
    ("family", "input_on", "of_gpio"),
    [
        ("esp32", "mem32[0x3FF49000 + PADS[n]] >> 9 & 1", "mem32[0x3FF44530 + 4 * n] == 256"),
        ("rp2", "mem32[0x4001C004 + 4 * n] >> 6 & 1", "mem32[0x40014004 + 8 * n] == 5"),
    ],
)
def test_whether_an_input_is_on_and_what_drives_a_pin(
    family: str, input_on: str, of_gpio: str
) -> None:
    knob = {"esp32": 34, "rp2": 26}[family]
    program = f"""
PADS = {{4: 0x48, 5: 0x6C, 15: 0x3C, 34: 0x14}}
Pin(4, Pin.IN)
Pin(5, Pin.OUT)
machine.PWM(Pin(15), freq=1000, duty_u16=9)
machine.ADC(Pin({knob}))
for n in 4, 5, 15, {knob}:
    print({input_on}, int({of_gpio}) if n != {knob} else '-')
Pin(15, Pin.IN)
n = 15
print({input_on}, int({of_gpio}))
"""
    pwm = lines(family, program)
    assert [pwm[0], pwm[1], pwm[2][-1], pwm[3][0], pwm[4]] == ["1 1", "1 1", "0", "0", "1 1"]


def test_a_level_interrupts_until_it_is_over() -> None:
    program = """
count = 0
def low(pin):
    global count
    count += 1
    if count == 5:
        out.on()
out, wire = Pin(OUT, Pin.OUT, value=1), Pin(IN, Pin.IN)
wire.irq(low, Pin.WAKE_LOW)
time.sleep_ms(5)
print(count)
out.off()
time.sleep_ms(50)
print(5 <= count < 15, out())
for how in (dict(wake=9), dict(wake=machine.DEEPSLEEP)):
    try:
        Pin(5).irq(low, Pin.WAKE_LOW, **how)
    except ValueError as error:
        print(error)
"""
    program = program.replace("machine.DEEPSLEEP", "4")
    assert lines("esp32", program) == ["0", "True 1", "bad wake value", "invalid pin for wake"]


def test_an_output_interrupts_itself(family: str) -> None:
    program = """
seen = []
out = Pin(FREE, Pin.OUT, value=0)
out.irq(lambda pin: seen.append(pin()), Pin.IRQ_RISING)
for level in (1, 0, 1, 1, 0):
    out(level)
    time.sleep_ms(1)
print(seen)
"""
    assert lines(family, program) == ["[1, 1]"]
