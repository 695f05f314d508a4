"""Folding: statements are entered later and together, and every answer is right before it as well."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from gridpoints.errors import InsufficientPoints
from gridpoints.ledger.model import Account, AccountKind, Hold, Leg, Transaction
from gridpoints.storage.ledger_port import Only
from gridpoints.storage.port import Store, Work
from gridpoints.testing.contract.base import (
    DAY,
    HOUR,
    ISSUANCE,
    LI,
    SHOP,
    ZHAO,
    Clerk,
    StoreContract,
    award,
    codes,
    found,
    issue,
    move,
    race,
)
from gridpoints.testing.sources import START
from gridpoints.values import Interval

SETTLED, EXPIRY = Account.settled("points"), Account.expiry("points")
FEES = Account("points", AccountKind.FEES)
ACCOUNTS = (ISSUANCE, LI, ZHAO, SHOP, SETTLED, EXPIRY, FEES)


def everything(work: Work) -> dict[str, Any]:
    """Whatever can be read from a ledger, but for the numbers of its lines."""
    ledger, march = work.ledger, Interval(START, START + 30 * DAY)
    instants = [START - DAY, START, START + 2 * HOUR, START + 3 * DAY, START + 99 * DAY]
    read: dict[str, Any] = {
        "balances": ledger.balances(ACCOUNTS, START + 3 * DAY),
        "flows": (ledger.flows("points"), ledger.flows("points", march), ledger.flows("hours")),
        "turnover": (ledger.turnover(), ledger.turnover(march)),
        "trial balance": ledger.trial_balance(),
        "outstanding": ledger.outstanding(),
        "overdue": ledger.overdue_accounts(START + 99 * DAY, 9),
        "holds": ledger.find_hold("h"),
        "debts": [line.id for line in ledger.debts()],
    }
    for account in ACCOUNTS:
        read[account.key] = (
            ledger.entries(account),
            ledger.entries(account, after=1, limit=2),
            ledger.entries(account, since=START + HOUR, until=START + 2 * DAY),
            ledger.entries(account, only=Only("redemption", other=SHOP), limit=1),
            [ledger.totals(account, after=n, until=at) for n in (0, 2) for at in (None, *instants)],
            [ledger.moved_until(account, at, recorded=known) for at in instants for known in (True, False)],
            ledger.lots(account),
            ledger.holds_of(account),
        )
    return read


class FoldingContract(StoreContract):
    """Accounts that everybody uses are not locked by a post; nobody sees a difference."""

    @pytest.fixture
    def busy(self, clerk: Clerk) -> Clerk:
        """A clerk in whose books there is something of everything."""
        clerk.post(award("1", 50), award("2", 20, 1), award("3", 9, 30, to=ZHAO))
        clerk.post(move("4", LI, SHOP, 30, kind="redemption"), move("5", ZHAO, SHOP, 10))
        legs = (Leg(LI, -6), Leg(SHOP, 2), Leg(FEES, 1), Leg(SHOP, 3))
        clerk.post(Transaction("6", legs, kind="redemption"), at=START + HOUR)
        clerk.place(Hold("h", LI, 5, START, START + 60 * DAY, 5), at=START + 2 * HOUR)
        clerk.post(move("7", LI, SHOP, 3, hold="h", kind="redemption"), at=START + 3 * HOUR)
        clerk.post(issue("8", LI, 4, effective_at=START - DAY), at=START + 2 * DAY)
        clerk.clock.set(START + 2 * DAY)
        clerk.ledger.reverse("7", 1)
        clerk.ledger.reverse("2", id="mistake", queue=True)
        clerk.ledger.set_floor(ZHAO, -7, reason="winter")
        clerk.post(move("9", SHOP, LI, 2, kind="refund"), at=START + 3 * DAY)
        return clerk

    def _everything(self, clerk: Clerk) -> dict[str, Any]:
        with clerk.store.begin(clerk.community, write=False) as work:
            return everything(work)

    @pytest.mark.parametrize("most", [1, 2, 5])
    def test_every_answer_is_the_same_however_much_is_folded(self, busy: Clerk, most: int) -> None:
        before = self._everything(busy)
        folded = most
        while folded == most:
            with busy.store.begin(busy.community) as work:
                folded = work.ledger.fold(most=most)
            assert self._everything(busy) == before
            assert busy.ledger.verify().differences == ()
        assert busy.ledger.fold() == 0
        with busy.store.begin(busy.community, write=False) as work:
            assert not work.ledger.is_long(than=0)

    def test_what_waits_for_a_number_gets_it_once_and_is_in_no_statement_for_it(self, busy: Clerk) -> None:
        """Where lines have their numbers as they are written, nothing ever waits."""
        before = self._everything(busy)
        with busy.store.begin(busy.community, write=False) as work:
            unnumbered = [line.id for line in work.ledger.unnumbered()]
            numbered = [line.id for line in work.ledger.lines()]
            assert work.ledger.waiting() == len(unnumbered)
        for most, given in ((0, []), (2, unnumbered[:2]), (None, unnumbered[2:])):
            with busy.store.begin(busy.community) as work:
                assert work.ledger.number(most=most) == len(given)
            numbered += given
            assert self._everything(busy) == before
            with busy.store.begin(busy.community, write=False) as work:
                assert [line.id for line in work.ledger.lines()] == numbered
                assert [line.number for line in work.ledger.lines()] == [*range(1, len(numbered) + 1)]
        assert busy.ledger.verify().differences == ()
        busy.ledger.seal()
        assert self._everything(busy) == before
        with busy.store.begin(busy.community, write=False) as work:
            assert work.ledger.waiting() == 0

    def test_every_answer_is_the_same_however_often_it_was_folded_between(self, store: Store) -> None:
        """Both go on from there in the same way."""
        told = []
        for every in (1, 3, 100):
            clerk = found(store, f"every-{every}")
            for n in range(24):
                at = START + n * timedelta(hours=1)
                clerk.post(award(f"a{n}", 9, n % 5 or None), move(f"m{n}", LI, SHOP, n % 4 + 1), at=at)
                clerk.post(move(f"p{n}", SHOP, SETTLED, 1), at=at)
                if n % every == 0:
                    clerk.ledger.fold()
            told.append(self._everything(clerk))
            clerk.must_verify()
        assert told[0] == told[1] == told[2]

    def test_folding_is_undone_with_its_unit_of_work(self, busy: Clerk) -> None:
        before = self._everything(busy)
        with suppress(ZeroDivisionError), busy.store.begin(busy.community) as work:
            work.ledger.fold()
            work.ledger.post([issue("x", LI, 1)], at=START + 3 * DAY)
            work.ledger.fold()
            raise ZeroDivisionError
        assert self._everything(busy) == before
        busy.must_verify()
        assert self._everything(busy) == before

    def test_a_merchant_is_paid_what_was_not_folded_yet(self, clerk: Clerk) -> None:
        clerk.post(issue("1", LI, 100), move("2", LI, SHOP, 60))
        outcomes = clerk.post(
            move("3", SHOP, SETTLED, 61),
            move("4", SHOP, SETTLED, 50),
            move("5", SHOP, SETTLED, 11),
            move("6", LI, SHOP, 1),
            move("7", SHOP, SETTLED, 11),
        )
        assert codes(outcomes) == ["insufficient_points", "posted", "insufficient_points", "posted", "posted"]
        assert clerk.balance(SHOP).posted == 0
        with pytest.raises(InsufficientPoints) as caught:
            clerk.ledger.post_one(move("8", SHOP, SETTLED, 1))
        assert caught.value.fields["available"] == 0
        clerk.must_verify()

    def test_a_merchant_is_paid_in_the_same_unit_of_work(self, clerk: Clerk) -> None:
        with clerk.store.begin(clerk.community):
            clerk.ledger.post([issue("1", LI, 100), move("2", LI, SHOP, 60)])
            assert codes(clerk.ledger.post([move("3", SHOP, SETTLED, 60)])) == ["posted"]
            assert codes(clerk.ledger.post([move("4", SHOP, SETTLED, 1)])) == ["insufficient_points"]
            clerk.ledger.post([move("5", LI, SHOP, 1), move("6", SHOP, SETTLED, 1)])
        assert clerk.balance(SHOP).posted == 0
        clerk.must_verify()

    def test_a_statement_is_read_in_a_unit_of_work_that_only_reads(self, busy: Clerk) -> None:
        with busy.store.begin(busy.community, write=False):
            for account in ACCOUNTS:
                assert list(busy.ledger.statement(account).entries) == busy.entries(account)

    # --- at once ------------------------------------------------------------------------------

    def test_many_who_fold_at_once_enter_each_line_once(self, busy: Clerk) -> None:
        before = self._everything(busy)
        folded = [each for each in race(8, lambda n: busy.ledger.fold()) if isinstance(each, int)]
        assert len(folded) == 8
        assert sum(folded) in (0, 14), "0: this store has no use for it"
        assert self._everything(busy) == before
        busy.must_verify()

    def test_others_post_while_it_is_folded_and_paid_out(self, clerk: Clerk) -> None:
        clerk.post(issue("0", LI, 1_000))

        def act(n: int) -> list[str]:
            done = []
            for turn in range(6):
                id = f"{n}-{turn}"
                if n % 4 == 0:
                    clerk.ledger.fold()
                elif n % 4 == 1:
                    done += codes(clerk.post(move(id, SHOP, SETTLED, 3)))
                else:
                    done += codes(clerk.post(move(id, LI, SHOP, 2), issue(f"{id}-i", ZHAO, 1)))
            return done

        paid = sum(
            outcome.count("posted")
            for n, outcome in enumerate(race(8, act))
            if isinstance(outcome, list) and n % 4 == 1
        )
        assert clerk.balance(SETTLED).posted == 3 * paid
        assert clerk.balance(SHOP).posted == 4 * 6 * 2 - 3 * paid >= 0
        assert clerk.balance(ISSUANCE).posted == -1_000 - 4 * 6
        clerk.must_verify()

    def test_what_a_merchant_has_is_paid_once(self, clerk: Clerk) -> None:
        clerk.post(issue("1", LI, 100), move("2", LI, SHOP, 100))
        outcomes = race(8, lambda n: codes(clerk.post(move(f"t{n}", SHOP, SETTLED, 30)))[0])
        assert sorted(map(str, outcomes)) == ["insufficient_points"] * 5 + ["posted"] * 3
        assert clerk.balance(SHOP).posted == 10
        clerk.must_verify()
