"""The MPU-6050 accelerometer and gyroscope, with a temperature sensor."""

from struct import Struct

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.part import Control, PartView, World
from hardware.bench.parts.common.registers import FAULTS, RegisterTarget
from hardware.bench.svg.elements import line, text
from hardware.bench.svg.pcb import chip, header, pcb
from hardware.i18n import both

AXES = "XYZ"
SMPLRT_DIV, CONFIG, GYRO_CONFIG, ACCEL_CONFIG, FIFO_EN = 0x19, 0x1A, 0x1B, 0x1C, 0x23
INT_PIN_CFG, INT_ENABLE, INT_STATUS, DATA, USER_CTRL = 0x37, 0x38, 0x3A, 0x3B, 0x6A
PWR_MGMT_1, WHO_AM_I = 0x6B, 0x75
SLEEP, DEVICE_RESET, FIFO_ON = 0x40, 0x80, 0x40
DEFAULTS = {PWR_MGMT_1: SLEEP, WHO_AM_I: 0x68}
"""Register map, section 3: all other registers are 0 after power-on."""
PER_G = (16384, 8192, 4096, 2048)
PER_DPS = (131.0, 65.5, 32.8, 16.4)
READ_ONLY = {INT_STATUS, WHO_AM_I, *range(DATA, DATA + 14)}
ACCELERATION, REST_OF_DATA = range(DATA, DATA + 6), range(DATA + 6, DATA + 14)
"""The data registers: three words; then temperature and rotations, four words. Most programs read
only one of both."""
WORDS = {ACCELERATION: Struct(">3h"), REST_OF_DATA: Struct(">4h")}
PULSE_NS = 50_000
G, DPS = Control(-16, 16, waves=True), Control(-2000, 2000, waves=True)
CELSIUS = Control(-40, 85)
UNITS = {G: "g", DPS: "°/s", CELSIUS: "°C"}
ACCELERATIONS, ROTATIONS = [f"accel{a}" for a in AXES], [f"rotation{a}" for a in AXES]
MOTION = dict.fromkeys(ACCELERATIONS, G) | dict.fromkeys(ROTATIONS, DPS)
REST = {name: "1" if name == "accelZ" else "0" for name in MOTION}


