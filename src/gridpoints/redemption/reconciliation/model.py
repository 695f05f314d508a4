"""What is compared when a merchant's own list, the redemptions and the ledger are to agree (对账)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from hashlib import sha256

from attrs import evolve, field, frozen


class Gap(StrEnum):
    """How the three differ about one redemption."""

    NOT_RECORDED = "not_recorded"
    NOT_LISTED = "not_listed"
    LISTED_TWICE = "listed_twice"
    POINTS_DIFFER = "points_differ"
    DAY_DIFFERS = "day_differs"
    NOT_POSTED = "not_posted"
    POSTED_DIFFERS = "posted_differs"


class Proposal(StrEnum):
    """What could be done: money for or from the merchant with its next statement, or a person looks first."""

    PAY = "pay"
    DEDUCT = "deduct"
    LOOK = "look"
    NOTHING = "nothing"


@frozen
class Listed:
    """One line of the merchant's own list: the redemption's or the voucher's number, its day, its points."""

    reference: str
    day: date
    points: int


@frozen
class Recorded:
    """One redemption as it is kept: the points taken and not given back, and those in the ledger."""

    id: str
    day: date
    points: int
    posted: int | None = None


@frozen
class Difference:
    """One redemption about which they differ: what each of the three says of it, None: nothing.

    `points` is by how much the merchant was paid too little (below 0: too much), if its list is right; 0
    where the ledger is to be put right first.
    """

    gap: Gap
    reference: str
    day: date
    listed: int | None
    recorded: int | None
    posted: int | None
    points: int
    proposal: Proposal

    @property
    def id(self) -> str:
        """The same for the same difference, so that it is corrected once."""
        told = (self.gap, self.reference, self.day, self.listed, self.recorded, self.posted)
        return _digest(*told)

    @property
    def about(self) -> str:
        """The same for all differences about one redemption."""
        return _digest(self.reference)


def _digest(*told: object) -> str:
    return sha256("\n".join(map(str, told)).encode()).hexdigest()[:24]


@frozen
class Reconciliation:
    """What came of comparing: how many agree, and every difference, by day and reference."""

    merchant_id: str
    first: date
    last: date
    agreeing: int
    differences: tuple[Difference, ...] = ()
    listed_points: int = 0
    recorded_points: int = 0
    posted_points: int = 0
    by_gap: Mapping[Gap, int] = field(factory=dict, hash=False)


def compared(
    merchant_id: str, days: tuple[date, date], listed: Iterable[Listed], recorded: Iterable[Recorded]
) -> Reconciliation:
    """Compare the list with what is recorded; a line belongs to the redemption that its reference names."""
    lines: dict[str, list[Listed]] = {}
    for line in listed:
        lines.setdefault(line.reference, []).append(line)
    known = {each.id: each for each in recorded}
    found: list[Difference] = []
    agreeing = 0
    for id in {**dict.fromkeys(known), **dict.fromkeys(lines)}:
        differences = list(_differences(id, lines.get(id, []), known.get(id)))
        found += differences
        agreeing += not differences
    found.sort(key=lambda each: (each.day, each.reference, each.gap))
    return Reconciliation(
        merchant_id=merchant_id,
        first=days[0],
        last=days[1],
        agreeing=agreeing,
        differences=tuple(found),
        listed_points=sum(line.points for same in lines.values() for line in same),
        recorded_points=sum(each.points for each in known.values()),
        posted_points=sum(each.posted or 0 for each in known.values()),
        by_gap=Counter(each.gap for each in found),
    )


def _differences(id: str, lines: list[Listed], recorded: Recorded | None) -> Iterator[Difference]:
    for again in lines[1:]:
        yield Difference(Gap.LISTED_TWICE, id, again.day, again.points, None, None, 0, Proposal.NOTHING)
    first = lines[0] if lines else None
    if recorded is not None:
        about = (id, recorded.day, None if first is None else first.points, recorded.points, recorded.posted)
        in_the_ledger = (recorded.posted or 0) == recorded.points
        if recorded.posted is None and recorded.points:
            yield Difference(Gap.NOT_POSTED, *about, 0, Proposal.LOOK)
        elif recorded.posted not in (None, recorded.points):
            yield Difference(Gap.POSTED_DIFFERS, *about, 0, Proposal.LOOK)
        for difference in _of_the_list(first, recorded):
            # The merchant is paid by the ledger: that is put right first, or it would be paid by both.
            yield difference if in_the_ledger else evolve(difference, points=0, proposal=Proposal.LOOK)
    elif first is not None:
        unknown = (id, first.day, first.points, None, None)
        yield Difference(Gap.NOT_RECORDED, *unknown, first.points, Proposal.LOOK)


def _of_the_list(first: Listed | None, recorded: Recorded) -> Iterator[Difference]:
    """How the list differs from what is recorded; what was given back whole need not be listed."""
    about = (
        recorded.id,
        recorded.day,
        None if first is None else first.points,
        recorded.points,
        recorded.posted,
    )
    if first is None:
        if recorded.points:
            yield Difference(Gap.NOT_LISTED, *about, -recorded.points, Proposal.DEDUCT)
    elif first.points != recorded.points:
        missing = first.points - recorded.points
        proposal = Proposal.PAY if missing > 0 else Proposal.DEDUCT
        yield Difference(Gap.POINTS_DIFFER, *about, missing, proposal)
    elif first.day != recorded.day:
        yield Difference(Gap.DAY_DIFFERS, *about, 0, Proposal.NOTHING)
