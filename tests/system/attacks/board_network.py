# Tries: a board program that connects to the host's network.
# Ends: the board's network is the bench's.
### ATTACK
import socket

for place in (("127.0.0.1", @PORT@), ("localhost", @PORT@), ("169.254.169.254", 80)):
    try:
        s = socket.socket()
        s.settimeout(0.05)
        s.connect(socket.getaddrinfo(*place)[0][-1])
        s.send(b"hello")
    except OSError:
        pass
    finally:
        s.close()
### END
### BASE
