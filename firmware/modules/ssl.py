# TLS is not simulated, and a program should learn it before it has sent anything.

import network  # a board without a radio has none of this

raise ImportError("ssl: not simulated; use the plain port (MQTT 1883, HTTP 80)")
