"""The keys of stations: who signs, and who is believed.

All files are in `$XDG_DATA_HOME/warsha/keys` (`~/.local/share/warsha/keys`):

| file | what it is |
|---|---|
| `station.json` | the private key of this station and the name of its holder; mode 0600 |
| `public_ID.json` | the public keys that are believed, and that of this station, to hand out |
| `revoked_ID.json` | keys that are not believed any more: a list that the key ID has signed |

Trust boundary: a file that somebody hands over proves nothing by itself. Only keys that a person
has added here (`add`) are believed.
"""

import json
import os
import pwd
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from hardware.atomic_file import write_atomically
from hardware.i18n import _, reason, sanitize
from station.certify.signed_file import (
    Content,
    NotGenuine,
    canonical,
    file_text,
    now_text,
    read_file,
)
from station.errors import StationError

PUBLIC_FORM = "warsha public key 1"
REVOKED_FORM = "warsha revoked keys 1"
ID_DIGITS = 16
"""Hex digits of a key id: the beginning of the SHA-256 of the public key."""


@dataclass(frozen=True)
class PublicKey:
    """A key that is believed."""

    id: str
    holder: str
    raw: bytes

    def verifies(self, content: Content, signature: bytes) -> bool:
        """Whether this key has signed the content."""
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, canonical(content))
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True)
class StationKey:
    """The private key of this station."""

    holder: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        """Its public half."""
        raw = self.private.public_key().public_bytes_raw()
        return PublicKey(key_id(raw), self.holder, raw)

    def sign(self, content: Content) -> str:
        """The text of a signed file with this content; `signed_by` is added to it."""
        content = content | {"signed_by": {"holder": self.holder, "key": self.public.id}}
        return file_text(content, self.private.sign(canonical(content)))


@dataclass(frozen=True)
class Revocation:
    """A key that is not believed any more."""

    key: str
    since: str
    """A day: `2026-11-28`."""
    reason: str
    by: str
    """The holder of the key that signed the list."""


def key_id(raw: bytes) -> str:
    """The id of a public key."""
    return sha256(raw).hexdigest()[:ID_DIGITS]


def keys_folder() -> Path:
    """The folder of all keys."""
    data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "warsha" / "keys"


def station_key() -> StationKey:
    """The key of this station; the first call makes it, in the name of the account's owner.

    Raises: StationError when it cannot be read, or others may read it.
    """
    file = keys_folder() / "station.json"
    if not file.exists() or not file.stat().st_size:  # empty: the disk was full
        return new_station_key(_account_name())
    try:
        if stat.S_IMODE(file.stat().st_mode) & 0o077:
            cause = _("{file}: other accounts may read this private key").format(file=file)
            raise StationError(cause, _("Revoke it, and make a new one: warsha keys new"))
        found = json.loads(file.read_text(encoding="utf-8"))
        private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(found["private"]))
        return StationKey(str(found["holder"]), private)
    except OSError as error:
        raise StationError(f"{file}: {reason(error)}") from error
    except (ValueError, KeyError, TypeError) as error:
        cause = _("{file}: this is no key").format(file=file)
        raise StationError(cause, _("Make a new one: warsha keys new")) from error


def signing_key() -> StationKey:
    """As `station_key`. Raises: StationError also when it is revoked."""
    key = station_key()
    for revoked in revocations():
        if revoked.key == key.public.id:
            cause = _("the key of this station is revoked since {since}: {reason}")
            raise StationError(
                cause.format(since=revoked.since, reason=revoked.reason),
                _("Make a new one: warsha keys new"),
            )
    return key


def new_station_key(holder: str) -> StationKey:
    """Make a new key for this station. The old one is deleted; its public half stays, so what it
    signed is still believed. Raises: StationError without a holder."""
    if not holder.strip():
        cause = _("the key has no holder")
        raise StationError(cause, _('write for example --holder "Nour, lab 3"'))
    key = StationKey(sanitize(holder), Ed25519PrivateKey.generate())
    folder = keys_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = folder / "station.json"
    file.touch(mode=0o600)  # `write_atomically` keeps the mode
    content = {"holder": key.holder, "private": key.private.private_bytes_raw().hex()}
    write_atomically(file, json.dumps(content) + "\n")
    write_atomically(public_file(key.public.id), _public_text(key.public))
    return key


