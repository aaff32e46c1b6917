"""ADC, PWM and pulses of `machine`, with the ranges and limits of each chip.

The ranges are those of MicroPython 1.25's ports/esp32 and ports/rp2.
"""

import pytest

from hardware.bench.decode.adc import conversions
from hardware.bench.protocol import frames
from hardware.bench.trace.trace import Trace
from tests.support.rig import PINS, Hand, play, printed_lines

families = pytest.mark.parametrize("family", ["esp32", "rp2"])
HEAD = "from machine import ADC, PWM, Pin, Signal, Timer\nimport machine, time\n"


def lines(family: str, program: str, until_ms: float = 2000, *hands: Hand) -> list[str]:
    """What the program printed."""
    return printed_lines(play(family, HEAD + program, until_ms, hands))


def run(family: str, program: str, until_ms: float = 2000, *hands: Hand) -> Trace:
    """The trace of the program."""
    return play(family, HEAD + program, until_ms, hands)


# -- converters


def test_the_rp2_converter_is_linear() -> None:
    program = """
a = ADC(Pin(AIN))
for _ in range(3):
    print(a.read_u16())
    time.sleep_ms(500)
print(ADC(0).read_u16(), ADC(ADC.CORE_TEMP).read_u16(), hasattr(a, 'read'))
"""
    hands = [Hand(300, "pot", "position", 0.5), Hand(800, "pot", "position", 1.0)]
    low, middle, high, rest = lines("rp2", program, 2500, *hands)
    assert (int(low), int(high)) == (0, 65535)
    assert abs(int(middle) - 32768) < 100
    assert rest == "65535 14019 False"


def test_the_esp32_converter_is_not_linear() -> None:
    """1.65 V reads as full scale without attenuation, and below half at 11 dB, as on the chip."""
    program = """
a = ADC(Pin(AIN))
print(a, a.read(), a.read_u16())
a.atten(ADC.ATTN_11DB)
raw = a.read()
print(1850 < raw < 1900, a.read_uv())
a.width(ADC.WIDTH_9BIT)
print(a.read() == raw >> 3)
print(ADC(AIN, atten=ADC.ATTN_6DB) is a)
"""
    printed = lines("esp32", program, 2000, Hand(1, "pot", "position", 0.5))
    assert printed[0] == "ADC(Pin(34), atten=0) 4095 65535"
    assert printed[1].startswith("True ")
    assert abs(int(printed[1].split()[1]) - 1_650_000) < 3000
    assert printed[2:] == ["True", "True"]


@families
def test_a_loop_that_only_reads_asks_rarely(family: str) -> None:
    """It still sees each move of the knob, and the number of records is bounded. It asks again
    when a promise of the bench ends, which is by chance after 100 ms on average."""
    program = """
a = ADC(Pin(AIN))
hasattr(a, 'atten') and a.atten(3)
begin, seen, n = time.ticks_ms(), a.read_u16(), 0
while time.ticks_diff(time.ticks_ms(), begin) < 1500:
    now = a.read_u16()
    n += 1
    if abs(now - seen) > 9000:
        print(time.ticks_ms(), now >> 12)
        seen = now
print(n > 4000)
"""
    moves = [Hand(500, "pot", "position", 0.5), Hand(900, "pot", "position", 0.25)]
    trace = run(family, program, 3000, Hand(1, "pot", "position", 0.25), *moves)
    up, down, many = printed_lines(trace)
    assert [line.split()[0] for line in (up, down)] == ["500", "900"] and many == "True"
    asked = trace.records["kind"] == frames.REC_CONVERTED
    assert asked.sum() < 100
    assert 10_000 < len(conversions(trace, PINS[family]["AIN"]).t_ns) < 17 * 1600


@families
def test_a_board_that_converts_nothing_has_no_conversions(family: str) -> None:
    assert not len(conversions(run(family, "a = ADC(Pin(AIN))\n"), PINS[family]["AIN"]).t_ns)


@families
def test_noise_is_requested_each_5_ms(family: str) -> None:
    program = """
a = ADC(Pin(AIN))
hasattr(a, 'atten') and a.atten(3)
last, changes = 0, 0
begin = time.ticks_ms()
while time.ticks_diff(time.ticks_ms(), begin) < 1000:
    now = a.read_u16()
    changes += now != last
    last = now
print(changes)
"""
    hands = [Hand(1, "pot", "position", 0.5), Hand(1, "pot", "noise", 0.5)]
    assert 180 <= int(lines(family, program, 2000, *hands)[0]) <= 260  # more: ends of promises


