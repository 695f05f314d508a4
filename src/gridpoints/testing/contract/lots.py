"""Lots: points that expire, what is spent first, and what becomes of points that are given back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from gridpoints.errors import InsufficientPoints
from gridpoints.ledger.model import (
    Account,
    AccountKind,
    Balance,
    Hold,
    HoldStatus,
    Leg,
    Outcome,
    Outstanding,
    Transaction,
)
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
    move,
    told,
)
from gridpoints.testing.sources import START

EXPIRY = Account.expiry("points")


class LotsContract(StoreContract):
    """Li's points expire after some days: `Clerk.lots` shows how many after which."""

    # --- spending -----------------------------------------------------------------------------

    def test_what_expires_first_is_spent_first_and_undated_points_last(self, clerk: Clerk) -> None:
        clerk.post(award("1", 5), award("2", 10, 30), award("3", 10, 10), award("4", 10, 20))
        assert clerk.lots(LI) == {10: 10, 20: 10, 30: 10, None: 5}
        clerk.post(move("5", LI, SHOP, 14))
        assert clerk.lots(LI) == {20: 6, 30: 10, None: 5}
        clerk.post(move("6", LI, SHOP, 17))
        assert clerk.lots(LI) == {None: 4}
        clerk.must_verify()

    def test_points_of_one_date_are_one_lot(self, clerk: Clerk) -> None:
        clerk.post(award("1", 5, 10), award("2", 10, 10), award("3", 1, 11))
        assert clerk.lots(LI) == {10: 15, 11: 1}
        clerk.post(move("4", LI, SHOP, 15), award("5", 2, 10))
        assert clerk.lots(LI) == {10: 2, 11: 1}
        clerk.must_verify()

    def test_what_is_given_away_no_longer_expires(self, clerk: Clerk) -> None:
        clerk.post(award("1", 5, 10), move("2", LI, ZHAO, 5))
        assert clerk.lots(ZHAO) == {None: 5}

    def test_several_lots_in_one_transaction(self, clerk: Clerk) -> None:
        legs = (Leg(ISSUANCE, -9), Leg(LI, 2, START + DAY), Leg(LI, 3, START + 2 * DAY), Leg(LI, 4))
        clerk.post(Transaction("1", legs))
        assert clerk.lots(LI) == {1: 2, 2: 3, None: 4}
        assert clerk.ledger.transaction("1").legs == legs
        clerk.must_verify()

    def test_a_lot_may_be_a_single_point(self, clerk: Clerk) -> None:
        legs = (Leg(ISSUANCE, -2), Leg(LI, 1, START + DAY), Leg(LI, 1, START + 2 * DAY))
        assert codes(clerk.post(Transaction("1", legs))) == ["posted"]
        assert clerk.lots(LI) == {1: 1, 2: 1}

    def test_only_what_people_are_given_expires(self, clerk: Clerk) -> None:
        strict = Account("points", AccountKind.HOUSEHOLD, "h"), Account.fund("f", "points")
        for kind in AccountKind:
            account = Account("points", kind, "x")
            expected = "posted" if kind.strict else "leg_cannot_expire"
            legs = (Leg(Account("points", AccountKind.ISSUANCE, "y"), -1), Leg(account, 1, START + DAY))
            assert codes(clerk.post(Transaction(kind, legs))) == [expected]
        taken = Transaction("taken", (Leg(LI, -1, START + DAY), Leg(strict[0], 1)))
        assert codes(clerk.post(taken)) == ["leg_cannot_expire"]
        clerk.must_verify()

    def test_a_debt_is_paid_before_there_is_a_lot(self, clerk: Clerk) -> None:
        clerk.ledger.set_floor(LI, -20, reason="winter")
        clerk.post(award("1", 5, 10), move("2", LI, SHOP, 17))
        assert clerk.lots(LI) == {None: -12}
        clerk.post(award("3", 10, 10))
        assert clerk.lots(LI) == {None: -2}
        clerk.post(award("4", 10, 20))
        assert clerk.lots(LI) == {20: 8}
        legs = (Leg(ISSUANCE, -9), Leg(LI, 4, START + DAY), Leg(LI, 5, START + 2 * DAY))
        clerk.post(move("5", LI, SHOP, 14), Transaction("6", legs))
        assert clerk.lots(LI) == {2: 3}, "it pays with what expires first"
        clerk.must_verify()

    # --- expiry -------------------------------------------------------------------------------

    def test_what_has_expired_is_gone_at_its_instant_and_posted_at_the_next_touch(self, clerk: Clerk) -> None:
        clerk.post(award("1", 10, 1), award("2", 5))
        assert clerk.balance(LI, START + DAY - TICK) == Balance(LI, 15)
        assert clerk.balance(LI, START + DAY) == Balance(LI, posted=15, expired=10)
        assert clerk.balance(LI, START + DAY).available == 5
        clerk.clock.set(START + DAY)
        with pytest.raises(InsufficientPoints):
            clerk.ledger.post_one(move("3", LI, SHOP, 6))
        clerk.ledger.post([move("4", LI, SHOP, 5)])
        assert clerk.balance(LI, START + DAY) == Balance(LI)
        assert clerk.balance(EXPIRY).posted == 10
        [_, _, expiry, _] = clerk.entries(LI)
        assert (expiry.kind, expiry.amount, expiry.recorded_at) == ("expiry", -10, START + DAY)
        assert expiry.metadata == {"expired_at": "2026-03-03T01:00:00.000000Z"}
        clerk.must_verify()

    def test_only_the_remainder_expires(self, clerk: Clerk) -> None:
        clerk.post(award("1", 10, 1), award("2", 10, 2), move("3", LI, SHOP, 7))
        assert clerk.balance(LI, START + DAY).expired == 3
        assert clerk.balance(LI, START + 2 * DAY).expired == 13
        clerk.post(award("4", 1), at=START + 9 * DAY)
        assert [(e.kind, e.amount) for e in clerk.entries(LI)][3:5] == [("expiry", -3), ("expiry", -10)]
        assert clerk.balance(LI, START + 9 * DAY) == Balance(LI, 1)
        clerk.must_verify()

    def test_a_refusal_posts_what_has_expired_all_the_same(self, clerk: Clerk) -> None:
        """Whichever account it is that cannot pay."""
        clerk.post(award("1", 10, 1))
        assert codes(clerk.post(move("2", ZHAO, LI, 1), at=START + DAY)) == ["insufficient_points"]
        assert clerk.balance(LI, START + DAY) == Balance(LI)
        clerk.must_verify()

    def test_a_sweep_posts_everything_that_has_expired(self, clerk: Clerk) -> None:
        members = [Account.member(f"m{n}", "points") for n in range(5)]
        clerk.post(*(award(f"t{n}", 10 + n, n, to=member) for n, member in enumerate(members, 1)))
        clerk.clock.set(START + 3 * DAY)
        assert clerk.ledger.expire(START + 2 * DAY) == 2
        assert clerk.ledger.expire(START + 9 * DAY) == 1, "ahead is now"
        assert clerk.ledger.expire() == 0
        assert [clerk.balance(member).posted for member in members] == [0, 0, 0, 14, 15]
        assert clerk.balance(EXPIRY).posted == 11 + 12 + 13
        clerk.must_verify()

    def test_an_expiry_is_recorded_when_it_is_posted(self, clerk: Clerk) -> None:
        """Also where a sweep goes only up to an earlier day: what was known on a day never changes."""
        clerk.post(award("1", 10, 1), award("2", 5, 3))
        clerk.clock.set(START + 9 * DAY)
        clerk.ledger.close_period(START + 8 * DAY)
        assert clerk.ledger.balance(LI, START + 2 * DAY, recorded=True).posted == 15
        assert clerk.ledger.expire(START + 2 * DAY) == 1
        [_, _, expiry] = clerk.entries(LI)
        assert (expiry.amount, expiry.recorded_at, expiry.effective_at) == (-10, *[START + 9 * DAY] * 2)
        assert clerk.ledger.balance(LI, START + 2 * DAY, recorded=True).posted == 15
        assert clerk.lots(LI) == {3: 5}
        clerk.must_verify()

    def test_outstanding_points_by_the_month_in_which_they_expire(self, clerk: Clerk) -> None:
        clerk.post(award("1", 10, 29), award("2", 5, 30), award("3", 7, 40, to=ZHAO), award("4", 1))
        assert clerk.ledger.outstanding() == [
            Outstanding("points", START.replace(month=2, day=28, hour=16), 10),
            Outstanding("points", START.replace(month=3, day=31, hour=16), 12),
            Outstanding("points", None, 1),
        ]

    # --- holds --------------------------------------------------------------------------------

    def _hold(self, clerk: Clerk, amount: int, days: int) -> None:
        clerk.place(Hold("h", LI, amount, START, START + days * DAY, amount))

    def test_what_is_held_expires_when_it_is_released(self, clerk: Clerk) -> None:
        clerk.post(award("1", 10, 1))
        self._hold(clerk, 4, days=9)
        clerk.clock.set(START + 2 * DAY)
        assert clerk.ledger.balance(LI) == Balance(LI, posted=10, held=4, expired=6)
        assert clerk.ledger.expire() == 1
        assert clerk.ledger.balance(LI) == Balance(LI, posted=4, held=4)
        clerk.ledger.release("h")
        assert clerk.ledger.balance(LI) == Balance(LI, posted=4, expired=4)
        assert clerk.ledger.expire() == 1
        assert clerk.ledger.balance(LI) == Balance(LI)
        clerk.must_verify()

    def test_what_is_held_can_be_captured_after_its_date(self, clerk: Clerk) -> None:
        clerk.post(award("1", 10, 1), award("2", 1, 5))
        self._hold(clerk, 4, days=9)
        clerk.clock.set(START + 2 * DAY)
        clerk.ledger.capture("h", 4, to=SHOP)
        assert clerk.ledger.balance(SHOP).posted == 4
        assert clerk.lots(LI) == {}, "7 were not held, and expired; 3 of the same date were captured"
        clerk.must_verify()

    def test_a_hold_that_expired_keeps_no_points_from_expiring(self, clerk: Clerk) -> None:
        """Nobody has to let go of it first."""
        clerk.post(award("1", 10, 2))
        self._hold(clerk, 10, days=1)
        clerk.clock.set(START + 2 * DAY)
        assert clerk.ledger.balance(LI) == Balance(LI, posted=10, expired=10)
        assert clerk.ledger.expire() == 1
        assert clerk.ledger.balance(LI) == Balance(LI)
        hold = clerk.hold("h")
        assert hold is not None
        assert hold.status is HoldStatus.EXPIRED
        clerk.must_verify()

    # --- points that come back ----------------------------------------------------------------

    def _spend(self, clerk: Clerk) -> None:
        """Li spends 12 of two lots, and 3 that never expire."""
        clerk.post(award("1", 5), award("2", 8, 10), award("3", 4, 20), move("deal", LI, SHOP, 15))
        assert clerk.lots(LI) == {None: 2}

    def test_a_refund_restores_the_lots(self, clerk: Clerk) -> None:
        self._spend(clerk)
        clerk.ledger.reverse("deal")
        assert clerk.lots(LI) == {10: 8, 20: 4, None: 5}
        clerk.must_verify()

    def test_a_refund_in_parts_restores_what_was_drawn_last_first(self, clerk: Clerk) -> None:
        self._spend(clerk)
        found = []
        for part in (2, 2, 5, 6):
            clerk.ledger.reverse("deal", part)
            found.append(clerk.lots(LI))
        assert found == [
            {None: 4},
            {20: 1, None: 5},
            {10: 2, 20: 4, None: 5},
            {10: 8, 20: 4, None: 5},
        ]
        clerk.must_verify()

    def test_a_leg_of_a_refund_names_the_lot_that_it_restores(self, clerk: Clerk) -> None:
        self._spend(clerk)
        found = []

        def give_back(*legs: Leg) -> None:
            clerk.ledger.reverse("deal", [*legs, Leg(SHOP, -sum(leg.amount for leg in legs))])
            found.append(clerk.lots(LI))

        give_back(Leg(LI, 5, START + 10 * DAY))
        clerk.ledger.reverse("deal", 4)  # in their order, around what was named
        found.append(clerk.lots(LI))
        give_back(Leg(LI, 3), Leg(LI, 1, START + 10 * DAY))
        clerk.ledger.reverse("deal")
        found.append(clerk.lots(LI))
        assert found == [
            {10: 5, None: 2},
            {10: 5, 20: 1, None: 5},
            {10: 6, 20: 4, None: 5},
            {10: 8, 20: 4, None: 5},
        ]
        clerk.must_verify()

    def test_no_lot_gets_back_what_it_did_not_pay(self, clerk: Clerk) -> None:
        self._spend(clerk)

        def refused(id: str, *legs: Leg) -> Outcome:
            taken = Leg(SHOP, -sum(leg.amount for leg in legs))
            [outcome] = clerk.post(Transaction(id, (*legs, taken), reverses="deal"))
            return outcome

        assert told(refused("r1", Leg(LI, 5, START + 20 * DAY))) == (
            "r1",
            "lot_exceeded",
            {
                "transaction": "r1",
                "original": "deal",
                "account": LI.key,
                "expires_at": START + 20 * DAY,
                "left": Decimal(4),
                "wanted": Decimal(5),
            },
        )
        clerk.ledger.reverse("deal", 5)  # the undated 3, and 2 of the lot that was drawn last
        outcomes = [
            refused("r2", Leg(LI, 3, START + 20 * DAY)),  # half of it is back
            refused("r3", Leg(LI, 1, START + 11 * DAY)),  # there is none
            refused("r4", Leg(LI, 5, START + 10 * DAY), Leg(LI, 4, START + 10 * DAY)),  # together
            refused("r5", Leg(LI, 8, START + 10 * DAY)),
            refused("r6", Leg(LI, 1, START + 10 * DAY)),
        ]
        assert codes(outcomes) == ["lot_exceeded"] * 3 + ["posted", "lot_exceeded"]
        assert clerk.lots(LI) == {10: 8, 20: 2, None: 5}
        assert told(refused("r2", Leg(LI, 3, START + 20 * DAY)))[1] == "lot_exceeded"  # for good
        clerk.must_verify()

    def test_no_lot_of_a_group_gets_back_what_it_got_back_before(self, clerk: Clerk) -> None:
        clerk.post(award("1", 10, 5), award("2", 10, 9), move("deal", LI, SHOP, 15))
        legs = (Leg(LI, 6, START + 5 * DAY), Leg(SHOP, -6))
        assert codes(clerk.post(Transaction("3", legs, reverses="deal"))) == ["posted"]
        group = (award("4", 1), Transaction("5", legs, reverses="deal"))
        assert codes(clerk.post(*group, atomic=True)) == ["batch_not_posted", "lot_exceeded"]
        for id, amount, code in (("6", 3, "posted"), ("7", 2, "lot_exceeded"), ("8", 1, "posted")):
            again = (Leg(LI, amount, START + 5 * DAY), Leg(SHOP, -amount))
            assert codes(clerk.post(Transaction(id, again, reverses="deal"))) == [code]
        clerk.must_verify()

    def test_a_lot_that_is_named_and_late_can_be_given_more_time(self, clerk: Clerk) -> None:
        self._spend(clerk)
        clerk.clock.set(START + 15 * DAY)
        legs = [Leg(LI, 6, START + 10 * DAY), Leg(SHOP, -6)]
        clerk.ledger.reverse("deal", legs, extend_days=30)
        assert clerk.lots(LI) == {45: 6, None: 2}
        clerk.ledger.reverse("deal")
        assert clerk.ledger.balance(LI) == Balance(LI, posted=17, expired=2)
        clerk.must_verify()

    def test_what_comes_back_late_expires_at_once(self, clerk: Clerk) -> None:
        self._spend(clerk)
        clerk.clock.set(START + 15 * DAY)
        clerk.ledger.reverse("deal")
        assert clerk.ledger.balance(LI) == Balance(LI, posted=17, expired=8)
        assert clerk.ledger.expire() == 1
        assert clerk.lots(LI) == {20: 4, None: 5}
        clerk.must_verify()

    def test_what_comes_back_late_can_be_given_more_time(self, clerk: Clerk) -> None:
        self._spend(clerk)
        clerk.clock.set(START + 15 * DAY)
        clerk.ledger.reverse("deal", extend_days=30)
        assert clerk.lots(LI) == {20: 4, 45: 8, None: 5}, "what is not late keeps its date"
        clerk.must_verify()

    def test_an_expiry_can_be_undone_with_more_time(self, clerk: Clerk) -> None:
        clerk.post(award("1", 5, 1))
        clerk.clock.set(START + 2 * DAY)
        clerk.ledger.expire()
        [_, expiry] = clerk.entries(LI)
        clerk.ledger.reverse(expiry.transaction, extend_days=30)
        assert clerk.lots(LI) == {32: 5}
        assert clerk.ledger.balance(EXPIRY).posted == 0
        clerk.must_verify()

    @pytest.mark.parametrize("days", [None, 10, 20, 30])
    def test_an_award_that_is_taken_back_leaves_the_others_as_they_were(
        self, clerk: Clerk, days: int | None
    ) -> None:
        clerk.post(award("1", 3), award("2", 5, 10), award("3", 7, 20))
        before = clerk.lots(LI)
        clerk.post(award("wrong", 4, days))
        clerk.ledger.reverse("wrong")
        assert clerk.lots(LI) == before
        clerk.must_verify()

    def test_an_award_that_is_taken_back_in_parts_leaves_the_others_as_they_were(self, clerk: Clerk) -> None:
        clerk.post(award("1", 9, 10), award("2", 9, 20), award("3", 9))
        legs = (Leg(ISSUANCE, -9), Leg(LI, 3, START + 10 * DAY), Leg(LI, 4, START + 20 * DAY), Leg(LI, 2))
        clerk.post(Transaction("wrong", legs))
        found = []
        for part in (2, 4, 3):
            clerk.ledger.reverse("wrong", part)
            found.append(clerk.lots(LI))
        assert found == [{10: 10, 20: 13, None: 11}, {10: 9, 20: 10, None: 11}, {10: 9, 20: 9, None: 9}]
        clerk.must_verify()

    def test_what_was_spent_of_an_award_is_taken_from_what_expires_first(self, clerk: Clerk) -> None:
        clerk.post(award("wrong", 4, 10), award("2", 5, 20), award("3", 7, 30), move("4", LI, SHOP, 3))
        clerk.ledger.reverse("wrong")
        assert clerk.lots(LI) == {20: 2, 30: 7}
        clerk.must_verify()

    def test_a_refund_pays_a_debt_first(self, clerk: Clerk) -> None:
        self._spend(clerk)
        clerk.ledger.set_floor(LI, -10, reason="winter")
        clerk.post(move("more", LI, SHOP, 7))
        clerk.ledger.reverse("deal")
        assert clerk.lots(LI) == {10: 6, 20: 4}, "3 undated ones and what expires first"
        clerk.must_verify()

    def test_points_expire_to_the_microsecond(self, clerk: Clerk) -> None:
        at = START + HOUR + timedelta(microseconds=123_457)
        clerk.post(Transaction("1", (Leg(ISSUANCE, -1), Leg(LI, 1, at))))
        assert [lot.expires_at for lot in clerk.ledger.lots(LI)] == [at]
        assert [clerk.balance(LI, at - TICK).expired, clerk.balance(LI, at).expired] == [0, 1]
