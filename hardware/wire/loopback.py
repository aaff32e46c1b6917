"""Where only programs of this computer reach a server."""

LOOPBACK = "127.0.0.1"
