"""How odd things are found: over records that were read, with no store and no clock."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations
from zoneinfo import ZoneInfo

from attrs import frozen

from gridpoints.oversight.model import Finding, Suspicion, Thresholds
from gridpoints.redemption.model import Redemption, Refund
from gridpoints.redemption.tills import Outlet
from gridpoints.values import Explanation, Step


@frozen
class Confirmed:
    """That `by` confirmed something that `member` did; `evidence` is the claim or the vote."""

    by: str
    member: str
    evidence: str


def _finding(
    suspicion: Suspicion, subjects: Sequence[str], evidence: Iterable[str], **figures: object
) -> Finding:
    told: Explanation = (Step(f"odd_{suspicion}", figures),)
    return Finding(suspicion, tuple(subjects), tuple(evidence), told, (Step(f"odd_{suspicion}_caution"),))


def velocity(redemptions: Iterable[Redemption], limits: Thresholds) -> Iterator[Finding]:
    """Members who redeemed more often within a time than people do."""
    by_member: defaultdict[str, list[Redemption]] = defaultdict(list)
    for redemption in redemptions:
        by_member[redemption.member_id].append(redemption)
    for member, all_of_them in sorted(by_member.items()):
        times = sorted(all_of_them, key=_captured)
        start, worst = 0, (0, 0)
        for end, redemption in enumerate(times):
            while _captured(redemption) - _captured(times[start]) >= limits.within:
                start += 1
            if end - start + 1 > worst[1] - worst[0]:
                worst = (start, end + 1)
        quickest = times[slice(*worst)]
        if len(quickest) >= limits.redemptions:
            hours = limits.within.total_seconds() / 3600
            yield _finding(
                Suspicion.VELOCITY,
                [member],
                (each.id for each in quickest),
                times=len(quickest),
                hours=int(hours),
            )


def rings(confirmed: Iterable[Confirmed], limits: Thresholds) -> Iterator[Finding]:
    """Two or three who confirm one another, and are confirmed by hardly anybody else."""
    given: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    got = Counter[str]()
    for each in confirmed:
        if each.by != each.member:
            given[each.by][each.member].append(each.evidence)
            got[each.member] += 1
    strong = {
        (by, member): evidence
        for by, members in given.items()
        for member, evidence in members.items()
        if len(evidence) >= limits.confirmations and len(evidence) >= limits.mutual * got[member]
    }
    for circle in _circles(strong):
        pairs = list(zip(circle, (*circle[1:], circle[0]), strict=True))
        evidence = [id for pair in pairs for id in strong[pair]]
        yield _finding(Suspicion.RING, sorted(circle), evidence, members=len(circle), times=len(evidence))


def _circles(strong: Mapping[tuple[str, str], list[str]]) -> Iterator[tuple[str, ...]]:
    """The circles of two and of three, each once; a pair is not told again within three."""
    following: defaultdict[str, set[str]] = defaultdict(set)
    for by, member in strong:
        following[by].add(member)
    pairs = {(a, b) for a in following for b in following[a] if a < b and a in following.get(b, ())}
    yield from sorted(pairs)
    for first in sorted(following):
        for second, third in combinations(sorted(following[first] | _before(strong, first)), 2):
            for circle in ((first, second, third), (first, third, second)):
                steps = set(zip(circle, (*circle[1:], circle[0]), strict=True))
                if first == min(circle) and steps <= strong.keys():
                    yield circle


def _before(strong: Mapping[tuple[str, str], object], member: str) -> set[str]:
    return {by for by, confirmed in strong if confirmed == member}


def one_family(
    redemptions: Iterable[Redemption], household_of: Callable[[str], str | None], limits: Thresholds
) -> Iterator[Finding]:
    """Merchants who serve hardly anybody but one household."""
    by_merchant: defaultdict[str, list[Redemption]] = defaultdict(list)
    for redemption in redemptions:
        by_merchant[redemption.merchant_id].append(redemption)
    for merchant, taken in sorted(by_merchant.items()):
        points, times = Counter[str](), Counter[str]()
        for redemption in taken:
            if (home := household_of(redemption.member_id)) is not None:
                points[home] += redemption.captured
                times[home] += 1
        total = sum(redemption.captured for redemption in taken)
        for home, share in points.most_common(1):
            if len(taken) >= limits.of_a_merchant and share >= limits.family * total > 0:
                evidence = [each.id for each in taken if household_of(each.member_id) == home]
                yield _finding(
                    Suspicion.ONE_FAMILY,
                    [merchant, home],
                    evidence,
                    percent=share * 100 // total,
                    times=times[home],
                )


def refunds_after_earning(
    refunds: Iterable[Refund], redemptions: Mapping[str, Redemption], limits: Thresholds
) -> Iterator[Finding]:
    """Members who gave back, again and again, what had earned them points."""
    by_member: defaultdict[str, list[str]] = defaultdict(list)
    for refund in refunds:
        redemption = redemptions.get(refund.redemption_id)
        if redemption is not None and redemption.earned:
            by_member[redemption.member_id].append(refund.id)
    for member, ids in sorted(by_member.items()):
        if len(ids) >= limits.refunds:
            yield _finding(Suspicion.REFUNDS_AFTER_EARNING, [member], ids, times=len(ids))


def odd_hours(
    redemptions: Iterable[Redemption],
    outlet_of: Callable[[str], Outlet | None],
    zone: ZoneInfo,
    limits: Thresholds,
) -> Iterator[Finding]:
    """Tills at which points are taken while the outlet is closed; `outlet_of` knows it by who authorised."""
    by_till: defaultdict[str, list[str]] = defaultdict(list)
    for redemption in redemptions:
        outlet = outlet_of(redemption.authorised_by)
        if outlet is None:
            continue
        local = _captured(redemption).astimezone(zone)
        at_night = local.hour >= limits.night or local.hour < limits.morning
        if not any(local in opening for opening in outlet.hours) if outlet.hours else at_night:
            by_till[redemption.authorised_by].append(redemption.id)
    for till, ids in sorted(by_till.items()):
        if len(ids) >= limits.odd:
            yield _finding(Suspicion.ODD_HOURS, [till], ids, times=len(ids))


def _captured(redemption: Redemption) -> datetime:
    return redemption.captured_at or redemption.authorised_at
