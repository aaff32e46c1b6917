"""The record of a self test: what is signed, and what anybody can verify later, without a network.

text = certificate(result, station_key())      # a JSON file
proved = verified(parse(...), ...)             # raises when one byte is different
"""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hardware.i18n import _
from station.certify import keys
from station.certify.keys import StationKey
from station.certify.measurement import Measurement, rounded, verdict_word
from station.certify.self_test import TestResult
from station.certify.signed_file import Content, NotGenuine, moment_text, read_file

FORM = "warsha certificate 1"


@dataclass(frozen=True)
class Verified:
    """A certificate that is genuine."""

    content: Content
    holder: str
    key: str

    @property
    def summary(self) -> str:
        """Which board it is about, when it was tested, and the verdict."""
        board, at = self.content["board"], self.content["started"]
        verdict = verdict_word(self.content["verdict"])
        return f"{board['mac']} ({board['type']}), {at}: {verdict}"


def certificate(result: TestResult, key: StationKey) -> str:
    """The signed text of a result."""
    return key.sign(content_of(result))


def content_of(result: TestResult) -> Content:
    """A result as plain values."""
    identity = result.identity
    return {
        "format": FORM,
        "board": {
            "mac": identity.mac,
            "type": result.plan.board.name,
            "machine": identity.machine,
            "firmware": identity.firmware,
        },
        "started": moment_text(result.started),
        "seconds": rounded(result.seconds),
        "with_jig": result.with_jig,
        "warsha": version("warsha"),
        "verdict": result.verdict,
        "measurements": [_plain(measurement) for measurement in result.measurements],
        "faults": [{"kind": one.kind, "gpios": list(one.gpios)} for one in result.faults],
        "errors": [{"step": one.step, "cause": one.cause} for one in result.errors],
    }


def verify(file: Path) -> Verified:
    """Verify a certificate against the keys that are believed here.

    Raises:
        NotGenuine: it was changed, or its key is not known here, or is revoked.
        StationError: it cannot be read.
    """
    content, signature = read_file(file, FORM)
    claimed = content["signed_by"]["key"]
    key = keys.believed_keys().get(claimed)
    if key is None:
        cause = _("{file}: it is signed with the key {key}, which is not believed here")
        cure = _("Ask its holder for the public key, and add it: warsha keys add FILE")
        raise NotGenuine(cause.format(file=file, key=claimed), cure)
    if not key.verifies(content, signature):
        cause = _("{file}: this file was changed").format(file=file)
        raise NotGenuine(cause, _("Get the file again from who made it."))
    for revoked in keys.revocations():
        if revoked.key == key.id:
            cause = _("{file}: the key {key} is revoked since {since} by {holder}: {reason}")
            raise NotGenuine(
                cause.format(
                    file=file,
                    key=key.id,
                    since=revoked.since,
                    holder=revoked.by,
                    reason=revoked.reason,
                ),
                _("Certify the board again. The date in a record proves nothing by itself."),
            )
    return Verified(content, key.holder, key.id)


def _plain(measurement: Measurement) -> dict[str, Any]:
    limits = measurement.limits
    plain: dict[str, Any] = {
        "name": measurement.name,
        "value": rounded(measurement.value),
        "unit": limits.unit,
        "verdict": "PASS" if measurement.passed else "FAIL",
    }
    for name in ("minimum", "maximum"):
        if (limit := getattr(limits, name)) is not None:
            plain[name] = rounded(limit)
    if measurement.uncertainty:
        plain["uncertainty"] = rounded(measurement.uncertainty)
    return plain
