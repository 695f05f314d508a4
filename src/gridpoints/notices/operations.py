"""What everybody may see: the community's figures, and a member's statement with its reasons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from attrs import frozen

from gridpoints.awards.model import Award, AwardStatus
from gridpoints.catalog.model import ItemStatus, ServiceItem, Session, SessionStatus
from gridpoints.claiming.model import Claim, ClaimStatus
from gridpoints.claiming.wishes import Wish, WishStatus
from gridpoints.community.model import Member, MemberStatus
from gridpoints.context import Context
from gridpoints.ledger.model import Account, AccountKind, Entry, Flow
from gridpoints.records import Record, kind_of
from gridpoints.redemption.model import Redemption, RedemptionStatus
from gridpoints.redemption.statements.model import Settlement, SettlementStatus
from gridpoints.storage.ledger_port import Only
from gridpoints.storage.port import Work
from gridpoints.values import Explanation, Interval, Step, Unit, check_day, check_instant, check_whole

#: What is counted in public, by status.
COUNTED: tuple[tuple[type[Record], type[StrEnum]], ...] = (
    (Member, MemberStatus),
    (ServiceItem, ItemStatus),
    (Session, SessionStatus),
    (Wish, WishStatus),
    (Claim, ClaimStatus),
    (Award, AwardStatus),
    (Redemption, RedemptionStatus),
    (Settlement, SettlementStatus),
)


@frozen
class Figures:
    """Points of one unit, as amounts.

    `issued` = `outstanding` + `with_merchants` + `settled` + `elsewhere`: `outstanding` is what
    members and households hold, `elsewhere` what lies in funds, was kept as fees, or expired.
    `redeemed` is what merchants ever took.
    """

    unit: Unit
    issued: int
    redeemed: int
    outstanding: int
    with_merchants: int
    settled: int
    elsewhere: int


@frozen
class Tally:
    """How many records of a kind stand in a status: ``claim``, ``verified``, 412."""

    kind: str
    status: str
    count: int


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
    """The room ``notices``: figures in points are all computed from the ledger's entries."""

    context: Context

    def figures(self, unit: str) -> Figures:
        """What was issued, redeemed, and is outstanding, over all time."""
        with self.context.read() as work:
            flows = work.ledger.flows(unit)
            of = work.get(Unit, unit)
        return Figures(
            unit=of,
            issued=_issued(flows),
            redeemed=_redeemed(flows),
            outstanding=_sum(flows, AccountKind.MEMBER, AccountKind.HOUSEHOLD),
            with_merchants=_sum(flows, AccountKind.MERCHANT),
            settled=_sum(flows, AccountKind.SETTLED),
            elsewhere=_sum(flows, AccountKind.FUND, AccountKind.FEES, AccountKind.EXPIRY),
        )

    def months(self, unit: str, first: date, count: int) -> list[Month]:
        """`count` calendar months from the one that holds `first`, by effective day, local time."""
        check_whole("count", count, most=1_200)
        days = [check_day("first", first).replace(day=1)]
        for _ in range(count):
            days.append((days[-1].replace(day=28) + timedelta(days=4)).replace(day=1))
        with self.context.read() as work:
            return [self._month(work, unit, *pair) for pair in pairwise(days)]

    def _month(self, work: Work, unit: str, first: date, next_first: date) -> Month:
        flows = work.ledger.flows(unit, Interval.of_days(first, next_first, self.context.zone))
        return Month(first_day=first, issued=_issued(flows), redeemed=_redeemed(flows))

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
        self,
        member_id: str,
        unit: str,
        *,
        after: int = 0,
        limit: int = 100,
        since: datetime | None = None,
        until: datetime | None = None,
        kind: str | None = None,
        reason: str | None = None,
        merchant: str | None = None,
    ) -> list[StatementLine]:
        """A member's entries with sequence > `after`, oldest first, each with its reason.

        Only those recorded from `since` to before `until`, of a transaction's `kind`, for a `reason`
        (the code of the deed, the name of the offer), or with a `merchant`, by id.
        """
        check_whole("limit", limit, most=10_000)
        since = since and check_instant("since", since)
        until = until and check_instant("until", until)
        only = Only(kind, reason, Account.merchant(merchant, unit) if merchant else None)
        account = Account.member(member_id, unit)
        with self.context.read() as work:
            entries = work.ledger.entries(
                account, after=after, since=since, until=until, only=only, limit=limit
            )
            ids = [entry.transaction.removeprefix("award:") for entry in entries if entry.kind == "award"]
            awards = {f"award:{award.id}": award for award in work.find(Award, {"id": ids})}
        return [_line(entry, awards.get(entry.transaction)) for entry in entries]

    def tallies(self) -> list[Tally]:
        """How many records stand in each status, those that no record stands in included."""
        with self.context.read() as work:
            return [
                Tally(kind_of(kind), status, work.count(kind, {"status": status}))
                for kind, statuses in COUNTED
                for status in statuses
            ]


def _line(entry: Entry, award: Award | None) -> StatementLine:
    if award is not None:
        return StatementLine(entry, award.explanation)
    values = {"reason": entry.reason, **entry.metadata}
    return StatementLine(entry, (Step(entry.kind, values),))


def _sum(flows: Iterable[Flow], *accounts: AccountKind) -> int:
    return sum(flow.amount for flow in flows if flow.account_kind in accounts)


def _issued(flows: Iterable[Flow]) -> int:
    """What left the issuance account, less what was taken back to it."""
    return -_sum(flows, AccountKind.ISSUANCE)


def _redeemed(flows: Iterable[Flow]) -> int:
    """What merchants took from members, before any of it was settled."""
    return _sum((flow for flow in flows if flow.kind == "redemption"), AccountKind.MERCHANT)
