"""What was given: accounts (账户), transactions with their legs (分录), holds (冻结).

Amounts are ints in the smallest part of their unit. An account's balance is the sum of its
entries; it is kept beside them so that it can be read at once, and `Ledger.verify` rebuilds it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from attrs import field, frozen

from gridpoints.errors import (
    BadLegAmount,
    GridpointsError,
    MetadataUnusable,
    TransactionEmpty,
    TransactionUnbalanced,
)
from gridpoints.values import LONGEST_DERIVED, can_be_stored, check_identifier, check_instant, check_text

#: Largest amount of one leg: 15 digits fit a double, so that no export loses one.
MOST_AMOUNT = 10**15 - 1
#: Most bytes of metadata, as JSON, that one transaction carries.
MOST_METADATA = 16_384


class AccountKind(StrEnum):
    """Whose account it is. The last four are the community's own."""

    MEMBER = "member"
    HOUSEHOLD = "household"
    MERCHANT = "merchant"
    FUND = "fund"
    ISSUANCE = "issuance"
    SETTLED = "settled"
    EXPIRY = "expiry"
    FEES = "fees"

    @property
    def floor(self) -> int | None:
        """The lowest balance the database lets it have; None: it may go below any figure."""
        return None if self is AccountKind.ISSUANCE else 0


@frozen(order=True)
class Account:
    """Names an account; it is opened by its first use. `owner` is empty for the community's own.

    ``str(account)`` is its key in the store: ``points/member/0190…``.
    """

    unit: str
    kind: AccountKind
    owner: str = ""

    @classmethod
    def member(cls, id: str, unit: str) -> Account:
        """A member's account."""
        return cls(unit, AccountKind.MEMBER, id)

    @classmethod
    def merchant(cls, id: str, unit: str) -> Account:
        """A merchant's account: the points it took and was not paid for yet."""
        return cls(unit, AccountKind.MERCHANT, id)

    @classmethod
    def issuance(cls, unit: str) -> Account:
        """Where points come from. Its balance is minus all that was ever issued."""
        return cls(unit, AccountKind.ISSUANCE)

    @classmethod
    def settled(cls, unit: str) -> Account:
        """Where points go when a merchant is paid for them."""
        return cls(unit, AccountKind.SETTLED)

    def __str__(self) -> str:
        return f"{self.unit}/{self.kind}/{self.owner}" if self.owner else f"{self.unit}/{self.kind}"

    @classmethod
    def parse(cls, key: str) -> Account:
        """The account whose ``str`` is `key`."""
        unit, kind, *owner = key.split("/", 2)
        return cls(unit, AccountKind(kind), owner[0] if owner else "")


@frozen
class Leg:
    """One side of a transaction: `amount` is added to `account` (below 0: taken from it)."""

    account: Account
    amount: int


def _legs(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    return tuple(legs)


@frozen
class Transaction:
    """Points that move, all or none. `id` is the client's: sent twice, it is posted once.

    `kind` says what sort of act it is (``award``, ``redemption``, ``settlement`` …), `reason` names
    the act in the community's words or codes, `metadata` whatever a reader may need, as JSON.
    `effective_at` is when the act was done; None means: when it was recorded. `hold` names the
    hold that the transaction captures from.
    """

    id: str
    legs: tuple[Leg, ...] = field(converter=_legs)
    effective_at: datetime | None = None
    kind: str = "adjustment"
    reason: str = ""
    metadata: Mapping[str, Any] = field(factory=dict, hash=False)
    hold: str | None = None

    def check(self) -> Transaction:
        """Return it with its instant in UTC; raise what is wrong with it by itself."""
        check_identifier("transaction", self.id, longest=LONGEST_DERIVED)
        check_identifier("kind", self.kind)
        if self.reason:
            check_text("reason", self.reason)
        if not self.legs:
            raise TransactionEmpty(transaction=self.id)
        totals: dict[str, int] = {}
        for leg in self.legs:
            if type(leg.amount) is not int or not 0 < abs(leg.amount) <= MOST_AMOUNT:
                raise BadLegAmount(transaction=self.id, account=str(leg.account), amount=str(leg.amount)[:40])
            check_identifier("account", str(leg.account), longest=LONGEST_DERIVED)
            totals[leg.account.unit] = totals.get(leg.account.unit, 0) + leg.amount
        for unit, total in totals.items():
            if total:
                raise TransactionUnbalanced(transaction=self.id, unit=unit, total=total)
        self.metadata_json()
        if self.effective_at is not None:
            check_instant("effective_at", self.effective_at)
        return self

    def metadata_json(self) -> str:
        """The metadata as canonical JSON: sorted, without blanks; raises `MetadataUnusable`."""
        problem = "it is too large"
        try:
            text = json.dumps(
                _exact(self.metadata),
                ensure_ascii=False,
                sort_keys=True,
                separators=(",", ":"),
                allow_nan=False,
            )
            if len(text.encode()) <= MOST_METADATA:
                return text
        except (TypeError, ValueError, RecursionError) as error:
            problem = str(error)[:200].encode("ascii", "replace").decode()
        raise MetadataUnusable(transaction=self.id, problem=problem, most=MOST_METADATA)

    def fingerprint(self) -> bytes:
        """SHA-256 over everything the client sent: tells a repetition from a conflict."""
        body = [
            self.kind,
            self.reason,
            self.hold,
            self.effective_at and check_instant("effective_at", self.effective_at).isoformat(),
            [[str(leg.account), leg.amount] for leg in self.legs],
            self.metadata_json(),
        ]
        return hashlib.sha256(json.dumps(body, separators=(",", ":")).encode()).digest()


def _exact(value: Any) -> Any:
    """`value` with floats refused: a stored figure must come back as it went in."""
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"the key {key!r} is not text")
        return {_exact(key): _exact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_exact(item) for item in value]
    if isinstance(value, str) and not can_be_stored(value):
        raise ValueError(f"{value[:40]!r} holds NUL or half a character")
    if value is None or isinstance(value, str | bool | int):
        return value
    raise TypeError(f"{value!r} of type {type(value).__name__}")


