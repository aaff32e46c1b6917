"""Transport: TCP streams, UDP datagrams, and the sockets of a board."""
