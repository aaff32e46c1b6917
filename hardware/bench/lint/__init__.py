"""The wiring lint: rules that look at a circuit before the power is switched on."""
