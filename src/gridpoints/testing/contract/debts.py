"""Debts: what is to be given back and is not there yet, and how it is collected."""

from __future__ import annotations

import pytest

from gridpoints.errors import TransactionConflict
from gridpoints.ledger.model import Balance, Debt, Hold, Leg, Posted, Transaction
from gridpoints.testing.contract.base import (
    ISSUANCE,
    LI,
    SHOP,
    ZHAO,
    Clerk,
    StoreContract,
    issue,
    move,
    race,
)
from gridpoints.testing.contract.edges import LATER
from gridpoints.testing.sources import START


class DebtsContract(StoreContract):
    """Li was awarded 100 points by mistake, and spent 30 of them in a shop."""

    @pytest.fixture
    def shop(self, clerk: Clerk) -> Clerk:
        """A clerk in whose books that stands."""
        clerk.post(issue("award", LI, 100), move("deal", LI, SHOP, 30, kind="redemption", reason="rice"))
        return clerk

    def _owe(self, shop: Clerk) -> Debt:
        debt = shop.ledger.reverse("award", id="mistake", reason="no such deed", queue=True)
        assert isinstance(debt, Debt)
        return debt

    def test_what_is_not_there_is_owed(self, shop: Clerk) -> None:
        debt = self._owe(shop)
        assert shop.balance(LI).posted == 70
        assert (debt.id, debt.transaction, debt.reason) == ("mistake", "award", "no such deed")
        assert set(debt.legs) == {Leg(LI, -100), Leg(ISSUANCE, 100)}
        assert shop.ledger.debts() == [debt]
        shop.must_verify()

    def test_a_debt_is_collected_as_points_come_in(self, shop: Clerk) -> None:
        self._owe(shop)
        assert len(shop.ledger.collect()) == 1
        assert shop.balance(LI).posted == 0
        [debt] = shop.ledger.debts()
        assert set(debt.legs) == {Leg(LI, -30), Leg(ISSUANCE, 30)}
        assert shop.ledger.collect() == []
        shop.post(issue("more", LI, 12))
        assert len(shop.ledger.collect()) == 1, "though the clock stands still"
        shop.post(issue("most", LI, 50))
        assert len(shop.ledger.collect()) == 1
        assert shop.balance(LI).posted == 32
        assert shop.ledger.debts() == []
        assert shop.ledger.collect() == []
        shop.must_verify()

    def test_what_is_held_is_not_collected(self, shop: Clerk) -> None:
        shop.place(Hold("h", LI, 60, START, LATER, 60))
        self._owe(shop)
        shop.ledger.collect()
        assert shop.balance(LI) == Balance(LI, posted=60, held=60)
        shop.must_verify()

    def test_a_debt_is_owed_once(self, shop: Clerk) -> None:
        """However often it was asked for, and though the points are there by now."""
        debt = self._owe(shop)
        assert self._owe(shop) == debt
        shop.post(issue("more", LI, 50))
        assert self._owe(shop) == debt
        shop.ledger.collect()
        assert shop.balance(LI).posted == 20
        assert shop.ledger.debts() == []
        shop.must_verify()

    def test_what_was_given_back_meanwhile_is_not_collected_again(self, shop: Clerk) -> None:
        """And is in nobody else's way."""
        self._owe(shop)
        shop.post(issue("more", LI, 30))
        shop.ledger.reverse("award")
        shop.post(issue("other", ZHAO, 5), move("spent", ZHAO, SHOP, 5))
        shop.ledger.reverse("other", id="second", queue=True)
        shop.post(issue("income", ZHAO, 9), issue("income-2", LI, 100))
        assert [posted.transaction.split("/")[1] for posted in shop.ledger.collect()] == ["second"]
        assert (shop.balance(LI).posted, shop.balance(ZHAO).posted) == (100, 4)
        assert shop.ledger.debts() == []
        shop.must_verify()

    def test_what_was_collected_says_for_which_debt(self, shop: Clerk) -> None:
        debt = self._owe(shop)
        assert debt.owed_since == shop.clock.now()
        [posted] = shop.ledger.collect()
        collected = shop.ledger.transaction(posted.transaction)
        assert (collected.kind, collected.reason, collected.reverses) == ("debt", "no such deed", "award")
        assert collected.metadata["debt"] == "mistake"

    def test_of_a_part_no_more_than_the_part_is_collected(self, shop: Clerk) -> None:
        """Though more of the transaction could be given back."""
        debt = shop.ledger.reverse("award", 90, id="most-of-it", queue=True)
        assert isinstance(debt, Debt)
        assert set(debt.legs) == {Leg(LI, -90), Leg(ISSUANCE, 90)}
        shop.ledger.collect()
        [debt] = shop.ledger.debts()
        assert set(debt.legs) == {Leg(LI, -20), Leg(ISSUANCE, 20)}, "70 were there"
        shop.post(issue("more", LI, 21))
        shop.ledger.collect()
        assert shop.balance(LI).posted == 1
        assert shop.ledger.debts() == []
        shop.must_verify()

    def test_the_parts_of_one_transaction_are_owed_apart(self, shop: Clerk) -> None:
        shop.post(move("gone", LI, SHOP, 70))
        for id, part in (("first", 40), ("second", 25)):
            assert isinstance(shop.ledger.reverse("award", part, id=id, queue=True), Debt)
        shop.post(issue("more", LI, 41))
        assert len(shop.ledger.collect()) == 2, "the first whole, one point of the second"
        [debt] = shop.ledger.debts()
        assert (debt.id, set(debt.legs)) == ("second", {Leg(LI, -24), Leg(ISSUANCE, 24)})
        shop.must_verify()

    def test_the_last_point_is_collected(self, shop: Clerk) -> None:
        self._owe(shop)
        shop.post(issue("all-but-one", LI, 29))
        shop.ledger.collect()
        shop.post(issue("one", LI, 1))
        assert len(shop.ledger.collect()) == 1
        assert (shop.balance(LI).posted, shop.ledger.debts()) == (0, [])
        shop.must_verify()

    def test_what_several_owe_together_is_collected_from_all_or_from_none(self, shop: Clerk) -> None:
        legs = (Leg(LI, 10), Leg(ZHAO, 20), Leg(ISSUANCE, -30))
        shop.post(Transaction("team", legs), move("spent", ZHAO, SHOP, 20))
        debt = shop.ledger.reverse("team", id="no-team", queue=True)
        assert isinstance(debt, Debt)
        shop.post(issue("nearly", ZHAO, 19))
        assert shop.ledger.collect() == []
        assert shop.ledger.debts() == [debt]
        shop.post(issue("enough", ZHAO, 1))
        assert len(shop.ledger.collect()) == 1
        assert (shop.balance(LI).posted, shop.balance(ZHAO).posted) == (70, 0)
        shop.must_verify()

    def test_a_debt_of_one_transaction_is_not_one_of_another(self, shop: Clerk) -> None:
        self._owe(shop)
        with pytest.raises(TransactionConflict):
            shop.ledger.reverse("deal", id="mistake", queue=True)

    def test_those_who_collect_at_once_collect_it_once(self, shop: Clerk) -> None:
        self._owe(shop)
        outcomes = race(8, lambda _: shop.ledger.collect())
        collected = [posted for outcome in outcomes if isinstance(outcome, list) for posted in outcome]
        assert all(isinstance(outcome, list) for outcome in outcomes)
        assert all(isinstance(posted, Posted) for posted in collected)
        assert len({posted.transaction for posted in collected}) == 1
        assert shop.balance(LI).posted == 0
        shop.must_verify()
