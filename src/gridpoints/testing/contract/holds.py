"""Holds: points set aside, captured in parts, released, or expired by themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import attrs
import pytest

from gridpoints.errors import (
    EmptyInterval,
    HoldClosed,
    HoldConflict,
    InsufficientPoints,
    RecordUnknown,
    UnitUnknown,
)
from gridpoints.ledger.model import Account, AccountKind, Balance, Hold, HoldStatus, Leg, Posted, Transaction
from gridpoints.storage.port import Store
from gridpoints.testing.contract.base import (
    HOUR,
    LI,
    SHOP,
    TICK,
    ZHAO,
    Clerk,
    StoreContract,
    codes,
    issue,
    move,
    told,
)
from gridpoints.testing.contract.edges import TEXT
from gridpoints.testing.sources import START

SECOND = timedelta(seconds=1)


def hold(id: str, amount: int, account: Account = LI, *, at: datetime = START, reason: str = "") -> Hold:
    """A hold for one hour."""
    return Hold(id, account, amount, at, at + HOUR, amount, reason)


def capture(id: str, hold: str, amount: int) -> Transaction:
    """What is taken from a hold of Li's goes to the shop."""
    return move(id, LI, SHOP, amount, hold=hold)


class HoldsContract(StoreContract):
    """Li has 100 points, and some of them are set aside."""

    @pytest.fixture
    def till(self, clerk: Clerk) -> Clerk:
        """A clerk in whose books Li has 100 points."""
        clerk.post(issue("award", LI, 100))
        return clerk

    def test_sets_points_aside(self, store: Store, till: Clerk) -> None:
        placed = hold("h/李", 60, reason=TEXT)
        standing = till.place(placed)
        assert standing == attrs.evolve(placed, placed_at=START + TICK), "after Li's last line"
        assert till.hold("h/李") == standing
        assert till.balance(LI) == Balance(LI, posted=100, held=60)
        assert codes(till.post(move("1", LI, ZHAO, 41), move("2", LI, ZHAO, 40))) == [
            "insufficient_points",
            "posted",
        ]
        assert till.entries(LI)[-1].amount == -40
        with store.begin(till.community, write=False) as work:
            [line] = [x for x in work.ledger.trial_balance() if (x.posted, x.held) == (100, 60)]
            assert line.accounts == 2
        till.must_verify()

    def test_sets_aside_no_more_than_is_there(self, till: Clerk) -> None:
        till.place(hold("1", 60))
        with pytest.raises(InsufficientPoints) as caught:
            till.place(hold("2", 41))
        assert caught.value.fields["available"] == Decimal(40)
        with pytest.raises(UnitUnknown):
            till.place(hold("3", 1, Account.member("li", "bananas")))
        assert till.hold("2") is till.hold("3") is None
        till.place(hold("4", 40))
        assert till.balance(LI).available == 0

    def test_asked_for_twice_placed_once(self, till: Clerk) -> None:
        first = till.place(hold("h", 60))
        assert till.place(hold("h", 60, at=START + SECOND), START + SECOND) == first
        for other in (hold("h", 61), hold("h", 60, reason="other"), hold("h", 60, ZHAO)):
            with pytest.raises(HoldConflict):
                till.place(other)
        assert till.balance(LI).held == 60

    def test_captures_in_parts(self, till: Clerk) -> None:
        till.place(hold("h", 60))
        assert codes(till.post(capture("1", "h", 20))) == ["posted"]
        assert till.balance(LI) == Balance(LI, posted=80, held=40)
        standing = till.hold("h")
        assert standing is not None
        assert (standing.amount, standing.remaining, standing.status) == (60, 40, HoldStatus.OPEN)
        [outcome] = till.post(capture("2", "h", 41))
        assert told(outcome) == (
            "2",
            "hold_exceeded",
            {"hold": "h", "remaining": Decimal(40), "wanted": Decimal(41)},
        )
        assert codes(till.post(capture("3", "h", 40), capture("4", "h", 1))) == ["posted", "hold_closed"]
        captured = till.hold("h")
        assert captured is not None
        assert (captured.remaining, captured.status) == (0, HoldStatus.CAPTURED)
        assert till.balance(LI) == Balance(LI, posted=40)
        assert till.balance(SHOP).posted == 60
        till.must_verify()

    def test_a_capture_is_posted_once(self, till: Clerk) -> None:
        till.place(hold("h", 60))
        first = till.post(capture("1", "h", 60))
        assert (
            till.post(capture("1", "h", 60), at=START + 2 * HOUR) == first == [Posted("1", START + 2 * TICK)]
        )
        assert codes(till.post(capture("1", "h", 59))) == ["transaction_conflict"]
        assert till.balance(SHOP).posted == 60

    def test_a_capture_is_for_the_reason_of_its_hold_unless_it_has_its_own(self, till: Clerk) -> None:
        till.ledger.hold(LI, 60, expires_at=START + HOUR, reason="rice", id="h")
        first = till.ledger.capture("h", 20, to=SHOP, id="c")
        assert till.ledger.capture("h", 20, to=SHOP, id="c") == first
        till.ledger.capture("h", 5, to=SHOP, reason="oil")
        entries = [(entry.kind, entry.reason, entry.amount) for entry in till.entries(SHOP)]
        assert entries == [("capture", "rice", 20), ("capture", "oil", 5)]
        assert till.balance(LI).held == 35

    def test_a_capture_may_give_to_several(self, till: Clerk) -> None:
        till.place(hold("h", 60))
        legs = (Leg(LI, -50), Leg(SHOP, 45), Leg(Account("points", AccountKind.FEES), 5))
        assert codes(till.post(Transaction("1", legs, hold="h"))) == ["posted"]
        assert till.balance(LI) == Balance(LI, posted=50, held=10)

    def test_an_unknown_hold_may_come_to_be(self, till: Clerk) -> None:
        [outcome] = till.post(capture("1", "h", 10))
        assert told(outcome) == ("1", "record_unknown", {"kind": "hold", "id": "h"})
        till.place(hold("h", 60))
        assert codes(till.post(capture("1", "h", 10))) == ["posted"]

    def test_gives_back_what_remains(self, till: Clerk) -> None:
        till.place(hold("h", 60))
        till.post(capture("1", "h", 20))
        released = till.release("h")
        assert (released.status, till.hold("h")) == (HoldStatus.RELEASED, released)
        assert till.balance(LI) == Balance(LI, posted=80)
        assert till.release("h", START + 2 * HOUR) == released
        [outcome] = till.post(capture("2", "h", 1))
        assert told(outcome) == ("2", "hold_closed", {"hold": "h", "status": "released"})
        till.must_verify()

    def test_nothing_is_given_back_of_what_was_captured(self, till: Clerk) -> None:
        till.place(hold("h", 60))
        till.post(capture("1", "h", 60))
        with pytest.raises(HoldClosed):
            till.release("h")
        with pytest.raises(RecordUnknown) as caught:
            till.release("unknown")
        assert caught.value.fields == {"kind": "hold", "id": "unknown"}
        till.must_verify()

    def test_a_placed_id_is_never_placed_again(self, till: Clerk) -> None:
        till.place(hold("h", 60))
        released = till.release("h")
        assert till.place(hold("h", 60)) == released
        assert till.balance(LI).held == 0

    def test_no_points_are_set_aside_until_a_time_that_is_over(self, till: Clerk) -> None:
        till.place(hold("h", 60))
        late = START + HOUR
        with pytest.raises(EmptyInterval) as caught:
            till.place(hold("over", 10), late)
        assert caught.value.fields == {"start": late, "end": late}
        with pytest.raises(EmptyInterval):
            till.ledger.hold(LI, 10, expires_at=START - HOUR)
        assert till.hold("over") is None
        assert till.place(hold("h", 60), late).status is HoldStatus.EXPIRED  # one that stands is answered
        till.must_verify()

    # --- expiry -------------------------------------------------------------------------------

    def test_an_expired_hold_stops_counting_at_once(self, till: Clerk) -> None:
        till.place(hold("h", 60))
        assert till.balance(LI, START + HOUR - SECOND).available == 40
        assert till.balance(LI, START + HOUR) == Balance(LI, posted=100)
        standing = till.hold("h")
        assert standing is not None
        assert standing.status_at(START + HOUR) is HoldStatus.EXPIRED
        assert codes(till.post(move("1", LI, ZHAO, 100), at=START + HOUR)) == ["posted"]
        assert till.balance(LI, START + HOUR) == till.balance(LI) == Balance(LI)
        till.must_verify()

    def test_an_expired_hold_makes_room_for_another(self, till: Clerk) -> None:
        till.place(hold("1", 60))
        till.place(hold("2", 100, at=START + HOUR), START + HOUR)
        assert till.balance(LI, START + HOUR) == Balance(LI, posted=100, held=100)
        till.must_verify()

    def test_nothing_is_captured_from_an_expired_hold(self, till: Clerk) -> None:
        till.place(hold("h", 60))
        late = START + HOUR
        assert codes(till.post(capture("1", "h", 20), at=late - SECOND)) == ["posted"]
        [outcome] = till.post(capture("2", "h", 20), at=late)
        assert told(outcome) == ("2", "hold_closed", {"hold": "h", "status": "expired"})
        assert till.release("h", late).status is HoldStatus.EXPIRED
        assert till.balance(LI, late) == Balance(LI, posted=80)
        till.must_verify()

    def test_only_the_holds_of_their_time_expire(self, till: Clerk) -> None:
        for n in range(5):
            till.place(hold(str(n), 10, at=START + n * HOUR), START)
        assert [till.balance(LI, START + n * HOUR).held for n in range(7)] == [50, 40, 30, 20, 10, 0, 0]
        till.post(issue("award-2", LI, 1), at=START + 2 * HOUR)
        statuses = [h.status for n in range(5) if (h := till.hold(str(n)))]
        assert statuses == [HoldStatus.EXPIRED] * 2 + [HoldStatus.OPEN] * 3
        till.must_verify()
