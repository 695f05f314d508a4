"""Verification (核对): everything is made again from the journal and compared with what is kept.

Whoever changes, removes, adds or moves one row behind the library's back is found: a line by the
seals over it and by what it comes to, anything else by the lines.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import attrs
from attrs import define, field

from gridpoints.errors import GridpointsError
from gridpoints.ledger.accounts import Account
from gridpoints.ledger.checkpoint import MOST_LINES, Checkpoint, PublicKey
from gridpoints.ledger.journal import Line
from gridpoints.ledger.merkle import Growth, leaf_hash
from gridpoints.ledger.model import Difference, Verification
from gridpoints.ledger.replay import Kept, Place, Projection
from gridpoints.ledger.seals import Seal
from gridpoints.storage.ledger_port import LedgerStore

T = TypeVar("T")

#: So many differences of one sort are told; that there are more, is.
MOST = 100
#: What a row that somebody changed may bring about.
UNREADABLE = (
    ArithmeticError,
    AttributeError,
    GridpointsError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def verify(
    store: LedgerStore,
    community: str,
    key: PublicKey | None = None,
    published: Checkpoint | None = None,
) -> Verification:
    """Read the whole ledger and compare it with itself; with `key`, verify every signature as well.

    With `published`, the journal must begin with the lines which that checkpoint stands for. It writes
    nothing, and raises nothing for whatever stands in the rows.
    """
    return _Comparison(store, community, key, published).verification()


@define
class _Comparison:
    store: LedgerStore
    community: str
    key: PublicKey | None
    published: Checkpoint | None
    rebuilt: Projection = field(factory=Projection)
    found: list[Difference] = field(factory=list)
    entries: int = 0
    accounts: int = 0

    def verification(self) -> Verification:
        stored = self.store.projection()
        for what, problem in stored.unreadable.items():
            self.tell("unreadable", what, problem)
        digests = self._replay(stored)
        self._compare_places(digests)
        if "account" not in stored.unreadable:
            self._compare_accounts(stored)
        if "lot" not in stored.unreadable:
            self._compare_lots(stored)
        if "hold" not in stored.unreadable:
            self._compare_holds(stored)
        if "book" not in stored.unreadable:
            self.differs("closed_until", "", stored.closed_until, self.rebuilt.closed_until)
        return Verification(
            transactions=self.rebuilt.transactions,
            entries=self.entries,
            accounts=self.accounts,
            sealed=stored.sealed,
            differences=tuple(self._told()),
        )

    def _told(self) -> Iterator[Difference]:
        told = Counter[str]()
        for difference in self.found:
            told[difference.what] += 1
            if told[difference.what] <= MOST:
                yield difference
        for what, times in told.items():
            if times > MOST:
                yield Difference(what, f"+ {times - MOST}", "", "")

    def tell(self, what: str, where: object, stored: object, rebuilt: object = None) -> None:
        self.found.append(Difference(what, _shown(where), _shown(stored), _shown(rebuilt)))

    def differs(self, what: str, where: object, stored: object, rebuilt: object) -> None:
        if stored != rebuilt:
            self.tell(what, where, stored, rebuilt)

    def each(self, what: str, rows: Iterable[T]) -> Iterator[T]:
        """The rows, up to the first that cannot be read."""
        try:
            yield from rows
        except UNREADABLE as error:
            self.tell("unreadable", what, error)

    # --- the lines ----------------------------------------------------------------------------

    def _replay(self, stored: Projection) -> defaultdict[str, Any]:
        """Make everything again; answers a digest over the places of each account.

        What was not folded yet is in no statement, and moved strict accounts alone.
        """
        digests: defaultdict[str, Any] = defaultdict(hashlib.sha256)
        tree = _Tree(self)
        tail: list[Line] = []
        number = 0
        for number, line in enumerate(self.each("journal", self.store.lines()), 1):
            self.differs("number", line.id, line.number, number)
            tree.add(line)
            if number > stored.lines:
                tail.append(line)
                continue
            for place in self._apply(line):
                digests[place.account].update(_bytes(place))
        tree.finish(number)
        if stored.lines > number:
            self.tell("lines", "", stored.lines, number)
        if "book" not in stored.unreadable:
            self.differs("sealed", "", stored.sealed, tree.sealed)
        unnumbered = list(self.each("journal", self.store.unnumbered()))
        for line in unnumbered:
            if not self.store.numbers_later or line.number:
                self.tell("number", line.id, line.number)
        self.differs("waiting", "", self.store.waiting(), len(unnumbered))
        tail += unnumbered
        self._apply_tail(tail)
        return digests

    def _apply_tail(self, tail: list[Line]) -> None:
        accounts = self.rebuilt.accounts
        hot = {key: kept.posted for key, kept in accounts.items() if not kept.account.kind.strict}
        for line in tail:
            for _ in self._apply(line):
                pass
        self.accounts = len(accounts)
        for key in [key for key, kept in accounts.items() if not kept.account.kind.strict]:
            if key in hot:
                accounts[key].posted = hot[key]
            else:
                del accounts[key]

    def _apply(self, line: Line) -> Iterator[Place]:
        try:
            self._check_balanced(line)
            for place in self.rebuilt.apply(line):
                self.entries += 1
                yield place
        except UNREADABLE as error:
            self.tell("line", f"{line.number} {line.id}", repr(error))

    def _check_balanced(self, line: Line) -> None:
        if line.moves:
            totals = Counter[str]()
            for key, amount, _ in line.each_leg():
                totals[Account.parse(key).unit] += amount
            for unit, total in totals.items():
                self.differs("total", f"{line.id} {unit}", total, 0)

    # --- what is kept -------------------------------------------------------------------------

    def _compare_places(self, digests: defaultdict[str, Any]) -> None:
        stored: defaultdict[str, Any] = defaultdict(hashlib.sha256)
        for place in self.each("entry", self.store.places()):
            stored[place.account].update(_bytes(place))
        either = digests.keys() | stored.keys()
        wrong = {key for key in either if digests[key].digest() != stored[key].digest()}
        if wrong:
            self._name_places(wrong)

    def _name_places(self, wrong: set[str]) -> None:
        """Say which places of these accounts are not as they should be."""
        should: defaultdict[str, list[Place]] = defaultdict(list)
        again = Projection()
        for line in self.each("journal", self.store.lines()):
            try:
                for place in again.apply(line):
                    if place.account in wrong:
                        should[place.account].append(place)
            except UNREADABLE:
                continue  # told already
        for key in sorted(wrong, key=repr):
            told = len(self.found)
            kept = {place.sequence: place for place in self.each("entry", self.store.places(key))}
            made = {place.sequence: place for place in should[key]}
            for sequence in sorted(kept.keys() | made.keys(), key=_in_order):
                self.differs("entry", f"{key}#{sequence}", kept.get(sequence), made.get(sequence))
            if len(self.found) == told:
                self.tell("statement", key, "", "")

    def _compare_accounts(self, stored: Projection) -> None:
        for key in sorted(stored.accounts.keys() | self.rebuilt.accounts.keys(), key=repr):
            kept, made = stored.accounts.get(key), self.rebuilt.accounts.get(key)
            if kept is None or made is None:
                self.differs("account", key, kept and key, made and key)
                continue
            for a in attrs.fields(Kept):
                if a.eq:
                    what = "balance" if a.name == "posted" else a.name
                    self.differs(what, key, getattr(kept, a.name), getattr(made, a.name))

    def _compare_lots(self, stored: Projection) -> None:
        for key, expires_at in sorted(stored.lots.keys() | self.rebuilt.lots.keys(), key=repr):
            kept, made = (each.lots.get((key, expires_at)) for each in (stored, self.rebuilt))
            self.differs("lot", f"{key} {expires_at.isoformat()}", kept, made)

    def _compare_holds(self, stored: Projection) -> None:
        for id in sorted(stored.holds.keys() | self.rebuilt.holds.keys(), key=repr):
            kept, made = stored.holds.get(id), self.rebuilt.holds.get(id)
            if kept is None or made is None:
                self.differs("hold", id, kept and id, made and id)
                continue
            for a in attrs.fields(type(kept)):
                what = "hold" if a.name == "account" else f"hold_{a.name}"
                self.differs(what, id, getattr(kept, a.name), getattr(made, a.name))


class _Tree:
    """The Merkle tree, grown again beside the seals over it."""

    def __init__(self, comparison: _Comparison) -> None:
        self._comparison = comparison
        self._growth = Growth(0, comparison.store.node)
        nodes = comparison.each("node", comparison.store.nodes())
        self._nodes = {(node.level, node.index): node.hash for node in nodes}
        seals = list(comparison.each("seal", _seals(comparison.store)))
        self._open = list(reversed(seals))
        self.sealed = seals[-1].size if seals else 0
        published = comparison.published
        self._wanted = max(self.sealed, published.size if published else 0)
        previous: bytes | None = None
        for seal in seals:
            previous = self._check_note(seal, previous)
        self._hold_against_published()  # which may be over no line at all

    def _check_note(self, seal: Seal, previous: bytes | None) -> bytes | None:
        differs, key, where = self._comparison.differs, self._comparison.key, str(seal.size)
        try:
            checkpoint = seal.checkpoint
        except UNREADABLE as error:
            self._comparison.tell("note", where, seal.note, error)
            return None
        if key is not None:
            try:
                Checkpoint.open(seal.note, key)
            except GridpointsError as error:
                self._comparison.tell("note", where, seal.note, error)
        differs("seal_origin", where, checkpoint.origin, f"gridpoints/{self._comparison.community}")
        differs("seal_size", where, seal.size, checkpoint.size)
        differs("seal_root", where, seal.root, checkpoint.root)
        differs("sealed_at", where, seal.sealed_at, checkpoint.sealed_at)
        differs("previous_seal", where, checkpoint.previous, previous)
        return checkpoint.hash

    def add(self, line: Line) -> None:
        if self._growth.size >= self._wanted:
            return
        for node in self._growth.add([self._leaf(line)]):
            if self._growth.size <= self.sealed:  # no others are kept
                kept = self._nodes.pop((node.level, node.index), None)
                self._comparison.differs("node", _span(node.level, node.index), kept, node.hash)
        while self._open and self._open[-1].size == self._growth.size:
            seal = self._open.pop()
            self._comparison.differs("seal", f"1–{seal.size}", seal.root, self._growth.root())
        self._hold_against_published()

    def _hold_against_published(self) -> None:
        published = self._comparison.published
        if published is not None and published.size == self._growth.size:
            where = f"1–{published.size}"
            self._comparison.differs("checkpoint", where, published.root, self._growth.root())

    def _leaf(self, line: Line) -> bytes:
        try:
            return leaf_hash(line.sealed_bytes(self._comparison.community))
        except UNREADABLE as error:
            self._comparison.tell("line", f"{line.number} {line.id}", repr(error))
            return b""

    def finish(self, lines: int) -> None:
        for seal in self._open:
            self._comparison.tell("seal", f"1–{seal.size}", seal.size, lines)
        published = self._comparison.published
        if published is not None and published.size > self._growth.size:
            self._comparison.tell("checkpoint", f"1–{published.size}", published.size, lines)
        for (level, index), hash in sorted(self._nodes.items(), key=repr):
            self._comparison.tell("node", _span(level, index), hash)


def _seals(store: LedgerStore) -> Iterator[Seal]:
    for seal in store.seals(after=-MOST_LINES):  # also those that seal nothing
        seal.size.to_bytes(8, signed=True)  # raises for what is no number
        yield seal


def _bytes(place: Place) -> bytes:
    return f"{place.sequence} {place.number} {place.amount} {place.balance};".encode(errors="replace")


def _in_order(sequence: object) -> tuple[bool, Any]:
    """Whole numbers first, and as such."""
    return (False, sequence) if isinstance(sequence, int) else (True, repr(sequence))


def _span(level: int, index: int) -> str:
    """The lines that a node stands for."""
    if type(level) is int and type(index) is int and 0 <= level < 64:
        return f"{(index << level) + 1}–{(index + 1) << level}"
    return f"{level!r}, {index!r}"


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()[:16]
    try:
        text = (
            f"{value.amount:+} = {value.balance} ({value.number})" if isinstance(value, Place) else str(value)
        )
    except (TypeError, ValueError):  # no number, or one with thousands of digits
        return "?"
    return text.encode(errors="replace").decode()[:400]
