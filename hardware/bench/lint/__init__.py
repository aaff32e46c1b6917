"""The wiring lint: rules that check a circuit before it gets power."""
