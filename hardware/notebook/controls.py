"""The names that people use for parts: `btn1` (the id), `BTN_1` (the label, or the lab's name of
the pin). Parts that the diagram hides have no name here, and messages do not list them."""

from collections.abc import Mapping

from hardware.bench.circuit.netlist import Netlist
from hardware.bench.diagram import suggest
from hardware.bench.parts.common.part import Part
from hardware.errors import HardwareError
from hardware.i18n import _
from hardware.notebook.session import Session


def moved_by(session: Session, name: str) -> str:
    """The id of the part of a name. Raises: HardwareError when no part, or no single one, has
    it."""
    names = parts_by_name(session)
    if name not in names:
        what = _("there is no part {part} with controls on the bench").format(part=repr(name))
        none = _("No part of this bench has controls.")
        raise HardwareError(what, suggest(name, names) if names else none)
    return names[name]


def parts_by_name(session: Session) -> dict[str, str]:
    """The parts with controls: id by name. A name of two parts is left out."""
    bench = session.need_bench()
    roles, board_id = session.roles, session.board_id
    return bench.ask(lambda _bench: _names(bench.circuit.netlist, roles, board_id))


def _names(netlist: Netlist, roles: Mapping[str, int], board_id: str) -> dict[str, str]:
    parts = [part for part in netlist.parts.values() if part.CONTROLS and not part.spec.hide]
    first = netlist.first_pad(board_id)
    found: dict[str, list[str]] = {}
    for part in parts:
        if isinstance(label := part.spec.attrs.get("label"), str) and label:
            found.setdefault(label, []).append(part.id)
    for name, gpio in roles.items():
        ids = [part.id for part in parts if _is_on(netlist, part, netlist.gpio_net[first + gpio])]
        found.setdefault(name, ids)
    single = {name: ids[0] for name, ids in found.items() if len(ids) == 1}
    return single | {part.id: part.id for part in parts}


def _is_on(netlist: Netlist, part: Part, net: int) -> bool:
    return any(netlist.net(part.id, pin) == net for pin in part.pins)
