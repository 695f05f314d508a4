"""The tables of the ledger: the journal, what its lines come to, and its seals.

The journal is all there is to know. Everything below `JournalRow` but the seals can be made again
from it.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column
from sqlmodel import Field

from gridpoints.storage.sql import types
from gridpoints.storage.sql.tables.base import (
    BY_KEY,
    Amount,
    AmountOrNone,
    Bytes,
    Instant,
    InstantKey,
    InstantOrNone,
    Key,
    NumberKey,
    Row,
    Text,
    TextOrNone,
    index,
    refers,
    where,
)


class JournalRow(Row, table=True):
    """See `gridpoints.ledger.journal.Line`. Rows are added, never changed.

    But for `number`, on PostgreSQL: there, those who post at once cannot agree on the order without
    waiting for each other, so that it is null until what was committed is numbered. Until then, `writer`
    is the transaction that wrote the line; of SQLite's it is always null.
    """

    __tablename__ = "gridpoints_journal"
    __table_args__ = (
        index("number", unique=True, **where("number IS NOT NULL")),
        index("writer", **where("writer IS NOT NULL")),
        index("subject", **where("subject IS NOT NULL")),
        index("act", "effective_at", **where("act IN ('close', 'debt')")),
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("(number IS NULL) = (writer IS NOT NULL)", name="writer").ddl_if("postgresql"),
        CheckConstraint("(refusal IS NULL) = (refusal_fields IS NULL)", name="refusal"),
    )
    number: AmountOrNone
    id: Key
    act: Text
    kind: Text
    reason: Text
    subject: TextOrNone
    effective_at: Text
    recorded_at: Text
    legs: Text
    lots: TextOrNone
    data: str = Field(sa_column=Column("metadata", types.Text, nullable=False))
    refusal: TextOrNone
    refusal_fields: TextOrNone
    writer: int | None = Field(
        sa_column=Column(types.Amount, nullable=True, server_default=types.this_transaction())
    )


class BookRow(Row, table=True):
    """What a ledger has one of.

    The statements are complete up to line `folded`, the journal is sealed up to line `sealed`, and nothing
    is posted that was done before `closed_until`.
    """

    __tablename__ = "gridpoints_book"
    folded: Amount
    sealed: Amount
    closed_until: InstantOrNone


class AccountRow(Row, table=True):
    """An account with what its lines add up to. The id is ``Account.key``.

    `dated` is what its dated lots add up to. The figures of strict accounts move with every line, those
    of hot ones when lines are folded; only `fold`, one at a time, writes these rows.
    The CHECK over `posted`, `held` and `floor` is the last word on every overdraft.
    """

    __tablename__ = "gridpoints_account"
    __table_args__ = (
        refers("unit", "unit", "code"),
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("dated >= 0", name="dated"),
        CheckConstraint("floor IS NULL OR posted - held >= floor", name="floor"),
        BY_KEY,
    )
    id: Key
    unit: Text
    kind: Text
    owner: Text
    floor: AmountOrNone
    posted: Amount
    held: Amount
    dated: Amount
    moved_at: InstantOrNone


class LotRow(Row, table=True):
    """See `gridpoints.ledger.accounts.Lot`: those that expire. A lot that is used up stays, at 0."""

    __tablename__ = "gridpoints_lot"
    __table_args__ = (
        refers("account_id", "account"),
        index("expires_at", "account_id", **where("remaining > 0")),
        CheckConstraint("remaining >= 0", name="remaining"),
        BY_KEY,
    )
    account_id: Key
    expires_at: InstantKey
    remaining: Amount


class HoldRow(Row, table=True):
    """See `gridpoints.ledger.accounts.Hold`."""

    __tablename__ = "gridpoints_hold"
    __table_args__ = (
        refers("account_id", "account"),
        CheckConstraint("0 <= remaining AND remaining <= amount", name="remaining"),
        index("account_id", "expires_at", **where("status = 'open'")),
    )
    id: Key
    account_id: Text
    amount: Amount
    placed_at: Instant
    expires_at: Instant
    remaining: Amount
    reason: Text
    status: Text


class EntryRow(Row, table=True):
    """See `gridpoints.ledger.replay.Place`: one leg, and one line of an account's statement."""

    __tablename__ = "gridpoints_entry"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("sequence > 0", name="sequence"),
        BY_KEY,
    )
    account_id: Key
    sequence: NumberKey
    number: Amount
    amount: Amount
    balance: Amount


class NodeRow(Row, table=True):
    """See `gridpoints.ledger.seals.Node`."""

    __tablename__ = "gridpoints_node"
    __table_args__ = (BY_KEY,)
    level: NumberKey
    index: NumberKey
    hash: Bytes


class SealRow(Row, table=True):
    """See `gridpoints.ledger.seals.Seal`."""

    __tablename__ = "gridpoints_seal"
    size: NumberKey
    root: Bytes
    sealed_at: Instant
    note: Text
