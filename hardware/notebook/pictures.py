"""Pictures for the notebook: the bench as it is now, and what the pins did."""

from collections.abc import Mapping, Sequence

from IPython.display import Image

from hardware.bench.drawing.bench_picture import draw
from hardware.bench.drawing.png import to_png
from hardware.bench.drawing.waveform import waveform
from hardware.bench.serving.live_bench import LiveBench
from hardware.bench.trace.trace import Trace
from hardware.errors import HardwareError
from hardware.i18n import _

ZOOM = 1.5
"""Pixels for each of the drawing's: sharp on the usual screens, and half the bytes of 2."""
LAST_S = 10.0
"""How much of the past `%wave` shows when nobody says."""


def bench(live: LiveBench) -> Image:
    """The circuit with its lamps, buttons and knobs as they stand now."""
    return _image(live.ask(lambda _bench: draw(live.circuit)), "bench")


def wave(
    live: LiveBench,
    names: Sequence[str],
    last_s: float | None,
    roles: Mapping[str, int],
    board: str = "",
) -> Image:
    """The last seconds of the named signals; without names, of every pin that moved.

    Args:
        board: whose pins, by its id; the first board's without.
        roles: GPIO numbers of the lab's own names for pins (`LED_R`), shown where they exist.

    Raises:
        HardwareError: no such signal, or nothing has moved yet.
    """
    board = board or next(iter(live.board_types))
    trace = live.ask(lambda bench: bench.traces[board]).named(roles)
    start_ns = max(0, trace.end_ns - round((last_s or LAST_S) * 1e9))
    if unknown := [name for name in names if name not in trace.nets]:
        raise HardwareError(
            _("There is no signal {name}.").format(name=unknown[0]),
            _("There are: {names}.").format(names=", ".join(trace.nets)),
        )
    signals = list(names) or _moved(trace, start_ns, roles)
    if not signals:
        raise HardwareError(
            _("No pin has moved in the last {s:g} s.").format(s=(trace.end_ns - start_ns) / 1e9),
            _("Run a program first, or look further back: %wave --last 60s"),
        )
    return _image(waveform(trace, signals, (start_ns, trace.end_ns)), "waveform")


def _moved(trace: Trace, start_ns: int, roles: Mapping[str, int]) -> list[str]:
    """The names of the pins that changed since `start_ns`, one name a pin, the lab's own first."""
    ordered = {**roles, **trace.nets}
    names = {gpio: name for name, gpio in reversed(ordered.items())}
    return [name for gpio, name in sorted(names.items()) if _has_moved(trace, gpio, start_ns)]


def _has_moved(trace: Trace, gpio: int, start_ns: int) -> bool:
    edges = trace.edges(gpio)
    waves = any(wave.freq_hz for wave in trace.pwm(gpio))
    return waves or bool((edges.t_ns[1:] >= start_ns).any())


def _image(svg: str, what: str) -> Image:
    return Image(to_png(svg, ZOOM), format="png", alt=what)
