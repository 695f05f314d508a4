"""Receipts (回执): what a resident takes home, and can prove to anybody without asking the community.

A receipt is one line of the journal, the path of hashes from it to the root of a checkpoint, and that
checkpoint with its signature. Whoever has the community's public key can verify it, offline and for
ever; whoever has a checkpoint that was published elsewhere can tell, too, that the community shows
everybody the same journal.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from attrs import frozen

from gridpoints.errors import (
    CheckpointsContradict,
    CheckpointsUnlinked,
    InvalidInput,
    LineForged,
    LineNotSealed,
    ReceiptUnusable,
    ReceiptVersionUnknown,
)
from gridpoints.exact_json import canonical
from gridpoints.ledger.accounts import Account
from gridpoints.ledger.checkpoint import (
    MOST_LINES,
    Checkpoint,
    PublicKey,
    exactly,
    from_base64,
    published_by,
    to_base64,
)
from gridpoints.ledger.journal import Line, instant, instant_text
from gridpoints.ledger.merkle import leaf_hash, verify_consistency, verify_inclusion
from gridpoints.ledger.model import Leg
from gridpoints.values import can_be_stored, check_identifier

T = TypeVar("T")

VERSION = 1

_INSTANTS = frozenset({"effective_at", "recorded_at"})
_OPTIONAL = frozenset({"subject", "lots", "refusal", "refusal_fields"})


@frozen
class Receipt:
    """Line `line` of a community's journal, with the proof that it is sealed.

    `path` leads from it to the root of the checkpoint in `note`, a signed note. `consistency` leads
    from the smaller to the larger of that checkpoint and a published one; None: it was issued for no
    other. Nothing of it is to be believed before `verify` returns.
    """

    community: str
    line: Line
    path: tuple[bytes, ...]
    note: str
    consistency: tuple[bytes, ...] | None = None

    # --- what it says -------------------------------------------------------------------------

    def legs(self) -> tuple[Leg, ...]:
        """Which accounts it gives points to and takes them from; raises `ReceiptUnusable`.

        They were only given and taken where `line.moves`: refusals and holds have legs, too.
        """
        return _parsed("line.legs", lambda: tuple(_leg(*leg) for leg in self.line.each_leg()))

    def details(self) -> dict[str, Any]:
        """The metadata of the line; raises `ReceiptUnusable`."""
        return _parsed("line.metadata", lambda: _details(self.line))

    # --- the document -------------------------------------------------------------------------

    def to_json(self) -> str:
        """The receipt as a JSON document, in UTF-8 and with one field on each line."""
        document = {
            "version": VERSION,
            "community": self.community,
            "line": self.line._asdict(),
            "path": [to_base64(step) for step in self.path],
            "checkpoint": self.note,
            "consistency": None if self.consistency is None else [to_base64(s) for s in self.consistency],
        }
        return f"{json.dumps(document, ensure_ascii=False, indent=2)}\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Receipt:
        """The receipt that `to_json` wrote.

        Raises `ReceiptUnusable`, `ReceiptVersionUnknown` or, for the community, `BadIdentifier`.
        """
        document = _parsed("JSON", lambda: json.loads(text, object_pairs_hook=_without_repetition))
        if not isinstance(document, dict):
            _refuse("JSON")
        version = document.pop("version", None)
        if type(version) is not int or not 0 < version < 10**6:
            _refuse("version")
        if version != VERSION:
            raise ReceiptVersionUnknown(found=str(version), known=str(VERSION))
        _has_fields("JSON", document, ("community", "line", "path", "checkpoint", "consistency"))
        consistency = document["consistency"]
        return cls(
            community=check_identifier("community", _text("community", document["community"])),
            line=_line(document["line"]),
            path=_path("path", document["path"]),
            note=_text("checkpoint", document["checkpoint"]),
            consistency=None if consistency is None else _path("consistency", consistency),
        )


# --- verification ---------------------------------------------------------------------------------


def verify(receipt: Receipt, key: PublicKey, checkpoint: str | None = None) -> Checkpoint:
    """Answer the checkpoint that seals the receipt's line; raise an error that says what is wrong.

    `key` is the community's, from wherever it published it. `checkpoint` is a signed note that was
    published elsewhere, older or newer: the journal that it seals must be the same.

    Raises `NotProven` (the classes under it tell why), or `NoteUnusable` or `CheckpointUnusable` for
    a checkpoint that cannot be read.
    """
    sealed = published_by(receipt.community, receipt.note, key)
    line = receipt.line
    if line.number > sealed.size:
        raise LineNotSealed(line=line.number, size=sealed.size)
    leaf = leaf_hash(line.sealed_bytes(receipt.community))
    if not verify_inclusion(leaf, line.number - 1, sealed.size, receipt.path, sealed.root):
        raise LineForged(line=line.number)
    if checkpoint is not None:
        _compare(receipt, sealed, published_by(receipt.community, checkpoint, key))
    return sealed


def _compare(receipt: Receipt, sealed: Checkpoint, published: Checkpoint) -> None:
    path = () if sealed.size == published.size else receipt.consistency
    if path is None:
        raise CheckpointsUnlinked(size=sealed.size, published=published.size)
    old, new = sorted((sealed, published), key=lambda checkpoint: checkpoint.size)
    if not verify_consistency(old.size, new.size, path, old.root, new.root):
        raise CheckpointsContradict(size=sealed.size, published=published.size)


# --- reading what anybody may have written --------------------------------------------------------


def _refuse(part: str) -> NoReturn:
    raise ReceiptUnusable(part=part)


def _parsed(part: str, parse: Callable[[], T]) -> T:
    try:
        return parse()
    except (InvalidInput, ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise ReceiptUnusable(part=part) from None


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys are all different: of two values, each reader might believe another."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is repeated")
    return found


def _has_fields(part: str, value: Any, names: tuple[str, ...]) -> None:
    if not isinstance(value, dict) or value.keys() != set(names):
        _refuse(part)


def _text(part: str, value: Any) -> str:
    if not isinstance(value, str) or not can_be_stored(value):
        _refuse(part)
    return value


def _path(part: str, value: Any) -> tuple[bytes, ...]:
    if not isinstance(value, list):
        _refuse(part)
    path = _parsed(part, lambda: tuple(map(from_base64, value)))
    return path if all(len(step) == 32 for step in path) else _refuse(part)


def _line(value: Any) -> Line:
    _has_fields("line", value, Line._fields)
    return Line(**{name: _field(name, value[name]) for name in Line._fields})


def _field(name: str, value: Any) -> Any:
    part = f"line.{name}"
    if name == "number":
        return value if type(value) is int and 0 < value <= MOST_LINES else _refuse(part)
    if name in _INSTANTS:
        return instant_text(_parsed(part, lambda: exactly(value, instant, instant_text)))
    return None if value is None and name in _OPTIONAL else _text(part, value)


def _leg(account: str, amount: int, expires_at: str | None) -> Leg:
    if type(amount) is not int or not can_be_stored(account):
        raise ValueError("no leg is like that")
    dated = None if expires_at is None else exactly(expires_at, instant, instant_text)
    return Leg(Account.parse(account), amount, dated)


def _details(line: Line) -> dict[str, Any]:
    details = line.details()
    if not isinstance(details, dict) or not can_be_stored(canonical(details)):
        raise ValueError("no metadata is like that")
    return details
