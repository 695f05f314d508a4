"""What points buy (兑换规则): for how much money, from when, when, how often, and what of it comes back."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from attrs import field, frozen

from gridpoints.rules.case import Counter, Scope
from gridpoints.rules.limits import Counted
from gridpoints.values import Explanation, Period, Step, Unit


@frozen
class RedemptionDays:
    """On which days points are taken: those of `on`, and those that fit all the rest that is said.

    Weekdays count from 1, Monday, to 7; the 31st of a shorter month is its last day.
    """

    weekdays: frozenset[int] = frozenset()
    days_of_month: frozenset[int] = frozenset()
    last_month_of: Period | None = None
    on: frozenset[date] = frozenset()

    def __contains__(self, day: date) -> bool:
        if day in self.on:
            return True
        if not (self.weekdays or self.days_of_month or self.last_month_of):
            return not self.on
        return self._weekday(day) and self._of_month(day) and self._last_month(day)

    def _weekday(self, day: date) -> bool:
        return not self.weekdays or day.isoweekday() in self.weekdays

    def _of_month(self, day: date) -> bool:
        last = monthrange(day.year, day.month)[1]
        return not self.days_of_month or day.day in {min(each, last) for each in self.days_of_month}

    def _last_month(self, day: date) -> bool:
        match self.last_month_of:
            case Period.QUARTER:
                return day.month % 3 == 0
            case Period.YEAR:
                return day.month == 12
        return True

    def next(self, day: date) -> date | None:
        """The first of them from `day` on within four years; None where there is none."""
        first = day.toordinal()
        days = map(date.fromordinal, range(first, min(first + 4 * 366, date.max.toordinal() + 1)))
        return next((each for each in days if each in self), None)


@frozen
class RedemptionLimit:
    """At most so many points, or redemptions, in a period; `most` in smallest parts of the unit, or times."""

    most: int
    period: Period
    scope: Scope = Scope.MEMBER
    counts: Counted = Counted.POINTS

    @property
    def counter(self) -> Counter:
        """Where it is counted together."""
        return Counter(f"redemption:{self.counts}:{self.period}", self.period, self.scope)


@frozen
class RedemptionTerms:
    """`points` of the unit are worth `money` of the currency; None where nothing is said of money.

    Amounts are ints in the smallest part of the unit: the balance that is needed, the least and the
    most of one redemption. `hours` are needed before the first one, `categories` are those of the
    goods that may be had (none: all), with `cash` money makes up for missing points, and for
    `refund_days` a redemption may be given back (0: never; None: always).
    """

    unit: Unit
    points: Decimal | None = None
    money: Decimal | None = None
    currency: str = ""
    balance: int = 0
    least: int = 1
    most: int | None = None
    limits: tuple[RedemptionLimit, ...] = ()
    categories: frozenset[str] = frozenset()
    days: RedemptionDays = field(factory=RedemptionDays)
    hours: Decimal = Decimal(0)
    cash: bool = False
    refund_days: int | None = None

    @property
    def rate(self) -> Fraction | None:
        """The money that one point is worth."""
        return Fraction(self.money) / Fraction(self.points) if self.money and self.points else None

    def refundable(self, redeemed: date, day: date) -> bool:
        """Whether what was redeemed on a day may be given back on another."""
        return self.refund_days is None or day < redeemed + timedelta(days=self.refund_days)


def _unused(key: str) -> int:
    """What was used of a limit by somebody who never redeemed."""
    return 0


@frozen
class Redeeming:
    """What somebody would like to redeem: a price in smallest parts of the unit, on a local day.

    `balance` is what they can spend, `hours` what they have served, and `first` whether they never
    redeemed before. `used` tells what was counted under a key so far.
    """

    price: int
    day: date
    balance: int
    subjects: Mapping[Scope, str] = field(hash=False)
    used: Callable[[str], int] = field(factory=lambda: _unused, eq=False)
    category: str = ""
    hours: Decimal = Decimal(0)
    first: bool = False


@frozen
class Redeemable:
    """Whether it may be redeemed, and why not: all reasons there are.

    `points` are taken from the account; `missing` ones are paid in cash, at the rate `cash` (None:
    it is not known). `uses` is what it adds to the counters.
    """

    allowed: bool
    points: int
    missing: int
    cash: Decimal | None
    explanation: Explanation
    uses: Mapping[str, int] = field(factory=dict, hash=False)


def redeemable(terms: RedemptionTerms, asked: Redeeming) -> Redeemable:
    """Whether the terms allow it, for how many points and how much in cash."""
    points = min(asked.price, max(0, asked.balance)) if terms.cash else asked.price
    missing = asked.price - points
    refusals = tuple(_refusals(terms, asked, points))
    if refusals:
        return Redeemable(allowed=False, points=0, missing=0, cash=None, explanation=refusals)
    rate = terms.rate
    cash = None if rate is None else terms.unit.decimal(missing) * rate.numerator / rate.denominator
    steps = []
    if missing:
        figures = {"points": terms.unit.decimal(missing), "money": cash, "currency": terms.currency}
        steps.append(_step(terms, "cash" if cash is not None else "cash_unpriced", **figures))
    uses = {
        limit.counter.key(asked.day, asked.subjects): points if limit.counts is Counted.POINTS else 1
        for limit in terms.limits
    }
    return Redeemable(
        allowed=True, points=points, missing=missing, cash=cash, explanation=tuple(steps), uses=uses
    )


def _step(terms: RedemptionTerms, code: str, **values: Any) -> Step:
    return Step(code, {**values, "unit": terms.unit.code})


def _refusals(terms: RedemptionTerms, asked: Redeeming, points: int) -> Iterator[Step]:
    decimal = terms.unit.decimal
    if asked.day not in terms.days:
        yield Step("not_redemption_day", {"day": asked.day, "next": terms.days.next(asked.day)})
    if terms.categories and asked.category not in terms.categories:
        known = tuple(sorted(terms.categories))
        yield Step("category_not_redeemed", {"category": asked.category, "known": known})
    if asked.first and asked.hours < terms.hours:
        yield Step("hours_too_few", {"found": asked.hours, "needed": terms.hours})
    if asked.balance < terms.balance:
        yield _step(terms, "balance_too_low", left=decimal(asked.balance), least=decimal(terms.balance))
    elif points > asked.balance:
        yield _step(terms, "points_too_few", points=decimal(points), left=decimal(asked.balance))
    if points < terms.least:
        yield _step(terms, "redeemed_too_little", points=decimal(points), least=decimal(terms.least))
    if terms.most is not None and points > terms.most:
        yield _step(terms, "redeemed_too_much", points=decimal(points), most=decimal(terms.most))
    yield from (step for limit in terms.limits if (step := _beyond(terms, limit, asked, points)))


def _beyond(terms: RedemptionTerms, limit: RedemptionLimit, asked: Redeeming, points: int) -> Step | None:
    """What a limit says against it; None where it leaves enough."""
    left = max(0, limit.most - asked.used(limit.counter.key(asked.day, asked.subjects)))
    values = {"period": limit.period, "scope": limit.scope}
    if limit.counts is Counted.POINTS:
        if points <= left:
            return None
        decimal = terms.unit.decimal
        return _step(terms, "redemption_limit", most=decimal(limit.most), left=decimal(left), **values)
    return None if left else Step("redemption_limit_times", {"most": limit.most, **values})
