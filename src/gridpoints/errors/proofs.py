"""What is wrong with a key, a checkpoint or a receipt, and what a receipt fails to prove."""

from __future__ import annotations

from gridpoints.errors.base import InvalidInput

# --- what cannot be read ----------------------------------------------------------------------


class KeyNameUnusable(InvalidInput):
    """{name} cannot be the name of a key. Use letters, digits and signs, but no blanks and no +."""

    name: str


class PrivateKeyUnusable(InvalidInput):
    """The private key for {name} cannot be used. Give an Ed25519 key as PEM (PKCS 8), without a
    password."""

    name: str


class PublicKeyUnusable(InvalidInput):
    """The public key for {name} cannot be used. Give an Ed25519 key as PEM, or as one line: its
    name, hash and key, with + between them."""

    name: str


class NoteUnusable(InvalidInput):
    """The signed text cannot be read: {part} is not as it should be. Get it again, and do not
    change it."""

    part: str


class CheckpointUnusable(InvalidInput):
    """The checkpoint cannot be used: {part} is not as it should be. Get it again, and do not change
    it."""

    part: str


class ReceiptUnusable(InvalidInput):
    """The receipt cannot be read: {part} is not as it should be. Get it again, and do not change
    it."""

    part: str


class ReceiptVersionUnknown(InvalidInput):
    """The receipt has version {found}; this release of gridpoints reads version {known}. Install the
    release that wrote it."""

    found: str
    known: str


# --- what does not prove anything -------------------------------------------------------------


class NotProven(InvalidInput):
    """The receipt proves nothing. Ask the community for another one."""


class NotSigned(NotProven):
    """There is no signature by {key}. Found: {found}. Check that it is the key that the community
    has published."""

    key: str
    found: tuple[str, ...]


class SignatureForged(NotProven):
    """The signature by {key} does not belong to this text: the text was changed, or the signature
    was made up. Get it again, and do not change it."""

    key: str


class ForeignCheckpoint(NotProven):
    """The checkpoint is one of {found}; one of {wanted} is needed. Get the one of this community."""

    found: str
    wanted: str


class LineNotSealed(NotProven):
    """Line {line} of the journal is not among the {size} that the checkpoint seals. Ask for a
    receipt from a later one."""

    line: int
    size: int


class LineForged(NotProven):
    """This is not line {line} of the journal that was sealed: the line or its path was changed. Ask
    the community for another receipt."""

    line: int


class CheckpointsUnlinked(NotProven):
    """The receipt is from a checkpoint over {size} lines, the published one is over {published}, and
    nothing in the receipt leads from one to the other. Ask for a receipt from the published one."""

    size: int
    published: int


class CheckpointsContradict(NotProven):
    """The receipt's checkpoint over {size} lines and the published one over {published} are not of
    the same journal: lines were changed, or the path between them was. Keep both and ask the
    community why."""

    size: int
    published: int
