"""How much a leg, a transaction and an account can move and hold: whatever comes, figures stay exact."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest

from gridpoints.errors import LedgerFileUnusable
from gridpoints.ledger.model import (
    MOST_AMOUNT,
    MOST_BALANCE,
    Account,
    AccountKind,
    Hold,
    Leg,
    Transaction,
    TrialLine,
    Turnover,
)
from gridpoints.testing.contract.base import (
    DAY,
    HOUR,
    ISSUANCE,
    LI,
    SHOP,
    ZHAO,
    Clerk,
    StoreContract,
    codes,
    found,
    issue,
    move,
    told,
)
from gridpoints.testing.sources import START

OWING = Account.member("chen", "points")


def with_more(source: Clerk, name: str, amount: int) -> Clerk:
    """Another community with the same ledger, but `amount` wherever `MOST_AMOUNT` was moved.

    It takes a million of the largest transactions to get there, and a file may come from anywhere.
    """
    file = io.StringIO()
    source.ledger.export(file)
    text = file.getvalue().replace(f'"{source.community}"', f'"{name}"', 1)
    clerk = Clerk(source.store, name)
    if name not in source.store.communities():
        found(source.store, name)
    clerk.ledger.restore(io.StringIO(text.replace(str(MOST_AMOUNT), str(amount))))
    return clerk


class LimitsContract(StoreContract):
    """The most that an account holds or owes."""

    def rich(self, clerk: Clerk) -> Clerk:
        """Li has 2 less than can be had, Chen owes 1 less than can be owed, and Zhao has the one point."""
        clerk.ledger.set_floor(OWING, None, reason="the founder")
        clerk.post(move("1", OWING, LI, MOST_AMOUNT), move("2", OWING, ZHAO, 1))
        return with_more(clerk, "rich", MOST_BALANCE - 2)

    def test_the_most_that_one_transaction_moves(self, clerk: Clerk) -> None:
        twice = (Leg(ISSUANCE, -MOST_AMOUNT), Leg(ISSUANCE, -1), Leg(LI, MOST_AMOUNT), Leg(ZHAO, 1))
        assert codes(
            clerk.post(
                issue("1", LI, MOST_AMOUNT),
                issue("2", LI, MOST_AMOUNT + 1),
                Transaction("3", twice),
                issue("4", LI, MOST_AMOUNT),
            )
        ) == ["posted", "bad_leg_amount", "bad_leg_amount", "posted"]
        assert clerk.balance(LI).posted == 2 * MOST_AMOUNT
        clerk.must_verify()

    def test_the_most_that_one_of_many_legs_moves(self, clerk: Clerk) -> None:
        given = (Leg(LI, MOST_AMOUNT), Leg(ISSUANCE, 1 - MOST_AMOUNT), Leg(ISSUANCE, -1))
        back = tuple(Leg(leg.account, -leg.amount) for leg in given)
        assert codes(clerk.post(Transaction("1", given), Transaction("2", back))) == ["posted"] * 2
        clerk.must_verify()

    def test_the_most_that_an_account_holds_beside_a_hold(self, clerk: Clerk) -> None:
        clerk = self.rich(clerk)
        clerk.place(Hold("h", LI, 1, START, START + DAY, 1))
        assert codes(clerk.post(issue("3", LI, 2), issue("4", LI, 1))) == ["posted", "balance_too_large"]
        clerk.must_verify()

    def test_the_most_that_an_account_holds(self, clerk: Clerk) -> None:
        clerk = self.rich(clerk)
        assert codes(clerk.post(issue("3", LI, 2), issue("4", LI, 1))) == ["posted", "balance_too_large"]
        assert clerk.balance(LI).posted == MOST_BALANCE
        [outcome] = clerk.post(issue("4", LI, 1))
        assert told(outcome) == (
            "4",
            "balance_too_large",
            {
                "transaction": "4",
                "account": LI.key,
                "unit": "points",
                "balance": Decimal(MOST_BALANCE + 1),
                "most": Decimal(MOST_BALANCE),
            },
        ), "for good"
        assert codes(clerk.post(move("5", LI, SHOP, 5), issue("6", LI, 5), move("7", ZHAO, LI, 1))) == [
            "posted",
            "posted",
            "balance_too_large",
        ]
        clerk.ledger.seal()
        clerk.must_verify()

    def test_the_most_that_an_account_owes(self, clerk: Clerk) -> None:
        clerk = self.rich(clerk)
        assert codes(clerk.post(move("3", OWING, ZHAO, 1), move("4", OWING, ZHAO, 1))) == [
            "posted",
            "balance_too_large",
        ]
        assert clerk.balance(OWING).posted == -MOST_BALANCE
        assert codes(clerk.post(move("5", ZHAO, OWING, 1), move("6", OWING, ZHAO, 1))) == ["posted"] * 2
        clerk.must_verify()

    @pytest.mark.parametrize("folded", [True, False], ids=["folded", "just posted"])
    def test_accounts_that_nobody_locks_are_bound_by_what_is_known_of_them(
        self, clerk: Clerk, folded: bool
    ) -> None:
        """As it was folded last: no line is refused for what is below the limit."""
        clerk.post(issue("1", LI, MOST_AMOUNT), move("2", LI, SHOP, MOST_AMOUNT))
        clerk = with_more(clerk, "rich", MOST_BALANCE)
        clerk.post(move("3", SHOP, LI, 2), move("4", LI, ISSUANCE, 2))
        if folded:
            clerk.ledger.fold()
        clerk.post(issue("5", ZHAO, 2), move("6", ZHAO, SHOP, 2))
        clerk.ledger.fold()
        assert codes(clerk.post(issue("7", ZHAO, 1))) == ["balance_too_large"]
        assert clerk.balance(ISSUANCE).posted == -MOST_BALANCE
        clerk.post(move("8", SHOP, LI, 1), move("9", LI, ISSUANCE, 1))
        assert codes(clerk.post(move("10", LI, SHOP, 1))) == ["insufficient_points"]
        clerk.ledger.seal()
        clerk.must_verify()

    def test_sums_over_many_accounts_have_no_limit(self, clerk: Clerk) -> None:
        """Twenty of the largest balances are beyond 2^63."""
        for n in range(20):
            giver, taker = Account.member(f"m{n}", "points"), Account.fund(f"f{n}", "points")
            clerk.ledger.set_floor(giver, None, reason="the founder")
            clerk.post(move(f"t{n}", giver, taker, MOST_AMOUNT))
        clerk, much = with_more(clerk, "rich", MOST_BALANCE), MOST_BALANCE
        assert clerk.ledger.trial_balance() == [
            TrialLine("points", AccountKind.FUND, 20, 20 * much, 0),
            TrialLine("points", AccountKind.MEMBER, 20, -20 * much, 0),
        ]
        assert clerk.ledger.turnover() == [
            Turnover("points", AccountKind.FUND, 20 * much, 0),
            Turnover("points", AccountKind.MEMBER, 0, 20 * much),
        ]
        assert [flow.amount for flow in clerk.ledger.flows("points")] == [20 * much, -20 * much]
        assert clerk.ledger.outstanding() == []
        clerk.must_verify()

    def test_what_was_done_by_then_has_no_limit(self, clerk: Clerk) -> None:
        """It may be more than there ever was at once: what was taken was done later."""
        for n in range(20):
            clerk.post(issue(f"a{n}", LI, MOST_AMOUNT, effective_at=START), at=START + HOUR)
            clerk.post(move(f"b{n}", LI, ISSUANCE, MOST_AMOUNT), at=START + HOUR)
        clerk = with_more(clerk, "rich", MOST_BALANCE)
        assert clerk.ledger.balance(LI, START).posted == 20 * MOST_BALANCE
        clerk.must_verify()

    def test_a_file_with_more_than_can_be_kept(self, clerk: Clerk) -> None:
        clerk.post(issue("1", LI, MOST_AMOUNT))
        for much in (2**63, 10**30):
            with pytest.raises(LedgerFileUnusable, match="beyond what can be kept"):
                with_more(clerk, "rich", much)
        assert Clerk(clerk.store, "rich").ledger.verify().transactions == 0
