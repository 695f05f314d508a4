"""The proof of the ledger: every figure that is kept is rebuilt from the entries, in the database.

Each statement answers the places where the two differ, with what is stored and what was rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
)

from gridpoints.ledger.model import Difference, HoldStatus, Verification
from gridpoints.storage.sql import tables
from gridpoints.storage.sql.types import Text

accounts = tables.table_of(tables.AccountRow)
holds = tables.table_of(tables.HoldRow)
transactions = tables.table_of(tables.TransactionRow)
entries = tables.table_of(tables.EntryRow)

_HERE = bindparam("community", type_=Text)
_no_entries = literal(0, BigInteger)


def _total(amount: ColumnElement[int]) -> ColumnElement[int]:
    return func.sum(amount).cast(BigInteger)


def _numbered() -> Any:
    """Every entry with its place in its account, the sum up to it, and when the one before was made."""
    account: dict[str, Any] = {"partition_by": entries.c.account_id, "order_by": entries.c.sequence}
    return (
        select(
            entries.c.account_id,
            entries.c.sequence,
            entries.c.balance,
            transactions.c.recorded_at,
            func.row_number().over(**account).label("place"),
            func.sum(entries.c.amount).over(**account).cast(BigInteger).label("running"),
            func.lag(transactions.c.recorded_at).over(**account).label("before"),
        )
        .select_from(
            entries.outerjoin(
                transactions,
                and_(
                    transactions.c.community_id == entries.c.community_id,
                    transactions.c.id == entries.c.transaction_id,
                ),
            )
        )
        .where(entries.c.community_id == _HERE)
        .subquery()
    )


def _line_differs(stored: str, rebuilt: str) -> Select[Any]:
    line = _numbered()
    place = line.c.account_id + "#" + line.c.place.cast(Text)
    kept, should = line.c[stored], line.c[rebuilt]
    differs = kept < should if rebuilt == "before" else kept != should
    return select(place, kept, should).where(differs).order_by(line.c.account_id, line.c.place)


def _account_differs(stored: str, rebuilt: Select[Any]) -> Select[Any]:
    """`rebuilt` answers a figure by account; an account it leaves out should have 0."""
    by_account = rebuilt.subquery()
    figure = func.coalesce(by_account.c.figure, _no_entries)
    return (
        select(accounts.c.id, accounts.c[stored], figure)
        .select_from(accounts.outerjoin(by_account, by_account.c.account_id == accounts.c.id))
        .where(accounts.c.community_id == _HERE, accounts.c[stored] != figure)
        .order_by(accounts.c.id)
    )


def _of_entries(figure: ColumnElement[int]) -> Select[Any]:
    return (
        select(entries.c.account_id, figure.label("figure"))
        .where(entries.c.community_id == _HERE)
        .group_by(entries.c.account_id)
    )


def _set_aside() -> Select[Any]:
    return (
        select(holds.c.account_id, _total(holds.c.remaining).label("figure"))
        .where(holds.c.community_id == _HERE, holds.c.status == HoldStatus.OPEN.value)
        .group_by(holds.c.account_id)
    )


def _unbalanced() -> Select[Any]:
    total = _total(entries.c.amount)
    where = (entries.c.transaction_id, accounts.c.unit)
    return (
        select(where[0] + " " + where[1], total, _no_entries)
        .select_from(
            entries.join(
                accounts,
                and_(
                    accounts.c.community_id == entries.c.community_id, accounts.c.id == entries.c.account_id
                ),
            )
        )
        .where(entries.c.community_id == _HERE)
        .group_by(*where)
        .having(func.sum(entries.c.amount) != 0)
        .order_by(*where)
    )


def _entered() -> Any:
    """How many entries each transaction has."""
    return (
        select(entries.c.transaction_id, func.count().label("entries"))
        .where(entries.c.community_id == _HERE)
        .group_by(entries.c.transaction_id)
        .subquery()
    )


def _posted_without_legs() -> Select[Any]:
    entered = _entered()
    found = func.coalesce(entered.c.entries, _no_entries)
    return (
        select(transactions.c.id, literal("2 or more"), found)
        .select_from(transactions.outerjoin(entered, entered.c.transaction_id == transactions.c.id))
        .where(transactions.c.community_id == _HERE, transactions.c.refusal.is_(None), found < 2)
        .order_by(transactions.c.id)
    )


def _entered_but_not_posted() -> Select[Any]:
    entered = _entered()
    posted = and_(transactions.c.community_id == _HERE, transactions.c.id == entered.c.transaction_id)
    return (
        select(entered.c.transaction_id, literal(""), entered.c.entries)
        .select_from(entered.outerjoin(transactions, posted))
        .where(or_(transactions.c.id.is_(None), transactions.c.refusal.is_not(None)))
        .order_by(entered.c.transaction_id)
    )


def _captured_differently() -> Select[Any]:
    """What remains of a hold against its amount less what its transactions took from its account."""
    taken = -func.sum(entries.c.amount)
    by_transaction = (
        select(transactions.c.hold_id, case((taken > 0, taken), else_=0).label("taken"))
        .select_from(
            transactions.join(
                holds,
                and_(
                    holds.c.community_id == transactions.c.community_id, holds.c.id == transactions.c.hold_id
                ),
            ).join(
                entries,
                and_(
                    entries.c.community_id == transactions.c.community_id,
                    entries.c.transaction_id == transactions.c.id,
                    entries.c.account_id == holds.c.account_id,
                ),
            )
        )
        .where(transactions.c.community_id == _HERE)
        .group_by(transactions.c.hold_id, transactions.c.id)
        .subquery()
    )
    captured = (
        select(by_transaction.c.hold_id, _total(by_transaction.c.taken).label("figure"))
        .group_by(by_transaction.c.hold_id)
        .subquery()
    )
    rebuilt = holds.c.amount - func.coalesce(captured.c.figure, _no_entries)
    return (
        select(holds.c.id, holds.c.remaining, rebuilt)
        .select_from(holds.outerjoin(captured, captured.c.hold_id == holds.c.id))
        .where(holds.c.community_id == _HERE, holds.c.remaining != rebuilt)
        .order_by(holds.c.id)
    )


#: What is compared, by the name it has in a `Difference`.
_CHECKS: Mapping[str, Select[Any]] = {
    "sequence": _line_differs("sequence", "place"),
    "running_balance": _line_differs("balance", "running"),
    "recorded_at": _line_differs("recorded_at", "before"),
    "balance": _account_differs("posted", _of_entries(_total(entries.c.amount))),
    "last_sequence": _account_differs("sequence", _of_entries(func.count())),
    "held": _account_differs("held", _set_aside()),
    "total": _unbalanced(),
    "legs": _posted_without_legs(),
    "transaction": _entered_but_not_posted(),
    "remaining": _captured_differently(),
}

_COUNTS = select(
    select(func.count())
    .where(transactions.c.community_id == _HERE, transactions.c.refusal.is_(None))
    .scalar_subquery(),
    select(func.count()).where(entries.c.community_id == _HERE).scalar_subquery(),
    select(func.count()).where(accounts.c.community_id == _HERE).scalar_subquery(),
)


def verify(connection: Connection, community: str) -> Verification:
    """Run every check on one community."""
    here = {"community": community}
    posted, lines, opened = connection.execute(_COUNTS, here).one()
    with _reading_all(connection):
        differences = tuple(
            Difference(what, where, str(stored), str(rebuilt))
            for what, check in _CHECKS.items()
            for where, stored, rebuilt in connection.execute(check, here)
        )
    return Verification(posted, lines, opened, differences)


@contextmanager
def _reading_all(connection: Connection) -> Iterator[None]:
    """Keep PostgreSQL from looking up every row by itself, or summing up again for every account.

    It would, for a community that is newer than its statistics and therefore thought to be small.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.exec_driver_sql("SET LOCAL enable_nestloop = off")
    yield
    connection.exec_driver_sql("SET LOCAL enable_nestloop = DEFAULT")
