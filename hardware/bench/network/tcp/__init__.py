"""IP hosts, TCP streams and sockets of the virtual network; the gateway to the host's own."""
