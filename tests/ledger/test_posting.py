"""The decision of a posting, without any store: worked examples."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import attrs
import pytest

from gridpoints.errors import (
    GridpointsError,
    HoldClosed,
    HoldConflict,
    InsufficientPoints,
    RecordUnknown,
    UnitUnknown,
)
from gridpoints.ledger import posting
from gridpoints.ledger.model import (
    Account,
    Hold,
    HoldStatus,
    Leg,
    Outcome,
    Posted,
    Rejected,
    Transaction,
)
from gridpoints.ledger.posting import AccountState, Effects, Locked, Recorded, Request
from gridpoints.values import Unit

POINTS, HOURS = Unit("points"), Unit("hours", 1)
ISSUANCE = Account.issuance("points")
LI, ZHAO, SHOP = (
    Account.member("li", "points"),
    Account.member("zhao", "points"),
    Account.merchant("s", "points"),
)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def locked(*holds: Hold, moved_at: datetime | None = None, **posted: int) -> Locked:
    """The accounts as they were locked, Li's with `posted` and with what `holds` set aside."""
    held = sum(hold.remaining for hold in holds if hold.status is HoldStatus.OPEN)
    accounts = {
        ISSUANCE: AccountState(ISSUANCE, POINTS, -sum(posted.values())),
        LI: AccountState(LI, POINTS, posted.get("li", 0), held, moved_at=moved_at),
        ZHAO: AccountState(ZHAO, POINTS, posted.get("zhao", 0)),
        SHOP: AccountState(SHOP, POINTS),
    }
    return Locked(accounts, {hold.id: hold for hold in holds})


def hold(amount: int, id: str = "h", *, until: datetime = NOW + HOUR) -> Hold:
    return Hold(id, LI, amount, NOW - HOUR, until, amount)


def move(id: str, source: Account, target: Account, amount: int, hold: str | None = None) -> Transaction:
    return Transaction(id, (Leg(source, -amount), Leg(target, amount)), hold=hold)


def post(
    books: Locked,
    *batch: Transaction,
    known: dict[str, Recorded] | None = None,
    at: datetime = NOW,
    atomic: bool = False,
) -> Effects:
    requests = [Request.read(transaction) for transaction in batch]
    return posting.post(requests, known=known or {}, locked=books, at=at, atomic=atomic)


def told(outcomes: list[Outcome]) -> list[str]:
    return [o.error.code if isinstance(o, Rejected) else "posted" for o in outcomes]


def refused(effects: Effects) -> GridpointsError:
    """The error of the one transaction that was sent."""
    [outcome] = effects.outcomes
    assert isinstance(outcome, Rejected)
    return outcome.error


# --- one transaction ------------------------------------------------------------------------------


def test_an_award_moves_two_accounts() -> None:
    books = locked(li=20)
    effects = post(books, move("award", ISSUANCE, LI, 5))
    assert effects.outcomes == [Posted("award", NOW)]
    assert [(e.account, e.sequence, e.amount, e.balance) for e in effects.entries] == [
        (ISSUANCE, 1, -5, -25),
        (LI, 1, 5, 25),
    ]
    assert books.changed_accounts == {ISSUANCE, LI}
    assert (books.accounts[LI].posted, books.accounts[LI].sequence, books.accounts[LI].moved_at) == (
        25,
        1,
        NOW,
    )


def test_what_is_kept_tells_when_the_act_was_done() -> None:
    early = NOW - 24 * HOUR
    sent = [
        attrs.evolve(move("1", ISSUANCE, LI, 5), effective_at=early),
        move("2", ISSUANCE, LI, 5),
    ]
    effects = post(locked(), *sent)
    assert [new.effective_at for new in effects.transactions] == [early, NOW]
    assert [(e.effective_at, e.recorded_at) for e in effects.entries if e.account == LI] == [
        (early, NOW),
        (NOW, NOW),
    ]


def test_a_member_cannot_spend_what_is_not_there() -> None:
    books = locked(li=20)
    effects = post(books, move("gift", LI, ZHAO, 21))
    assert isinstance(error := refused(effects), InsufficientPoints)
    assert (error.available, error.wanted) == (Decimal(20), Decimal(21))
    assert effects.entries == []
    assert books.changed_accounts == set()
    [kept] = effects.transactions
    assert kept.recorded.outcome == effects.outcomes[0]


