"""What a teacher would say about the wiring before the power is switched on."""

from dataclasses import dataclass
from typing import Literal

from hardware.bench.netlist import Netlist


@dataclass(frozen=True)
class Finding:
    """One remark on the wiring, in English and in Arabic."""

    level: Literal["error", "warning"]
    part: str
    pin: str
    en: str
    ar: str


def lint(netlist: Netlist) -> list[Finding]:
    """All remarks on a wiring, part by part in the order of the file."""
    return _unwired(netlist)


def _unwired(netlist: Netlist) -> list[Finding]:
    found = []
    for part in netlist.parts.values():
        nets = {netlist.net(part.id, pin) for pin in part.pins}
        if nets and not nets & netlist.wired:
            en = f"{part.id} is not connected to anything."
            found.append(Finding("warning", part.id, "", en, f"‏{part.id} غير موصّل بأي شيء."))
    return found
