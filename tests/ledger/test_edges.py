"""The edges of a decision: one point, one instant, one repetition. Each was found by a mutant that lived."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from random import Random

import pytest

import gridpoints
from gridpoints import Account, Community, GridpointsError, Leg, Transaction
from gridpoints.errors import (
    BatchNotPosted,
    FloorAboveBalance,
    HoldConflict,
    LegCannotExpire,
    ReversalExceeds,
    TransactionConflict,
)
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


def test_lots_that_expire_at_once_do_so_in_lines_of_their_own(village: Community, clock: ManualClock) -> None:
    village.ledger.post([dated("award", LI, 1, 1), dated("more", LI, 2, 2)])
    clock.advance(3 * DAY)
    village.ledger.expire()
    with village.context.read() as work:
        lines = [line for line in work.ledger.lines() if line.kind == "expiry"]
    assert [line.legs for line in lines] == [
        f'[["{LI.key}",-{amount}],["points/expiry",{amount}]]' for amount in (1, 2)
    ]
    assert lines[0].recorded_at < lines[1].recorded_at
    assert lines[0].id != lines[1].id


def test_lots_are_given_in_whatever_leg_they_stand(village: Community, clock: ManualClock) -> None:
    soon, later = clock.now() + DAY, clock.now() + 2 * DAY
    legs = (Leg(LI, 1, soon), Leg(ISSUANCE, -6), Leg(SHOP, 3), Leg(LI, 2, later))
    village.ledger.post_one(Transaction("t", legs))
    assert [(lot.expires_at, lot.remaining) for lot in village.ledger.lots(LI)] == [(soon, 1), (later, 2)]


def test_a_period_is_closed_once(village: Community, clock: ManualClock) -> None:
    for reason in ("over", "again"):
        village.ledger.close_period(clock.now() - DAY, reason=reason)
    with village.context.read() as work:
        assert [line.reason for line in work.ledger.lines()] == ["over"]


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


# --- reversals in several legs, and in several parts ----------------------------------------------


def lots(village: Community) -> dict[int, int]:
    """What Li holds, by the day after the first on which it expires; -1: never."""
    first = ManualClock().now()
    return {
        -1 if lot.expires_at is None else (lot.expires_at - first).days: lot.remaining
        for lot in village.ledger.lots(LI)
    }


@pytest.fixture
def bought(village: Community) -> Community:
    """Li had 4 points for five days and 6 for nine, and has spent them all at once."""
    village.ledger.post([dated("early", LI, 4, 5), dated("late", LI, 6, 9), move("bought", LI, SHOP, 10)])
    return village


def back(id: str, *amounts: int) -> Transaction:
    """Gives Li's points back, in as many legs."""
    return Transaction(
        id, (*(Leg(LI, amount) for amount in amounts), Leg(SHOP, -sum(amounts))), reverses="bought"
    )


def test_legs_on_one_account_give_back_one_after_another(bought: Community) -> None:
    bought.ledger.post_one(back("back", 5, 2, 3))
    assert lots(bought) == {5: 4, 9: 6}


def test_legs_on_one_account_count_together_afterwards(bought: Community) -> None:
    bought.ledger.post_one(back("one", 2, 3))
    assert lots(bought) == {9: 5}
    with pytest.raises(ReversalExceeds) as raised:
        bought.ledger.post_one(back("two", 6))
    assert raised.value.fields == {
        "transaction": "two",
        "original": "bought",
        "account": LI.key,
        "left": 5,
        "wanted": 6,
    }
    bought.ledger.post_one(back("three", 5))
    assert lots(bought) == {5: 4, 9: 6}


def test_a_group_knows_what_was_given_back_before(bought: Community) -> None:
    bought.ledger.post_one(back("one", 6))
    outcomes = bought.ledger.post([back("two", 3), back("three", 2)], atomic=True)
    assert [type(outcome) for outcome in outcomes] == [Rejected, Rejected]
    assert all(isinstance(o, Posted) for o in bought.ledger.post([back("4", 3), back("5", 1)], atomic=True))
    assert lots(bought) == {5: 4, 9: 6}


def test_a_second_part_extends_no_more_than_it_gives_back(bought: Community, clock: ManualClock) -> None:
    clock.advance(7 * DAY)
    bought.ledger.reverse("bought", 3)
    bought.ledger.reverse("bought", 3, extend_days=30)
    assert lots(bought) == {9: 6}
    bought.ledger.reverse("bought", 1, extend_days=30)
    assert lots(bought) == {9: 6, 37: 1}


