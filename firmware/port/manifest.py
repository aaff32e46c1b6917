"""What is frozen into the firmware: asyncio and the drivers that both chips have, and the mount
of the flash."""

include("$(MPY_DIR)/extmod/asyncio")  # noqa: F821 - given by tools/makemanifest.py
freeze("$(PORT_DIR)/modules")  # noqa: F821
freeze("$(PORT_DIR)/../modules")  # noqa: F821
