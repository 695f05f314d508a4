"""The tables of the ledger: accounts, holds, transactions, and their entries."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Column, UniqueConstraint, text
from sqlmodel import Field

from gridpoints.storage.sql import types
from gridpoints.storage.sql.tables.base import (
    BY_KEY,
    Amount,
    AmountOrNone,
    Bytes,
    ExactJsonOrNone,
    Instant,
    InstantOrNone,
    Key,
    NumberKey,
    Row,
    Text,
    TextOrNone,
    Whole,
    index,
    refers,
)


class AccountRow(Row, table=True):
    """An account with what its entries and open holds add up to. The id is ``str(Account)``.

    The CHECK over `posted`, `held` and `floor` is the last word on every overdraft.
    """

    __tablename__ = "gridpoints_account"
    __table_args__ = (
        refers("unit", "unit", "code"),
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("floor IS NULL OR posted - held >= floor", name="floor"),
        CheckConstraint("sequence >= 0", name="sequence"),
        BY_KEY,
    )
    id: Key
    unit: Text
    kind: Text
    owner: Text
    posted: Amount
    held: Amount
    sequence: Amount
    floor: AmountOrNone
    moved_at: InstantOrNone


class HoldRow(Row, table=True):
    """See `gridpoints.ledger.model.Hold`."""

    __tablename__ = "gridpoints_hold"
    __table_args__ = (
        refers("account_id", "account"),
        CheckConstraint("0 <= remaining AND remaining <= amount", name="remaining"),
        index(
            "account_id",
            "expires_at",
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
    )
    id: Key
    account_id: Text
    amount: Amount
    placed_at: Instant
    expires_at: Instant
    remaining: Amount
    reason: Text
    status: Text


class TransactionRow(Row, table=True):
    """A transaction and its outcome: `refusal` is the code of the error, null for one that was posted."""

    __tablename__ = "gridpoints_transaction"
    __table_args__ = (
        refers("hold_id", "hold"),
        CheckConstraint("(refusal IS NULL) = (recorded_at IS NOT NULL)", name="outcome"),
        CheckConstraint("(refusal IS NULL) = (refusal_fields IS NULL)", name="refusal"),
    )
    id: Key
    fingerprint: Bytes
    refusal: TextOrNone
    refusal_fields: ExactJsonOrNone
    kind: Text
    reason: Text
    hold_id: TextOrNone
    effective_at: Instant
    recorded_at: InstantOrNone
    data: dict[str, Any] = Field(sa_column=Column("metadata", types.Json, nullable=False))


class EntryRow(Row, table=True):
    """One leg of a posted transaction, and one line of an account's statement.

    `position` is the leg's place in the transaction, `sequence` the line's in the statement,
    `balance` what the account held after it.
    """

    __tablename__ = "gridpoints_entry"
    __table_args__ = (
        refers("account_id", "account"),
        refers("transaction_id", "transaction"),
        UniqueConstraint("community_id", "transaction_id", "position"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("sequence > 0", name="sequence"),
        BY_KEY,
    )
    account_id: Key
    sequence: NumberKey
    transaction_id: Text
    position: Whole
    amount: Amount
    balance: Amount