def test_what_was_given_without_a_date_is_taken_back_from_what_is_there(village: Community) -> None:
    village.ledger.post([issue("plain", LI, 5), move("spent", LI, SHOP, 5), dated("award", LI, 7, 9)])
    village.ledger.reverse("plain")
    assert lots(village) == {9: 2}


def test_a_shop_is_paid_once_though_it_says_when(village: Community, clock: ManualClock) -> None:
    village.ledger.post([issue("award", LI, 10), move("bought", LI, SHOP, 10)])
    settled = Account.settled("points")
    paid = [move(f"paid-{n}", SHOP, settled, 10, effective_at=clock.now()) for n in range(2)]
    posted, refused = village.ledger.post(paid)
    assert isinstance(posted, Posted)
    assert isinstance(refused, Rejected)


# --- what a refusal names -------------------------------------------------------------------------


def told(village: Community, transaction: Transaction) -> tuple[str, dict[str, object]]:
    [outcome] = village.ledger.post([transaction])
    assert isinstance(outcome, Rejected)
    assert outcome.transaction == transaction.id
    return outcome.error.code, outcome.error.fields


def test_a_refused_reversal_names_its_original(village: Community) -> None:
    village.ledger.post([issue("award", LI, 10), move("too-much", LI, SHOP, 11)])
    for original in ("too-much", "gone"):
        code, fields = told(village, move("back", SHOP, LI, 1, reverses=original))
        assert (code, fields) == {
            "too-much": ("not_reversible", {"transaction": "too-much"}),
            "gone": ("transaction_conflict", {"transaction": "back"}),
        }[original]
    assert told(village, move("other", SHOP, LI, 1, reverses="gone")) == (
        "record_unknown",
        {"kind": "transaction", "id": "gone"},
    )


def test_what_is_wrong_with_a_subject_is_named(village: Community) -> None:
    code, fields = told(village, move("t", LI, SHOP, 1, hold="a b"))
    assert (code, fields["field"]) == ("bad_identifier", "hold")
    assert told(village, move("t", LI, SHOP, 1, hold="h", reverses="r")) == (
        "transaction_ambiguous",
        {"transaction": "t"},
    )
    code, fields = told(village, move("t", LI, SHOP, 1, reverses="r", extend_days=36_501))
    assert (code, fields["field"], fields["most"]) == ("not_whole_number", "extend_days", 36_500)
    naive = Leg(LI, 1, ManualClock().now().replace(tzinfo=None))
    code, fields = told(village, Transaction("t", (naive, Leg(ISSUANCE, -1))))
    assert (code, fields["field"]) == ("naive_instant", "expires_at")


class Word(StrEnum):
    AWARD = "award"


def test_words_are_kept_as_plain_texts(village: Community) -> None:
    village.ledger.post([issue(Word.AWARD, LI, 1, kind=Word.AWARD, reason=Word.AWARD)])
    with village.context.read() as work:
        [line] = work.ledger.lines()
    assert [type(text) for text in (line.id, line.kind, line.reason)] == [str, str, str]


# --- captures -------------------------------------------------------------------------------------


def test_a_capture_is_recorded_after_the_last_line_of_all_that_it_moves(
    village: Community, clock: ManualClock
) -> None:
    village.ledger.post([issue("award", LI, 10)])
    village.ledger.hold(LI, 5, expires_at=clock.now() + 9 * DAY, id="h")
    clock.advance(DAY)
    village.ledger.post([issue("ahead", ZHAO, 1)])
    clock.advance(-DAY)
    village.ledger.capture("h", 5, to=ZHAO)
    recorded = [entry.recorded_at for entry in village.ledger.statement(ZHAO).entries]
    assert recorded == sorted(set(recorded))
    assert village.ledger.verify().ok


def test_a_capture_that_takes_nothing_leaves_its_hold_alone(village: Community, clock: ManualClock) -> None:
    village.ledger.post([issue("award", LI, 10)])
    village.ledger.hold(LI, 5, expires_at=clock.now() + 9 * DAY, id="h")
    village.ledger.post_one(issue("other", ZHAO, 1, hold="h"))
    assert village.ledger.balance(LI).held == 5
    assert village.ledger.verify().ok
    with pytest.raises(HoldConflict) as raised:
        village.ledger.hold(LI, 6, expires_at=clock.now() + 9 * DAY, id="h")
    assert raised.value.fields == {"hold": "h"}
