"""What was given: transactions with their legs (分录), their outcomes, and what is read from them.

Amounts are ints in the smallest part of their unit. Accounts, lots and holds stand in `accounts`, the
journal that all of this is kept in, in `journal`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any

from attrs import field, frozen

from gridpoints.errors import GridpointsError, MetadataUnusable, NotUsable
from gridpoints.exact_json import canonical
from gridpoints.ledger.accounts import (
    Account,
    AccountKind,
    Balance,
    Hold,
    HoldStatus,
    Lot,
)
from gridpoints.values import LONGEST_TEXT, can_be_stored, shown

__all__ = [
    "MOST_AMOUNT",
    "MOST_BALANCE",
    "MOST_METADATA",
    "Account",
    "AccountKind",
    "Balance",
    "Debt",
    "Difference",
    "Entry",
    "Flow",
    "Hold",
    "HoldStatus",
    "Leg",
    "Lot",
    "Outcome",
    "Outstanding",
    "Posted",
    "Rejected",
    "Totals",
    "Transaction",
    "TrialLine",
    "Turnover",
    "Verification",
]

#: Largest amount of one leg, and of all that one transaction adds to an account or takes from it.
MOST_AMOUNT = 10**12 - 1
#: The most that posting lets an account hold, or owe. Stores keep less than 2^63: what lies between is for
#: the accounts that nobody locks, whose last lines are not counted when the next are posted. It takes
#: eight million of the largest ones.
MOST_BALANCE = 10**18 - 1
#: Most bytes of metadata, as JSON, that one transaction carries.
MOST_METADATA = 16_384


@frozen
class Leg:
    """One side of a transaction: `amount` is added to `account` (below 0: taken from it).

    What a member, household or fund is given may expire: `expires_at`. What is taken from it is taken
    from what expires first. In a reversal, it names the lot that the points came from and go back into.
    """

    account: Account
    amount: int
    expires_at: datetime | None = None


def _legs(legs: Iterable[Leg]) -> tuple[Leg, ...]:
    try:
        return tuple(legs)
    except TypeError:
        raise NotUsable(field="legs", value=shown(legs)) from None


@frozen(slots=False)  # which makes thousands of them in two thirds of the time
class Transaction:
    """Points that move, all or none. `id` is the client's: sent twice, it is posted once.

    `kind` says what sort of act it is (``award``, ``redemption``, ``settlement`` …), `reason` names
    the act in the community's words or codes, `metadata` whatever a reader may need, as JSON.
    `effective_at` is when the act was done; None means: when it was recorded. `hold` names the
    hold that the transaction captures from, `reverses` the transaction whose legs, or a part of them,
    it gives back. Lots that a reversal restores after their date live on for `extend_days`; at 0, they
    expire at once. Where a reversal has any, they are kept in its metadata, as ``extend_days``.
    """

    id: str
    legs: tuple[Leg, ...] = field(converter=_legs)
    effective_at: datetime | None = None
    kind: str = "adjustment"
    reason: str = ""
    metadata: Mapping[str, Any] = field(factory=dict, hash=False)
    hold: str | None = None
    reverses: str | None = None
    extend_days: int = 0

    def metadata_json(self) -> str:
        """The metadata as canonical JSON: sorted, without blanks; raises `MetadataUnusable`."""
        if type(self.metadata) is dict and not self.metadata:
            return "{}"
        if (text := _of_texts(self.metadata)) is not None:
            return text
        problem = "it is too large"
        try:
            if not isinstance(self.metadata, Mapping):
                raise TypeError(f"it is of type {type(self.metadata).__name__}")
            text = canonical(_exact(self.metadata))
            if len(text.encode()) <= MOST_METADATA:
                return text
        except (TypeError, ValueError, RecursionError) as error:
            problem = str(error)[:200].encode(errors="replace").decode()
        raise MetadataUnusable(transaction=shown(self.id), problem=problem, most=MOST_METADATA)


def _of_texts(metadata: Any) -> str | None:
    """Metadata that are a few plain texts, as `canonical` would write them; None: see what they are."""
    if type(metadata) is not dict:
        return None
    try:
        told = "".join((*metadata, *metadata.values()))
    except TypeError:
        return None
    if len(told) > LONGEST_TEXT or not (told.isascii() and told.isprintable()):
        return None
    texts = [f"{encode_basestring(key)}:{encode_basestring(metadata[key])}" for key in sorted(metadata)]
    return f"{{{','.join(texts)}}}"


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
class Debt:
    """A reversal that is owed (欠账): the `legs` that are still to be posted to give `transaction` back."""

    id: str
    transaction: str
    legs: tuple[Leg, ...]
    owed_since: datetime
    reason: str = ""


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
class Turnover:
    """What moved on accounts of one unit and kind: `given` to them and `taken` from them, both above 0."""

    unit: str
    kind: AccountKind
    given: int
    taken: int


@frozen
class Outstanding:
    """What members, households and funds hold of a unit that expires at one instant; None: never."""

    unit: str
    expires_at: datetime | None
    points: int


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
    """The result of making everything again from the journal. `sealed`: lines that the seals cover."""

    transactions: int
    entries: int
    accounts: int
    sealed: int = 0
    differences: tuple[Difference, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every figure was found as it should be."""
        return not self.differences
