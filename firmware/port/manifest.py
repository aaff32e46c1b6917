# What is frozen into the firmware: asyncio, as on both chips, and the start of the file system.
include("$(MPY_DIR)/extmod/asyncio")
freeze("$(PORT_DIR)/modules")
