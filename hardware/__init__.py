"""Boards, real and virtual: the wire to them, and the virtual bench.

What a script needs is here. A board, real or virtual, by its URL:

    import hardware

    with hardware.open_board("bench:esp32") as board:
        print(board.run("print(2 ** 10)"))

A bench that the script controls, in virtual time:

    diagram = hardware.load_diagram("diagram.json")
    with hardware.Bench(hardware.Circuit(diagram)) as bench:
        bench.control("btn1", "pressed", 1, t_ns=500_000_000)
        bench.run(until_ns=2_000_000_000)
        print(bench.trace.lines())

A part of your own is a class of `hardware.CustomPart` (docs/howto/own-part.md).
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hardware.bench.bench import Bench
    from hardware.bench.circuit.circuit import Circuit
    from hardware.bench.diagram import Diagram
    from hardware.bench.diagram import load as load_diagram
    from hardware.bench.flash import Flash
    from hardware.bench.limits import Limits
    from hardware.bench.parts.common.buses import I2cPart, SpiPart, UartPart
    from hardware.bench.parts.common.custom_part import CustomPart
    from hardware.bench.serving.live_bench import LiveBench
    from hardware.bench.trace.trace import Trace
    from hardware.connect import open_board
    from hardware.errors import HardwareError
    from hardware.wire.board import Board

__all__ = [
    "Bench",
    "Board",
    "Circuit",
    "CustomPart",
    "Diagram",
    "Flash",
    "HardwareError",
    "I2cPart",
    "Limits",
    "LiveBench",
    "SpiPart",
    "Trace",
    "UartPart",
    "load_diagram",
    "open_board",
]

_HOMES = {
    "Bench": "hardware.bench.bench",
    "Board": "hardware.wire.board",
    "Circuit": "hardware.bench.circuit.circuit",
    "CustomPart": "hardware.bench.parts.common.custom_part",
    "Diagram": "hardware.bench.diagram",
    "Flash": "hardware.bench.flash",
    "HardwareError": "hardware.errors",
    "I2cPart": "hardware.bench.parts.common.buses",
    "Limits": "hardware.bench.limits",
    "LiveBench": "hardware.bench.serving.live_bench",
    "SpiPart": "hardware.bench.parts.common.buses",
    "Trace": "hardware.bench.trace.trace",
    "UartPart": "hardware.bench.parts.common.buses",
    "load_diagram": "hardware.bench.diagram:load",
    "open_board": "hardware.connect",
}


def __getattr__(name: str) -> object:
    """Import a name when it is first used (PEP 562): a script that talks to a real board loads no
    bench."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home, _, function = _HOMES[name].partition(":")
    return getattr(import_module(home), function or name)
