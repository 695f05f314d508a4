"""The edges of a decision: one point, one instant, one repetition. Each was found by a mutant that lived."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

import gridpoints
from gridpoints import Account, Community, GridpointsError, Leg, Transaction
from gridpoints.errors import BatchNotPosted, FloorAboveBalance, LegCannotExpire, TransactionConflict
from gridpoints.ledger.model import Posted, Rejected
from gridpoints.testing import ManualClock
from tests.ledger.full import DAY, ISSUANCE, LI, SHOP, ZHAO, issue, move
from tests.ledger.test_races import RULES


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def village(clock: ManualClock) -> Iterator[Community]:
    with gridpoints.open("memory://", clock=clock, random=Random(7)) as exchange:
        yield exchange.found("baiyang", name="白羊村", rules=RULES)


def dated(id: str, to: Account, amount: int, days: int) -> Transaction:
    return Transaction(id, (Leg(to, amount, ManualClock().now() + days * DAY), Leg(ISSUANCE, -amount)))


def test_the_last_point_of_a_lot_expires(village: Community, clock: ManualClock) -> None:
    village.ledger.post([dated("award", LI, 1, 1)])
    clock.advance(DAY)  # at that very instant
    assert village.ledger.balance(LI).available == 0
    assert village.ledger.expire() == 1
    assert village.ledger.balance(LI).posted == 0


def test_a_lot_restored_at_the_instant_of_its_expiry_is_late(village: Community, clock: ManualClock) -> None:
    village.ledger.post([dated("award", LI, 5, 1), move("bought", LI, SHOP, 5)])
    clock.advance(DAY)
    village.ledger.reverse("bought", extend_days=3)
    [lot] = village.ledger.lots(LI)
    assert lot.expires_at is not None
    assert clock.now() + 3 * DAY <= lot.expires_at < clock.now() + 4 * DAY
    assert village.ledger.balance(LI).available == 5


def test_one_point_is_taken_back_from_the_lot_that_it_was_given_to(village: Community) -> None:
    village.ledger.post([dated("first", LI, 3, 9), dated("second", LI, 1, 20)])
    village.ledger.reverse("second")
    [lot] = village.ledger.lots(LI)
    assert (lot.remaining, lot.expires_at) == (3, ManualClock().now() + 9 * DAY)


def test_what_an_award_gave_is_taken_back_by_its_own_dates(village: Community) -> None:
    legs = (
        Leg(LI, 2, ManualClock().now() + 5 * DAY),
        Leg(LI, 3, ManualClock().now() + 20 * DAY),
        Leg(ISSUANCE, -5),
    )
    village.ledger.post([dated("other", LI, 4, 9), Transaction("two", legs)])
    village.ledger.reverse("two")
    [lot] = village.ledger.lots(LI)
    assert (lot.remaining, lot.expires_at) == (4, ManualClock().now() + 9 * DAY)


def test_a_group_that_failed_gave_nothing_back(village: Community) -> None:
    """Also not in the memory of what was given back: the whole of it can be given back afterwards."""
    village.ledger.post([dated("award", LI, 10, 5), move("bought", LI, SHOP, 10)])
    back = Transaction("back", (Leg(LI, 10), Leg(SHOP, -10)), reverses="bought")
    outcomes = village.ledger.post([back, move("too-much", ZHAO, SHOP, 99)], atomic=True)
    first, second = outcomes
    assert isinstance(first, Rejected)
    assert isinstance(first.error, BatchNotPosted)
    assert first.error.transaction == "back"
    assert isinstance(second, Rejected)
    again = Transaction("again", (Leg(LI, 10), Leg(SHOP, -10)), reverses="bought")
    rest = Transaction("rest", (Leg(LI, 1), Leg(SHOP, -1)), reverses="bought")
    posted, refused = village.ledger.post([again, rest])
    assert isinstance(posted, Posted)
    assert isinstance(refused, Rejected)
    assert [lot.remaining for lot in village.ledger.lots(LI)] == [10]


def test_two_reversals_in_one_group(village: Community) -> None:
    village.ledger.post([issue("award", LI, 10)])
    parts = [Transaction(f"p{n}", (Leg(LI, -6), Leg(ISSUANCE, 6)), reverses="award") for n in range(2)]
    outcomes = village.ledger.post(parts, atomic=True)
    assert all(isinstance(outcome, Rejected) for outcome in outcomes)
    assert village.ledger.balance(LI).posted == 10
    village.ledger.reverse("award")
    assert village.ledger.balance(LI).posted == 0


def test_a_repetition_in_a_group_that_fails_is_what_it_was(village: Community) -> None:
    [first] = village.ledger.post([issue("award", LI, 10)])
    again, _ = village.ledger.post([issue("award", LI, 10), move("too-much", ZHAO, SHOP, 1)], atomic=True)
    assert again == first


def refusal(village: Community, *given: object, **named: object) -> GridpointsError:
    with pytest.raises(GridpointsError) as raised:
        village.ledger.set_floor(*given, **named)  # type: ignore[arg-type]
    return raised.value


def test_floors_tell_what_stands_in_their_way(village: Community) -> None:
    village.ledger.set_floor(LI, -5, reason="credit", id="f")
    conflict = refusal(village, LI, -6, reason="credit", id="f")
    assert isinstance(conflict, TransactionConflict)
    assert conflict.transaction == "f"
    above = refusal(village, LI, 1, reason="reserve")
    assert isinstance(above, FloorAboveBalance)
    assert (above.account, above.floor, above.available) == (LI.key, 1, 0)


def test_what_cannot_expire_is_named(village: Community, clock: ManualClock) -> None:
    leg = Leg(SHOP, 1, clock.now() + DAY)
    [outcome] = village.ledger.post([Transaction("t", (leg, Leg(LI, -1)))])
    assert isinstance(outcome, Rejected)
    assert isinstance(outcome.error, LegCannotExpire)
    assert outcome.error.fields == {"transaction": "t", "account": SHOP.key}


def test_lines_are_of_the_kind_that_they_are(village: Community, clock: ManualClock) -> None:
    village.ledger.post([issue("award", LI, 10)])
    village.ledger.set_floor(LI, -5, reason="credit", id="f")
    village.ledger.close_period(clock.now() - DAY, reason="over")
    hold = village.ledger.hold(LI, 3, expires_at=clock.now() + DAY, id="h")
    village.ledger.release(hold.id)
    with village.context.read() as work:
        lines = [(line.id.partition(" ")[0], line.act, line.kind, line.legs) for line in work.ledger.lines()]
        recorded = [line.recorded_at for line in work.ledger.lines() if LI.key in line.legs]
    assert lines[1:] == [
        ("floor", "floor", "floor", f'[["{LI.key}",-5]]'),
        ("close", "close", "close", "[]"),
        ("hold", "hold", "hold", f'[["{LI.key}",3]]'),
        ("release", "release", "released", f'[["{LI.key}",3]]'),
    ]
    assert recorded == sorted(set(recorded)), "each line of an account is later than the one before"