class Mpu6050(RegisterTarget):
    """Pins `INT AD0 XCL XDA SDA SCL GND VCC`; attributes and controls `accelX accelY accelZ` (0 0
    1, in g), `rotationX rotationY rotationZ` (0, in °/s), `temperature` (24 °C). I2C address 0x68,
    0x69 while AD0 is high.

    All registers keep written values; these have a function: sample rate (19), DLPF (1A, its rate
    only), ranges (1B, 1C), data (3B to 48, 0 while it sleeps; the 14 bytes of one burst are from
    one moment), interrupt pin (37, 38, 3A: data ready, level, latch, open drain), power (6B: sleep
    after power-on, reset), who am I (75). FIFO, self test, motion detection, the DMP and the
    auxiliary bus are not simulated: a write that would enable the FIFO is not acknowledged.

    Extensions of ours: accelerations and rotations can follow a waveform (`set-wave`); `noise`
    (g, the standard deviation of each acceleration), `drift` (error of each rotation in °/s) and
    the faults `silent` (no answer at its address), `stuck` (SDA is held low), 0 or 1. Source:
    InvenSense MPU-6000/6050 register map (RM-MPU-6000A-00, rev. 4.2).
    """

    TYPES = ("wokwi-mpu6050",)
    TITLE = both("Acceleration and rotation (MPU-6050)")
    GROUP = "sensors"
    PINS = {
        "INT": (7.28, 5.78),
        "AD0": (16.9, 5.78),
        "XCL": (26.4, 5.78),
        "XDA": (36, 5.78),
        "SDA": (45.6, 5.78),
        "SCL": (55.2, 5.78),
        "GND": (64.8, 5.78),
        "VCC": (74.4, 5.78),
    }
    SIZE = (81.6, 61.2)
    CONTROLS = {
        **MOTION,
        "temperature": CELSIUS,
        "noise": Control(0, 1, fault=True),
        "drift": Control(-100, 100, fault=True),
        **FAULTS,
    }
    ATTRS = REST | {"temperature": "24"}
    SUPPLY = ("VCC", "GND", 2.4)
    OUTPUTS = {"SDA": None, "INT": None}
    ADDRESS = 0x68
    FIXED_ADDRESS = False  # AD0 chooses it
    COUNT = 128

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        for name, bounds in (MOTION | {"temperature": CELSIUS}).items():
            self.values[name] = self.number(name, bounds.low, bounds.high, UNITS[bounds])

    def start(self, world: World) -> None:
        super().start(world)
        self._rng = world.rng(f"noise:{self.id}")

    def begin(self) -> None:
        super().begin()
        self._registers = bytearray(self.COUNT)
        for register, value in DEFAULTS.items():
            self._registers[register] = value
        self._stale: tuple[range, ...] = ()
        self._seen = 0
        self._since_ns = self.world.now_ns

    def i2c_addresses(self) -> list[int]:
        return [address + self.high("AD0") for address in super().i2c_addresses()]

    def i2c_write(self, byte: int) -> bool:
        fifo = self._pointer == FIFO_EN or (self._pointer == USER_CTRL and byte & FIFO_ON)
        if not self._expects_pointer and fifo and byte:
            return False
        return super().i2c_write(byte)

    def latch(self) -> None:
        """The next read measures again; in sleep mode the old data stay."""
        self._stale = () if self._registers[PWR_MGMT_1] & SLEEP else tuple(WORDS)

    def _fill(self, stale: range) -> None:
        self._stale = tuple(other for other in self._stale if other is not stale)
        if stale is ACCELERATION:
            values = self._accelerations()
        else:
            values = [self._temperature(), *self._rotations()]
        WORDS[stale].pack_into(self._registers, stale.start, *map(_word, values))

    def read_register(self, register: int) -> int:
        for stale in self._stale:
            if register in stale:
                self._fill(stale)
        if register == INT_STATUS:
            fresh, self._seen = self._samples() > self._seen, self._samples()
            if self._registers[INT_PIN_CFG] & 0x20:
                self._signal(False)
            return int(fresh)
        return self._registers[register]

    def write_register(self, register: int, value: int) -> None:
        if register == PWR_MGMT_1 and value & DEVICE_RESET:
            self.forget()
            self.begin()
            return
        if register in READ_ONLY:
            return
        self._registers[register] = value
        if register in (SMPLRT_DIV, CONFIG, INT_ENABLE, INT_PIN_CFG, PWR_MGMT_1):
            self._restart()

    # -- samples --------------------------------------------------------------------------------

    def _accelerations(self) -> list[float]:
        scale = PER_G[self._registers[ACCEL_CONFIG] >> 3 & 3]
        noise, g = self.values["noise"], [self.value(name) for name in ACCELERATIONS]
        if noise:
            g = [one + self._rng.gauss(0, noise) for one in g]
        return [one * scale for one in g]

    def _rotations(self) -> list[float]:
        scale = PER_DPS[self._registers[GYRO_CONFIG] >> 3 & 3]
        drift = self.values["drift"]
        return [(self.value(name) + drift) * scale for name in ROTATIONS]

    def _temperature(self) -> float:
        return (self.values["temperature"] - 36.53) * 340

    @property
    def _period_ns(self) -> int:
        """Sample period: 8 kHz without the low-pass filter, 1 kHz with it, divided by SMPLRT_DIV +
        1."""
        base_ns = 125_000 if self._registers[CONFIG] & 7 in (0, 7) else 1_000_000
        return base_ns * (1 + self._registers[SMPLRT_DIV])

    def _samples(self) -> int:
        if self._registers[PWR_MGMT_1] & SLEEP:
            return self._seen
        return (self.world.now_ns - self._since_ns) // self._period_ns

    # -- interrupts -----------------------------------------------------------------------------

    def _restart(self) -> None:
        """Rate, power or interrupt changed: the samples count from now on."""
        self.forget()
        self._since_ns, self._seen = self.world.now_ns, 0
        self._signal(False)
        if self._registers[INT_ENABLE] & 1 and not self._registers[PWR_MGMT_1] & SLEEP:
            self.after(self._period_ns, self._sampled)

    def _sampled(self) -> None:
        self._signal(True)
        if not self._registers[INT_PIN_CFG] & 0x20:
            self.after(PULSE_NS, lambda: self._signal(False))
        self.after(self._period_ns, self._sampled)

    def _signal(self, on: bool) -> None:
        mode = self._registers[INT_PIN_CFG]
        level = on != bool(mode & 0x80)
        used = self._registers[INT_ENABLE] & 1
        self.drive("INT", None if not used or (mode & 0x40 and level) else level)

    def svg(self, view: PartView) -> str:
        ax, ay = self.value("accelX"), self.value("accelY")
        return (
            pcb(self.SIZE, "#23527c", (9, 52), (72.6, 52))
            + chip(31, 29, 19, 19)
            + line(40.5, 38.5, 40.5 + 14 * _unit(ax), 38.5 - 14 * _unit(ay), "#ee8a1d", 2)
            + text(40.8, 58, "MPU-6050", 6.4, "#cfe0ee", text_anchor="middle")
            + header(self.PINS, self.SIZE)
        )


def _word(value: float) -> int:
    """A whole number in the range of the converter."""
    return max(-0x8000, min(0x7FFF, round(value)))


def _unit(value: float) -> float:
    return max(-1.0, min(1.0, value))