def test_a_refused_transaction_moves_none_of_its_accounts() -> None:
    legs = (Leg(ISSUANCE, -5), Leg(SHOP, 5), Leg(LI, -21), Leg(ZHAO, 21))
    books = locked(li=20)
    assert told(post(books, Transaction("t", legs)).outcomes) == ["insufficient_points"]
    assert [state.posted for state in books.accounts.values()] == [-20, 20, 0, 0]


def test_legs_on_one_account_are_judged_together() -> None:
    legs = (Leg(LI, -30), Leg(ZHAO, 20), Leg(LI, 10))
    books = locked(li=20)
    effects = post(books, Transaction("t", legs))
    assert [(e.amount, e.balance) for e in effects.entries if e.account == LI] == [(-30, -10), (10, 0)]


def test_amounts_are_told_in_the_digits_of_the_unit() -> None:
    one, other = Account.member("li", "hours"), Account.member("zhao", "hours")
    books = Locked({one: AccountState(one, HOURS, 25), other: AccountState(other, HOURS)}, {})
    assert isinstance(error := refused(post(books, move("t", one, other, 30))), InsufficientPoints)
    assert (str(error.available), str(error.wanted)) == ("2.5", "3.0")


def test_an_account_that_was_not_locked_has_an_unknown_unit() -> None:
    bananas = Account.member("li", "bananas")
    effects = post(locked(), move("t", Account.issuance("bananas"), bananas, 1))
    assert isinstance(refused(effects), UnitUnknown)
    assert effects.transactions == [], "the unit may come to be"


def test_what_is_wrong_by_itself_is_answered_and_not_kept() -> None:
    effects = post(locked(), Transaction("t", (Leg(LI, 1),)), move("t", ISSUANCE, LI, 1))
    assert told(effects.outcomes) == ["transaction_unbalanced", "posted"]
    assert [new.transaction.id for new in effects.transactions] == ["t"]


# --- repetitions ----------------------------------------------------------------------------------


def test_a_repetition_is_answered_as_the_first_time() -> None:
    award = move("award", ISSUANCE, LI, 5)
    [kept] = post(locked(), award).transactions
    books = locked(li=5)
    effects = post(books, award, known={"award": kept.recorded}, at=NOW + HOUR)
    assert effects == Effects(outcomes=[Posted("award", NOW)])
    assert books.changed_accounts == set()


def test_a_refusal_is_repeated_though_the_points_are_there_now() -> None:
    gift = move("gift", LI, ZHAO, 5)
    [kept] = post(locked(), gift).transactions
    effects = post(locked(li=100), gift, known={"gift": kept.recorded})
    assert effects.outcomes == [kept.recorded.outcome]
    assert effects.entries == []


def test_the_same_id_with_another_content_is_a_conflict() -> None:
    [kept] = post(locked(), move("award", ISSUANCE, LI, 5)).transactions
    effects = post(locked(), move("award", ISSUANCE, LI, 6), known={"award": kept.recorded})
    assert told(effects.outcomes) == ["transaction_conflict"]
    assert effects.transactions == []


def test_a_repetition_inside_the_batch() -> None:
    books = locked()
    award = move("award", ISSUANCE, LI, 5)
    effects = post(books, award, award, move("award", ISSUANCE, LI, 6), move("gift", LI, ZHAO, 5))
    assert told(effects.outcomes) == ["posted", "posted", "transaction_conflict", "posted"]
    assert [new.transaction.id for new in effects.transactions] == ["award", "gift"]
    assert (books.accounts[LI].posted, books.accounts[ZHAO].posted) == (0, 5)


# --- groups ---------------------------------------------------------------------------------------


def test_a_group_is_posted_whole() -> None:
    books = locked(li=10)
    effects = post(books, move("1", LI, ZHAO, 10), move("2", ZHAO, SHOP, 10), atomic=True)
    assert told(effects.outcomes) == ["posted", "posted"]
    assert len(effects.entries) == 4
    assert books.accounts[SHOP].posted == 10
    assert books.changed_accounts == {LI, ZHAO, SHOP}


