"""Which certificate a server of the bench shows: a good one for its own name, or one with a fault
that programs have to notice.

The CA is the bench's own. Its certificate is always the same, so a program can have it as a file:
`warsha ca ca.pem`. Its key is known to everybody: trust it on a bench only.
"""

import base64
from typing import NamedTuple

from hardware.errors import BenchError
from hardware.i18n import _
from hardware.paths import tls_server_program

FROM, UNTIL = "20200101000000", "20491231235959"
"""A good certificate's first and last second (UTC), as YYYYMMDDhhmmss."""


class Certificate(NamedTuple):
    """What a certificate says. The server signs it with the CA's key, or with its own."""

    host: str
    begin: str = FROM
    end: str = UNTIL
    self_signed: bool = False

    def packed(self) -> bytes:
        """As the message K of `firmware/tls_server` wants it."""
        parts = (self.host, self.begin, self.end, "1" if self.self_signed else "0")
        return b"".join(part.encode() + b"\0" for part in parts)


FAULTY = {
    "expired.warsha": Certificate("expired.warsha", end="20211231235959"),
    "not-yet-valid.warsha": Certificate("not-yet-valid.warsha", begin="20480101000000"),
    "self-signed.warsha": Certificate("self-signed.warsha", self_signed=True),
    "wrong-host.warsha": Certificate("another.warsha"),
}
"""Hosts whose certificates have a fault, as badssl.com has them."""


def certificate_of(name: str, default: str) -> Certificate:
    """The certificate for the name that a client asks for (SNI, RFC 6066 section 3)."""
    name = name.lower().rstrip(".")
    good = name.isascii() and name.isprintable() and 0 < len(name) <= 64  # X.520: ub-common-name
    return FAULTY.get(name) or Certificate(name if good else default)


def ca_certificate() -> bytes:
    """The CA's certificate, DER. Raises: BenchError when the server is not built."""
    import subprocess  # a bench without TLS does not need it

    try:
        return subprocess.run([tls_server_program(), "ca"], check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise not_built() from error


def not_built() -> BenchError:
    """The program that speaks TLS is missing."""
    return BenchError(
        _("The TLS server of the bench is not built: {program} is missing.").format(
            program=tls_server_program()
        ),
        _("Run `make setup` in the Warsha folder."),
    )


def failed(why: str) -> BenchError:
    """The program that speaks TLS does not work."""
    return BenchError(
        _("The TLS server of the bench has failed: {why}.").format(why=why),
        _("Try it again. `warsha doctor` says what this machine lacks."),
    )


def pem(der: bytes) -> str:
    """A certificate as text (RFC 7468)."""
    text = base64.b64encode(der).decode()
    lines = [text[at : at + 64] for at in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])
