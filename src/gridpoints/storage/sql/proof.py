"""What is compared with the journal, and its seals, in the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import index
from typing import Any

from sqlalchemy import BigInteger, bindparam, select

from gridpoints.errors import ConcurrentChange, InvalidInput
from gridpoints.ledger.accounts import Account, AccountKind
from gridpoints.ledger.merkle import Node
from gridpoints.ledger.replay import Kept, Place, Projection
from gridpoints.ledger.seals import Seal
from gridpoints.storage.sql import bulk, tables
from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.reading import (
    HERE,
    ID,
    accounts,
    book,
    entries,
    hold_of,
    holds_with_accounts,
    lots,
)
from gridpoints.storage.sql.statements import SqlStatements

nodes = tables.table_of(tables.NodeRow)
seals = tables.table_of(tables.SealRow)

_AFTER = bindparam("after", type_=BigInteger)
_LIMIT = bindparam("limit", type_=BigInteger)
_PAGE, _ALL = 10_000, 2**62

_ACCOUNTS = Prepared(
    select(
        accounts.c.id,
        accounts.c.unit,
        accounts.c.kind,
        accounts.c.owner,
        accounts.c.floor,
        accounts.c.posted,
        accounts.c.held,
        accounts.c.dated,
        accounts.c.moved_at,
    ).where(accounts.c.community_id == HERE)
)
_LOTS = Prepared(
    select(lots.c.account_id, lots.c.expires_at, lots.c.remaining).where(lots.c.community_id == HERE)
)
_HOLDS = Prepared(holds_with_accounts)
_BOOK = Prepared(select(book.c.folded, book.c.sealed, book.c.closed_until).where(book.c.community_id == HERE))
_places = select(
    entries.c.account_id, entries.c.sequence, entries.c.number, entries.c.amount, entries.c.balance
).where(entries.c.community_id == HERE)
_PLACES = Prepared(
    _places.where(
        (entries.c.account_id > ID) | ((entries.c.account_id == ID) & (entries.c.sequence > _AFTER))
    )
    .order_by(entries.c.account_id, entries.c.sequence)
    .limit(_LIMIT)
)
_PLACES_OF = Prepared(
    _places.where(entries.c.account_id == ID, entries.c.sequence > _AFTER)
    .order_by(entries.c.sequence)
    .limit(_LIMIT)
)
_seals = select(seals.c.size, seals.c.root, seals.c.sealed_at, seals.c.note).where(
    seals.c.community_id == HERE
)
_SEALS = Prepared(_seals.where(seals.c.size > _AFTER).order_by(seals.c.size).limit(_LIMIT))
_LAST_SEAL = Prepared(_seals.order_by(seals.c.size.desc()).limit(1))
_ADD_SEAL = bulk.insert(seals, new_only=True)
_SIGN_SEAL = bulk.update_of(seals, ["note"])
_SEALED = bulk.update_of(book, ["sealed"])
_ADD_NODES = bulk.insert(nodes)
_nodes = select(nodes.c.level, nodes.c.index, nodes.c.hash).where(nodes.c.community_id == HERE)
_NODES = Prepared(_nodes.order_by(nodes.c.level, nodes.c.index))
_NODE = Prepared(
    _nodes.where(
        nodes.c.level == bindparam("level", type_=BigInteger),
        nodes.c.index == bindparam("index", type_=BigInteger),
    )
)


class SqlProof(SqlStatements):
    """What a ledger is proved with, in an open transaction."""

    def projection(self) -> Projection:
        projection = Projection()
        for what, read in (
            ("account", self._read_accounts),
            ("lot", self._read_lots),
            ("hold", self._read_holds),
            ("book", self._read_book_of),
        ):
            try:
                read(projection)
            except (ArithmeticError, AttributeError, InvalidInput, TypeError, ValueError) as error:
                projection.unreadable[what] = str(error)
        return projection

    def _read_accounts(self, projection: Projection) -> None:
        for key, unit, kind, owner, *kept in self.rows(_ACCOUNTS):
            projection.accounts[key] = Kept(Account(unit, AccountKind(kind), owner), *kept)

    def _read_lots(self, projection: Projection) -> None:
        for key, expires_at, remaining in self.rows(_LOTS):
            projection.lots[key, expires_at] = remaining

    def _read_holds(self, projection: Projection) -> None:
        projection.holds = {hold.id: hold for hold in map(hold_of, self.rows(_HOLDS))}

    def _read_book_of(self, projection: Projection) -> None:
        for lines, sealed, closed_until in self.rows(_BOOK):
            projection.lines, projection.sealed = index(lines), sealed
            projection.closed_until = closed_until

    def places(self, account: str | None = None) -> Iterator[Place]:
        key, after = account or "", -(2**63)
        statement = _PLACES if account is None else _PLACES_OF
        while True:
            rows = self.rows(statement, id=key, after=after, limit=_PAGE)
            yield from (Place(*row) for row in rows)
            if len(rows) < _PAGE:
                return
            key, after = rows[-1][0], rows[-1][1]

    def seals(self, after: int = 0, limit: int | None = None) -> list[Seal]:
        rows = self.rows(_SEALS, after=after, limit=_ALL if limit is None else limit)
        return [_seal(row) for row in rows]

    def last_seal(self) -> Seal | None:
        return next(map(_seal, self.rows(_LAST_SEAL)), None)

    def add_seal(self, seal: Seal, nodes: Sequence[Node]) -> None:
        values: bulk.Columns = {
            "size": [seal.size],
            "root": [seal.root],
            "sealed_at": [seal.sealed_at],
            "note": [seal.note],
        }
        if not (seal.follows(self.last_seal()) and _ADD_SEAL.run(self.connection, self.community, values)()):
            raise ConcurrentChange(kind="seal", id=str(seal.size))
        new: bulk.Columns = {
            "level": [node.level for node in nodes],
            "index": [node.index for node in nodes],
            "hash": [node.hash for node in nodes],
        }
        _ADD_NODES.run(self.connection, self.community, new)
        _SEALED.run(self.connection, self.community, {"sealed": [seal.size]})

    def sign_seal(self, seal: Seal) -> None:
        _SIGN_SEAL.run(self.connection, self.community, {"note": [seal.note], "size": [seal.size]})

    def nodes(self) -> Iterator[Node]:
        for level, place, hash in self.rows(_NODES):
            yield Node(level, place, bytes(hash))

    def node(self, level: int, index: int) -> bytes:
        [(_, _, hash)] = self.rows(_NODE, level=level, index=index)
        return bytes(hash)


def _seal(row: Sequence[Any]) -> Seal:
    size, root, sealed_at, note = row
    return Seal(size, bytes(root), sealed_at, note)
