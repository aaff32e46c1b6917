# The prompt over WebSocket: one client at a time. Interface: webrepl of micropython-lib.
import binascii
import hashlib
import os
import socket
import sys

import network  # raises on a board without a radio
import websocket
import _webrepl

_CALLBACK = 20  # the option of a socket whose value is called when something has come
_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455

listen_s = None
client_s = None
DEBUG = 0
static_host = "https://micropython.org/webrepl/"


def server_handshake(cl):
    lines = cl.makefile("rwb", 0)
    headers = {}
    lines.readline()  # GET
    while (line := lines.readline()) != b"\r\n":
        if not line:
            return False
        if DEBUG:
            sys.stdout.write(line)
        name, _, value = line.partition(b":")
        headers[name.strip().lower()] = value.strip()
    key = headers.get(b"sec-websocket-key")
    upgrade = b"Upgrade" in headers.get(b"connection", b"")
    if not (key and upgrade and headers.get(b"upgrade") == b"websocket"):
        return False
    answer = binascii.b2a_base64(hashlib.sha1(key + _GUID).digest())[:-1]
    cl.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
    cl.send(b"Sec-WebSocket-Accept: " + answer + b"\r\n\r\n")
    return True


def send_html(cl):
    cl.send(b'HTTP/1.0 200 OK\r\n\r\n<base href="')
    cl.send(static_host)
    cl.send(b'"></base>\r\n<script src="webrepl_content.js"></script>\r\n')
    cl.close()


def setup_conn(port, accept_handler):
    global listen_s
    listen_s = socket.socket()
    listen_s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listen_s.bind(socket.getaddrinfo("0.0.0.0", port)[0][4])
    listen_s.listen(1)
    if accept_handler:
        listen_s.setsockopt(socket.SOL_SOCKET, _CALLBACK, accept_handler)
    for i in (network.WLAN.IF_AP, network.WLAN.IF_STA):
        iface = network.WLAN(i)
        if iface.active():
            print("WebREPL server started on http://%s:%d/" % (iface.ifconfig()[0], port))
    return listen_s


def accept_conn(listen_sock):
    global client_s
    cl, remote_addr = listen_sock.accept()
    if not server_handshake(cl):
        send_html(cl)
        return False
    before = os.dupterm(None)
    os.dupterm(before)
    if before:
        print("\nConcurrent WebREPL connection from", remote_addr, "rejected")
        cl.close()
        return False
    print("\nWebREPL connection from:", remote_addr)
    client_s = cl
    terminal = _webrepl._webrepl(websocket.websocket(cl, True))
    cl.setblocking(False)
    cl.setsockopt(socket.SOL_SOCKET, _CALLBACK, os.dupterm_notify)
    os.dupterm(terminal)
    return True


def stop():
    os.dupterm(None)
    if client_s:
        client_s.close()
    if listen_s:
        listen_s.close()


def start(port=8266, password=None, accept_handler=accept_conn):
    global static_host
    stop()
    known = password
    if known is None:
        try:
            import webrepl_cfg

            known = webrepl_cfg.PASS
            static_host = getattr(webrepl_cfg, "BASE", static_host)
        except (ImportError, AttributeError):
            print("WebREPL is not configured, run 'import webrepl_setup'")
    _webrepl.password(known)
    server = setup_conn(port, accept_handler)
    if accept_handler is None:
        print("Starting webrepl in foreground mode")
        while not accept_conn(server):
            pass
    else:
        print("Started webrepl in %s mode" % ("normal" if password is None else "manual override"))


def start_foreground(port=8266, password=None):
    start(port, password, None)
