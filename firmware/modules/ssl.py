# TLS is not simulated: the module is there so that a program that could use it still starts.

import network  # a board without a radio has none of this

CERT_NONE = 0
CERT_OPTIONAL = 1
CERT_REQUIRED = 2
PROTOCOL_TLS_CLIENT = 0
PROTOCOL_TLS_SERVER = 1


def _no(*args, **kwargs):
    raise NotImplementedError("ssl: not simulated; use the plain port (MQTT 1883, HTTP 80)")


wrap_socket = SSLContext = _no
