"""Verification (核对): everything is made again from the journal and compared with what is kept.

Whoever changes, removes, adds or moves one row behind the library's back is found: a line by the
seals over it and by what it comes to, anything else by the lines.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import attrs
from attrs import define, field

from gridpoints.errors import GridpointsError
from gridpoints.ledger.accounts import Account
from gridpoints.ledger.journal import Line
from gridpoints.ledger.merkle import Growth, Node, leaf_hash
from gridpoints.ledger.model import Difference, Verification
from gridpoints.ledger.replay import Kept, Place, Projection
from gridpoints.ledger.seals import Seal
from gridpoints.storage.ledger_port import LedgerStore

#: So many differences of one sort are told; that there are more, is.
MOST = 100
#: What a line that somebody changed may bring about.
_UNREADABLE = (AttributeError, GridpointsError, LookupError, TypeError, ValueError)


def verify(store: LedgerStore, community: str) -> Verification:
    """Read the whole ledger and compare it with itself; what was not folded counts as missing."""
    return _Comparison(store, community).verification()


@define
class _Comparison:
    store: LedgerStore
    community: str
    rebuilt: Projection = field(factory=Projection)
    found: list[Difference] = field(factory=list)
    entries: int = 0

    def verification(self) -> Verification:
        stored = self.store.projection()
        digests = self._replay()
        self._compare_places(digests)
        self._compare_accounts(stored)
        self._compare_lots(stored)
        self._compare_holds(stored)
        self.differs("lines", "", stored.lines, self.rebuilt.lines)
        self.differs("closed_until", "", stored.closed_until, self.rebuilt.closed_until)
        last = self.store.last_seal()
        self.differs("sealed", "", stored.sealed, last.size if last else 0)
        return Verification(
            transactions=self.rebuilt.transactions,
            entries=self.entries,
            accounts=len(self.rebuilt.accounts),
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

    def differs(self, what: str, where: str, stored: Any, rebuilt: Any) -> None:
        if stored != rebuilt:
            self.found.append(Difference(what, where, _shown(stored), _shown(rebuilt)))

    # --- the lines ----------------------------------------------------------------------------

    def _replay(self) -> dict[str, Any]:
        """Make everything again; answers a digest over the places of each account."""
        digests: defaultdict[str, Any] = defaultdict(hashlib.sha256)
        tree = _Tree(self)
        number = 0
        for number, line in enumerate(self.store.lines(), 1):
            self.differs("number", line.id, line.number, number)
            tree.add(line)
            try:
                self._check_balanced(line)
                for place in self.rebuilt.apply(line):
                    digests[place.account].update(b"%d %d %d %d;" % place[1:])
                    self.entries += 1
            except _UNREADABLE as error:
                self.found.append(Difference("line", f"{line.number} {line.id}", repr(error)[:80], ""))
        tree.finish(number)
        return digests

    def _check_balanced(self, line: Line) -> None:
        if line.moves:
            totals = Counter[str]()
            for key, amount, _ in line.each_leg():
                totals[Account.parse(key).unit] += amount
            for unit, total in totals.items():
                self.differs("total", f"{line.id} {unit}", total, 0)

    # --- what is kept -------------------------------------------------------------------------

    def _compare_places(self, digests: dict[str, Any]) -> None:
        stored: defaultdict[str, Any] = defaultdict(hashlib.sha256)
        for place in self.store.places():
            stored[place.account].update(b"%d %d %d %d;" % place[1:])
        wrong = {
            key
            for key in digests.keys() | stored.keys()
            if key not in digests or key not in stored or digests[key].digest() != stored[key].digest()
        }
        if wrong:
            self._name_places(wrong)

    def _name_places(self, wrong: set[str]) -> None:
        """Say which places of these accounts are not as they should be."""
        should: defaultdict[str, list[Place]] = defaultdict(list)
        again = Projection()
        for line in self.store.lines():
            try:
                for place in again.apply(line):
                    if place.account in wrong:
                        should[place.account].append(place)
            except _UNREADABLE:
                continue  # told already
        for key in sorted(wrong):
            kept = {place.sequence: place for place in self.store.places(key)}
            made = {place.sequence: place for place in should[key]}
            for sequence in sorted(kept.keys() | made.keys()):
                self.differs("entry", f"{key}#{sequence}", kept.get(sequence), made.get(sequence))

    def _compare_accounts(self, stored: Projection) -> None:
        for key in sorted(stored.accounts.keys() | self.rebuilt.accounts.keys()):
            kept, made = stored.accounts.get(key), self.rebuilt.accounts.get(key)
            if kept is None or made is None:
                self.differs("account", key, kept and key, made and key)
                continue
            for a in attrs.fields(Kept):
                if a.eq:
                    what = "balance" if a.name == "posted" else a.name
                    self.differs(what, key, getattr(kept, a.name), getattr(made, a.name))

    def _compare_lots(self, stored: Projection) -> None:
        for key, expires_at in sorted(stored.lots.keys() | self.rebuilt.lots.keys()):
            kept, made = (each.lots.get((key, expires_at), 0) for each in (stored, self.rebuilt))
            self.differs("lot", f"{key} {expires_at.isoformat()}", kept, made)
        dated = Counter[str]()
        for (key, _), remaining in self.rebuilt.lots.items():
            dated[key] += remaining
        for key, kept_account in stored.accounts.items():
            self.differs("dated", key, kept_account.dated, dated[key])

    def _compare_holds(self, stored: Projection) -> None:
        for id in sorted(stored.holds.keys() | self.rebuilt.holds.keys()):
            kept, made = stored.holds.get(id), self.rebuilt.holds.get(id)
            if kept is None or made is None:
                self.differs("hold", id, kept and id, made and id)
                continue
            for a in attrs.fields(type(kept)):
                what = "hold" if a.name in ("id", "account") else f"hold_{a.name}"
                self.differs(what, id, getattr(kept, a.name), getattr(made, a.name))


class _Tree:
    """The Merkle tree, grown again beside the seals over it."""

    def __init__(self, comparison: _Comparison) -> None:
        self._comparison = comparison
        self._growth = Growth(0, comparison.store.node)
        self._nodes = {(node.level, node.index): node.hash for node in comparison.store.nodes()}
        self._seals = list(comparison.store.seals())
        self._open = list(reversed(self._seals))
        self._sealed = self._seals[-1].size if self._seals else 0
        previous: bytes | None = None
        for seal in self._seals:
            previous = self._check_note(seal, previous)

    def _check_note(self, seal: Seal, previous: bytes | None) -> bytes | None:
        differs = self._comparison.differs
        try:
            checkpoint = seal.checkpoint
        except GridpointsError as error:
            differs("note", str(seal.size), seal.note[:80], str(error)[:80])
            return None
        where = str(seal.size)
        differs("seal_origin", where, checkpoint.origin, f"gridpoints/{self._comparison.community}")
        differs("seal_size", where, seal.size, checkpoint.size)
        differs("seal_root", where, seal.root, checkpoint.root)
        differs("sealed_at", where, seal.sealed_at, checkpoint.sealed_at)
        differs("previous_seal", where, checkpoint.previous, previous)
        return checkpoint.hash

    def add(self, line: Line) -> None:
        if self._growth.size >= self._sealed:
            return
        for node in self._growth.add([leaf_hash(line.sealed_bytes(self._comparison.community))]):
            self._check_node(node)
        while self._open and self._open[-1].size == self._growth.size:
            seal = self._open.pop()
            self._comparison.differs("seal", f"1–{seal.size}", seal.root, self._growth.root())

    def _check_node(self, node: Node) -> None:
        first, count = node.index << node.level, 1 << node.level
        kept = self._nodes.pop((node.level, node.index), None)
        self._comparison.differs("node", f"{first + 1}–{first + count}", kept, node.hash)

    def finish(self, lines: int) -> None:
        for seal in self._open:
            self._comparison.differs("seal", f"1–{seal.size}", seal.size, lines)
        for level, index in sorted(self._nodes):
            where = f"{(index << level) + 1}–{(index + 1) << level}"
            self._comparison.differs("node", where, self._nodes[level, index], None)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.hex()[:16]
    if isinstance(value, Place):
        return f"{value.amount:+} = {value.balance} ({value.number})"
    return str(value)[:80]