@pytest.mark.parametrize(
    ("family", "message"),
    [("esp32", "invalid pin"), ("rp2", "Pin doesn't have ADC capabilities")],
)
def test_pins_without_a_converter(family: str, message: str) -> None:
    assert message in run(family, "ADC(Pin(5))").exceptions()[0].text


# -- PWM


@families
def test_the_bench_gets_the_pwm_settings(family: str) -> None:
    program = """
p = PWM(Pin(OUT), freq=100, duty_u16=16384)
time.sleep_ms(100)
p.duty_u16(65535)
p.deinit()
"""
    settings = run(family, program).pwm(PINS[family]["OUT"])
    assert (settings[0].freq_hz, settings[0].duty_u16) == (100, 16384)
    assert settings[-1].freq_hz == 0
    assert abs((settings[1].t_ns - settings[0].t_ns) / 1e6 - 100) < 1


@families
def test_pwm_reaches_an_input(family: str) -> None:
    program = """
p = PWM(Pin(OUT), freq=100, duty_u16=16384)
inp = Pin(IN, Pin.IN)
print(machine.time_pulse_us(inp, 0))
while inp(): pass
print(machine.time_pulse_us(inp, 1))
"""
    low, high = map(int, lines(family, program))
    assert abs(high - 2500) <= 2
    assert abs(low - 7500) <= 2


def test_two_channels_of_a_slice_share_a_frequency() -> None:
    program = """
a, b = PWM(Pin(2), freq=1000, duty_u16=32768), PWM(Pin(3), duty_u16=16384)
print(a.freq(), b.freq(), a.duty_u16(), b.duty_u16())
b.freq(50)
print(a.freq(), a.duty_u16(), hasattr(a, 'duty'))
for wrong in (7, 0, 300_000_000):
    try:
        a.freq(wrong)
    except ValueError as error:
        print(error)
"""
    small, large = "freq too small", "freq too large"
    printed = lines("rp2", program)
    assert printed == ["1000 1000 32768 16384", "50 32768 False", small, small, large]


def test_channels_and_timers_of_the_esp32() -> None:
    program = """
pins = (0, 2, 4, 5, 12, 13, 14, 15, 16, 17, 18, 19, 21, 22, 23, 25, 27)
made = []
try:
    for n, pin in enumerate(pins):
        made.append(PWM(Pin(pin), freq=100 * (n + 1)))
except ValueError as error:
    print(len(made), error)
for pwm in made:
    pwm.deinit()
made = []
try:
    for n, pin in enumerate(pins):
        made.append(PWM(Pin(pin), freq=100 * (n % 4 + n // 8 * 4 + 1)))
except ValueError as error:
    print(len(made), error)
made[0].duty(1023)
print(made[0].duty_u16(), made[0].duty())
for wrong in (lambda: made[0].duty(1024), lambda: made[0].freq(0), lambda: PWM(Pin(34))):
    try:
        wrong()
    except ValueError as error:
        print(error)
"""
    assert lines("esp32", program) == [
        "8 out of PWM timers:8",
        "16 out of PWM channels:16",
        "65472 1023",
        "duty must be from 0 to 1023",
        "frequency must be from 1Hz to 40MHz",
        "out of PWM channels:16",
    ]


