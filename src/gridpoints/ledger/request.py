"""What a client sends, checked by itself before anything else is looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any

from attrs import define, evolve, field

from gridpoints.errors import (
    BadLegAmount,
    InvalidInput,
    LegCannotExpire,
    NotUsable,
    TransactionAmbiguous,
    TransactionEmpty,
    TransactionUnbalanced,
)
from gridpoints.exact_json import canonical
from gridpoints.ledger.accounts import Account
from gridpoints.ledger.journal import EXTEND_DAYS, Act, Line, instant_text
from gridpoints.ledger.model import MOST_AMOUNT, Leg, Transaction
from gridpoints.values import (
    LONGEST_DERIVED,
    check_identifier,
    check_instant,
    check_text,
    check_whole,
    shown,
)

_POST, _CAPTURE, _REVERSE = Act.POST.value, Act.CAPTURE.value, Act.REVERSE.value
#: The ids that most transactions have: a part of those that are sound, seen in a third of the time.
_plain_id = re.compile(f"[A-Za-z0-9_.:@/#-]{{1,{LONGEST_DERIVED}}}").fullmatch

#: Points that go from one account to another, as in most transactions: the transaction, the account of its
#: first leg, by key, how much that gets and when it expires, the other account, and legs and metadata in the
#: words of the journal; at last, when it was done, if it says so. A batch has thousands of these, and what is
#: no object is made in a quarter of the time.
Pair = tuple[Transaction, str, int, datetime | None, str, str, str, datetime | None]
#: What legs add to each account, and their text.
_Legs = tuple[dict[str, int], str]


@define
class Request:
    """A transaction as it came in, in the words of the journal; or what is wrong with it by itself.

    `net` is what it adds to each account altogether, by the account's key.
    """

    transaction: Transaction
    net: dict[str, int] = field(factory=dict)
    legs: str = ""
    metadata: str = ""
    act: str = _POST
    subject: str | None = None
    effective_at: datetime | None = None
    error: InvalidInput | None = None

    @classmethod
    def of(cls, read: Pair | Request) -> Request:
        """What was read, as a request."""
        if isinstance(read, Request):
            return read
        sent, key, amount, _, other_key, legs, metadata, effective_at = read
        return cls(sent, {key: amount, other_key: -amount}, legs, metadata, effective_at=effective_at)

    def same_as(self, line: Line) -> bool:
        """Whether `line` was made from the same request."""
        return (
            self.legs == line.legs
            and self.metadata == line.metadata
            and self.act == line.act
            and self.subject == line.subject
            and self.transaction.kind == line.kind
            and self.transaction.reason == line.reason
            and (line.recorded_at if self.effective_at is None else instant_text(self.effective_at))
            == line.effective_at
        )


@define
class Wanted:
    """What is to be locked, and read.

    `accounts` by key, hot ones included; `holds` that are named; `originals`, the transactions that are
    reversed; `alone` are those hot accounts that have a floor and are taken from; `backdated`: a transaction
    says itself when it was done; `ids` are those of the lines to be.
    """

    accounts: dict[str, Account] = field(factory=dict)
    holds: set[str] = field(factory=set)
    originals: set[str] = field(factory=set)
    alone: set[str] = field(factory=set)
    backdated: bool = False
    ids: list[str] = field(factory=list)


@define
class Batch(Wanted):
    """What is requested in one call, and what is wanted for all of it that is sound."""

    requests: list[Pair | Request] = field(factory=list)

    @classmethod
    def read(cls, transactions: Iterable[Transaction]) -> Batch:
        """Check each transaction without looking at anything else."""
        batch = cls()
        requests, read_pair, read_any = batch.requests, batch._read_pair, batch._read_any
        for transaction in transactions:
            try:
                requests.append(read_pair(transaction) or read_any(transaction))
            except InvalidInput as error:
                requests.append(Request(transaction, error=error))
            except (AttributeError, TypeError):
                if (odd := _odd(transaction)) is None:
                    raise
                requests.append(Request(transaction, error=odd))
        if len(batch.ids) < len(requests):
            batch._forget_unused()
        batch._find_alone()
        return batch

    @property
    def sound(self) -> list[Request]:
        """Those that have nothing wrong with them by themselves."""
        return [request for request in map(Request.of, self.requests) if request.error is None]

    def _forget_unused(self) -> None:
        used = {key for request in self.sound for key in request.net}
        self.accounts = {key: account for key, account in self.accounts.items() if key in used}

    def _find_alone(self) -> None:
        hot = [key for key, account in self.accounts.items() if not account.kind.strict]
        if floored := [key for key in hot if self.accounts[key].kind.floor is not None]:
            taken = {key for request in self.sound for key, amount in request.net.items() if amount < 0}
            self.alone = taken.intersection(floored)

    def _read_pair(self, sent: Transaction) -> Pair | None:
        """Read points that go from one account to another; None: it is more than that, or is wrong."""
        id, kind, reason, legs = sent.id, sent.kind, sent.reason, sent.legs
        if not (type(id) is type(kind) is type(reason) is str and len(legs) == 2 and _plain_id(id)):
            return None
        one, other = legs
        amount, account, other_account, expires_at = one.amount, one.account, other.account, one.expires_at
        key, other_key = account.key, other_account.key
        if (
            type(amount) is not int
            or type(other.amount) is not int
            or amount + other.amount
            or not -MOST_AMOUNT <= amount <= MOST_AMOUNT
            or not amount
            or key == other_key
            or account.unit != other_account.unit
            or other.expires_at is not None
            or (expires_at is not None and (amount < 0 or not account.kind.strict))
            or sent.hold is not None
            or sent.reverses is not None
        ):
            return None
        _check_kind(kind)
        if reason:
            _check_reason(reason)
        accounts = self.accounts
        if key not in accounts:
            _check_account(key)
            accounts[key] = account
        if other_key not in accounts:
            _check_account(other_key)
            accounts[other_key] = other_account
        expiry = ""
        if expires_at is not None:
            expires_at = check_instant("expires_at", expires_at)
            expiry = f',"{instant_text(expires_at)}"'
        legs_text = f'[["{key}",{amount}{expiry}],["{other_key}",{-amount}]]'
        metadata, effective_at = sent.metadata_json(), sent.effective_at
        if effective_at is not None:
            effective_at = check_instant("effective_at", effective_at)
            self.backdated = True
        self.ids.append(id)
        return sent, key, amount, expires_at, other_key, legs_text, metadata, effective_at

    def _read_any(self, sent: Transaction) -> Request:
        if not type(sent.id) is type(sent.kind) is type(sent.reason) is str:
            sent = _plain(sent)
        check_identifier("transaction", sent.id, longest=LONGEST_DERIVED)
        check_identifier("kind", sent.kind)
        if sent.reason != "":
            check_text("reason", sent.reason)
        request = Request(sent, *self._read_legs(sent), sent.metadata_json())
        if sent.effective_at is not None:
            request.effective_at = check_instant("effective_at", sent.effective_at)
            self.backdated = True
        if sent.hold is not None or sent.reverses is not None:
            self._read_subject(request, sent)
        self.ids.append(sent.id)
        return request

    def _read_legs(self, sent: Transaction) -> _Legs:
        net, totals = dict[str, int](), dict[str, int]()
        texts: list[str] = []
        for leg in sent.legs:
            account, amount = leg.account, leg.amount
            key = account.key
            if type(amount) is not int or not -MOST_AMOUNT <= amount <= MOST_AMOUNT or not amount:
                raise BadLegAmount(transaction=sent.id, account=key, amount=shown(amount))
            if key not in self.accounts:
                _check_account(key)
                self.accounts[key] = account
            net[key] = net.get(key, 0) + amount
            totals[account.unit] = totals.get(account.unit, 0) + amount
            if leg.expires_at is None:
                texts.append(f'["{key}",{amount}]')
            else:
                texts.append(f'["{key}",{amount},"{_expiry(sent, leg)}"]')
        for key, amount in net.items():
            if abs(amount) > MOST_AMOUNT:
                raise BadLegAmount(transaction=sent.id, account=key, amount=str(amount))
        if not texts:
            raise TransactionEmpty(transaction=sent.id)
        if any(totals.values()):
            unit, total = next((unit, total) for unit, total in totals.items() if total)
            raise TransactionUnbalanced(transaction=sent.id, unit=unit, total=total)
        return net, f"[{','.join(texts)}]"

    def _read_subject(self, request: Request, sent: Transaction) -> None:
        if sent.hold is not None and sent.reverses is not None:
            raise TransactionAmbiguous(transaction=sent.id)
        if sent.hold is not None:
            request.act, request.subject = _CAPTURE, check_identifier("hold", sent.hold)
            self.holds.add(request.subject)
        else:
            request.act = _REVERSE
            request.subject = str.__str__(check_subject(sent.reverses))
            if check_whole("extend_days", sent.extend_days, least=0, most=36_500):
                details = {**json.loads(request.metadata), EXTEND_DAYS: sent.extend_days}
                request.metadata = canonical(details)
            self.originals.add(request.subject)


def _odd(sent: object) -> InvalidInput | None:
    """What is no leg in a transaction, or has no account; raises `NotUsable` for what is no transaction."""
    if not isinstance(sent, Transaction):
        raise NotUsable(field="transaction", value=shown(sent))
    legs: tuple[object, ...] = sent.legs
    for leg in legs:
        if not (isinstance(leg, Leg) and isinstance(leg.account, Account)):
            return NotUsable(field="leg", value=shown(leg))
    return None


def _plain(sent: Transaction) -> Transaction:
    """With texts for what is more than that, as a member of a StrEnum: a driver may think otherwise."""
    return evolve(sent, id=_text(sent.id), kind=_text(sent.kind), reason=_text(sent.reason))


def _text(value: Any) -> Any:
    return str.__str__(value) if isinstance(value, str) else value


# The same kinds, reasons and accounts come again and again.
@lru_cache(maxsize=256)
def _check_kind(kind: str) -> str:
    return check_identifier("kind", kind)


@lru_cache(maxsize=256)
def _check_reason(reason: str) -> str:
    return check_text("reason", reason)


@lru_cache(maxsize=65_536)
def _check_account(key: str) -> str:
    return check_identifier("account", key, longest=LONGEST_DERIVED)


def check_subject(id: str | None) -> str:
    """The id of a line of the journal, which may be one of ours, with blanks in it."""
    if isinstance(id, str):
        for word in id.split(" "):
            check_identifier("transaction", word, longest=LONGEST_DERIVED)
        return id
    return check_identifier("transaction", id)  # type: ignore[arg-type]  # says what is wrong with it


def _expiry(sent: Transaction, leg: Leg) -> str:
    if leg.amount < 0 or not leg.account.kind.strict:
        raise LegCannotExpire(transaction=sent.id, account=leg.account.key)
    return instant_text(check_instant("expires_at", leg.expires_at))  # type: ignore[arg-type]