@frozen
class Posted:
    """The transaction stands in the ledger since `recorded_at`."""

    transaction: str
    recorded_at: datetime


@frozen
class Rejected:
    """The transaction was refused, for good under this id, with `error`; nothing moved."""

    transaction: str
    error: GridpointsError


#: What became of one transaction of a batch.
Outcome = Posted | Rejected


@frozen
class Balance:
    """What an account holds: `posted` of which `held` is set aside for holds."""

    account: Account
    posted: int = 0
    held: int = 0

    @property
    def available(self) -> int:
        """What can be spent now."""
        return self.posted - self.held


@frozen
class Entry:
    """One line of an account's statement, with the transaction it belongs to.

    `sequence` counts the account's entries from 1 without gaps; `balance` is what the account
    held after this one.
    """

    account: Account
    sequence: int
    amount: int
    balance: int
    transaction: str
    kind: str
    reason: str
    effective_at: datetime
    recorded_at: datetime
    metadata: Mapping[str, Any] = field(factory=dict, hash=False)


class HoldStatus(StrEnum):
    """An open hold past its `expires_at` counts as expired at once, swept or not."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


@frozen
class Hold:
    """Points set aside on `account` until they are captured, released, or `expires_at`.

    `remaining` is what can still be captured; after the last capture, 0.
    """

    id: str
    account: Account
    amount: int
    placed_at: datetime
    expires_at: datetime
    remaining: int
    reason: str = ""
    status: HoldStatus = HoldStatus.OPEN

    def status_at(self, now: datetime) -> HoldStatus:
        """`status`, but expired for an open hold whose time is over."""
        return (
            HoldStatus.EXPIRED if self.status is HoldStatus.OPEN and self.expires_at <= now else self.status
        )

    def same_request(self, other: Hold) -> bool:
        """Whether `other` asks for the same points on the same account."""
        return (self.account, self.amount, self.reason) == (other.account, other.amount, other.reason)


@frozen
class Totals:
    """Entries of one account, by transaction kind: how many, and what they add up to."""

    kind: str
    entries: int
    amount: int


@frozen
class Flow:
    """What moved on accounts of one kind: `entries` of `kind` for `reason`, adding up to `amount`."""

    account_kind: AccountKind
    kind: str
    reason: str
    entries: int
    amount: int


@frozen
class TrialLine:
    """One line of the trial balance (试算平衡): all accounts of a unit and kind together."""

    unit: str
    kind: AccountKind
    accounts: int
    posted: int
    held: int


@frozen
class Difference:
    """Something that `Ledger.verify` found: `what` differs at `where`."""

    what: str
    where: str
    stored: str
    rebuilt: str


@frozen
class Verification:
    """The result of rebuilding every balance from its entries."""

    transactions: int
    entries: int
    accounts: int
    differences: tuple[Difference, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every figure was found as it should be."""
        return not self.differences
