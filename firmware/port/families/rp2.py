"""What only the Pico's firmware holds: the mount of its flash, the rp2 module."""

freeze("$(PORT_DIR)/../rp2")  # noqa: F821 - given by tools/makemanifest.py
