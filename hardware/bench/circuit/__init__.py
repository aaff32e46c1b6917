"""The circuit: from a diagram to nets, levels, voltages and faults."""
