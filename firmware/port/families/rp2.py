"""What only the Pico's firmware holds: nothing so far."""
