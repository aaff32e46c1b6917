"""The MQTT broker of the bench: packets, sessions and topics."""
