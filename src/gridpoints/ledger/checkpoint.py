"""Checkpoints (检查点): how many lines the journal has and what they hash to, signed.

What is published of a ledger: whoever keeps one can tell for ever whether anything before it was
changed. Each names the one before it by its hash. The text is a C2SP checkpoint
(c2sp.org/tlog-checkpoint) in a C2SP signed note (c2sp.org/signed-note), with Ed25519, so that the
tools for transparency logs read it::

    gridpoints/baiyang
    5494
    <the root of the Merkle tree, in base64>
    sealed-at 2026-03-02T01:00:00.000000Z
    previous <the SHA-256 of the text of the checkpoint before, in base64; the first has none>

    — gridpoints/baiyang <the key's id and the signature, in base64>

The signing itself needs the extra ``proof``.
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from attrs import Attribute, field, frozen

from gridpoints.errors import (
    CheckpointUnusable,
    ForeignCheckpoint,
    KeyNameUnusable,
    MissingDriver,
    NoteUnusable,
    NotSigned,
    PrivateKeyUnusable,
    PublicKeyUnusable,
    SignatureForged,
)
from gridpoints.ledger.journal import instant, instant_text
from gridpoints.values import check_identifier, check_instant

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

T = TypeVar("T")

#: So many lines fit every database.
MOST_LINES = 2**63 - 1
#: A note with more is not looked at, for each may cost a verification.
MOST_SIGNATURES = 100

_ED25519 = b"\x01"
_HASH = 32
_KEY_ID = 4
_sound_name = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+").fullmatch
_sound_text = re.compile(r"[^\x00-\x09\x0b-\x1f\ud800-\udfff]+\n").fullmatch
_signature_line = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/]+=*)").fullmatch


# --- base64 ---------------------------------------------------------------------------------------


def to_base64(data: bytes) -> str:
    """`data` in base64 (RFC 4648, 4)."""
    return b64encode(data).decode()


def from_base64(text: str) -> bytes:
    """The bytes that `to_base64` wrote; raises ValueError for any other text for them."""
    return exactly(text, b64decode, to_base64)


def exactly(text: str, read: Callable[[str], T], write: Callable[[T], str]) -> T:
    """What `read` makes of `text`; raises ValueError unless `write` makes the same text of it."""
    try:
        value = read(text)
        if write(value) == text:
            return value
    except OverflowError:  # of an instant in the year 0
        pass
    raise ValueError("not what would have been written")


# --- keys -----------------------------------------------------------------------------------------


def _must_be_installed() -> None:
    try:
        import cryptography  # noqa: F401
    except ImportError:
        raise MissingDriver(package="cryptography", extra="proof") from None


def _shown(name: str) -> str:
    return name.encode(errors="replace").decode()[:60]


def _is_name(key: object, attribute: Attribute[str], name: str) -> None:
    if not _sound_name(name):
        raise KeyNameUnusable(name=_shown(name))


@frozen
class PublicKey:
    """What a community publishes, for everybody to verify its checkpoints with.

    ``str(key)`` is the C2SP verifier key: ``name+hash+key``. `raw` is the key's 32 bytes.
    """

    name: str = field(validator=_is_name)
    raw: bytes

    @property
    def id(self) -> bytes:
        """The 4 bytes that signatures name the key by: ``SHA-256(name, newline, 1, key)``."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.raw).digest()[:_KEY_ID]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{to_base64(_ED25519 + self.raw)}"

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """The key whose ``str`` is `text`; raises `PublicKeyUnusable`."""
        try:
            name, _, key = text.strip().split("+", 2)  # base64 has a + of its own
            data = from_base64(key)
            public = cls(name, data[1:])
            if str(public) == text.strip() and len(public.raw) == _HASH:
                return public
        except (ValueError, KeyNameUnusable):
            pass
        raise PublicKeyUnusable(name=_shown(text.partition("+")[0]))

    @classmethod
    def from_pem(cls, name: str, pem: str) -> PublicKey:
        """The key in a PEM file (SubjectPublicKeyInfo); raises `PublicKeyUnusable`."""
        _must_be_installed()
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
        from cryptography.hazmat.primitives.serialization import load_pem_public_key

        try:
            key = load_pem_public_key(pem.encode())
        except (ValueError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, Ed25519PublicKey):
            raise PublicKeyUnusable(name=_shown(name))
        return cls(name, key.public_bytes_raw())

    def to_pem(self) -> str:
        """The key as a PEM file."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        return self._loaded().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def verifies(self, text: str, signature: bytes) -> bool:
        """Whether the owner of the key made this signature of that text (RFC 8032)."""
        from cryptography.exceptions import InvalidSignature

        try:
            self._loaded().verify(signature, text.encode())
        except InvalidSignature:
            return False
        return True

    def _loaded(self) -> Ed25519PublicKey:
        _must_be_installed()
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        try:
            return Ed25519PublicKey.from_public_bytes(self.raw)
        except ValueError:
            raise PublicKeyUnusable(name=_shown(self.name)) from None


@frozen
class PrivateKey:
    """What a community signs its checkpoints with, and shows nobody. `raw` is the key's 32 bytes."""

    name: str = field(validator=_is_name)
    raw: bytes = field(repr=False)

    @classmethod
    def generate(cls, name: str) -> PrivateKey:
        """A new key."""
        _must_be_installed()
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def from_pem(cls, name: str, pem: str) -> PrivateKey:
        """The key in a PEM file (PKCS 8, without a password); raises `PrivateKeyUnusable`."""
        _must_be_installed()
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):  # TypeError: it has a password
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise PrivateKeyUnusable(name=_shown(name))
        return cls(name, key.private_bytes_raw())

    def to_pem(self) -> str:
        """The key as a PEM file, which nobody else may be able to read."""
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        key = self._loaded()
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    @property
    def public(self) -> PublicKey:
        """The key that verifies what this one signs."""
        return PublicKey(self.name, self._loaded().public_key().public_bytes_raw())

    def sign(self, text: str) -> bytes:
        """The signature of that text, 64 bytes (RFC 8032)."""
        return self._loaded().sign(text.encode())

    def _loaded(self) -> Ed25519PrivateKey:
        _must_be_installed()
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        try:
            return Ed25519PrivateKey.from_private_bytes(self.raw)
        except ValueError:
            raise PrivateKeyUnusable(name=_shown(self.name)) from None


