"""What a person calls the signals of a bench: the channel names of a logic analyzer on it."""

from hardware.bench.wiring.circuit import Circuit


def probed(circuit: Circuit) -> dict[str, int]:
    """Name to GPIO of the channels that touch a pin of the board; a trace holds no other nets."""
    nets = circuit.netlist.gpio_net
    return {
        name: nets.index(net)
        for part in circuit.parts.values()
        for pin, name in part.probes.items()
        if (net := circuit.netlist.net(part.id, pin)) in nets
    }
