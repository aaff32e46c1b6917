"""UDP: datagrams to one host or to all hosts of a subnet."""

from hardware.bench.network.host import BROADCAST, Address, Datagram, Host
from hardware.bench.network.link import Link


def send(link: Link, host: Host, port: int, target: tuple[Address, int], data: bytes) -> None:
    """Send a datagram to an address and port; the address may be the broadcast address."""
    ip, target_port = target
    subnet = host.subnet
    if subnet and ip in (BROADCAST, subnet.gateway[:3] + b"\xff"):
        for member in [m for m in subnet.members.values() if m is not host]:
            _deliver(link, (host, port), (member, target_port), data)
    elif (receiver := link.route(host, ip)) is not None:
        _deliver(link, (host, port), (receiver, target_port), data)
    else:
        link.log.unroutable(host, port, target, data)


def reply(link: Link, request: Datagram, host: Host, port: int, data: bytes) -> None:
    """Send a datagram back to where another one came from."""
    _deliver(link, (host, port), (request.host, request.port), data)


def _deliver(link: Link, source: tuple[Host, int], target: tuple[Host, int], data: bytes) -> None:
    (sender, source_port), (receiver, target_port) = source, target

    def arrive() -> None:
        lost = not link.delivers(sender, receiver)
        link.log.packet("udp", source, target, data, lost=lost)
        take = receiver.ports.udp.get(target_port)
        if not lost and take:
            take(Datagram(sender.ip, source_port, data, sender), receiver)

    link.after(link.delay_ns(sender, receiver), arrive)