# --- signed notes ---------------------------------------------------------------------------------


def sign_note(text: str, key: PrivateKey) -> str:
    """The signed note of `text`, which ends with a newline; raises `NoteUnusable`."""
    if not _sound_text(text):
        raise NoteUnusable(part="text")
    return f"{text}\n— {key.name} {to_base64(key.public.id + key.sign(text))}\n"


def open_note(note: str, key: PublicKey) -> str:
    """The text of a signed note that `key` has signed, whoever else did.

    Raises `NoteUnusable`, `NotSigned` or `SignatureForged`.
    """
    wanted = f"{key.name}+{key.id.hex()}"
    text, blank, tail = note.rpartition("\n\n")
    text += "\n"
    if not blank and _sound_text(note):
        raise NotSigned(key=wanted, found=())
    if not (blank and _sound_text(text) and _sound_text(tail)):
        raise NoteUnusable(part="text")
    lines = tail.removesuffix("\n").split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise NoteUnusable(part="signatures")
    found = [_read_signature(line) for line in lines]
    ours = {signature for name, id, signature in found if (name, id) == (key.name, key.id)}
    if not ours:
        names = {f"{_shown(name)}+{id.hex()}" for name, id, _ in found}
        raise NotSigned(key=wanted, found=tuple(sorted(names)[:5]))
    if not all(key.verifies(text, signature) for signature in ours):
        raise SignatureForged(key=wanted)
    return text


