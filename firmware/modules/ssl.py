# TLS is not simulated: the import raises, before the program sends anything.

import network  # raises on a board without a radio

raise ImportError("ssl: not simulated; use the plain port (MQTT 1883, HTTP 80)")
