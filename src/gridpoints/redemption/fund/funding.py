"""The fund: deposits, and the report of where it stands. A part of `Redemptions`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from gridpoints.errors import NoRulesInForce
from gridpoints.ledger.model import Account
from gridpoints.ledger.operations import Ledger
from gridpoints.records import Record
from gridpoints.redemption.fund.model import (
    COVERED,
    Alarm,
    Deposit,
    Expected,
    FundAlarm,
    FundReport,
    Liability,
    expected,
)
from gridpoints.redemption.merchants.model import Agreement, Merchant, MerchantStatus, agreed_on
from gridpoints.redemption.reconciliation.reconciling import Reconciling
from gridpoints.redemption.statements.model import (
    Adjustment,
    AdjustmentStatus,
    PaymentTerms,
    Portion,
    Settlement,
    SettlementStatus,
    terms_on,
)
from gridpoints.redemption.statements.paying import cents
from gridpoints.redemption.statements.settling import NO_TAKINGS, last_statement
from gridpoints.rules.case import Scope
from gridpoints.rules.model import RuleSet
from gridpoints.rules.operations import Rules
from gridpoints.storage.port import Work
from gridpoints.values import Unit, check_text, check_whole

#: Of statements whose money is still to be paid.
_DUE = (SettlementStatus.DRAWN_UP, SettlementStatus.APPROVED, SettlementStatus.RETURNED)

#: Months that a forecast is made from: two years, and what there is of this one.
_LOOKED_AT = 25


@frozen
class Funding(Reconciling):
    """Whether what was promised can be paid."""

    def deposit(
        self,
        money: Decimal | int | str,
        *,
        source: str,
        currency: str = "CNY",
        day: date | None = None,
        id: str | None = None,
    ) -> Deposit:
        """Note money that came into the fund, or (below 0) was taken out.

        Raises `NotAnAmount`, and `StaffOnly` for whoever acts for a merchant.
        """
        self._must_be_of_the_community()
        deposit = Deposit(
            id=self.context.id(id),
            money=cents(money, currency),
            currency=currency,
            source=check_text("source", source),
            day=self.context.day("day", day),
            made_at=self.context.now(),
            made_by=self.context.actor.id,
        )
        with self.context.begin() as work:
            return self.context.keep(work, deposit)

    def deposits(self, currency: str = "CNY") -> list[Deposit]:
        """All that came in and was taken out, by day."""
        with self.context.read() as work:
            self._must_be_let_read(work)
            return work.find(Deposit, {"currency": currency}, order=("day", "made_at", "id"))

    def fund_report(
        self, currency: str = "CNY", *, months: int = 12, covered: Decimal = COVERED
    ) -> FundReport:
        """Where the fund stands today, with a forecast of `months` months and its alarms.

        What people hold is valued at the highest rate that any merchant is paid now who has not left, or
        that the rules promise: it is the most that it can cost. Alarms: less than `covered` of what is owed
        is there; the month in which it runs out by the forecast; and the budgets of the rules of which as
        much is used as they say.
        """
        check_whole("months", months, most=120)
        Ledger(self.context).fold()
        today = self.context.today()
        with self.context.read() as work:
            self._must_be_let_read(work)
            rules = self._rules(today)
            rates = self._rates(work, rules, currency, today)
            paid = {"currency": currency, "status": SettlementStatus.PAID}
            due = {"currency": currency, "status": _DUE}
            report = FundReport(
                currency=currency,
                day=today,
                deposited=_money(work, Deposit, {"currency": currency}),
                paid=_money(work, Settlement, paid),
                due=_money(work, Settlement, due),
                taken=_sum(self._taken(work, currency, today)),
                liabilities=tuple(self._liabilities(work, rates)),
            )
            budgets = () if rules is None else tuple(self._budgets(work, rules, today))
        forecast = tuple(self._forecast(report, rates, today, months))
        alarms = (*_cover(report, covered), *_end(forecast), *budgets)
        return evolve(report, forecast=forecast, alarms=alarms)

    def _rules(self, today: date) -> RuleSet | None:
        try:
            return Rules(self.context).calendar().on(today).on(today)
        except NoRulesInForce:
            return None

    def _rates(self, work: Work, rules: RuleSet | None, currency: str, today: date) -> dict[str, Decimal]:
        """The most that a whole point of each unit can cost."""
        rates: dict[str, Decimal] = {}
        agreements: dict[str, list[Agreement]] = {}
        for agreement in work.find(Agreement, {"currency": currency}):
            agreements.setdefault(agreement.merchant_id, []).append(agreement)
        here = tuple(status for status in MerchantStatus if status is not MerchantStatus.LEFT)
        for merchant in work.find(Merchant, {"currency": currency, "status": here}):
            if any(each.covers(today) for each in agreements.get(merchant.id, ())):
                rate = agreed_on(merchant, agreements[merchant.id], today).rate
                rates[merchant.unit] = max(rates.get(merchant.unit, Decimal(0)), rate)
        terms = rules.terms.redemption if rules is not None else None
        if terms is not None and terms.currency == currency and terms.points and terms.money is not None:
            code = terms.unit.code
            rates[code] = max(rates.get(code, Decimal(0)), terms.money / terms.points)
        return rates

    def _liabilities(self, work: Work, rates: dict[str, Decimal]) -> Iterator[Liability]:
        points: dict[str, int] = {}
        for each in work.ledger.outstanding():
            points[each.unit] = points.get(each.unit, 0) + each.points
        for code, held in sorted(points.items()):
            if code in rates and held:
                money = work.get(Unit, code).decimal(held) * rates[code]
                yield Liability(code, held, rates[code], money)

    def _taken(self, work: Work, currency: str, today: date) -> Iterator[Decimal]:
        """What merchants took that is in no statement yet, each by its terms of today, and what waits."""
        for merchant in work.find(Merchant, {"currency": currency}):
            last = last_statement(work, merchant.id)
            account = Account.merchant(merchant.id, merchant.unit)
            _, totals = work.ledger.totals(account, after=last.until_sequence if last else 0)
            points = sum(each.amount for each in totals if each.kind not in NO_TAKINGS)
            if points:
                agreements = work.find(Agreement, {"merchant_id": merchant.id})
                terms = terms_on(agreements, PaymentTerms(None, merchant.rate), today)
                portion = Portion.of(terms, points, work.get(Unit, merchant.unit).decimal(points))
                yield portion.gross - portion.cost
            waiting = {"merchant_id": merchant.id, "status": AdjustmentStatus.OPEN}
            yield _money(work, Adjustment, waiting)
            if last is not None:
                yield last.carried

    def _forecast(
        self, report: FundReport, rates: dict[str, Decimal], today: date, months: int
    ) -> Iterator[Expected]:
        redeemed: dict[date, Decimal] = {}
        first = date(today.year - 2, today.month, 1)
        for code, rate in rates.items():
            unit = Rules(self.context).units().get(code)
            if unit is None:
                continue
            for month in Ledger(self.context).months(code, first, _LOOKED_AT):
                if month.redeemed:
                    before = redeemed.get(month.first_day, Decimal(0))
                    redeemed[month.first_day] = before + unit.decimal(month.redeemed) * rate
        left = report.available - report.due - report.taken
        for first_day, money in expected(redeemed, today, months):
            left -= money
            yield Expected(first_day, money, left)

    def _budgets(self, work: Work, rules: RuleSet, today: date) -> Iterator[FundAlarm]:
        """The budgets of the whole community of which so much is used that the committee is told."""
        here = {Scope.COMMUNITY: self.context.community}
        for budget in rules.budgets:
            counter = budget.bound.counter
            if budget.alarm is None or counter is None or budget.bound.scope is not Scope.COMMUNITY:
                continue
            key = counter.key(today, here)
            share = Decimal(work.usage([key])[key]) / (budget.bound.most or 1)
            if share * 100 >= budget.alarm:
                alarm = Alarm.BUDGET_OVERRUN if share > 1 else Alarm.BUDGET_NEAR
                yield FundAlarm(alarm, round(share, 4), budget=budget.code, names=budget.names)


def _sum(sums: Iterable[Decimal]) -> Decimal:
    return sum(sums, Decimal(0))


def _money(work: Work, kind: type[Record], where: Mapping[str, Any]) -> Decimal:
    """The money of many records; summed up here, for no database of the two does it exactly."""
    return _sum(money for (money,) in work.stream(kind, ("money",), where, order=()))


def _cover(report: FundReport, covered: Decimal) -> Iterator[FundAlarm]:
    if report.coverage is not None and report.coverage < covered:
        yield FundAlarm(Alarm.UNDER_COVERED, report.coverage)


def _end(forecast: tuple[Expected, ...]) -> Iterator[FundAlarm]:
    for each in forecast:
        if each.left < 0:
            yield FundAlarm(Alarm.RUNS_OUT, month=each.first_day)
            return
