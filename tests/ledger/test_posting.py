"""The decision of a posting, without any store: worked examples."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.errors import (
    FloorAboveBalance,
    GridpointsError,
    HoldClosed,
    HoldConflict,
    InsufficientPoints,
    MetadataUnusable,
    RecordUnknown,
    UnitUnknown,
)
from gridpoints.exact_json import canonical
from gridpoints.ledger import posting
from gridpoints.ledger.journal import Line, instant
from gridpoints.ledger.locked import Locked, after
from gridpoints.ledger.lots import AccountState
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
from gridpoints.ledger.request import Batch, Pair, Request
from gridpoints.ledger.reversal import Original
from gridpoints.values import Unit, can_be_stored

UNITS = {"points": Unit("points"), "hours": Unit("hours", 1)}
ISSUANCE = Account.issuance("points")
LI, ZHAO, SHOP = (
    Account.member("li", "points"),
    Account.member("zhao", "points"),
    Account.merchant("s", "points"),
)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


def locked(
    *holds: Hold, moved_at: datetime | None = None, known: Iterable[Line] = (), **posted: int
) -> Locked:
    """The accounts as they were locked, Li's with `posted` and with what `holds` set aside.

    Issuance and the shop are hot, and not locked: they have no floor, and count from 0.
    """
    held = sum(hold.remaining for hold in holds if hold.status is HoldStatus.OPEN)
    states = [
        AccountState(ISSUANCE, None),
        AccountState(LI, 0, posted.get("li", 0), held, moved_at=moved_at),
        AccountState(ZHAO, 0, posted.get("zhao", 0)),
        AccountState(SHOP, None),
    ]
    accounts = {state.account.key: state for state in states}
    return Locked(accounts, {hold.id: hold for hold in holds}, UNITS, {line.id: line for line in known})


def of(books: Locked, account: Account = LI) -> AccountState:
    return books.accounts[account.key]


def hold(amount: int, id: str = "h", *, until: datetime = NOW + HOUR) -> Hold:
    return Hold(id, LI, amount, NOW - HOUR, until, amount)


def move(id: str, source: Account, target: Account, amount: int, hold: str | None = None) -> Transaction:
    return Transaction(id, (Leg(source, -amount), Leg(target, amount)), hold=hold)


def post(books: Locked, *batch: Transaction, at: datetime = NOW, atomic: bool = False) -> list[Outcome]:
    return posting.post(Batch.read(batch).requests, locked=books, at=at, atomic=atomic)


def told(outcomes: list[Outcome]) -> list[str]:
    return [o.error.code if isinstance(o, Rejected) else "posted" for o in outcomes]


def same(outcomes: list[Outcome], others: list[Outcome]) -> bool:
    """Whether they tell the same: errors are equal only to themselves."""

    def parts(outcome: Outcome) -> tuple[object, ...]:
        if isinstance(outcome, Posted):
            return outcome.transaction, outcome.recorded_at
        return outcome.transaction, outcome.error.code, outcome.error.fields

    return list(map(parts, outcomes)) == list(map(parts, others))


def refused(outcomes: list[Outcome]) -> GridpointsError:
    """The error of the one transaction that was sent."""
    [outcome] = outcomes
    assert isinstance(outcome, Rejected)
    return outcome.error


def legs(line: Line) -> list[tuple[str, int]]:
    return [(account, amount) for account, amount, _ in line.each_leg()]


def acts(books: Locked) -> list[tuple[str, str]]:
    """What the new lines do, and under which id."""
    return [(line.act, line.id) for line in books.lines]


def moving(books: Locked) -> list[str]:
    return [line.id for line in books.lines if line.moves]


@given(st.dictionaries(st.text(max_size=6), st.text() | st.sampled_from(['"', "\\", "\x7f", "award:1"])))
def test_metadata_of_texts_are_canonical(metadata: dict[str, str]) -> None:
    try:
        text = Transaction("t", (), metadata=metadata).metadata_json()
    except MetadataUnusable:
        assert not all(map(can_be_stored, (*metadata, *metadata.values())))
    else:
        assert text == canonical(metadata)


# --- one transaction ------------------------------------------------------------------------------


def test_an_award_moves_two_accounts() -> None:
    books = locked(li=20)
    assert post(books, move("award", ISSUANCE, LI, 5)) == [Posted("award", NOW)]
    [line] = books.lines
    assert line.moves
    assert legs(line) == [(ISSUANCE.key, -5), (LI.key, 5)]
    assert books.changed_accounts == {ISSUANCE.key, LI.key}
    assert (of(books).posted, of(books).moved_at) == (25, NOW)
    assert (of(books, ISSUANCE).posted, of(books, ISSUANCE).moved_at) == (-5, None)


def test_lines_have_no_number_until_a_store_keeps_them() -> None:
    books = locked(li=5)
    post(books, move("1", ISSUANCE, LI, 5), move("2", LI, ZHAO, 16), move("3", LI, ZHAO, 5))
    assert [(line.id, line.number) for line in books.lines] == [("1", 0), ("2", 0), ("3", 0)]


def test_what_is_kept_tells_when_the_act_was_done() -> None:
    early = NOW - 24 * HOUR
    books = locked()
    post(books, attrs.evolve(move("1", ISSUANCE, LI, 5), effective_at=early), move("2", ISSUANCE, LI, 5))
    assert [(instant(line.effective_at), instant(line.recorded_at)) for line in books.lines] == [
        (early, NOW),
        (NOW + TICK, NOW + TICK),
    ]


def test_a_member_cannot_spend_what_is_not_there() -> None:
    books = locked(li=20)
    outcomes = post(books, move("gift", LI, ZHAO, 21))
    assert isinstance(error := refused(outcomes), InsufficientPoints)
    assert (error.available, error.wanted) == (Decimal(20), Decimal(21))
    assert (moving(books), books.changed_accounts) == ([], set())
    [kept] = books.lines
    assert same([posting.outcome_of(kept)], outcomes)


def test_a_refused_transaction_moves_none_of_its_accounts() -> None:
    legs = (Leg(ISSUANCE, -5), Leg(SHOP, 5), Leg(LI, -21), Leg(ZHAO, 21))
    books = locked(li=20)
    assert told(post(books, Transaction("t", legs))) == ["insufficient_points"]
    assert [state.posted for state in books.accounts.values()] == [0, 20, 0, 0]


def test_legs_on_one_account_are_judged_together() -> None:
    sent = (Leg(LI, -30), Leg(ZHAO, 20), Leg(LI, 10))
    books = locked(li=20)
    assert told(post(books, Transaction("t", sent))) == ["posted"]
    assert legs(books.lines[0]) == [(LI.key, -30), (ZHAO.key, 20), (LI.key, 10)]
    assert of(books).posted == 0


def test_amounts_are_told_in_the_digits_of_the_unit() -> None:
    one, other = Account.member("li", "hours"), Account.member("zhao", "hours")
    books = Locked({one.key: AccountState(one, 0, 25), other.key: AccountState(other, 0)}, {}, UNITS)
    assert isinstance(error := refused(post(books, move("t", one, other, 30))), InsufficientPoints)
    assert (str(error.available), str(error.wanted)) == ("2.5", "3.0")


def test_an_account_that_was_not_locked_has_an_unknown_unit() -> None:
    bananas = Account.member("li", "bananas")
    books = locked()
    assert isinstance(refused(post(books, move("t", Account.issuance("bananas"), bananas, 1))), UnitUnknown)
    assert books.lines == [], "the unit may come to be"


def test_what_is_wrong_by_itself_is_answered_and_not_kept() -> None:
    books = locked()
    outcomes = post(books, Transaction("t", (Leg(LI, 1),)), move("t", ISSUANCE, LI, 1))
    assert told(outcomes) == ["transaction_unbalanced", "posted"]
    assert [line.id for line in books.lines] == ["t"]


# --- repetitions ----------------------------------------------------------------------------------


def test_a_repetition_is_answered_as_the_first_time() -> None:
    award = move("award", ISSUANCE, LI, 5)
    post(first := locked(), award)
    books = locked(known=first.lines, li=5)
    assert post(books, award, at=NOW + HOUR) == [Posted("award", NOW)]
    assert (books.lines, books.changed_accounts) == ([], set())


def test_a_refusal_is_repeated_though_the_points_are_there_now() -> None:
    gift = move("gift", LI, ZHAO, 5)
    outcomes = post(first := locked(), gift)
    books = locked(known=first.lines, li=100)
    assert same(post(books, gift, at=NOW + HOUR), outcomes)
    assert books.lines == []


def test_the_same_id_with_another_content_is_a_conflict() -> None:
    post(first := locked(), move("award", ISSUANCE, LI, 5))
    books = locked(known=first.lines)
    assert told(post(books, move("award", ISSUANCE, LI, 6))) == ["transaction_conflict"]
    assert books.lines == []


def test_a_repetition_inside_the_batch() -> None:
    books = locked()
    award = move("award", ISSUANCE, LI, 5)
    outcomes = post(books, award, award, move("award", ISSUANCE, LI, 6), move("gift", LI, ZHAO, 5))
    assert told(outcomes) == ["posted", "posted", "transaction_conflict", "posted"]
    assert [line.id for line in books.lines] == ["award", "gift"]
    assert (of(books).posted, of(books, ZHAO).posted) == (0, 5)


# --- groups ---------------------------------------------------------------------------------------


def test_a_group_is_posted_whole() -> None:
    books = locked(li=10)
    outcomes = post(books, move("1", LI, ZHAO, 10), move("2", ZHAO, SHOP, 10), atomic=True)
    assert told(outcomes) == ["posted", "posted"]
    assert moving(books) == ["1", "2"]
    assert of(books, SHOP).posted == 10
    assert books.changed_accounts == {LI.key, ZHAO.key, SHOP.key}


def test_a_group_of_which_one_is_refused_moves_nothing_and_is_kept() -> None:
    books = locked(hold(4), li=10)
    batch = [
        move("1", LI, ZHAO, 5),
        move("2", LI, SHOP, 4, hold="h"),
        move("3", LI, ZHAO, 2),
        move("4", ISSUANCE, LI, 1),
    ]
    outcomes = post(books, *batch, atomic=True)
    codes = ["batch_not_posted", "batch_not_posted", "insufficient_points", "batch_not_posted"]
    assert told(outcomes) == codes
    assert moving(books) == []
    assert (books.changed_accounts, books.changed_holds) == (set(), set())
    assert (of(books).posted, of(books).held, books.holds["h"].remaining) == (10, 4, 4)
    assert told([posting.outcome_of(line) for line in books.lines]) == codes
    again = locked(known=books.lines, li=100)
    assert same(post(again, *batch, atomic=True), outcomes)
    assert again.lines == []


def test_a_group_tells_which_one_conflicts() -> None:
    outcomes = post(locked(), move("1", ISSUANCE, LI, 1), move("1", ISSUANCE, LI, 2), atomic=True)
    assert told(outcomes) == ["batch_not_posted", "transaction_conflict"]


def test_a_group_leaves_alone_what_was_posted_before_it() -> None:
    award = move("award", ISSUANCE, LI, 5)
    post(first := locked(), award)
    books = locked(known=first.lines)
    assert told(post(books, award, move("gift", LI, ZHAO, 9), atomic=True)) == [
        "posted",
        "insufficient_points",
    ]
    assert [line.id for line in books.lines] == ["gift"]


def test_an_unusable_transaction_holds_up_its_group() -> None:
    books = locked()
    outcomes = post(books, move("1", ISSUANCE, LI, 1), Transaction("2", ()), atomic=True)
    assert told(outcomes) == ["batch_not_posted", "transaction_empty"]
    assert [line.id for line in books.lines] == ["1"]


# --- time -----------------------------------------------------------------------------------------


def test_a_clock_that_is_behind_does_not_disorder_the_lines_of_an_account() -> None:
    assert after(NOW, of(locked(moved_at=NOW + HOUR))) == NOW + HOUR + TICK
    assert after(NOW, of(locked(moved_at=NOW - HOUR))) == NOW
    assert after(NOW, of(locked())) == NOW
    books = locked(moved_at=NOW + HOUR)
    assert post(books, move("t", ISSUANCE, LI, 1), at=NOW) == [Posted("t", NOW + HOUR + TICK)]
    assert instant(books.lines[0].recorded_at) == of(books).moved_at == NOW + HOUR + TICK
    assert post(books, move("u", ISSUANCE, ZHAO, 1), at=NOW) == [Posted("u", NOW)], "another account"


def test_a_clock_that_stands_still_moves_on_for_each_line_of_an_account() -> None:
    books = locked(moved_at=NOW)
    outcomes = post(books, move("1", ISSUANCE, LI, 5), move("2", LI, ZHAO, 5), move("3", ISSUANCE, SHOP, 1))
    assert outcomes == [Posted("1", NOW + TICK), Posted("2", NOW + 2 * TICK), Posted("3", NOW)]
    assert of(books).moved_at == of(books, ZHAO).moved_at == NOW + 2 * TICK
    assert of(books, SHOP).moved_at is None


def test_what_is_overdue_stops_counting_when_it_is_posted() -> None:
    books = locked(hold(10, "old", until=NOW), hold(4, "new"), li=20)
    books.settle_overdue(of(books), NOW - TICK)
    assert (books.changed_holds, books.lines) == (set(), [])
    books = locked(hold(10, "old", until=NOW), hold(4, "new"), li=20)
    assert told(post(books, move("t", LI, ZHAO, 16))) == ["posted"]
    assert (of(books).posted, of(books).held) == (4, 4)
    assert (books.holds["old"].status, books.holds["old"].remaining) == (HoldStatus.EXPIRED, 10)
    assert books.changed_holds == {"old"}
    assert acts(books) == [("release", "release old"), ("post", "t")]
    assert [line.kind for line in books.lines] == ["expired", "adjustment"]


def test_what_expired_is_let_go_though_the_transaction_is_refused() -> None:
    books = locked(hold(10, until=NOW), li=20)
    assert told(post(books, move("t", LI, ZHAO, 21))) == ["insufficient_points"]
    assert (of(books).held, books.changed_accounts, books.changed_holds) == (0, {LI.key}, {"h"})


def test_a_refused_group_leaves_what_expired_to_the_next() -> None:
    """It no longer counts, posted or not."""
    books = locked(hold(10, until=NOW), li=20)
    outcomes = post(books, move("1", LI, ZHAO, 20), move("2", LI, ZHAO, 1), atomic=True)
    assert told(outcomes) == ["batch_not_posted", "insufficient_points"]
    assert (of(books).held, books.changed_accounts, books.changed_holds) == (10, set(), set())


# --- lots -----------------------------------------------------------------------------------------


def dated(amount: int, expires_at: datetime, id: str = "t") -> Transaction:
    return Transaction(id, (Leg(ISSUANCE, -amount), Leg(LI, amount, expires_at)))


def test_points_that_expire_are_a_lot_of_their_account() -> None:
    books = locked(li=5)
    post(books, dated(10, NOW + HOUR, "1"), dated(3, NOW + 2 * HOUR, "2"), dated(1, NOW + HOUR, "3"))
    assert (of(books).posted, of(books).dated) == (19, {NOW + HOUR: 11, NOW + 2 * HOUR: 3})
    assert books.changed_lots == {(LI.key, NOW + HOUR), (LI.key, NOW + 2 * HOUR)}
    assert [list(line.each_lot()) for line in books.lines] == [
        [(LI.key, NOW + HOUR, 10)],
        [(LI.key, NOW + 2 * HOUR, 3)],
        [(LI.key, NOW + HOUR, 1)],
    ]


def _posted(books: Locked, requests: Iterable[Pair | Request]) -> list[Outcome]:
    """What becomes of each, an hour after the one before."""
    return [
        outcome
        for n, request in enumerate(requests)
        for outcome in posting.post([request], locked=books, at=NOW + n * HOUR)
    ]


@pytest.mark.parametrize(
    ("sent", "is_pair"),
    [
        (move("1", ISSUANCE, LI, 5), True),
        (move("1", LI, SHOP, 5), True),
        (Transaction("1", (Leg(LI, 5, NOW + HOUR), Leg(ISSUANCE, -5)), effective_at=NOW - HOUR), True),
        (dated(5, NOW + HOUR), False),
        (Transaction("一", (Leg(LI, 5), Leg(ISSUANCE, -5))), False),
        (Transaction("1", (Leg(LI, 5), Leg(ZHAO, 1), Leg(ISSUANCE, -6))), False),
        (Transaction("1", (Leg(LI, -5), Leg(SHOP, 5)), hold="h"), False),
        (Transaction("1", (Leg(LI, -5), Leg(ISSUANCE, 5)), reverses="0"), False),
    ],
)
def test_most_transactions_are_read_as_pairs(sent: Transaction, is_pair: bool) -> None:
    [read] = Batch.read([sent]).requests
    assert isinstance(read, tuple) is is_pair


def test_a_pair_that_takes_from_no_lot_is_moved_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "_move_any", lambda *_: pytest.fail("the long way"))
    gift = Transaction("3", (Leg(LI, 5, NOW + HOUR), Leg(ISSUANCE, -5)), effective_at=NOW - HOUR)
    books = locked(li=5)
    outcomes = post(books, move("1", ISSUANCE, ZHAO, 5), move("2", ZHAO, SHOP, 5), gift)
    assert told(outcomes) == ["posted"] * 3


THREE = Leg(LI, 5), Leg(ZHAO, 1), Leg(ISSUANCE, -6)


def test_a_batch_says_what_has_to_be_known_of_it() -> None:
    batch = Batch.read([move("1", LI, SHOP, 1), move("2", LI, SHOP, 1, hold="h"), Transaction("3", THREE)])
    assert (batch.ids, batch.holds, batch.originals, batch.backdated) == (
        ["1", "2", "3"],
        {"h"},
        set(),
        False,
    )
    reversal = Transaction("4", (Leg(LI, -5), Leg(ISSUANCE, 5)), reverses="0")
    assert Batch.read([reversal]).originals == {"0"}
    for legs in (THREE, (*THREE[:1], Leg(ISSUANCE, -5))):
        assert Batch.read([Transaction("5", legs, effective_at=NOW)]).backdated is True


@pytest.mark.parametrize("legs", [THREE, (Leg(LI, 5), Leg(ISSUANCE, -5))], ids=["three legs", "a pair"])
@pytest.mark.parametrize(
    "words",
    [
        {"kind": "a kind"},
        {"reason": "half a \ud800"},
        {"effective_at": NOW.replace(tzinfo=None)},
    ],
    ids=lambda words: next(iter(words)),
)
def test_words_that_are_wrong_are_named(legs: tuple[Leg, ...], words: dict[str, Any]) -> None:
    [outcome] = post(locked(), Transaction("1", legs, **words))
    assert isinstance(outcome, Rejected)
    assert outcome.error.fields["field"] == next(iter(words))


@given(
    st.lists(
        st.tuples(
            st.sampled_from([(ISSUANCE, LI), (LI, ISSUANCE), (LI, ZHAO), (ZHAO, LI), (LI, SHOP)]),
            st.integers(1, 9),
            st.sampled_from([None, NOW + HOUR, NOW + 3 * HOUR, NOW + 9 * HOUR]),
            st.sampled_from([None, NOW - 3 * HOUR, NOW - HOUR]),
            st.booleans(),
        ),
        max_size=8,
    ),
    st.sampled_from([0, -5]),
    st.sampled_from([NOW - 2 * HOUR, NOW + HOUR]),
)
def test_the_short_way_moves_what_the_long_way_does(
    moves: list[tuple[tuple[Account, Account], int, datetime | None, datetime | None, bool]],
    floor: int,
    closed_until: datetime,
) -> None:
    sent = []
    for n, ((source, target), amount, expires_at, done, first) in enumerate(moves):
        gift = Leg(target, amount, expires_at if target.kind.strict else None)
        taken = Leg(source, -amount)
        sent.append(Transaction(f"t{n}", (gift, taken) if first else (taken, gift), effective_at=done))
    books = locked(li=5), locked(li=5)
    for each in books:
        of(each).floor = floor
        each.closed_until = closed_until
    requests = Batch.read(sent).requests
    assert same(_posted(books[0], requests), _posted(books[1], map(Request.of, requests)))
    assert books[0] == books[1]


def test_what_expires_first_is_spent_first_and_undated_points_last() -> None:
    books = locked(li=5)
    post(books, dated(3, NOW + 2 * HOUR, "1"), dated(10, NOW + HOUR, "2"), move("3", LI, ZHAO, 11))
    assert list(books.lines[-1].each_lot()) == [(LI.key, NOW + HOUR, -10), (LI.key, NOW + 2 * HOUR, -1)]
    post(books, move("4", LI, ZHAO, 4))
    assert (of(books).posted, of(books).dated) == (3, {})
    assert of(books, ZHAO).dated == {}, "what is given away does not expire any more"


def test_a_lot_past_its_date_is_posted_before_what_touches_its_account() -> None:
    books = locked(li=5)
    post(books, dated(10, NOW + HOUR), at=NOW - HOUR)
    books.lines.clear()
    assert told(post(books, move("t", LI, ZHAO, 6), at=NOW + HOUR)) == ["insufficient_points"]
    expiry, refusal = books.lines
    assert (expiry.act, expiry.kind, legs(expiry)) == (
        "post",
        "expiry",
        [(LI.key, -10), (Account.expiry("points").key, 10)],
    )
    assert list(expiry.each_lot()) == [(LI.key, NOW + HOUR, -10)]
    assert not refusal.moves
    assert (of(books).posted, of(books).dated) == (5, {})


def test_what_is_held_does_not_expire() -> None:
    books = locked(hold(4, until=NOW + 9 * HOUR), li=5)
    post(books, dated(10, NOW + HOUR))
    books.settle_overdue(of(books), NOW + HOUR)
    assert (of(books).posted, of(books).dated, of(books).held) == (5, {}, 4), "held: undated points"
    books = locked(hold(4, until=NOW + 9 * HOUR), li=0)
    post(books, dated(10, NOW + HOUR))
    books.settle_overdue(of(books), NOW + HOUR)
    assert (of(books).posted, of(books).dated) == (4, {NOW + HOUR: 4})
    posting.let_go("h", locked=books, at=NOW + HOUR)
    books.settle_overdue(of(books), NOW + HOUR)
    assert (of(books).posted, of(books).dated) == (0, {})


def test_a_debt_is_paid_before_there_is_a_lot() -> None:
    books = locked(li=-8)
    of(books).floor = -10
    post(books, dated(5, NOW + HOUR, "1"), dated(5, NOW + HOUR, "2"))
    assert (of(books).posted, of(books).dated) == (2, {NOW + HOUR: 2})
    assert [list(line.each_lot()) for line in books.lines] == [[], [(LI.key, NOW + HOUR, 2)]]


# --- reversals ------------------------------------------------------------------------------------


def reversal(id: str, of: str, source: Account, target: Account, amount: int) -> Transaction:
    return attrs.evolve(move(id, source, target, amount), reverses=of)


def test_a_transaction_is_given_back_once() -> None:
    books = locked(li=20)
    post(books, move("t", LI, ZHAO, 9))
    books.originals["t"] = Original.of(books.lines[-1])
    outcomes = post(
        books,
        reversal("r1", "t", ZHAO, LI, 4),
        reversal("r2", "t", ZHAO, LI, 6),
        reversal("r3", "t", ZHAO, LI, 5),
        reversal("r4", "t", ZHAO, LI, 1),
    )
    assert told(outcomes) == ["posted", "reversal_exceeds", "posted", "reversal_exceeds"]
    assert (of(books).posted, of(books, ZHAO).posted) == (20, 0)
    assert [(line.act, line.subject) for line in books.lines[1:]] == [("reverse", "t")] * 4


def test_what_is_given_back_goes_into_the_lots_it_came_from() -> None:
    books = locked(li=5)
    post(books, dated(10, NOW + HOUR, "1"), dated(3, NOW + 2 * HOUR, "2"), move("t", LI, ZHAO, 15))
    books.originals["t"] = Original.of(books.lines[-1])
    assert of(books).dated == {}
    parts = []
    for n in range(4):
        post(books, reversal(f"r{n}", "t", ZHAO, LI, [1, 2, 3, 9][n]))
        parts.append((of(books).posted, dict(of(books).dated)))
    assert parts == [
        (4, {}),
        (6, {NOW + 2 * HOUR: 1}),
        (9, {NOW + 2 * HOUR: 3, NOW + HOUR: 1}),
        (18, {NOW + 2 * HOUR: 3, NOW + HOUR: 10}),
    ], "undated points first, then what was drawn last"


def test_a_transaction_of_the_batch_can_be_given_back_in_it() -> None:
    books = locked(li=20)
    outcomes = post(
        books, move("t", LI, ZHAO, 9), reversal("r", "t", ZHAO, LI, 9), reversal("s", "r", LI, ZHAO, 9)
    )
    assert told(outcomes) == ["posted", "posted", "not_reversible"]
    assert told(post(books, reversal("u", "unknown", ZHAO, LI, 9))) == ["record_unknown"]
    assert books.lines[-1].id == "s", "it may come to be"


# --- captures -------------------------------------------------------------------------------------


def test_a_capture_takes_from_its_hold() -> None:
    books = locked(hold(10), li=10)
    assert told(post(books, move("1", LI, SHOP, 4, hold="h"))) == ["posted"]
    assert (of(books).posted, of(books).held) == (6, 6)
    assert (books.holds["h"].remaining, books.holds["h"].status) == (6, HoldStatus.OPEN)
    assert told(post(books, move("2", LI, SHOP, 6, hold="h"))) == ["posted"]
    assert (of(books).posted, of(books).held) == (0, 0)
    assert (books.holds["h"].remaining, books.holds["h"].status) == (0, HoldStatus.CAPTURED)
    assert books.changed_holds == {"h"}
    assert [(line.act, line.subject) for line in books.lines] == [("capture", "h")] * 2


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
    assert told(post(books, move("t", LI, SHOP, amount, hold="h"))) == [code]
    assert of(books).posted == 20
    kept = [line.id for line in books.lines if line.refusal]
    assert kept == ([] if code == "record_unknown" else ["t"])


def test_nothing_is_captured_from_an_overdue_hold_though_its_account_has_no_leg() -> None:
    books = locked(hold(10, until=NOW), li=20)
    assert told(post(books, move("t", ISSUANCE, ZHAO, 1, hold="h"))) == ["hold_closed"]
    assert acts(books) == [("release", "release h"), ("capture", "t")]


def test_a_capture_is_recorded_after_its_hold_though_its_account_has_no_leg() -> None:
    books = locked(hold(10), moved_at=NOW, li=20)
    assert post(books, move("t", ISSUANCE, ZHAO, 1, hold="h")) == [Posted("t", NOW + TICK)]
    assert books.holds["h"].remaining == 10


def test_what_is_held_is_not_spent_by_others() -> None:
    books = locked(hold(10), li=12)
    batch = [move("1", LI, ZHAO, 3), move("2", LI, SHOP, 10, hold="h"), move("3", LI, ZHAO, 2)]
    assert told(post(books, *batch)) == ["insufficient_points", "posted", "posted"]


def test_a_capture_may_bring_in_other_accounts() -> None:
    legs = (Leg(LI, -8), Leg(SHOP, 10), Leg(ZHAO, -2))
    books = locked(hold(10), li=10, zhao=1)
    assert told(post(books, Transaction("1", legs, hold="h"))) == ["insufficient_points"]
    assert books.holds["h"].remaining == 10
    books = locked(hold(10), li=10, zhao=2)
    assert told(post(books, Transaction("2", legs, hold="h"))) == ["posted"]
    assert (books.holds["h"].remaining, of(books).held) == (2, 2)


# --- placing and releasing ------------------------------------------------------------------------


def test_placing_sets_aside() -> None:
    books = locked(hold(4), li=10, moved_at=NOW)
    placed = posting.place(hold(6, "h2"), locked=books, at=NOW)
    assert placed == books.holds["h2"] == attrs.evolve(hold(6, "h2"), placed_at=NOW + TICK)
    assert (of(books).posted, of(books).held) == (10, 10)
    assert (books.changed_accounts, books.changed_holds) == ({LI.key}, {"h2"})
    [line] = books.lines
    assert (line.act, line.id, line.subject, line.moves) == ("hold", "hold h2", "h2", False)
    with pytest.raises(InsufficientPoints):
        posting.place(hold(1, "h3"), locked=books, at=NOW)
    assert "h3" not in books.holds


def test_a_hold_never_draws_on_a_debt() -> None:
    books = locked(li=5)
    of(books).floor = -10
    with pytest.raises(InsufficientPoints) as caught:
        posting.place(hold(6), locked=books, at=NOW)
    assert caught.value.fields["available"] == Decimal(5)
    posting.place(hold(5), locked=books, at=NOW)


def test_placing_again_answers_what_stands() -> None:
    standing = attrs.evolve(hold(6), status=HoldStatus.RELEASED)
    books = locked(standing, li=10)
    assert posting.place(hold(6), locked=books, at=NOW) is standing
    with pytest.raises(HoldConflict):
        posting.place(hold(7), locked=books, at=NOW)
    assert (books.changed_holds, books.lines) == (set(), [])


def test_placing_on_an_unknown_unit() -> None:
    with pytest.raises(UnitUnknown):
        posting.place(attrs.evolve(hold(1), account=Account.member("li", "bananas")), locked=locked(), at=NOW)


def test_an_overdue_hold_makes_room() -> None:
    books = locked(hold(10, until=NOW), li=10)
    posting.place(hold(10, "h2"), locked=books, at=NOW)
    assert of(books).held == 10
    assert books.holds["h"].status is HoldStatus.EXPIRED
    assert acts(books) == [("release", "release h"), ("hold", "hold h2")]


def test_releasing_gives_back_what_remains() -> None:
    books = locked(attrs.evolve(hold(10), remaining=6), li=10)
    released = posting.let_go("h", locked=books, at=NOW)
    assert (released.status, released.remaining, of(books).held) == (HoldStatus.RELEASED, 6, 0)
    [line] = books.lines
    assert (line.act, line.kind, line.subject, legs(line)) == ("release", "released", "h", [(LI.key, 6)])
    books.changed_holds.clear()
    assert posting.let_go("h", locked=books, at=NOW) == released
    assert (of(books).held, books.changed_holds) == (0, set())


def test_releasing_what_expired_or_was_captured() -> None:
    books = locked(hold(10, until=NOW), li=10)
    assert posting.let_go("h", locked=books, at=NOW).status is HoldStatus.EXPIRED
    assert of(books).held == 0
    captured = attrs.evolve(hold(10), status=HoldStatus.CAPTURED, remaining=0)
    with pytest.raises(HoldClosed):
        posting.let_go("h", locked=locked(captured), at=NOW)
    with pytest.raises(RecordUnknown):
        posting.let_go("nothing", locked=locked(), at=NOW)


# --- floors and periods ---------------------------------------------------------------------------


def test_a_floor_below_0_is_a_debt_limit() -> None:
    books = locked(li=5)
    posting.set_floor(LI, -10, id="f", reason="winter", locked=books, at=NOW)
    [line] = books.lines
    assert (line.act, line.id, line.reason, legs(line)) == ("floor", "floor f", "winter", [(LI.key, -10)])
    assert (of(books).floor, of(books).moved_at) == (-10, NOW)
    assert told(post(books, move("1", LI, ZHAO, 16), move("2", LI, ZHAO, 15))) == [
        "insufficient_points",
        "posted",
    ]
    assert of(books).posted == -10


def test_a_floor_is_not_set_above_what_is_there() -> None:
    books = locked(hold(3), li=5)
    with pytest.raises(FloorAboveBalance) as caught:
        posting.set_floor(LI, 3, id="f", reason="", locked=books, at=NOW)
    assert caught.value.fields["available"] == Decimal(2), "what is held may be taken at any time"
    posting.set_floor(LI, 2, id="f", reason="", locked=books, at=NOW)
    assert of(books).floor == 2


def test_a_closed_period_stays_closed() -> None:
    books = locked()
    posting.close_period(NOW, reason="February", locked=books, at=NOW + HOUR)
    posting.close_period(NOW - HOUR, reason="January", locked=books, at=NOW + HOUR)
    assert books.closed_until == NOW
    assert [(line.act, line.reason, instant(line.effective_at)) for line in books.lines] == [
        ("close", "February", NOW)
    ]
    early, then = (
        attrs.evolve(move(id, ISSUANCE, LI, 1), effective_at=at) for id, at in [("1", NOW - TICK), ("2", NOW)]
    )
    assert told(post(books, early, then)) == ["period_closed", "posted"]


# --- trying out -----------------------------------------------------------------------------------


def test_a_copy_is_moved_by_itself() -> None:
    books = locked(hold(4), li=10)
    post(books, dated(5, NOW + HOUR, "d"), move("x", ZHAO, SHOP, 1))
    books.changed_accounts.clear()
    books.changed_lots.clear()
    books.originals["d"] = Original.of(books.lines[0])
    trial = books.copy()
    post(
        trial,
        move("t", LI, ZHAO, 6),
        move("c", LI, SHOP, 4, hold="h"),
        reversal("r", "d", LI, ISSUANCE, 5),
    )
    assert (of(trial).posted, of(trial).held) == (0, 0)
    assert (of(books).posted, of(books).held, of(books).dated) == (15, 4, {NOW + HOUR: 5})
    assert (books.changed_accounts, books.changed_holds, books.changed_lots) == (set(), set(), set())
    assert books.holds["h"].remaining == 4
    assert books.originals["d"].left() == {ISSUANCE.key: -5, LI.key: 5}
    assert len(books.lines) == 2