def _read_signature(line: str) -> tuple[str, bytes, bytes]:
    """The name of the key, its id, and the signature."""
    if match := _signature_line(line):
        name, encoded = match.groups()
        try:
            data = from_base64(encoded)
        except ValueError:
            data = b""
        if len(data) > _KEY_ID:
            return name, data[:_KEY_ID], data[_KEY_ID:]
    raise NoteUnusable(part="signatures")


# --- checkpoints ----------------------------------------------------------------------------------


def origin_of(community: str) -> str:
    """What the checkpoints of a community begin with, and what its key should be named."""
    return f"gridpoints/{check_identifier('community', community)}"


def _in_utc(value: datetime) -> datetime:
    return check_instant("sealed_at", value)


@frozen
class Checkpoint:
    """The first `size` lines of the journal of `origin` hash to `root`.

    `previous` is the `hash` of the checkpoint before; None: this is the first. Raises
    `CheckpointUnusable` for what could not be written as one.
    """

    origin: str
    size: int
    root: bytes
    sealed_at: datetime = field(converter=_in_utc)
    previous: bytes | None = None

    def __attrs_post_init__(self) -> None:
        sound = {
            "origin": _sound_text(f"{self.origin}\n") and "\n" not in self.origin,
            "size": type(self.size) is int and 0 <= self.size <= MOST_LINES,
            "root": len(self.root) == _HASH,
            "previous": self.previous is None or len(self.previous) == _HASH,
        }
        for part, is_sound in sound.items():
            if not is_sound:
                raise CheckpointUnusable(part=part)

    @property
    def text(self) -> str:
        """What is signed."""
        previous = "" if self.previous is None else f"previous {to_base64(self.previous)}\n"
        return (
            f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"
            f"sealed-at {instant_text(self.sealed_at)}\n{previous}"
        )

    @property
    def hash(self) -> bytes:
        """The SHA-256 of the text, which the next checkpoint names it by."""
        return sha256(self.text.encode()).digest()

    def sign(self, key: PrivateKey) -> str:
        """The signed note of this checkpoint, to be published."""
        return sign_note(self.text, key)

    @classmethod
    def open(cls, note: str, key: PublicKey) -> Checkpoint:
        """The checkpoint in a note that `key` has signed; raises as `open_note` and `parse` do."""
        return cls.parse(open_note(note, key))

    @classmethod
    def read(cls, note: str) -> Checkpoint:
        """The checkpoint in a note, signed or not, whoever signed it; raises `CheckpointUnusable`."""
        return cls.parse(note.partition("\n\n")[0].removesuffix("\n") + "\n")

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """The checkpoint whose `text` this is; raises `CheckpointUnusable`."""
        lines = text.split("\n")
        if len(lines) not in (5, 6) or lines.pop():
            raise CheckpointUnusable(part="lines")
        origin, size, root, sealed_at, *previous = lines
        return cls(
            origin=origin,
            size=_read("size", size, int, str),
            root=_read("root", root, from_base64, to_base64),
            sealed_at=_read("sealed-at", sealed_at, instant, instant_text, after="sealed-at "),
            previous=_read("previous", previous[0], from_base64, to_base64, after="previous ")
            if previous
            else None,
        )


def published_by(community: str, note: str, key: PublicKey | None) -> Checkpoint:
    """The checkpoint of a community in a note that somebody else kept; with `key`, that signed it.

    Raises `ForeignCheckpoint`, and what `Checkpoint.open` does.
    """
    checkpoint = Checkpoint.read(note) if key is None else Checkpoint.open(note, key)
    wanted = origin_of(community)
    if checkpoint.origin != wanted:
        raise ForeignCheckpoint(found=checkpoint.origin, wanted=wanted)
    return checkpoint


def _read(part: str, line: str, read: Callable[[str], T], write: Callable[[T], str], *, after: str = "") -> T:
    try:
        if line.startswith(after):
            return exactly(line[len(after) :], read, write)
    except ValueError:
        pass
    raise CheckpointUnusable(part=part)
