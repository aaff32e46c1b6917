"""What only the firmware of the ESP32 series holds: the mount of its flash, ESP-NOW and more."""

freeze("$(PORT_DIR)/../esp32")  # noqa: F821 - given by tools/makemanifest.py
