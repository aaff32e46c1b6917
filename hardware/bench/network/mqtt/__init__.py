"""The MQTT broker of the bench: packets, sessions, and the broker with its connections."""
