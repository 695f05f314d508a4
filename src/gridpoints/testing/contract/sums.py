"""Sums: what the treasurer and the statements of merchants read, made by the store."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from gridpoints.ledger.model import (
    Account,
    AccountKind,
    Flow,
    Totals,
    TrialLine,
    Turnover,
)
from gridpoints.ledger.reports import Month
from gridpoints.storage.port import Store
from gridpoints.testing.contract.base import (
    HOUR,
    LI,
    SHOP,
    TICK,
    ZHAO,
    Clerk,
    StoreContract,
    issue,
    move,
)
from gridpoints.testing.sources import START
from gridpoints.values import Interval

LI_HOURS = Account.member("li", "hours")


class SumsContract(StoreContract):
    """Totals, flows, and the trial balance."""

    def test_totals_by_kind(self, store: Store, clerk: Clerk) -> None:
        clerk.post(issue("1", LI, 100, kind="award"), at=START)
        clerk.post(move("2", LI, SHOP, 30, kind="redemption"), at=START + HOUR)
        clerk.post(move("3", LI, SHOP, 20, kind="redemption"), at=START + 2 * HOUR)
        clerk.post(move("4", SHOP, LI, 5, kind="refund"), at=START + 3 * HOUR)
        with store.begin(clerk.community, write=False) as work:
            totals = work.ledger.totals
            assert totals(LI) == (
                4,
                [Totals("award", 1, 100), Totals("redemption", 2, -50), Totals("refund", 1, 5)],
            )
            assert totals(SHOP) == (3, [Totals("redemption", 2, 50), Totals("refund", 1, -5)])
            assert totals(SHOP, until=START + 2 * HOUR) == (1, [Totals("redemption", 1, 30)])
            assert totals(SHOP, after=1, until=START + 3 * HOUR) == (2, [Totals("redemption", 1, 20)])
            assert totals(SHOP, after=3) == (3, [])
            assert totals(SHOP, until=START) == totals(ZHAO) == (0, [])

    def test_totals_of_several_periods(self, store: Store, clerk: Clerk) -> None:
        clerk.post(issue("0", LI, 10**6), at=START)
        for n, hours in enumerate([0, 1, 1, 5, 2, 6]):  # a clock was put back
            clerk.post(move(f"{n + 1}", LI, SHOP, 10**n, kind="redemption"), at=START + hours * HOUR)
        bounds = [START, START + HOUR, START + 2 * HOUR, START + 3 * HOUR, START + 6 * HOUR]
        with store.begin(clerk.community) as work:
            work.ledger.fold()
            until = work.ledger.totals_until

            def sums(*bounds: datetime | None, after: int = 0) -> list[tuple[int, int]]:
                found = until(SHOP, bounds, after=after)
                return [(last, sum(each.amount for each in totals)) for last, totals in found]

            assert sums(*bounds, None) == [(0, 0), (1, 1), (3, 110), (3, 0), (5, 11_000), (6, 100_000)]
            assert sums(*bounds) == sums(*bounds, None)[:-1]
            assert sums(*bounds[1:3], None, after=2) == [(2, 0), (3, 100), (6, 111_000)]
            assert sums(None, after=6) == sums(None, after=9) == [(6, 0)]
            assert sums(bounds[-1], None, after=9) == [(6, 0), (6, 0)]
            assert until(ZHAO, [START, None]) == [(0, []), (0, [])]

    def test_totals_count_what_belongs_together_once(self, store: Store, clerk: Clerk) -> None:
        clerk.post(issue("1", LI, 100), issue("2", ZHAO, 100))
        together = {"kind": "redemption", "metadata": {"redemption": "r", "of": 2}}
        clerk.post(move("3", LI, SHOP, 30, **together), move("4", ZHAO, SHOP, 20, **together))
        clerk.post(move("5", LI, SHOP, 5, kind="redemption", metadata={"redemption": "s"}))
        clerk.post(move("6", LI, SHOP, 5, kind="redemption"), move("7", LI, SHOP, 5, kind="redemption"))
        clerk.post(move("8", SHOP, LI, 5, kind="refund", metadata={"redemption": "r"}))
        with store.begin(clerk.community) as work:
            work.ledger.fold()
            totals = work.ledger.totals
            assert totals(SHOP) == (6, [Totals("redemption", 5, 65), Totals("refund", 1, -5)])
            once = [Totals("redemption", 4, 65), Totals("refund", 1, -5)]
            assert totals(SHOP, once="redemption") == (6, once)
            assert totals(SHOP, once="no such key") == totals(SHOP)
            assert totals(SHOP, after=1, once="redemption") == (6, [Totals("redemption", 4, 35), once[1]])

    def test_what_moved_between_bounds(self, store: Store, clerk: Clerk) -> None:
        bounds = [START, START + 2 * HOUR, START + 3 * HOUR]
        last = bounds[-1] - timedelta(microseconds=1)
        clerk.post(
            issue("0", LI, 1, effective_at=START - HOUR),
            issue("1", LI, 5, effective_at=START),
            issue("2", ZHAO, 7, effective_at=START + HOUR),
            issue("3", LI_HOURS, 15, effective_at=START),
            move("4", LI, SHOP, 3, effective_at=last),
            move("5", LI, SHOP, 2, effective_at=bounds[-1]),
        )
        kinds = (AccountKind.ISSUANCE, AccountKind.MERCHANT)
        for folded in (False, True):
            with store.begin(clerk.community) as work:
                if folded:
                    work.ledger.fold()
                first, second = work.ledger.moved("points", kinds, bounds)
                assert first == {AccountKind.ISSUANCE: -12}
                assert second == {AccountKind.MERCHANT: 3}
                assert work.ledger.moved("hours", kinds, bounds[:2]) == [{AccountKind.ISSUANCE: -15}]
                assert work.ledger.moved("bananas", kinds, bounds) == [{}, {}]

    def test_flows_by_reason(self, clerk: Clerk) -> None:
        march, april = START, START + timedelta(days=30)
        clerk.post(
            issue("1", LI, 5, kind="award", reason="巡逻", effective_at=march),
            issue("2", ZHAO, 5, kind="award", reason="巡逻", effective_at=april - timedelta(microseconds=1)),
            issue("3", ZHAO, 7, kind="award", reason="care", effective_at=march),
            issue("4", ZHAO, 9, kind="award", reason="care", effective_at=april),
            issue("5", LI_HOURS, 15, kind="award", reason="care", effective_at=march),
        )
        flows = clerk.ledger.flows
        assert flows("points", Interval(march, april)) == [
            Flow(AccountKind.ISSUANCE, "award", "care", 1, -7),
            Flow(AccountKind.ISSUANCE, "award", "巡逻", 2, -10),
            Flow(AccountKind.MEMBER, "award", "care", 1, 7),
            Flow(AccountKind.MEMBER, "award", "巡逻", 2, 10),
        ]
        assert clerk.ledger.turnover(Interval(march, april)) == [
            Turnover("hours", AccountKind.ISSUANCE, 0, 15),
            Turnover("hours", AccountKind.MEMBER, 15, 0),
            Turnover("points", AccountKind.ISSUANCE, 0, 17),
            Turnover("points", AccountKind.MEMBER, 17, 0),
        ]
        assert flows("point", Interval(march, april)) == []
        assert flows("%", Interval(march, april)) == []
        assert [flow.amount for flow in flows("points")] == [-16, -10, 16, 10]
        assert [flow.amount for flow in flows("hours")] == [-15, 15]
        assert flows("bananas") == []

    def test_what_the_treasurer_reads_of_each_month(self, clerk: Clerk) -> None:
        """Months are the village's own, which is eight hours ahead."""
        february = datetime(2026, 2, 28, 15, 59, 59, 999_999, tzinfo=UTC)
        march, april = february + TICK, datetime(2026, 3, 31, 16, tzinfo=UTC)
        clerk.post(
            issue("1", LI, 10, effective_at=february),
            issue("2", LI, 20, effective_at=march),
            move("3", LI, Account.issuance("points"), 1, effective_at=april - TICK),
            move("4", LI, SHOP, 9, effective_at=march),
            move("5", SHOP, LI, 2, effective_at=march),
            move("6", SHOP, Account.settled("points"), 3, effective_at=march),
            move("7", LI, Account.expiry("points"), 4, effective_at=april - TICK),
            move("8", LI, SHOP, 1, effective_at=april),
            issue("9", LI_HOURS, 15, effective_at=march),
        )
        assert clerk.ledger.months("points", date(2026, 1, 31), 4) == [
            Month("points", date(2026, 1, 1), 0, 0, 0),
            Month("points", date(2026, 2, 1), 10, 0, 0),
            Month("points", date(2026, 3, 1), 19, 7, 4),
            Month("points", date(2026, 4, 1), 0, 1, 0),
        ]
        assert clerk.ledger.turnover(Interval(april - TICK, april)) == [
            Turnover("points", AccountKind.EXPIRY, 4, 0),
            Turnover("points", AccountKind.ISSUANCE, 1, 0),
            Turnover("points", AccountKind.MEMBER, 0, 5),
        ]

    def test_the_trial_balance_is_level(self, store: Store, clerk: Clerk) -> None:
        with store.begin(clerk.community, write=False) as work:
            assert work.ledger.trial_balance() == []
        clerk.post(issue("1", LI, 100), issue("2", ZHAO, 10), move("3", LI, SHOP, 30))
        clerk.post(issue("4", LI_HOURS, 15))
        with store.begin(clerk.community, write=False) as work:
            assert work.ledger.trial_balance() == [
                TrialLine("hours", AccountKind.ISSUANCE, 1, -15, 0),
                TrialLine("hours", AccountKind.MEMBER, 1, 15, 0),
                TrialLine("points", AccountKind.ISSUANCE, 1, -110, 0),
                TrialLine("points", AccountKind.MEMBER, 2, 80, 0),
                TrialLine("points", AccountKind.MERCHANT, 1, 30, 0),
            ]
