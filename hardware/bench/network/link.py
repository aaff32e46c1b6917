"""What the transport protocols need of the network below them. `lan.Lan` is one."""

from collections.abc import Callable
from typing import Protocol

from hardware.bench.network.host import Address, Host
from hardware.bench.network.network_log import NetworkLog


class Link(Protocol):
    """Virtual time, the ways between hosts, and the log."""

    @property
    def now_ns(self) -> int:
        """Virtual time."""

    @property
    def log(self) -> NetworkLog:
        """Where packets and messages are recorded."""

    def at(self, t_ns: int, fn: Callable[[], None]) -> None:
        """Call `fn` at a virtual time."""

    def after(self, delay_ns: int, fn: Callable[[], None]) -> None:
        """Call `fn` this much later."""

    def new_serial(self) -> int:
        """A number that was not given out before."""

    def route(self, source: Host, ip: Address) -> Host | None:
        """The host with this address, seen from `source`; None: there is none."""

    def delay_ns(self, source: Host, target: Host | None) -> int:
        """How long a packet takes now; without a target, as far as the gateway."""

    def delivers(self, source: Host, target: Host) -> bool:
        """Whether a packet that should arrive now does arrive."""
