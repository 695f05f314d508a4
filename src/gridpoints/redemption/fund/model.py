"""The fund that backs the points (积分基金): what is in it, what it owes, and for how long it lasts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from attrs import field, frozen

from gridpoints.values import Names

#: So many full months are looked back at for a forecast.
RECENT = 3
#: Less than this of what is owed is told: the whole of it.
COVERED = Decimal(1)


@frozen
class Deposit:
    """Money that came into the fund, or (below 0) that was taken out of it, with where from and why."""

    id: str
    money: Decimal
    currency: str
    source: str
    day: date
    made_at: datetime
    made_by: str


@frozen
class Liability:
    """What people still hold of one unit: `points`, worth `money` at `rate` for a whole point."""

    unit: str
    points: int
    rate: Decimal
    money: Decimal


@frozen
class Expected:
    """What will be redeemed of all units in a month, in money; `left` is what the fund then still has."""

    first_day: date
    money: Decimal
    left: Decimal


class Alarm(StrEnum):
    """What a committee is told, without anything being done by itself."""

    UNDER_COVERED = "under_covered"
    RUNS_OUT = "runs_out"
    BUDGET_NEAR = "budget_near"
    BUDGET_OVERRUN = "budget_overrun"


@frozen
class FundAlarm:
    """One alarm with its evidence: the share that is covered or used, or the month."""

    alarm: Alarm
    share: Decimal | None = None
    month: date | None = None
    budget: str | None = None
    names: Names = field(factory=dict, hash=False)


@frozen
class FundReport:
    """Where the fund stands. Sums are exact, in `currency`.

    `deposited` less `paid` is what there is; `due` are statements that are drawn up and not paid, or
    came back; `taken` is what merchants hold in points that no statement has yet, by what each is paid
    today, with what was carried over and the adjustments that wait for a statement.
    """

    currency: str
    day: date
    deposited: Decimal
    paid: Decimal
    due: Decimal
    taken: Decimal
    liabilities: tuple[Liability, ...] = ()
    forecast: tuple[Expected, ...] = ()
    alarms: tuple[FundAlarm, ...] = ()

    @property
    def available(self) -> Decimal:
        """What is in the fund."""
        return self.deposited - self.paid

    @property
    def liability(self) -> Decimal:
        """What people still hold, in money."""
        return sum((each.money for each in self.liabilities), Decimal(0))

    @property
    def owed(self) -> Decimal:
        """All that the fund may have to pay: to merchants, and for what people still hold."""
        return self.due + self.taken + self.liability

    @property
    def coverage(self) -> Decimal | None:
        """Which part of that it has, to four digits; None: nothing is owed."""
        return None if self.owed <= 0 else round(self.available / self.owed, 4)


def next_month(day: date) -> date:
    """The first day of the month after the one that holds `day`."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def expected(redeemed: Mapping[date, Decimal], today: date, months: int) -> list[tuple[date, Decimal]]:
    """What will be redeemed in each of the next months, from this one on.

    `redeemed` is by the first day of the month. The mean of the last `RECENT` full months, of those since the
    first in which anything was redeemed; where that is this month, what was redeemed in it so far. And where
    the same month of the year before is known, as much more or less as that one was than the same months
    before it: people redeem before the spring festival whatever the rest of the year is like.
    """
    this = today.replace(day=1)
    recent = _before(this, RECENT)
    base = _mean(redeemed, recent) or _mean(redeemed, [this])
    mean = _mean(redeemed, [each.replace(year=each.year - 1) for each in recent])
    found, month = [], this
    for _ in range(months):
        year_ago = month.replace(year=month.year - 1)
        season = redeemed[year_ago] / mean if year_ago in redeemed and mean > 0 else Decimal(1)
        found.append((month, max(Decimal(0), base * season)))
        month = next_month(month)
    return found


def _mean(redeemed: Mapping[date, Decimal], months: Sequence[date]) -> Decimal:
    """Of those of the months that there were since the first; 0 of none."""
    first = min(redeemed, default=date.max)
    sums = [redeemed.get(month, Decimal(0)) for month in months if month >= first]
    return sum(sums, Decimal(0)) / max(1, len(sums))


def _before(month: date, count: int) -> Sequence[date]:
    """The first days of so many months before one, the last first."""
    days = []
    for _ in range(count):
        month = (month - timedelta(days=1)).replace(day=1)
        days.append(month)
    return days
