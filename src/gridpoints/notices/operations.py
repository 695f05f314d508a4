"""What everybody may see: the community's figures, and a member's statement with its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from attrs import frozen

from gridpoints.awards.model import Award
from gridpoints.context import Context
from gridpoints.ledger.model import Account, AccountKind, Entry, Flow
from gridpoints.storage.port import Work
from gridpoints.values import Explanation, Interval, Step, Unit


@frozen
class Figures:
    """Points of one unit, as amounts: `issued` = `outstanding` + `with_merchants` + `settled`.

    `redeemed` is what merchants ever took; `outstanding` what members and households hold.
    """

    unit: Unit
    issued: int
    redeemed: int
    outstanding: int
    with_merchants: int
    settled: int


@frozen
class Month:
    """Points of one unit that were issued and redeemed in a calendar month, local time."""

    first_day: date
    issued: int
    redeemed: int


@frozen
class Deeds:
    """How often a deed was credited, and the points it gave altogether."""

    deed: str
    times: int
    points: int


@frozen
class StatementLine:
    """An entry of a member's account with the reason for it."""

    entry: Entry
    explanation: Explanation


@frozen
class Notices:
    """The room ``notices``: figures that are all computed from the ledger's entries."""

    context: Context

    def figures(self, unit: str) -> Figures:
        """What was issued, redeemed, and is outstanding, over all time."""
        with self.context.read() as work:
            flows = work.ledger.flows(unit)
            of = work.get(Unit, unit)
        held = _sum(flows, AccountKind.MEMBER) + _sum(flows, AccountKind.HOUSEHOLD)
        return Figures(
            unit=of,
            issued=-_sum(flows, AccountKind.ISSUANCE),
            redeemed=_sum(flows, AccountKind.MERCHANT, "redemption"),
            outstanding=held,
            with_merchants=_sum(flows, AccountKind.MERCHANT),
            settled=_sum(flows, AccountKind.SETTLED),
        )

    def months(self, unit: str, first: date, count: int) -> list[Month]:
        """`count` calendar months from the one that holds `first`, by effective day, local time."""
        days = [first.replace(day=1)]
        for _ in range(count):
            days.append((days[-1].replace(day=28) + timedelta(days=4)).replace(day=1))
        with self.context.read() as work:
            return [self._month(work, unit, *pair) for pair in pairwise(days)]

    def _month(self, work: Work, unit: str, first: date, next_first: date) -> Month:
        flows = work.ledger.flows(unit, Interval.of_days(first, next_first, self.context.zone))
        return Month(
            first_day=first,
            issued=-_sum(flows, AccountKind.ISSUANCE),
            redeemed=_sum(flows, AccountKind.MERCHANT, "redemption"),
        )

    def frequent_deeds(self, unit: str, *, limit: int = 10) -> list[Deeds]:
        """The deeds credited most often."""
        with self.context.read() as work:
            flows = work.ledger.flows(unit)
        deeds = [
            Deeds(f.reason, f.entries, f.amount)
            for f in flows
            if f.account_kind is AccountKind.MEMBER and f.kind == "award"
        ]
        return sorted(deeds, key=lambda d: (-d.times, d.deed))[:limit]

    def statement(
        self, member_id: str, unit: str, *, after: int = 0, limit: int = 100
    ) -> list[StatementLine]:
        """A member's entries with sequence > `after`, oldest first, each with its reason."""
        with self.context.read() as work:
            entries = work.ledger.entries(Account.member(member_id, unit), after=after, limit=limit)
            ids = [entry.metadata["award"] for entry in entries if "award" in entry.metadata]
            awards = {award.id: award for award in work.find(Award, {"id": ids})}
        return [_line(entry, awards.get(entry.metadata.get("award", ""))) for entry in entries]


def _line(entry: Entry, award: Award | None) -> StatementLine:
    if award is not None:
        return StatementLine(entry, award.explanation)
    values = {"reason": entry.reason, **entry.metadata}
    return StatementLine(entry, (Step(entry.kind, values),))


def _sum(flows: Iterable[Flow], account: AccountKind, kind: str | None = None) -> int:
    return sum(f.amount for f in flows if f.account_kind is account and kind in (None, f.kind))