def test_a_group_of_which_one_is_refused_moves_nothing_and_is_kept() -> None:
    books = locked(hold(4), li=10)
    batch = [
        move("1", LI, ZHAO, 5),
        move("2", LI, SHOP, 4, hold="h"),
        move("3", LI, ZHAO, 2),
        move("4", ISSUANCE, LI, 1),
    ]
    effects = post(books, *batch, atomic=True)
    codes = ["batch_not_posted", "batch_not_posted", "insufficient_points", "batch_not_posted"]
    assert told(effects.outcomes) == codes
    assert effects.entries == []
    assert (books.changed_accounts, books.changed_holds) == (set(), set())
    assert (books.accounts[LI].posted, books.accounts[LI].held, books.holds["h"].remaining) == (10, 4, 4)
    kept = {new.transaction.id: new.recorded for new in effects.transactions}
    assert told([recorded.outcome for recorded in kept.values()]) == codes
    again = post(locked(li=100), *batch, known=kept, atomic=True)
    assert again == Effects(outcomes=effects.outcomes)


def test_a_group_tells_which_one_conflicts() -> None:
    effects = post(locked(), move("1", ISSUANCE, LI, 1), move("1", ISSUANCE, LI, 2), atomic=True)
    assert told(effects.outcomes) == ["batch_not_posted", "transaction_conflict"]


def test_a_group_leaves_alone_what_was_posted_before_it() -> None:
    award = move("award", ISSUANCE, LI, 5)
    [kept] = post(locked(), award).transactions
    effects = post(locked(), award, move("gift", LI, ZHAO, 9), known={"award": kept.recorded}, atomic=True)
    assert told(effects.outcomes) == ["posted", "insufficient_points"]
    assert [new.transaction.id for new in effects.transactions] == ["gift"]


def test_an_unusable_transaction_holds_up_its_group() -> None:
    effects = post(locked(), move("1", ISSUANCE, LI, 1), Transaction("2", ()), atomic=True)
    assert told(effects.outcomes) == ["batch_not_posted", "transaction_empty"]
    assert [new.transaction.id for new in effects.transactions] == ["1"]


# --- time -----------------------------------------------------------------------------------------


def test_a_clock_that_is_behind_does_not_disorder_the_entries() -> None:
    books = locked(moved_at=NOW + HOUR)
    assert books.not_before(NOW) == NOW + HOUR
    assert books.not_before(NOW + 2 * HOUR) == NOW + 2 * HOUR
    assert locked().not_before(NOW) == NOW
    effects = post(books, move("t", ISSUANCE, LI, 1), at=NOW)
    assert effects.outcomes == [Posted("t", NOW + HOUR)]
    assert {e.recorded_at for e in effects.entries} == {NOW + HOUR}


def test_what_is_overdue_stops_counting_when_it_is_posted() -> None:
    books = locked(hold(10, "old", until=NOW), hold(4, "new"), li=20)
    books.expire(NOW - timedelta(microseconds=1))
    assert books.changed_holds == set()
    assert told(post(books, move("t", LI, ZHAO, 16)).outcomes) == ["posted"]
    assert (books.accounts[LI].posted, books.accounts[LI].held) == (4, 4)
    assert (books.holds["old"].status, books.holds["old"].remaining) == (HoldStatus.EXPIRED, 10)
    assert books.changed_holds == {"old"}


def test_what_expired_stays_expired_where_the_group_is_refused() -> None:
    books = locked(hold(10, until=NOW), li=20)
    assert told(post(books, move("t", LI, ZHAO, 21), atomic=True).outcomes) == ["insufficient_points"]
    assert (books.accounts[LI].held, books.changed_accounts, books.changed_holds) == (0, {LI}, {"h"})


# --- captures -------------------------------------------------------------------------------------


def test_a_capture_takes_from_its_hold() -> None:
    books = locked(hold(10), li=10)
    assert told(post(books, move("1", LI, SHOP, 4, hold="h")).outcomes) == ["posted"]
    assert (books.accounts[LI].posted, books.accounts[LI].held) == (6, 6)
    assert (books.holds["h"].remaining, books.holds["h"].status) == (6, HoldStatus.OPEN)
    assert told(post(books, move("2", LI, SHOP, 6, hold="h")).outcomes) == ["posted"]
    assert (books.accounts[LI].posted, books.accounts[LI].held) == (0, 0)
    assert (books.holds["h"].remaining, books.holds["h"].status) == (0, HoldStatus.CAPTURED)
    assert books.changed_holds == {"h"}


@pytest.mark.parametrize(
    ("standing", "amount", "code"),
    [
        (hold(10), 11, "hold_exceeded"),
        (attrs.evolve(hold(10), status=HoldStatus.RELEASED), 1, "hold_closed"),
        (attrs.evolve(hold(10), status=HoldStatus.CAPTURED, remaining=0), 1, "hold_closed"),
        (hold(10, until=NOW), 1, "hold_closed"),
        (hold(10, "another"), 1, "record_unknown"),
    ],
)
def test_a_capture_is_refused(standing: Hold, amount: int, code: str) -> None:
    books = locked(standing, li=20)
    effects = post(books, move("t", LI, SHOP, amount, hold="h"))
    assert told(effects.outcomes) == [code]
    assert books.accounts[LI].posted == 20
    assert len(effects.transactions) == (0 if code == "record_unknown" else 1)


