# A client for HTTP and HTTPS with the interface of micropython-lib's requests. As there, `stream` changes nothing: the
# body is read when the program asks for it. With HTTP/1.0 a server sends no chunks.

import socket


class Response:
    def __init__(self, f):
        self.raw = f
        self.encoding = "utf-8"
        self._cached = None
        self.status_code = None
        self.reason = None
        self.headers = {}

    def close(self):
        if self.raw:
            self.raw.close()
            self.raw = None
        self._cached = None

    @property
    def content(self):
        if self._cached is None:
            try:
                self._cached = self.raw.read()
            finally:
                self.raw.close()
                self.raw = None
        return self._cached

    @property
    def text(self):
        return str(self.content, self.encoding)

    def json(self):
        import json

        return json.loads(self.content)


def _split(url):
    scheme, _, host, *path = url.split("/", 3)
    if scheme not in ("http:", "https:"):
        raise ValueError("Unsupported protocol: " + scheme)
    host, colon, port = host.partition(":")
    usual = 80 if scheme == "http:" else 443
    return host, int(port) if colon else usual, "/" + (path[0] if path else ""), usual == 443


# As micropython-lib does it: the server's certificate is not checked.
def _secured(s, host):
    import tls

    context = tls.SSLContext(tls.PROTOCOL_TLS_CLIENT)
    context.verify_mode = tls.CERT_NONE
    return context.wrap_socket(s, server_hostname=host)


def _body(headers, data, json):
    if json is not None:
        import json as _json

        headers.setdefault("Content-Type", "application/json")
        data = _json.dumps(json)
    return data.encode() if isinstance(data, str) else data


def _is_iterator(data):
    return hasattr(data, "__next__") and not hasattr(data, "__len__")


def _send(s, data, headers):
    if not _is_iterator(data):
        s.write(data or b"")
    elif "Content-Length" in headers:
        for piece in data:
            s.write(piece)
    else:
        for piece in data:
            s.write(b"%x\r\n" % len(piece))
            s.write(piece)
            s.write(b"\r\n")
        s.write(b"0\r\n\r\n")


def _head(method, path, host, headers, data):
    lines = ["%s %s HTTP/1.0" % (method, path)]
    own = {"Host": host, "Connection": "close"}
    if _is_iterator(data):
        if "Content-Length" not in headers:
            own["Transfer-Encoding"] = "chunked"
    elif data and "Transfer-Encoding" not in headers:
        own["Content-Length"] = str(len(data))
    own.update(headers)
    lines += ["%s: %s" % pair for pair in own.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _read_head(s, resp, parse_headers):
    first = s.readline().split(None, 2)
    if len(first) < 2:
        raise ValueError("HTTP error: BadStatusLine:\n%s" % first)
    resp.status_code = int(first[1])
    resp.reason = first[2].rstrip() if len(first) > 2 else ""
    redirect = None
    while True:
        line = s.readline()
        if not line or line == b"\r\n":
            return redirect
        if line.startswith(b"Transfer-Encoding:") and b"chunked" in line:
            raise ValueError("Unsupported " + str(line, "utf-8"))
        name, _, value = str(line, "utf-8").partition(":")
        if name.lower() == "location" and 300 < resp.status_code < 400:
            redirect = value.strip()
        if parse_headers is True:
            resp.headers[name] = value.strip()
        elif parse_headers:
            parse_headers(line, resp.headers)


def request(
    method,
    url,
    data=None,
    json=None,
    headers=None,
    stream=None,
    auth=None,
    timeout=None,
    parse_headers=True,
):
    headers = dict(headers or {})
    if auth is not None:
        import binascii

        pair = binascii.b2a_base64("%s:%s" % auth).strip()
        headers["Authorization"] = "Basic " + str(pair, "ascii")
    data = _body(headers, data, json)
    host, port, path, secure = _split(url)
    addr = socket.getaddrinfo(host, port, 0, socket.SOCK_STREAM)[0][-1]
    s = socket.socket()
    resp = Response(s)
    try:
        s.settimeout(timeout)
        s.connect(addr)
        if secure:
            s = resp.raw = _secured(s, host)
        s.write(_head(method, path, host, headers, data))
        _send(s, data, headers)
        redirect = _read_head(s, resp, parse_headers)
    except:
        s.close()
        raise
    if redirect is None:
        return resp
    s.close()
    if resp.status_code in (301, 302, 303):
        method, data = "GET", None
    elif resp.status_code not in (307, 308):
        raise NotImplementedError("redirect with status %d" % resp.status_code)
    return request(method, redirect, data, None, headers, None, None, timeout, parse_headers)


def head(url, **kw):
    return request("HEAD", url, **kw)


def get(url, **kw):
    return request("GET", url, **kw)


def post(url, **kw):
    return request("POST", url, **kw)


def put(url, **kw):
    return request("PUT", url, **kw)


def patch(url, **kw):
    return request("PATCH", url, **kw)


def delete(url, **kw):
    return request("DELETE", url, **kw)
