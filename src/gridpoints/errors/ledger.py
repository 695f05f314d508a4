"""What the ledger refuses."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from gridpoints.errors.base import Conflict, InvalidInput, Refused


class OfAnotherRoom(Refused):
    """{transaction} belongs to a record of its own ({kind}), with limits, goods or a statement that go
    with it. Take that back, and its points go back with it."""

    transaction: str
    kind: str


class TransactionEmpty(InvalidInput):
    """The transaction {transaction} has no legs. It needs at least two."""

    transaction: str


class TransactionUnbalanced(InvalidInput):
    """The legs of the transaction {transaction} add up to {total} in {unit}. They must add up to
    0."""

    transaction: str
    unit: str
    total: int


class BadLegAmount(InvalidInput):
    """A leg of {transaction} on {account} moves {amount}. Use a whole number other than 0, with at
    most 12 digits."""

    transaction: str
    account: str
    amount: str


class UnitUnknown(InvalidInput):
    """No published rule set declares the unit {unit}."""

    unit: str


class MetadataUnusable(InvalidInput):
    """The metadata of {transaction} cannot be stored: {problem}. Use text, whole numbers, true,
    false, lists and objects, up to {most} bytes together."""

    transaction: str
    problem: str
    most: int


class TransactionAmbiguous(InvalidInput):
    """The transaction {transaction} both captures a hold and reverses a transaction. Post two."""

    transaction: str


class LegCannotExpire(InvalidInput):
    """A leg of {transaction} on {account} has an expiry. Only what a member, a household or a fund
    is given expires."""

    transaction: str
    account: str


class TransactionConflict(Conflict):
    """The transaction {transaction} was sent before with another content. A new transaction needs
    a new id."""

    transaction: str


class BatchNotPosted(Conflict):
    """The transaction {transaction} was not posted because another one of its group was
    refused."""

    transaction: str


class InsufficientPoints(Refused):
    """{account} has {available} {unit} available; {wanted} are needed."""

    account: str
    unit: str
    available: Decimal
    wanted: Decimal


class BalanceTooLarge(Refused):
    """{account} would stand at {balance} {unit} after {transaction}. No account can hold or owe more
    than {most}."""

    transaction: str
    account: str
    unit: str
    balance: Decimal
    most: Decimal


class FloorAboveBalance(Refused):
    """{account} has {available} available, less than the floor of {floor} that is to be set."""

    account: str
    floor: Decimal
    available: Decimal


class PeriodClosed(Refused):
    """The period before {until} is closed: the transaction {transaction} was done at
    {effective_at}. Post it in the open period and say in its reason what it makes up for."""

    transaction: str
    effective_at: datetime
    until: datetime


class PeriodNotOver(Refused):
    """The period before {until} is not over yet, and cannot be closed."""

    until: datetime


class AccountHot(InvalidInput):
    """{account} is not one that people spend from: nothing is held on it, and its floor cannot be
    set."""

    account: str


class ReversalUnclear(InvalidInput):
    """{transaction} moves points on more than two accounts. Give the legs of the part to be
    reversed, not an amount."""

    transaction: str


class NotReversible(Refused):
    """{transaction} cannot be reversed: it was refused, moves nothing, or is a reversal itself."""

    transaction: str


class ReversalExceeds(Refused):
    """{transaction} would give back {wanted} on {account}; of {original}, {left} are left to give
    back."""

    transaction: str
    original: str
    account: str
    left: Decimal
    wanted: Decimal


class LotExceeded(Refused):
    """{transaction} would give back {wanted} on {account} into the lot that expires at {expires_at}; of
    what {original} took from that lot, {left} are left to give back."""

    transaction: str
    original: str
    account: str
    expires_at: datetime
    left: Decimal
    wanted: Decimal


class NotSealedYet(Conflict):
    """{transaction} stands in the journal, but is not sealed yet. Seal the ledger, then prove it."""

    transaction: str


class LedgerNotEmpty(Conflict):
    """The ledger of {community} is not empty: nothing can be imported into it."""

    community: str


class LedgerFileUnusable(InvalidInput):
    """Line {line} of the ledger's file: {problem}"""

    line: int
    problem: str


class HoldConflict(Conflict):
    """The hold {hold} was placed before with other particulars. A new hold needs a new id."""

    hold: str


class HoldClosed(Conflict):
    """The hold {hold} is {status}: nothing can be captured from it or released."""

    hold: str
    status: str


class HoldExceeded(Refused):
    """The hold {hold} has {remaining} left; {wanted} cannot be captured."""

    hold: str
    remaining: Decimal
    wanted: Decimal