def test_what_is_held_is_not_spent_by_others() -> None:
    books = locked(hold(10), li=12)
    batch = [move("1", LI, ZHAO, 3), move("2", LI, SHOP, 10, hold="h"), move("3", LI, ZHAO, 2)]
    assert told(post(books, *batch).outcomes) == ["insufficient_points", "posted", "posted"]


def test_a_capture_may_bring_in_other_accounts() -> None:
    legs = (Leg(LI, -8), Leg(SHOP, 10), Leg(ZHAO, -2))
    books = locked(hold(10), li=10, zhao=1)
    assert told(post(books, Transaction("1", legs, hold="h")).outcomes) == ["insufficient_points"]
    assert books.holds["h"].remaining == 10
    books = locked(hold(10), li=10, zhao=2)
    assert told(post(books, Transaction("2", legs, hold="h")).outcomes) == ["posted"]
    assert (books.holds["h"].remaining, books.accounts[LI].held) == (2, 2)


# --- placing and releasing ------------------------------------------------------------------------


def test_placing_sets_aside() -> None:
    books = locked(hold(4), li=10)
    placed = posting.place(hold(6, "h2"), locked=books, at=NOW)
    assert (placed, books.holds["h2"]) == (hold(6, "h2"),) * 2
    assert (books.accounts[LI].posted, books.accounts[LI].held) == (10, 10)
    assert (books.changed_accounts, books.changed_holds) == ({LI}, {"h2"})
    with pytest.raises(InsufficientPoints):
        posting.place(hold(1, "h3"), locked=books, at=NOW)
    assert "h3" not in books.holds


def test_placing_again_answers_what_stands() -> None:
    standing = attrs.evolve(hold(6), status=HoldStatus.RELEASED)
    books = locked(standing, li=10)
    assert posting.place(hold(6), locked=books, at=NOW) is standing
    with pytest.raises(HoldConflict):
        posting.place(hold(7), locked=books, at=NOW)
    assert books.changed_holds == set()


def test_placing_on_an_unknown_unit() -> None:
    with pytest.raises(UnitUnknown):
        posting.place(attrs.evolve(hold(1), account=Account.member("li", "bananas")), locked=locked(), at=NOW)


def test_an_overdue_hold_makes_room() -> None:
    books = locked(hold(10, until=NOW), li=10)
    posting.place(hold(10, "h2"), locked=books, at=NOW)
    assert books.accounts[LI].held == 10
    assert books.holds["h"].status is HoldStatus.EXPIRED


def test_releasing_gives_back_what_remains() -> None:
    books = locked(attrs.evolve(hold(10), remaining=6), li=10)
    released = posting.release("h", locked=books, at=NOW)
    assert (released.status, released.remaining, books.accounts[LI].held) == (HoldStatus.RELEASED, 6, 0)
    books.changed_holds.clear()
    assert posting.release("h", locked=books, at=NOW) == released
    assert (books.accounts[LI].held, books.changed_holds) == (0, set())


def test_releasing_what_expired_or_was_captured() -> None:
    books = locked(hold(10, until=NOW), li=10)
    assert posting.release("h", locked=books, at=NOW).status is HoldStatus.EXPIRED
    assert books.accounts[LI].held == 0
    captured = attrs.evolve(hold(10), status=HoldStatus.CAPTURED, remaining=0)
    with pytest.raises(HoldClosed):
        posting.release("h", locked=locked(captured), at=NOW)
    with pytest.raises(RecordUnknown):
        posting.release("nothing", locked=locked(), at=NOW)


# --- trying out -----------------------------------------------------------------------------------


def test_a_copy_is_moved_by_itself() -> None:
    books = locked(hold(4), li=10)
    trial = books.copy()
    post(trial, move("t", LI, ZHAO, 6), move("c", LI, SHOP, 4, hold="h"))
    assert (books.accounts[LI].posted, books.accounts[LI].held) == (10, 4)
    assert (books.changed_accounts, books.changed_holds) == (set(), set())
    assert books.holds["h"].remaining == 4
