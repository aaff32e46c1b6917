"""What is frozen into the Pico's firmware: RPI_PICO's manifest without micropython-lib."""

include("$(MPY_DIR)/extmod/asyncio")  # noqa: F821 - given by tools/makemanifest.py
freeze("$(PORT_DIR)/modules")  # noqa: F821
