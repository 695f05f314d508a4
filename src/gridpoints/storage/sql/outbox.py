"""The outbox in the database: the table of changes, read by number.

On SQLite, whoever writes is alone, and a change gets its number as it is written. On PostgreSQL
that would make all writers wait for one another; there, whoever reads numbers first what was
committed since.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, Select, bindparam, func, select, update

from gridpoints.records import Change
from gridpoints.storage.sql import tables
from gridpoints.storage.sql.codec import RowCodec
from gridpoints.storage.sql.prepared import Prepared
from gridpoints.storage.sql.types import Text

_changes = tables.table_of(tables.changes.ChangeRow)
_communities = tables.table_of(tables.CommunityRow)
_HERE = bindparam("community", type_=Text)
_AFTER = bindparam("after", type_=BigInteger)
_LIMIT = bindparam("limit", type_=BigInteger)
_here = _changes.c.community_id == _HERE

_LAST = Prepared(
    select(_changes.c.number)
    .where(_here, _changes.c.number.is_not(None))
    .order_by(_changes.c.number.desc())
    .limit(1)
)
_WAITING = Prepared(select(_changes.c.id).where(_here, _changes.c.number.is_(None)).limit(1))
_ONE_READER = Prepared(
    select(_communities.c.community_id)
    .where(_communities.c.community_id == _HERE)
    .with_for_update(key_share=True)
)


def _in_order() -> Select[Any]:
    """What waits, each with its place: by time, and the versions of one record one after another.

    The clocks of two machines may differ by more than lies between two changes of a record. As the
    second waited for the first to be committed, it is never here without it.
    """
    at = func.max(_changes.c.at).over(
        partition_by=[_changes.c.kind, _changes.c.subject], order_by=_changes.c.version
    )
    not_before = (
        select(_changes.c.id, _changes.c.version, at.label("at"))
        .where(_here, _changes.c.number.is_(None))
        .subquery()
    )
    order = [not_before.c.at, not_before.c.version, not_before.c.id]
    return select(not_before.c.id, func.row_number().over(order_by=order).label("place"))


_waiting = _in_order().subquery("waiting")
_NUMBER = Prepared(
    update(_changes)
    .values(number=bindparam("last", type_=BigInteger) + _waiting.c.place)
    .where(_here, _changes.c.id == _waiting.c.id)
)


class SqlOutbox:
    """A `gridpoints.storage.port.Outbox` in an open transaction."""

    def __init__(self, connection: Connection, community: str, codec: RowCodec[Change]) -> None:
        self._connection = connection
        self._community = community
        self._codec = codec

    def numbers(self, count: int) -> Sequence[int | None]:
        """The numbers of so many changes that are about to be written."""
        if self._connection.dialect.name != "sqlite":
            return [None] * count
        last = self._last()
        return range(last + 1, last + count + 1)

    def read(self, after: int, limit: int) -> list[tuple[int, Change]]:
        statement = (
            select(_changes.c.number, *self._codec.columns)
            .where(_here, _changes.c.number > _AFTER)
            .order_by(_changes.c.number)
            .limit(_LIMIT)
        )
        values = {"community": self._community, "after": after, "limit": limit}
        rows = self._connection.execute(statement, values).all()
        return [(number, self._codec.record(row)) for number, *row in rows]

    def waits(self) -> bool:
        return bool(_WAITING.rows(self._connection, community=self._community))

    def number(self) -> None:
        _ONE_READER.rows(self._connection, community=self._community)
        _NUMBER.run(self._connection, community=self._community, last=self._last())

    def _last(self) -> int:
        return next((number for (number,) in _LAST.rows(self._connection, community=self._community)), 0)
