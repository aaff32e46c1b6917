"""The HC-SR04 ultrasonic distance sensor: a trigger pulse in, an echo pulse out."""

from hardware.bench.diagram import PartSpec
from hardware.bench.parts.common.module import FAULT_COUNT, Module, PulseAnswer
from hardware.bench.parts.common.part import FAULT, Control, PartView, World
from hardware.bench.svg.elements import circle
from hardware.bench.svg.pcb import chip, header, pcb, reading
from hardware.i18n import both

TRIGGER_NS = 10_000
BURST_NS = 460_000
"""From the end of the trigger to ECHO: eight cycles of 40 kHz and the sensor's own processing
(measured on modules; the data sheet does not give the time)."""
NS_PER_CM = 58_000
NO_ECHO_NS = 38_000_000
STUCK_NS = (150_000_000, 250_000_000)
WOKWI_C = 22.3
"""The temperature at which sound takes 58 µs per cm, there and back."""
CM = Control(2, 400)


class HcSr04(Module):
    """Pins `VCC TRIG ECHO GND`; attribute `distance` in cm (400). TRIG high for 10 µs or more
    starts a measurement at its falling edge; ECHO is then high for 58 µs per cm.

    Extensions of ours: the attribute `temperature` (empty: 58 µs per cm as in Wokwi; else in °C,
    and the speed of sound is 331.3 + 0.606 · °C m/s), the controls `distance` (2 to 400 cm),
    `temperature` (-40 to 85 °C; 22.3 °C, that of 58 µs per cm, until it is set), `noise` (maximum
    error of a reading as a share of the distance, 0 to 0.2) and four faults: `silent` (ECHO never
    rises), `out_of_range` (nothing reflects: a pulse of 38 ms), `stuck` (ECHO stays high 150 to
    250 ms), `ghost` (cm: another object reflects first; 0: none). `fault_count` ends these four
    after this number of measurements (0: never). A trigger while ECHO is high, or before it
    rises, is ignored.

    Source: Elecfreaks HC-SR04 data sheet, timing diagram. ECHO has the voltage of the supply:
    5 V can damage a 3.3 V pin of a board.
    """

    TYPES = ("wokwi-hc-sr04",)
    TITLE = both("Ultrasonic distance (HC-SR04)")
    GROUP = "sensors"
    PINS = {"VCC": (71.3, 94.5), "TRIG": (81.3, 94.5), "ECHO": (91.3, 94.5), "GND": (101.3, 94.5)}
    SIZE = (170.1, 94.5)
    CONTROLS = {
        "distance": CM,
        "temperature": Control(-40, 85),
        "noise": Control(0, 0.2, fault=True),
        "silent": FAULT,
        "out_of_range": FAULT,
        "stuck": FAULT,
        "ghost": Control(0, 400, fault=True),
        "fault_count": FAULT_COUNT,
    }
    ATTRS = {"distance": "400", "temperature": ""}
    SUPPLY = ("VCC", "GND", 3.0)
    DRAWS = 0.015
    LISTENS = ("TRIG",)
    OUTPUTS = {"ECHO": False}
    ANSWERS = True

    def __init__(self, spec: PartSpec) -> None:
        super().__init__(spec)
        self.values["distance"] = self.number("distance", CM.low, CM.high, "cm")
        self._warm = self.attr("temperature") != ""
        self.values["temperature"] = WOKWI_C
        if self._warm:
            self.values["temperature"] = self.number("temperature", -40, 85, "°C")

    def start(self, world: World) -> None:
        super().start(world)
        self._rng = world.rng(f"echo:{self.id}")

    def begin(self) -> None:
        self._busy_ns = self._rose_ns = self.world.now_ns

    def moved(self, name: str, value: float) -> None:
        self._warm |= name == "temperature"

    def level_changed(self, pin: str, high: bool) -> None:
        if high:
            self._rose_ns = self.world.now_ns
        elif self._busy_ns < self.world.now_ns >= self._rose_ns + TRIGGER_NS:
            self._measure()

    def echo_ns(self) -> int:
        """The length of the next ECHO pulse, in ns."""
        if self.values["stuck"]:
            return self._rng.randrange(*STUCK_NS)
        if self.values["out_of_range"]:
            return NO_ECHO_NS
        return self._length_ns(1 + self._rng.uniform(-1, 1) * self.values["noise"])

    def _length_ns(self, error: float) -> int:
        """The length of ECHO for what is in front of it, by a factor."""
        cm = (self.values["ghost"] or self.values["distance"]) * error
        if not self._warm:
            return round(cm * NS_PER_CM)
        return round(2 * cm / 100 / (331.3 + 0.606 * self.values["temperature"]) * 1e9)

    def pulse_answer(self) -> PulseAnswer | None:
        uncertain = ("noise", "silent", "stuck", "out_of_range", "fault_count")
        if self._busy_ns >= self.world.now_ns or any(self.values[name] for name in uncertain):
            return None
        width_ns = self._length_ns(1.0)
        return PulseAnswer("TRIG", "ECHO", TRIGGER_NS, BURST_NS, width_ns, self._rose_ns)

    def _measure(self) -> None:
        silent, echo_ns = self.values["silent"], self.echo_ns()
        self.measured("silent", "out_of_range", "stuck", "ghost")
        if silent:
            return
        self._busy_ns = self.world.now_ns + BURST_NS + echo_ns
        self.announce("ECHO", [(BURST_NS, True), (BURST_NS + echo_ns, False)])

    def svg(self, view: PartView) -> str:
        def eye(x: float) -> str:
            return (
                circle(x, 40, 33, "#aab1bb")
                + circle(x, 40, 30, "#c6ccd4")
                + circle(x, 40, 24, "#59606b")
                + circle(x, 40, 21, "#7b838e")
                + circle(x, 40, 5, "#59606b")
            )

        lost = self.values["out_of_range"] or self.values["silent"]
        return (
            pcb(self.SIZE, "#23527c", (8, 8), (162, 8), (8, 86.5), (162, 86.5))
            + chip(73, 26, 24, 12)
            + eye(36)
            + eye(134)
            + reading(85, 17, "—" if lost else f"{self.values['distance']:g} cm")
            + header(self.PINS, self.SIZE)
        )
