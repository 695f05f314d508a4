"""A ledger in which everything has happened that can happen in one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from random import Random

import gridpoints
from gridpoints import Account, Community, Exchange, Leg, Transaction, Unit
from gridpoints.errors import InsufficientPoints, PeriodClosed
from gridpoints.ledger.checkpoint import PrivateKey
from gridpoints.ledger.model import Debt, Rejected
from gridpoints.storage.port import Store, Work
from gridpoints.testing import START, ManualClock

DAY = timedelta(days=1)
KEY = PrivateKey("gridpoints/baiyang", bytes(range(32)))

LI = Account.member("li", "points")
ZHAO = Account.member("zhao", "points")
HOME = Account.household("home", "hours")
FUND = Account.fund("care", "points")
SHOP = Account.merchant("shop", "points")
ISSUANCE = Account.issuance("points")


def open_at(store: str | Store, clock: ManualClock | None = None) -> Exchange:
    """An exchange whose clock moves on a second with each look at it."""
    clock = clock or ManualClock(tick=timedelta(seconds=1))
    return gridpoints.open(store, clock=clock, random=Random(7))


def move(id: str, source: Account, target: Account, amount: int, **particulars: object) -> Transaction:
    return Transaction(id, (Leg(source, -amount), Leg(target, amount)), **particulars)  # type: ignore[arg-type]


def issue(id: str, target: Account, amount: int, **particulars: object) -> Transaction:
    return move(id, Account.issuance(target.unit), target, amount, **particulars)


def found(exchange: Exchange, id: str = "baiyang") -> Community:
    """A village that counts points, and hours to one digit."""
    village = exchange.found(id, name="白羊村")
    with village.transaction() as work:
        work.add(Unit("points", 0, {"zh_Hans": "积分"}), Unit("hours", 1))
    return village


class _Undone(Exception):
    """Ends a unit of work that is to leave nothing."""


@contextmanager
def undone(village: Community) -> Iterator[Work]:
    """A unit of work, of which nothing is kept."""
    try:
        with village.transaction() as work:
            yield work
            raise _Undone
    except _Undone:
        pass


def live(village: Community, clock: ManualClock, *, lines: int = 0) -> None:
    """Everything, once; before it, so many awards that the sealed tree has nodes of its own."""
    ledger = village.ledger
    ledger.post(issue(f"bulk{n}", Account.member(f"m{n % 7}", "points"), n % 9 + 1) for n in range(lines))
    ledger.seal(KEY)
    _give_and_hold(village, clock)
    ledger.seal(KEY)
    _take_back(village, clock)
    # The last line moves points.
    ledger.post_one(issue("last", LI, 1))
    ledger.seal(KEY)


def _give_and_hold(village: Community, clock: ManualClock) -> None:
    ledger, now = village.ledger, clock.now()
    mixed = Transaction(
        "mixed",
        (
            Leg(ISSUANCE, -130),
            Leg(LI, 100),
            Leg(ZHAO, 20, now + 30 * DAY),
            Leg(ZHAO, 10, now + 60 * DAY),
            Leg(Account.issuance("hours"), -25),
            Leg(HOME, 25),
        ),
        effective_at=START - 40 * DAY,
        kind="award",
        reason='巡逻 "patrol" \\ \' ½',
        metadata={"by": "clerk-wang", "list": [1, None, True, "积分"], "deep": {"a": {"b": "c"}}},
    )
    refused, *_ = ledger.post([move("too-much", LI, SHOP, 5_000), mixed, issue("fund", FUND, 500)])
    assert isinstance(refused, Rejected)
    ledger.post([issue("plain-1", LI, 40), issue("plain-2", LI, 60)])
    ledger.post_one(Transaction("lots", (Leg(ISSUANCE, -70), Leg(LI, 70, now + 10 * DAY))))
    ledger.post_one(Transaction("more", (Leg(ISSUANCE, -50), Leg(LI, 50, now + 90 * DAY))))
    later = clock.now() + DAY
    ledger.hold(LI, 30, expires_at=later, id="open", reason="洗洁精")
    ledger.hold(LI, 20, expires_at=later, id="captured")
    ledger.hold(LI, 25, expires_at=later, id="part")
    ledger.hold(LI, 15, expires_at=later, id="released")
    ledger.hold(ZHAO, 5, expires_at=clock.now() + timedelta(hours=1), id="expired")
    ledger.hold(FUND, 100, expires_at=clock.now() + 900 * DAY, id="standing", reason="年货")
    ledger.capture("captured", 20, to=SHOP, id="capture-1")
    ledger.capture("part", 10, to=SHOP, id="capture-2")
    ledger.release("released")
    clock.advance(timedelta(hours=2))
    ledger.post_one(move("zhao-pays", ZHAO, SHOP, 1))  # lets go of the hold that expired


def _take_back(village: Community, clock: ManualClock) -> None:
    ledger = village.ledger
    ledger.post_one(move("bought", LI, SHOP, 90))
    ledger.reverse("bought", 30, id="back-1", reason="退货")
    ledger.reverse("bought", 20, id="back-2")
    ledger.reverse("bought", id="back-3")
    clock.advance(20 * DAY)
    assert ledger.expire() >= 1
    ledger.set_floor(LI, -50, reason="credit", id="credit")
    ledger.set_floor(FUND, None, reason="any", id="any")
    ledger.set_floor(FUND, 10, reason="reserve", id="reserve")
    ledger.post_one(move("into-debt", LI, SHOP, ledger.balance(LI).available + 40))
    ledger.post_one(issue("wrong", ZHAO, 40))
    ledger.post_one(move("spent", ZHAO, SHOP, 60))
    debt = ledger.reverse("wrong", id="owed", queue=True)
    assert isinstance(debt, Debt)
    ledger.post_one(issue("again", ZHAO, 15))
    assert len(ledger.collect()) == 1
    ledger.post_one(move("payout", SHOP, Account.settled("points"), 50, kind="settlement"))
    ledger.close_period(START - 30 * DAY, reason="二月")
    ledger.close_period(START - 20 * DAY)
    [late] = ledger.post([issue("late", LI, 1, effective_at=START - 35 * DAY)])
    assert isinstance(late, Rejected)
    assert isinstance(late.error, PeriodClosed)
    [grouped, _] = ledger.post([issue("g1", LI, 1), move("g2", ZHAO, SHOP, 9_999)], atomic=True)
    assert isinstance(grouped, Rejected)
    with suppress(InsufficientPoints):
        ledger.hold(ZHAO, 9_999, expires_at=clock.now() + DAY, id="never")