def public_file(key: str) -> Path:
    """The file of a public key that is believed here."""
    return keys_folder() / f"public_{key}.json"


def believed_keys() -> dict[str, PublicKey]:
    """All keys that are believed here, by id. Raises: StationError for a damaged file."""
    files = sorted(keys_folder().glob("public_*.json"))
    return {key.id: key for key in map(_read_public, files)}


def revoke(key: str, since: date, why: str) -> Path:
    """Add a key to the list of this station. Returns: the file, to hand out.

    Raises: StationError when no such key is known here.
    """
    if key not in believed_keys():
        cause = _("the key {key} is not known here").format(key=sanitize(key))
        raise StationError(cause, _("`warsha keys show` lists the keys."))
    signer = station_key()
    file = keys_folder() / f"revoked_{signer.public.id}.json"
    entries = read_file(file, REVOKED_FORM)[0]["keys"] if file.exists() else []
    entries = [entry for entry in entries if entry["key"] != key]
    entries.append({"key": key, "since": since.isoformat(), "reason": sanitize(why)})
    content = {"format": REVOKED_FORM, "at": now_text(), "keys": entries}
    write_atomically(file, signer.sign(content))
    return file


def revocations() -> Iterator[Revocation]:
    """The entries of all lists here. Raises: NotGenuine for a list that was changed."""
    known = believed_keys()
    for file in sorted(keys_folder().glob("revoked_*.json")):
        yield from _entries(file, known)


def add(file: Path) -> PublicKey | list[Revocation]:
    """Believe a key from now on, or take over a list of revoked keys.

    Raises: NotGenuine, StationError.
    """
    folder = keys_folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        key = _read_public(file)
    except NotGenuine:
        entries = list(_entries(file, believed_keys()))
        signer = read_file(file, REVOKED_FORM)[0]["signed_by"]["key"]
        text = file.read_text(encoding="utf-8")
        write_atomically(folder / f"revoked_{signer}.json", text)
        return entries
    write_atomically(public_file(key.id), _public_text(key))
    return key


def _entries(file: Path, known: dict[str, PublicKey]) -> list[Revocation]:
    """The entries of a list. A key may revoke itself, and a believed key any other one."""
    content, signature = read_file(file, REVOKED_FORM)
    signer = known.get(content["signed_by"]["key"])
    if signer is None or not signer.verifies(content, signature):
        cause = _("{file}: this list is not signed by a key that is believed here")
        raise NotGenuine(cause.format(file=file), _("Add that key first: warsha keys add FILE"))
    return [
        Revocation(entry["key"], entry["since"], entry["reason"], signer.holder)
        for entry in content["keys"]
    ]


def _public_text(key: PublicKey) -> str:
    content = {"format": PUBLIC_FORM, "holder": key.holder, "key": key.id, "public": key.raw.hex()}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _read_public(file: Path) -> PublicKey:
    """Raises: NotGenuine when it is no public key; StationError when it cannot be read."""
    try:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        raw = bytes.fromhex(found["public"])
        Ed25519PublicKey.from_public_bytes(raw)
        if found["format"] != PUBLIC_FORM or found["key"] != key_id(raw):
            raise ValueError(found["format"])
        return PublicKey(key_id(raw), sanitize(found["holder"]), raw)
    except OSError as error:
        cure = _("Give the path of a file that exists.")
        raise StationError(f"{file}: {reason(error)}", cure) from error
    except (ValueError, KeyError, TypeError) as error:
        cause = _("{file}: this is no public key").format(file=file)
        raise NotGenuine(cause, _("Get the file again from who made it.")) from error


def _account_name() -> str:
    """The name of the person whose account this is, or else the account's name."""
    entry = pwd.getpwuid(os.getuid())
    return entry.pw_gecos.partition(",")[0] or entry.pw_name
