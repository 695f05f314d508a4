"""What the treasurer reads: figures over the whole ledger. A part of `Ledger`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, timedelta

from attrs import field, frozen

from gridpoints.context import Context
from gridpoints.errors import NotUsable, UnitUnknown
from gridpoints.ledger.accounts import AccountKind
from gridpoints.ledger.guard import OPEN, Guard
from gridpoints.ledger.model import Flow, Outstanding, TrialLine, Turnover
from gridpoints.values import Interval, can_be_stored, check_day, check_whole, midnight, shown

#: Lines that are entered in one unit of work: others who write wait no longer than that, 0.2 s on SQLite. Of
#: an eighth, each takes half as long again, for more pages of statements are written.
FOLDED_AT_ONCE = 65_536
#: And by whoever only wants to read, and waits for it.
FOLDED_BY_A_READER = 8_192
#: What a `Month` is told by.
_TOLD = (AccountKind.ISSUANCE, AccountKind.MERCHANT, AccountKind.SETTLED, AccountKind.EXPIRY)


@frozen
class Month:
    """What was issued and redeemed of a unit in one calendar month, local time, by effective day.

    `issued` is what left the issuance account less what went back to it, `redeemed` what merchants took
    less what they gave back, paid for or not, `expired` what nobody spent in time.
    """

    unit: str
    first_day: date
    issued: int
    redeemed: int
    expired: int


@frozen
class Reports:
    """Reports, each computed in the store."""

    context: Context
    guard: Guard = field(default=OPEN, kw_only=True, eq=False)

    def fold(self) -> int:
        """Enter in the statements what was posted since it was last done; answers how many lines.

        Nobody needs to call it: those who read do where much has gathered, and those who post where far too
        much has. Every figure is right without it.
        """
        folded = several = self._fold_some(FOLDED_AT_ONCE)
        while several == FOLDED_AT_ONCE:
            folded += (several := self._fold_some(FOLDED_AT_ONCE))
        return folded

    def _fold_some(self, most: int) -> int:
        with self.context.begin() as work:
            return work.ledger.fold(most=most)

    def _fold_what_is_long(self, *, than: int | None = None, whole: bool = True) -> None:
        """Enter all that waits, or a part: for whoever is soon told of the rest all the same."""
        with self.context.read(snapshot=False) as work:
            is_long = work.ledger.is_long(than=than)
        if is_long:
            self._fold_if_possible(whole=whole)

    def _fold_if_possible(self, *, whole: bool) -> None:
        with suppress(RuntimeError):  # inside a unit of work that only reads, it stays as it is
            self.fold() if whole else self._fold_some(FOLDED_BY_A_READER)

    def trial_balance(self) -> list[TrialLine]:
        """What all accounts hold together, by unit and kind (试算平衡). Each unit sums to 0."""
        self._fold_what_is_long()
        with self.context.read() as work:
            return work.ledger.trial_balance()

    def flows(self, unit: str, within: Interval | None = None) -> list[Flow]:
        """What moved `within` an interval, by kind of account, kind of transaction and reason."""
        _must_be_storable(unit)
        _must_be_interval(within)
        self._fold_what_is_long()
        with self.context.read() as work:
            return work.ledger.flows(unit, within)

    def turnover(self, within: Interval | None = None) -> list[Turnover]:
        """What was given and taken `within` an interval (发生额), by unit and kind of account."""
        _must_be_interval(within)
        self._fold_what_is_long()
        with self.context.read() as work:
            return work.ledger.turnover(within)

    def outstanding(self) -> list[Outstanding]:
        """What people still hold (未兑换), by unit and by the month in which it expires.

        `expires_at` is the first moment of that month where the community lives.
        """
        with self.context.read() as work:
            found = work.ledger.outstanding()
        points: defaultdict[tuple[str, date | None], int] = defaultdict(int)
        for each in found:
            day = None if each.expires_at is None else self.context.local_day(each.expires_at)
            points[each.unit, day and day.replace(day=1)] += each.points
        months = sorted(points.items(), key=lambda item: (item[0][0], item[0][1] or date.max))
        return [
            Outstanding(unit, None if day is None else midnight(day, self.context.zone), amount)
            for (unit, day), amount in months
        ]

    def months(self, unit: str, first: date, count: int) -> list[Month]:
        """`count` calendar months from the one that holds `first`.

        Raises `WrongType`, `NotUsable` where they lie beyond all years, `NotWholeNumber` or `UnitUnknown`.
        """
        _must_be_storable(unit)
        check_whole("count", count, most=1_200)
        days = _first_days(check_day("first", first), count)
        self._fold_what_is_long()
        bounds = [midnight(day, self.context.zone) for day in days]
        with self.context.read() as work:
            moved = work.ledger.moved(unit, _TOLD, bounds)
        return [_month(unit, day, of_it) for day, of_it in zip(days, moved, strict=False)]


def _first_days(first: date, count: int) -> list[date]:
    """Of `count` months and the one after them; raises `NotUsable` where they lie beyond all years."""
    try:
        days = [date(first.year, first.month, 1)]
        for _ in range(count):
            days.append((days[-1] + timedelta(days=31)).replace(day=1))
    except OverflowError:
        raise NotUsable(field="first", value=shown(first)) from None
    return days


def _month(unit: str, day: date, moved: Mapping[AccountKind, int]) -> Month:
    issuance, merchants, settled, expiry = (moved.get(kind, 0) for kind in _TOLD)
    return Month(unit, day, -issuance, merchants + settled, expiry)


def _must_be_storable(unit: str) -> None:
    if not (isinstance(unit, str) and can_be_stored(unit)):
        raise UnitUnknown(unit=shown(unit))


def _must_be_interval(within: Interval | None) -> None:
    if not (within is None or isinstance(within, Interval)):
        raise NotUsable(field="within", value=shown(within))