def test_sixteen_pins_with_pwm() -> None:
    """The example of MicroPython's documents ("all 16 PWM channels and 8 timers"), as printed
    there. With one frequency for all, the firmware (1.25) has no channel for the 16th pin: it
    takes the timer of the other group, whose channels are all taken (ports/esp32/machine_pwm.c).
    """
    program = """
pins = (15, 2, 4, 16, 18, 19, 22, 23, 25, 26, 27, 14, 12, 13, 32, 33)
pwms = [PWM(Pin(pin), freq=100 * (n // 2 + 1)) for n, pin in enumerate(pins)]
print(' '.join(str(pwm).split('mode=')[1] for pwm in pwms))
for pwm in pwms:
    pwm.deinit()
pwms = [PWM(Pin(pin), freq=1000) for pin in pins[:15]]
try:
    PWM(Pin(33), freq=1000)
except ValueError as error:
    print(error)
"""
    places = [(n // 8, n % 8, n % 8 // 2) for n in range(16)]
    assert lines("esp32", program) == [
        " ".join(f"{mode}, channel={n}, timer={timer})" for mode, n, timer in places),
        "out of PWM channels:16",
    ]


@families
def test_a_pin_takes_its_pad_from_pwm(family: str) -> None:
    program = """
p = PWM(Pin(OUT), freq=1000, duty_u16=32768)
out, inp = Pin(OUT, Pin.OUT, value=1), Pin(IN, Pin.IN)
time.sleep_ms(1)
print([inp() for _ in range(20)] == [1] * 20)
out.off()
print(inp())
"""
    assert lines(family, program) == ["True", "0"]


# -- pulses


@families
def test_pulses_are_measured_to_the_microsecond(family: str) -> None:
    program = """
button = Pin(BTN, Pin.IN, Pin.PULL_UP)
print(machine.time_pulse_us(button, 0, 2_000_000))
print(machine.time_pulse_us(button, 0, 1000), machine.time_pulse_us(button, 1, 1000))
"""
    hands = [Hand(500, "btn", "pressed", 1), Hand(580, "btn", "pressed", 0)]
    pulse, timeouts = lines(family, program, 4000, *hands)
    assert abs(int(pulse) - 80_000) <= 1
    assert timeouts == "-2 -1"


@families
def test_pwm_pulses_are_expanded_on_request(family: str) -> None:
    program = """
p = PWM(Pin(FREE), freq=1000, duty_u16=16384)
time.sleep_ms(10)
p.duty_u16(49152)
time.sleep_ms(10)
p.deinit()
Pin(FREE, Pin.OUT, value=1)
"""
    trace = run(family, program)
    pin = PINS[family]["FREE"]
    folded, edges = trace.edges(pin), trace.edges(pin, pwm=True)
    assert len(folded.rising()) == 1
    highs = edges.falling() - edges.rising()[: len(edges.falling())]
    assert {round(int(high), -4) for high in highs[1:9]} == {250_000}
    assert {round(int(high), -4) for high in highs[12:18]} == {750_000}
    period_ns = 1_000_000_000 // trace.pwm(pin)[0].freq_hz
    assert set(edges.rising()[1:18] - edges.rising()[:17]) == {period_ns}
    assert edges.level_at(trace.end_ns)


# -- voltages and touch of the ESP32


def test_the_dac_drives_a_voltage() -> None:
    program = """
from machine import DAC
d = DAC(Pin(OUT))
a, i = ADC(Pin(27), atten=ADC.ATTN_11DB), Pin(IN, Pin.IN)
for value in (0, 100, 255):
    d.write(value)
    print(ADC(Pin(IN), atten=ADC.ATTN_11DB).read_uv() // 100_000, end=' ')
    i.init(Pin.IN)
    print(i())
print(d)
for wrong in (lambda: d.write(256), lambda: DAC(Pin(27))):
    try:
        wrong()
    except ValueError as error:
        print(error)
Pin(OUT, Pin.OUT, value=0)
print(i())
"""
    assert lines("esp32", program) == [
        "1 0",
        "12 0",
        "31 1",
        "DAC(Pin(25))",
        "value out of range",
        "invalid Pin for DAC",
        "0",
    ]


def test_a_touch_pad_detects_a_finger() -> None:
    program = """
from machine import TouchPad
t = TouchPad(Pin(32))
bare, other = t.read(), t.read()
print(900 < bare < 1100, bare != other or t.read() != bare)
try:
    TouchPad(Pin(25))
except ValueError as error:
    print(error)
"""
    assert lines("esp32", program) == ["True True", "invalid pin for touchpad"]


def test_the_converters_of_the_esp32_as_blocks() -> None:
    program = """
from machine import ADCBlock
block = ADCBlock(0, bits=10)
a = block.connect(6)
print(block, a, a.block() is block, block.connect(6, Pin(AIN)) is a)
print(ADCBlock(1).connect(Pin(OUT), atten=3))
for wrong in (lambda: ADCBlock(2), lambda: block.connect(Pin(OUT)), lambda: block.init(bits=13)):
    try:
        wrong()
    except ValueError as error:
        print(error)
"""
    assert lines("esp32", program) == [
        "ADCBlock(0, bits=10) ADC(Pin(34), atten=0) True True",
        "ADC(Pin(25), atten=3)",
        "invalid block id",
        "no matching ADC",
        "invalid bits",
    ]


def test_the_radio_blocks_the_second_converter() -> None:
    program = """
import network
a, b = ADC(Pin(OUT)), ADC(Pin(AIN))
a.read()
network.WLAN(network.STA_IF).active(True)
b.read()
try:
    a.read()
except OSError as error:
    print(error.args[1])
"""
    assert lines("esp32", program) == ["ESP_ERR_TIMEOUT"]
