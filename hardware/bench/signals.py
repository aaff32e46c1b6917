"""Which signals of a bench a person wants to see, and what they are called."""

from hardware.bench.circuit import Circuit


def signals(circuit: Circuit) -> dict[str, int]:
    """Name to GPIO: the channels of a logic analyzer, without one every pin that is wired.

    Channels that touch no pin of the board are left out: a trace holds the board's pins only.
    """
    nets = circuit.netlist.gpio_net
    probed = {
        name: nets.index(net)
        for part in circuit.parts.values()
        for pin, name in part.probes.items()
        if (net := circuit.netlist.net(part.id, pin)) in nets
    }
    used = circuit.used()
    wired = (gpio for gpio in range(used.bit_length()) if used >> gpio & 1)
    return probed or {circuit.board.pin_of(gpio): gpio for gpio in wired}
