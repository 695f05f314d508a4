"""Whatever a caller sends through the public `Ledger`: a typed error or outcome, and nothing written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random
from typing import Any

import pytest

import gridpoints
from gridpoints import Account, Community, GridpointsError, Leg, Transaction
from gridpoints.ledger.model import Outcome, Posted, Rejected
from gridpoints.testing import ManualClock
from tests.ledger.full import DAY, ISSUANCE, LI, SHOP, ZHAO, issue, move
from tests.ledger.test_races import RULES

NAIVE = ManualClock().now().replace(tzinfo=None)
HALF_A_CHARACTER = "\ud83d"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def village(store_url: str, clock: ManualClock) -> Iterator[Community]:
    with gridpoints.open(store_url, clock=clock, random=Random(7)) as exchange:
        village = exchange.found("baiyang", name="白羊村", rules=RULES)
        village.ledger.post([issue("award", LI, 100)])
        yield village


def legs(*legs: tuple[Any, Any]) -> tuple[Leg, ...]:
    return tuple(Leg(account, amount) for account, amount in legs)


TRANSACTIONS: dict[str, Transaction] = {
    "zero": Transaction("t", legs((LI, 0), (ISSUANCE, 0))),
    "float": Transaction("t", legs((LI, 1.5), (ISSUANCE, -1.5))),
    "bool": Transaction("t", legs((LI, True), (ISSUANCE, -1))),
    "2^63": Transaction("t", legs((LI, 2**63), (ISSUANCE, -(2**63)))),
    "no legs": Transaction("t", ()),
    "unbalanced": Transaction("t", legs((LI, 1), (ISSUANCE, -2))),
    "unknown unit": issue("t", Account.member("li", "bananas"), 1),
    "mixed units": Transaction("t", legs((LI, 1), (Account.issuance("hours"), -1))),
    "naive": issue("t", LI, 1, effective_at=NAIVE),
    "an expiry on what is taken": Transaction("t", (Leg(LI, -1, ManualClock().now() + DAY), Leg(ZHAO, 1))),
    "an expiry on a hot account": Transaction("t", (Leg(LI, -1), Leg(SHOP, 1, ManualClock().now() + DAY))),
    "a naive expiry": Transaction("t", (Leg(LI, 1, NAIVE), Leg(ISSUANCE, -1))),
    "10 MB": issue("t", LI, 1, metadata={"x": "y" * 10_000_000}),
    "NUL": issue("t", LI, 1, reason="a\0b"),
    "half a character": issue("t", LI, 1, metadata={"x": HALF_A_CHARACTER}),
    "a quote in an id": issue('t"', LI, 1),
    "a backslash in an account": issue("t", Account.member('li\\"', "points"), 1),
    "the id of a hold's line": issue("hold h1", LI, 1),
    "the id of an expiry": issue(f"expiry {LI.key} x", LI, 1),
    "hold and reversal": move("t", LI, ZHAO, 1, hold="h", reverses="award"),
    "an unknown hold": move("t", LI, ZHAO, 1, hold="h"),
    "an unknown original": move("t", LI, ISSUANCE, 1, reverses="nothing"),
    "itself reversed": move("t", LI, ISSUANCE, 1, reverses="t"),
    "negative days": move("t", LI, ISSUANCE, 1, reverses="award", extend_days=-1),
}


@pytest.mark.parametrize("name", TRANSACTIONS)
def test_an_unusable_transaction_is_told_and_in_nobodys_way(village: Community, name: str) -> None:
    lines = village.ledger.verify()
    good = issue("good", ZHAO, 1)
    before, outcome, after = village.ledger.post([good, TRANSACTIONS[name], issue("better", ZHAO, 1)])
    assert isinstance(outcome, Rejected)
    str(outcome.error).encode()
    assert isinstance(before, Posted)
    assert isinstance(after, Posted)
    assert village.ledger.balance(LI).posted == 100
    found = village.ledger.verify()
    assert found.ok
    assert found.transactions == lines.transactions + 2


CALLS: dict[str, Callable[[Community], object]] = {
    "a hold of 0": lambda v: v.ledger.hold(LI, 0, expires_at=ManualClock().now() + DAY),
    "a hold of a float": lambda v: v.ledger.hold(LI, 1.5, expires_at=ManualClock().now() + DAY),  # type: ignore[arg-type]
    "a naive hold": lambda v: v.ledger.hold(LI, 1, expires_at=NAIVE),
    "a hold on a hot account": lambda v: v.ledger.hold(SHOP, 1, expires_at=ManualClock().now() + DAY),
    "a hold beyond what is there": lambda v: v.ledger.hold(LI, 101, expires_at=ManualClock().now() + DAY),
    "an unknown hold": lambda v: v.ledger.release("nothing"),
    "half a character of a hold": lambda v: v.ledger.release(HALF_A_CHARACTER),
    "half a character of an account": lambda v: v.ledger.balance(Account.member(HALF_A_CHARACTER, "points")),
    "half an account's statement": lambda v: v.ledger.statement(Account.member(HALF_A_CHARACTER, "points")),
    "a capture from nothing": lambda v: v.ledger.capture("nothing", 1, to=SHOP),
    "an unknown reversal": lambda v: v.ledger.reverse("nothing"),
    "half a character": lambda v: v.ledger.reverse(HALF_A_CHARACTER),
    "more than there was": lambda v: v.ledger.reverse("award", 101),
    "a negative part": lambda v: v.ledger.reverse("award", -1),
    "days before now": lambda v: v.ledger.reverse("award", extend_days=-1),
    "a floor above the balance": lambda v: v.ledger.set_floor(LI, 101, reason="x"),
    "a floor without a reason": lambda v: v.ledger.set_floor(LI, -1, reason=" "),
    "a floor of a hot account": lambda v: v.ledger.set_floor(SHOP, -1, reason="x"),
    "a floor as a float": lambda v: v.ledger.set_floor(LI, 0.5, reason="x"),  # type: ignore[arg-type]
    "a period that is not over": lambda v: v.ledger.close_period(ManualClock().now() + 99 * DAY),
    "a naive period": lambda v: v.ledger.close_period(NAIVE),
    "no entries": lambda v: v.ledger.statement(LI, limit=0),
    "too many entries": lambda v: v.ledger.statement(LI, limit=10_001),
    "naive entries": lambda v: v.ledger.statement(LI, since=NAIVE),
    "a naive balance": lambda v: v.ledger.balance(LI, NAIVE),
    "an unknown transaction": lambda v: v.ledger.transaction("nothing"),
    "a proof of nothing": lambda v: v.ledger.prove("nothing"),
    "a proof before the seal": lambda v: v.ledger.prove("award"),
    "a batch of none": lambda v: list(v.ledger.post_each([], batch=0)),
}


@pytest.mark.parametrize("name", CALLS)
def test_an_unusable_call_is_told_and_writes_nothing(village: Community, name: str) -> None:
    with pytest.raises(GridpointsError) as refusal:
        CALLS[name](village)
    str(refusal.value).encode()
    assert village.ledger.balance(LI).posted == 100
    assert village.ledger.balance(LI).held == 0
    assert village.ledger.verify().ok


def test_one_bad_transaction_among_many(village: Community) -> None:
    batch = [issue(f"t{n}", LI, 1) for n in range(2_000)]
    batch[1_000] = Transaction("bad", ())
    outcomes = village.ledger.post(batch)
    assert [outcome.transaction for outcome in outcomes if isinstance(outcome, Rejected)] == ["bad"]
    assert village.ledger.balance(LI).posted == 100 + 1_999


def test_a_generator_that_raises_half_way(village: Community) -> None:
    """What was told is kept; what was not, is not; and it can go on from there."""

    def transactions() -> Iterator[Transaction]:
        for n in range(25):
            yield issue(f"t{n}", LI, 1)
        raise LookupError("the file ends here")

    told: list[Outcome] = []
    with pytest.raises(LookupError):
        told.extend(village.ledger.post_each(transactions(), batch=10))
    assert village.ledger.balance(LI).posted == 100 + 20
    again = list(village.ledger.post_each((issue(f"t{n}", LI, 1) for n in range(25)), batch=10))
    assert all(isinstance(outcome, Posted) for outcome in again)
    assert village.ledger.balance(LI).posted == 100 + 25
    assert village.ledger.verify().ok


def test_a_clock_that_goes_back(village: Community, clock: ManualClock) -> None:
    clock.advance(-timedelta(days=400))
    village.ledger.post([move("back", LI, ZHAO, 1)])
    entries = village.ledger.statement(LI).entries
    assert entries[0].recorded_at < entries[1].recorded_at
    assert village.ledger.verify().ok
