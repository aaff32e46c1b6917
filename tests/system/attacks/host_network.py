# Tries: host code that connects to the network of this machine and beyond.
# Ends: a network namespace without a network; seccomp.
### ATTACK
import socket
import urllib.request

for place in (("127.0.0.1", @PORT@), ("localhost", @PORT@), ("169.254.169.254", 80), ("1.1.1.1", 53)):
    try:
        socket.create_connection(place, 0.2).send(b"hello")
    except OSError:
        pass
try:
    urllib.request.urlopen("http://127.0.0.1:@PORT@/", timeout=0.2)
except OSError:
    pass
for kind in (socket.AF_UNIX, socket.AF_NETLINK, socket.AF_PACKET):
    try:
        socket.socket(kind, socket.SOCK_RAW if kind != socket.AF_UNIX else socket.SOCK_STREAM)
    except OSError:
        pass
### END
### BASE
