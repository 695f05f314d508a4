"""Time: what was done earlier, periods that are closed, and what was there, or known, at an instant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gridpoints.errors import NaiveInstant, PeriodClosed, PeriodNotOver
from gridpoints.ledger.model import Account, Balance, Entry, Hold, Leg, Transaction
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
from gridpoints.testing.contract.edges import BEFORE_1970, TEXT
from gridpoints.testing.sources import START

MARKET = Account.merchant("market", "points")


def ids(entries: tuple[Entry, ...]) -> list[str]:
    """The transactions of entries."""
    return [entry.transaction for entry in entries]


class TimeContract(StoreContract):
    """When it was done and when it was recorded."""

    # --- closed periods -----------------------------------------------------------------------

    def test_nothing_is_posted_into_a_closed_period(self, clerk: Clerk) -> None:
        clerk.clock.set(START + 9 * DAY)
        clerk.ledger.close_period(START, reason="February")
        early = issue("early", LI, 5, effective_at=START - TICK)
        outcomes = clerk.ledger.post([early, issue("then", LI, 1, effective_at=START), issue("now", LI, 1)])
        assert told(outcomes[0]) == (
            "early",
            "period_closed",
            {"transaction": "early", "effective_at": START - TICK, "until": START},
        )
        assert codes(outcomes) == ["period_closed", "posted", "posted"]
        assert clerk.balance(LI).posted == 2
        assert list(map(told, clerk.ledger.post([early]))) == [told(outcomes[0])], "for good"
        with pytest.raises(PeriodClosed):
            clerk.ledger.post_one(issue("earlier", LI, 5, effective_at=BEFORE_1970))
        clerk.must_verify()

    def test_what_was_posted_before_is_answered_though_its_period_is_closed(self, clerk: Clerk) -> None:
        early = issue("early", LI, 5, effective_at=START - DAY)
        posted = clerk.ledger.post([early])
        clerk.ledger.close_period(START)
        assert clerk.ledger.post([early]) == posted

    def test_a_closed_period_is_never_opened_again(self, clerk: Clerk) -> None:
        clerk.clock.set(START + 2 * DAY)
        clerk.ledger.close_period(START + DAY)
        clerk.ledger.close_period(START)
        clerk.ledger.close_period(START + DAY)
        assert codes(clerk.post(issue("1", LI, 5, effective_at=START))) == ["period_closed"]
        clerk.ledger.close_period(START + 2 * DAY)
        assert codes(clerk.post(issue("2", LI, 5, effective_at=START + DAY))) == ["period_closed"]
        clerk.must_verify()

    def test_a_period_that_is_not_over_stays_open(self, clerk: Clerk) -> None:
        with pytest.raises(PeriodNotOver):
            clerk.ledger.close_period(START + TICK)
        with pytest.raises(NaiveInstant):
            clerk.ledger.close_period(START.replace(tzinfo=None))
        assert codes(clerk.post(issue("1", LI, 5, effective_at=START - DAY))) == ["posted"]

    def test_the_later_of_two_closes_counts_though_a_clock_was_behind(self, clerk: Clerk) -> None:
        clerk.clock.set(START + 2 * HOUR)
        clerk.ledger.close_period(START)
        clerk.clock.set(START + HOUR)
        clerk.ledger.close_period(START + HOUR)
        assert codes(clerk.post(issue("1", LI, 5, effective_at=START))) == ["period_closed"]
        clerk.must_verify()

    def test_a_clock_that_stands_in_a_closed_period_posts_nothing(self, clerk: Clerk) -> None:
        """Though it says of no transaction when it was done; what expired counts in the open period."""
        clerk.post(award("1", 10, 1), issue("2", LI, 5), at=START - DAY)
        clerk.clock.set(START + 5 * DAY)
        clerk.ledger.close_period(START + 4 * DAY)
        clerk.ledger.fold()
        early = START + 4 * DAY - HOUR
        [first, *others] = clerk.post(
            issue("3", LI, 5), issue("4", ZHAO, 1), move("5", ISSUANCE, SHOP, 1), at=early
        )
        assert codes([first, *others]) == ["period_closed"] * 3
        assert told(first)[2] == {"transaction": "3", "effective_at": early + TICK, "until": START + 4 * DAY}
        assert codes(clerk.post(issue("3", LI, 5), at=START + 5 * DAY)) == ["period_closed"], "for good"
        assert codes(
            clerk.post(issue("6", LI, 5), issue("7", LI, 5, effective_at=early), at=START + 4 * DAY)
        ) == [
            "posted",
            "period_closed",
        ]
        assert clerk.ledger.balance(LI, START + 4 * DAY - TICK).posted == 15
        assert clerk.ledger.balance(LI, START + 4 * DAY).posted == 10
        clerk.must_verify()

    def test_what_a_clock_in_a_closed_period_does_beside_posting(self, clerk: Clerk) -> None:
        """It lets holds go and posts what has expired, in the open period, and after another's line."""
        clerk.post(award("1", 10, 1), award("2", 10, 2), at=START - DAY)
        clerk.clock.set(START + 5 * DAY)
        clerk.ledger.close_period(START + 4 * DAY)
        clerk.clock.set(START + 3 * DAY)
        assert clerk.ledger.expire() == 2
        assert [e.effective_at for e in clerk.entries(LI)][2:] == [START + 4 * DAY] * 2
        clerk.post(issue("3", LI, 5), at=START + 5 * DAY)
        assert codes(clerk.post(issue("4", LI, 5), at=START + 3 * DAY)) == ["posted"], "after the one before"
        assert clerk.entries(LI)[-1].effective_at > START + 5 * DAY
        clerk.must_verify()

    def test_a_reversal_can_be_backdated_into_the_open_period_alone(self, clerk: Clerk) -> None:
        clerk.post(issue("1", LI, 5))
        clerk.ledger.close_period(START)
        back = (Leg(LI, -5), Leg(ISSUANCE, 5))
        assert codes(
            clerk.post(
                Transaction("2", back, effective_at=START - TICK, reverses="1"),
                Transaction("3", back, effective_at=START, reverses="1"),
            )
        ) == ["period_closed", "posted"]
        clerk.must_verify()

    def test_a_period_is_closed_while_others_post_into_it(self, clerk: Clerk) -> None:
        def act(n: int) -> str:
            if n == 3:
                clerk.ledger.close_period(START)
                return "closed"
            return codes(clerk.post(issue(f"t{n}", LI, 1, effective_at=START - DAY)))[0]

        outcomes = race(8, act)
        assert set(outcomes) <= {"closed", "posted", "period_closed"}
        assert clerk.balance(LI).posted == outcomes.count("posted")
        clerk.must_verify()

    # --- at an instant ------------------------------------------------------------------------

    def test_the_balance_at_an_instant_by_what_was_done_and_by_what_was_known(self, clerk: Clerk) -> None:
        for hour, amount in enumerate((10, 20, 30)):
            clerk.post(issue(f"t{hour}", LI, amount), at=START + hour * HOUR)
        clerk.post(issue("late", LI, 5, effective_at=START + HOUR), at=START + 9 * HOUR)

        def at(hours: float, *, recorded: bool = False) -> int:
            return clerk.ledger.balance(LI, START + hours * HOUR, recorded=recorded).posted

        assert [at(-1), at(0), at(0.5), at(1), at(2), at(9)] == [0, 10, 10, 35, 65, 65]
        assert [at(hour, recorded=True) for hour in (-1, 0, 0.5, 1, 2, 9)] == [0, 10, 10, 30, 60, 65]
        assert clerk.ledger.balance(ISSUANCE, START + HOUR) == Balance(ISSUANCE, -35)
        assert clerk.ledger.balance(ISSUANCE, START + HOUR, recorded=True) == Balance(ISSUANCE, -30)
        assert clerk.ledger.balance(ZHAO, START) == Balance(ZHAO)

    def test_what_was_held_at_an_instant(self, clerk: Clerk) -> None:
        clerk.post(issue("1", LI, 100))
        clerk.place(Hold("a", LI, 10, START, START + 4 * HOUR, 10), at=START + HOUR)
        clerk.place(Hold("b", LI, 20, START, START + 9 * HOUR, 20), at=START + 2 * HOUR)
        clerk.post(move("2", LI, SHOP, 5, hold="b"), at=START + 3 * HOUR)
        clerk.release("b", at=START + 5.5 * HOUR)

        def held() -> list[int]:
            return [clerk.ledger.balance(LI, START + hour * HOUR).held for hour in range(8)]

        assert held() == [0, 10, 30, 25, 15, 15, 0, 0]
        clerk.post(issue("3", LI, 1), at=START + 9 * HOUR)
        assert held() == [0, 10, 30, 25, 15, 15, 0, 0], "and it stays so"

    def test_what_expired_counts_until_it_was_posted(self, clerk: Clerk) -> None:
        clerk.post(award("1", 10, 1))
        clerk.clock.set(START + 3 * DAY)
        clerk.ledger.expire()
        posted = [clerk.ledger.balance(LI, START + day * DAY).posted for day in range(5)]
        assert posted == [10, 10, 10, 0, 0]

    # --- statements ---------------------------------------------------------------------------

    @pytest.fixture
    def month(self, clerk: Clerk) -> Clerk:
        """Li earned and spent, hour by hour."""
        shops = {"market": MARKET, "shop": SHOP}
        clerk.post(issue("award", LI, 100, kind="award", reason="patrol", metadata={"by": "wang"}))
        for n, shop in enumerate(["shop", "market", "shop", "market"], 1):
            metadata = {"offer": "rice" if n < 3 else TEXT, "n": n}
            deal = move(f"deal-{n}", LI, shops[shop], n, kind="redemption", reason="rice", metadata=metadata)
            clerk.post(deal, at=START + n * HOUR)
        clerk.post(issue("award-2", LI, 7, kind="award", reason="care"), at=START + 5 * HOUR)
        return clerk

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            ({}, "award deal-1 deal-2 deal-3 deal-4 award-2"),
            ({"since": START + 2 * HOUR}, "deal-2 deal-3 deal-4 award-2"),
            ({"until": START + 2 * HOUR}, "award deal-1"),
            ({"since": START + TICK, "until": START + 3 * HOUR}, "deal-1 deal-2"),
            ({"kind": "award"}, "award award-2"),
            ({"reason": "care"}, "award-2"),
            ({"other": MARKET}, "deal-2 deal-4"),
            ({"other": ISSUANCE}, "award award-2"),
            ({"other": ZHAO}, ""),
            ({"metadata": {"offer": "rice"}}, "deal-1 deal-2"),
            ({"metadata": {"offer": TEXT}}, "deal-3 deal-4"),
            ({"metadata": {"offer": "rice", "by": "wang"}}, ""),
            ({"kind": "redemption", "other": SHOP, "metadata": {"offer": TEXT}}, "deal-3"),
            ({"since": START + HOUR, "kind": "award"}, "award-2"),
            ({"after": 2, "kind": "redemption", "limit": 2}, "deal-2 deal-3"),
        ],
    )
    def test_a_statement_of_some_entries(
        self, month: Clerk, filters: Mapping[str, Any], expected: str
    ) -> None:
        """The same before it is folded, half folded, and after."""
        assert ids(month.ledger.statement(LI, **filters).entries) == expected.split()
        with month.store.begin(month.community) as work:
            work.ledger.fold(most=3)
        assert ids(month.ledger.statement(LI, **filters).entries) == expected.split()
        month.ledger.fold()
        assert ids(month.ledger.statement(LI, **filters).entries) == expected.split()

    @pytest.mark.parametrize("key", ["a", "a.b", 'a"b', "a'b", "$", "", "[0]", "说明", "a\\b", "%s", ":x"])
    @pytest.mark.parametrize("folded", [False, True])
    def test_metadata_is_found_under_any_key_where_it_is_a_text(
        self, clerk: Clerk, key: str, folded: bool
    ) -> None:
        values: list[Any] = ["1", 1, ["1"], {"1": "1"}, None, "true", True]
        clerk.post(*(issue(f"t{n}", LI, 1, metadata={key: value}) for n, value in enumerate(values)))
        clerk.post(issue("none", LI, 1), issue("other", LI, 1, metadata={"other": "1", "x": {key: "1"}}))
        if folded:
            clerk.ledger.fold()
        assert ids(clerk.ledger.statement(LI, metadata={key: "1"}).entries) == ["t0"]
        assert ids(clerk.ledger.statement(LI, metadata={key: "true"}).entries) == ["t5"]

    @pytest.mark.parametrize("account", [LI, ISSUANCE])
    def test_pages_do_not_shift_while_others_post(self, clerk: Clerk, account: Account) -> None:
        clerk.post(*(issue(f"t{n}", LI, 1) for n in range(7)))
        pages, after, n = [], 0, 7
        while True:
            page = clerk.ledger.statement(account, after=after, limit=3)
            pages.append(page)
            if page.next is None:
                break
            after = page.next
            if n < 10:  # also by one whose clock is behind
                clerk.post(issue(f"t{n}", LI, 1), issue(f"z{n}", ZHAO, 1), at=START - n * HOUR)
                n += 1
        read = [entry for page in pages for entry in page.entries]
        assert [entry.sequence for entry in read] == list(range(1, len(read) + 1))
        assert read == clerk.entries(account)
        assert n > 8
        assert {f"t{each}" for each in range(n)} <= set(ids(tuple(read)))
        clerk.must_verify()

    def test_a_page_has_a_hundred_entries(self, clerk: Clerk) -> None:
        clerk.post(*(issue(f"t{n}", LI, 1) for n in range(101)))
        page = clerk.ledger.statement(LI)
        assert (page.account, len(page.entries), page.next) == (LI, 100, 100)
        rest = clerk.ledger.statement(LI, after=100)
        assert ([entry.transaction for entry in rest.entries], rest.next) == (["t100"], None)

    def test_a_page_that_ends_where_the_statement_ends_is_the_last(self, month: Clerk) -> None:
        assert month.ledger.statement(LI, limit=6).next is None
        assert month.ledger.statement(LI, limit=5).next == 5
        assert month.ledger.statement(LI, limit=1, kind="award").next == 1
        assert month.ledger.statement(LI, after=1, limit=1, kind="award").next is None
