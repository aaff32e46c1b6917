"""What a teacher would say about the wiring before the power is switched on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from hardware.bench.wiring.netlist import Netlist, Stamped
from hardware.bench.wiring.part import OPEN
from hardware.bench.wiring.solver import Diode, Resistor, reach

LEAST_OHMS = 47.0
"""Less than this in series does not protect a lamp or a pin."""


@dataclass(frozen=True)
class Finding:
    """One remark on the wiring, in English and in Arabic."""

    level: Literal["error", "warning"]
    part: str
    pin: str
    en: str
    ar: str


def lint(netlist: Netlist) -> list[Finding]:
    """All remarks on a wiring, rule by rule, parts in the order of the file."""
    return [finding for rule in RULES for finding in rule(netlist)]


def _unwired(netlist: Netlist) -> Iterator[Finding]:
    for part in netlist.parts.values():
        nets = {netlist.net(part.id, pin) for pin in part.pins}
        if nets and not nets & netlist.wired:
            yield Finding(
                "warning",
                part.id,
                "",
                f"{part.id} is not connected to anything.",
                f"{_ltr(part.id)} غير موصّل بأي شيء.",
            )


def _lamp_without_resistor(netlist: Netlist) -> Iterator[Finding]:
    """Both ends of a diode reach a supply or a pad over nothing that limits the current."""
    hard = {*netlist.rails, *(net for net in netlist.gpio_net if net in netlist.wired)}
    links = _links(netlist, lambda ohms: ohms < LEAST_OHMS or ohms == OPEN)
    for part in netlist.parts.values():
        diodes = [e for e in Stamped(netlist, part).elements if isinstance(e, Diode)]
        if any(
            reach([d.anode], links) & hard and reach([d.cathode], links) & hard for d in diodes
        ):
            yield Finding(
                "error",
                part.id,
                "",
                f"{part.id} has no resistor in series: "
                "too much current for the LED and the pin. Add 220 Ω to 1 kΩ.",
                f"الليد {_ltr(part.id)} بلا مقاومة على التوالي: "
                "التيار أكبر مما يحتمله الليد والطرف. "
                f"أضف مقاومة من {_ltr('220 Ω')} إلى {_ltr('1 kΩ')}.",
            )


def _input_only_pin_drives(netlist: Netlist) -> Iterator[Finding]:
    """A lamp or a buzzer hangs on a pin that can only listen."""
    links = _links(netlist, lambda ohms: True)
    board = netlist.board
    for gpio in sorted(board.input_only):
        near = reach([netlist.gpio_net[gpio]], links) - set(netlist.rails)
        for part in netlist.parts.values():
            if part.IS_LOAD and any(netlist.net(part.id, pin) in near for pin in part.pins):
                pin = board.pin_of(gpio)
                yield Finding(
                    "error",
                    part.id,
                    pin,
                    f"{part.id} hangs on pin {pin}, which can only be an input. Use another pin.",
                    f"{_ltr(part.id)} موصّل بالطرف {_ltr(pin)} وهو طرف دخل فقط. استخدم طرفًا آخر.",
                )


def _links(netlist: Netlist, conducts: Callable[[float], bool]) -> dict[int, set[int]]:
    """Nets joined by resistors and contacts of such ohms; no way leads on through a supply."""
    links: dict[int, set[int]] = {}
    for part in netlist.parts.values():
        for element in Stamped(netlist, part).elements:
            if isinstance(element, Resistor) and conducts(element.ohms):
                for here, there in ((element.a, element.b), (element.b, element.a)):
                    if here not in netlist.rails:
                        links.setdefault(here, set()).add(there)
    return links


def _ltr(words: str) -> str:
    """Latin words inside Arabic ones, isolated so that their order stays."""
    return f"\u2066{words}\u2069"


RULES = (_lamp_without_resistor, _input_only_pin_drives, _unwired)
