"""Reversals: what was posted is given back, whole or in parts, once; or is owed until it can be."""

from __future__ import annotations

from collections import Counter
from typing import Any

import attrs
import pytest

from gridpoints.errors import (
    InsufficientPoints,
    NotReversible,
    RecordUnknown,
    ReversalExceeds,
    ReversalUnclear,
    TransactionConflict,
)
from gridpoints.ledger.model import Account, AccountKind, Balance, Hold, Leg, Posted, Transaction
from gridpoints.testing.contract.base import (
    DAY,
    HOUR,
    ISSUANCE,
    LI,
    SHOP,
    TICK,
    ZHAO,
    Clerk,
    StoreContract,
    award,
    codes,
    issue,
    move,
    race,
    told,
)
from gridpoints.testing.contract.edges import LATER
from gridpoints.testing.sources import START

FEES = Account("points", AccountKind.FEES)
LI_HOURS = Account.member("li", "hours")


def reversal(id: str, original: str, *legs: Leg) -> Transaction:
    """What `Ledger.reverse` would post, as a client would."""
    return Transaction(id, legs, reverses=original)


class ReversalsContract(StoreContract):
    """Li had 100 points, and spent 30 in a shop."""

    @pytest.fixture
    def shop(self, clerk: Clerk) -> Clerk:
        """A clerk in whose books that stands."""
        clerk.post(issue("award", LI, 100), move("deal", LI, SHOP, 30, kind="redemption", reason="rice"))
        return clerk

    # --- whole and in parts -------------------------------------------------------------------

    def test_gives_back_the_whole(self, shop: Clerk) -> None:
        posted = shop.ledger.reverse("deal", id="back")
        assert posted == Posted("back", START + 2 * TICK)
        assert (shop.balance(LI).posted, shop.balance(SHOP).posted) == (100, 0)
        entry = shop.entries(LI)[-1]
        assert (entry.transaction, entry.kind, entry.reason) == ("back", "reversal", "rice")
        assert entry.metadata == {"reverses": "deal"}
        kept = shop.ledger.transaction("back")
        assert (kept.reverses, set(kept.legs)) == ("deal", {Leg(LI, 30), Leg(SHOP, -30)})
        shop.must_verify()

    def test_what_was_posted_is_read_as_it_was_sent(self, shop: Clerk) -> None:
        """Days that a client writes into the metadata of what reverses nothing are the client's."""
        shop.ledger.hold(LI, 20, expires_at=START + DAY, id="h")
        sent = [
            issue("plain", LI, 1, effective_at=START, metadata={"extend_days": 3}),
            move("taken", LI, SHOP, 5, effective_at=START, hold="h", metadata={"extend_days": 3}),
            move("back", SHOP, LI, 5, effective_at=START, reverses="deal"),
        ]
        assert codes(shop.post(*sent)) == ["posted"] * 3
        assert [shop.ledger.transaction(each.id) for each in sent] == sent

    def test_gives_back_in_parts_and_no_more_than_the_whole(self, shop: Clerk) -> None:
        shop.ledger.reverse("deal", 10)
        shop.ledger.reverse("deal", [Leg(SHOP, -5), Leg(LI, 5)], reason="mouldy")
        with pytest.raises(ReversalExceeds) as caught:
            shop.ledger.reverse("deal", 16)
        assert (str(caught.value.fields["left"]), str(caught.value.fields["wanted"])) == ("15", "16")
        shop.ledger.reverse("deal")
        assert (shop.balance(LI).posted, shop.balance(SHOP).posted) == (100, 0)
        assert [e.amount for e in shop.entries(LI)[2:]] == [10, 5, 15]
        for part in (None, 1):
            with pytest.raises(ReversalExceeds):
                shop.ledger.reverse("deal", part)
        shop.must_verify()

    def test_a_part_may_be_the_only_point(self, shop: Clerk) -> None:
        shop.post(move("sweet", LI, SHOP, 1))
        shop.ledger.reverse("sweet", 1)
        assert (shop.balance(LI).posted, shop.balance(SHOP).posted) == (70, 30)

    def test_takes_back_an_award(self, shop: Clerk) -> None:
        shop.ledger.reverse("award", 70)
        assert (shop.balance(LI).posted, shop.balance(ISSUANCE).posted) == (0, -30)
        with pytest.raises(InsufficientPoints):
            shop.ledger.reverse("award")
        assert shop.balance(LI).posted == 0
        shop.must_verify()

    def test_gives_nothing_back_in_the_same_direction(self, shop: Clerk) -> None:
        with pytest.raises(ReversalExceeds):
            shop.ledger.reverse("deal", [Leg(LI, -1), Leg(SHOP, 1)])
        with pytest.raises(ReversalExceeds):
            shop.ledger.reverse("deal", [Leg(LI, 1), Leg(ZHAO, -1)])

    def test_a_part_of_what_moved_on_many_accounts_needs_its_legs(self, shop: Clerk) -> None:
        legs = (
            Leg(LI, -20),
            Leg(SHOP, 18),
            Leg(FEES, 2),
            Leg(Account.issuance("hours"), -5),
            Leg(LI_HOURS, 5),
        )
        shop.post(Transaction("many", legs))
        with pytest.raises(ReversalUnclear) as unclear:
            shop.ledger.reverse("many", 10)
        assert unclear.value.fields == {"transaction": "many"}
        shop.ledger.reverse("many", [Leg(LI, 9), Leg(SHOP, -9)])
        with pytest.raises(ReversalExceeds):
            shop.ledger.reverse("many", [Leg(LI, 10), Leg(SHOP, -10)])
        shop.ledger.reverse("many")
        assert [shop.balance(a).posted for a in (LI, SHOP, FEES, LI_HOURS)] == [70, 30, 0, 0]
        shop.must_verify()

    def test_what_was_captured_goes_back_to_the_account(self, shop: Clerk) -> None:
        shop.place(Hold("h", LI, 50, START, LATER, 50))
        shop.post(move("capture", LI, SHOP, 20, hold="h"))
        shop.ledger.reverse("capture")
        assert shop.balance(LI) == Balance(LI, posted=70, held=30)
        shop.must_verify()

    # --- what cannot be given back ------------------------------------------------------------

    def test_what_was_not_posted_cannot_be_reversed(self, shop: Clerk) -> None:
        shop.post(move("refused", ZHAO, SHOP, 1))
        shop.place(Hold("h", LI, 1, START, LATER, 1))
        for id in ("unknown", "refused", "hold h"):
            with pytest.raises(RecordUnknown):
                shop.ledger.reverse(id)
        back = (Leg(ZHAO, 1), Leg(SHOP, -1))
        outcomes = shop.post(reversal("1", "refused", *back), reversal("2", "unknown", *back))
        assert codes(outcomes) == ["not_reversible", "record_unknown"]
        shop.must_verify()

    def test_a_reversal_cannot_be_reversed(self, shop: Clerk) -> None:
        shop.ledger.reverse("deal", id="back")
        with pytest.raises(NotReversible):
            shop.ledger.reverse("back")
        shop.must_verify()

    def test_nothing_both_captures_and_reverses(self, shop: Clerk) -> None:
        sent = Transaction("1", (Leg(LI, 1), Leg(SHOP, -1)), hold="h", reverses="deal")
        assert codes(shop.post(sent)) == ["transaction_ambiguous"]

    def test_what_the_shop_was_paid_for_is_not_taken_from_it(self, shop: Clerk) -> None:
        shop.post(move("paid", SHOP, Account.settled("points"), 25))
        with pytest.raises(InsufficientPoints):
            shop.ledger.reverse("deal")
        shop.ledger.reverse("deal", 5)
        assert (shop.balance(LI).posted, shop.balance(SHOP).posted) == (75, 0)
        shop.must_verify()

    def test_a_refusal_that_was_posted_stands(self, shop: Clerk) -> None:
        back = reversal("back", "deal", Leg(LI, 31), Leg(SHOP, -31))
        assert codes(shop.post(back)) == ["reversal_exceeds"]
        assert list(map(told, shop.post(back))) == list(map(told, shop.post(back)))
        shop.must_verify()

    # --- once ---------------------------------------------------------------------------------

    def test_the_same_reversal_is_posted_once(self, shop: Clerk) -> None:
        part = shop.ledger.reverse("deal", 10, id="part")
        rest = shop.ledger.reverse("deal", id="rest")
        shop.clock.advance(HOUR)
        assert shop.ledger.reverse("deal", 10, id="part") == part
        assert shop.ledger.reverse("deal", id="rest") == rest
        with pytest.raises(TransactionConflict):
            shop.ledger.reverse("deal", 11, id="part")
        assert shop.balance(LI).posted == 100

    def test_two_reversals_in_one_batch(self, shop: Clerk) -> None:
        outcomes = shop.post(
            reversal("1", "deal", Leg(LI, 20), Leg(SHOP, -20)),
            reversal("2", "deal", Leg(LI, 20), Leg(SHOP, -20)),
            reversal("3", "deal", Leg(LI, 10), Leg(SHOP, -10)),
        )
        assert codes(outcomes) == ["posted", "reversal_exceeds", "posted"]
        batch = [move("new", LI, SHOP, 5), reversal("4", "new", Leg(LI, 5), Leg(SHOP, -5))]
        assert codes(shop.post(*batch, reversal("5", "new", Leg(LI, 1), Leg(SHOP, -1)))) == [
            "posted",
            "posted",
            "reversal_exceeds",
        ]
        assert shop.balance(LI).posted == 100
        shop.must_verify()

    def test_two_who_reverse_at_once_reverse_it_once(self, shop: Clerk) -> None:
        outcomes = race(8, lambda n: shop.ledger.reverse("deal", id=f"back-{n}"))
        assert Counter(type(outcome) for outcome in outcomes) == {Posted: 1, ReversalExceeds: 7}
        assert (shop.balance(LI).posted, shop.balance(SHOP).posted) == (100, 0)
        shop.must_verify()

    def test_parts_that_are_reversed_at_once_do_not_overlap(self, shop: Clerk) -> None:
        outcomes = race(8, lambda n: shop.ledger.reverse("deal", 8, id=f"back-{n}"))
        assert Counter(type(outcome) for outcome in outcomes) == {Posted: 3, ReversalExceeds: 5}
        shop.must_verify()

    def test_one_reversal_that_is_sent_many_times_at_once(self, shop: Clerk) -> None:
        outcomes = race(8, lambda n: shop.ledger.reverse("deal", 8, id="back"))
        assert len({told(outcome) for outcome in outcomes if isinstance(outcome, Posted)}) == 1
        assert len(outcomes) == sum(isinstance(outcome, Posted) for outcome in outcomes)
        assert shop.balance(LI).posted == 78

    def test_a_repetition_with_other_days_is_a_conflict(self, clerk: Clerk) -> None:
        clerk.post(award("1", 10, 1), move("2", LI, SHOP, 10))
        legs = (Leg(LI, 10), Leg(SHOP, -10))

        def back(days: int, **particulars: Any) -> Transaction:
            return Transaction("3", legs, reverses="2", extend_days=days, **particulars)

        first = clerk.post(back(3), at=START + 2 * DAY)
        assert codes(clerk.post(back(4), back(0), back(3), at=START + 3 * DAY)) == [
            "transaction_conflict",
            "transaction_conflict",
            "posted",
        ]
        assert clerk.post(back(3)) == first
        kept = clerk.ledger.transaction("3")
        assert (kept.extend_days, kept.metadata) == (3, {"extend_days": 3})
        assert clerk.post(attrs.evolve(kept, effective_at=None)) == first, "as it is read"
        assert codes(clerk.post(issue("4", LI, 1, extend_days=3), issue("4", LI, 1))) == ["posted"] * 2
        assert clerk.ledger.transaction("4").metadata == {}
        clerk.must_verify()
