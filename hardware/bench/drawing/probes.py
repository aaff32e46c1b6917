"""What a person calls the signals of a bench: the channel names of a logic analyzer on it."""

from hardware.bench.circuit.circuit import Circuit
from hardware.boards import RESET_PAD


def probed(circuit: Circuit, board: str = "") -> dict[str, int]:
    """Name to GPIO of the channels that touch a pin of a board (the first one); its trace holds no
    other nets."""
    first = circuit.netlist.first_pad(board or circuit.board_id)
    nets = circuit.netlist.gpio_net[first : first + RESET_PAD]
    return {
        name: nets.index(net)
        for part in circuit.parts.values()
        for pin, name in part.probes.items()
        if (net := circuit.netlist.net(part.id, pin)) in nets
    }
