"""What only the ESP32's firmware holds."""

freeze("$(PORT_DIR)/../espnow")  # noqa: F821 - given by tools/makemanifest.py
