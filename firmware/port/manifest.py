"""What is frozen into the firmware: asyncio, and the modules that both chips have."""

include("$(MPY_DIR)/extmod/asyncio")  # noqa: F821 - given by tools/makemanifest.py
freeze("$(PORT_DIR)/../modules")  # noqa: F821
