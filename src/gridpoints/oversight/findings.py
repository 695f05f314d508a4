"""How odd things are found: in what is read one after another, with no store and no clock.

There may be millions of records: none of them is kept, but for what a finding is made of.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import combinations

from attrs import frozen

from gridpoints.oversight.model import Finding, Suspicion, Thresholds
from gridpoints.redemption.merchants.outlets import Outlet
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


def velocity(taken: Iterable[tuple[str, str, datetime]], limits: Thresholds) -> Iterator[Finding]:
    """Members who redeemed more often within a time than people do.

    `taken` are redemptions: the id, whose it is, and when it was handed out, by that.
    """
    lately: defaultdict[str, deque[tuple[str, datetime]]] = defaultdict(deque)
    most: dict[str, list[str]] = {}

    def keep(member: str) -> None:
        if len(lately[member]) >= max(limits.redemptions, 1 + len(most.get(member, ()))):
            most[member] = [id for id, _ in lately[member]]

    for id, member, at in taken:
        before = lately[member]
        if before and at - before[0][1] >= limits.within:
            keep(member)
            while before and at - before[0][1] >= limits.within:
                before.popleft()
        before.append((id, at))
    for member in lately:
        keep(member)
    hours = int(limits.within.total_seconds() / 3600)
    for member, quickest in sorted(most.items()):
        yield _finding(Suspicion.VELOCITY, [member], quickest, times=len(quickest), hours=hours)


def rings(confirmed: Callable[[], Iterable[Confirmed]], limits: Thresholds) -> Iterator[Finding]:
    """Two or three who confirm one another, and are confirmed by hardly anybody else.

    What `confirmed` answers is counted, and read once more for the evidence where there is a ring.
    """
    given: defaultdict[str, Counter[str]] = defaultdict(Counter)
    got = Counter[str]()
    for each in confirmed():
        if each.by != each.member:
            given[each.by][each.member] += 1
            got[each.member] += 1
    strong = {
        (by, member)
        for by, members in given.items()
        for member, times in members.items()
        if times >= limits.confirmations and times >= limits.mutual * got[member]
    }
    circles = {
        circle: list(zip(circle, (*circle[1:], circle[0]), strict=True)) for circle in _circles(strong)
    }
    evidence: dict[tuple[str, str], list[str]] = {pair: [] for pairs in circles.values() for pair in pairs}
    for each in confirmed() if circles else ():
        if (pair := (each.by, each.member)) in evidence:
            evidence[pair].append(each.evidence)
    for circle, pairs in circles.items():
        ids = [id for pair in pairs for id in evidence[pair]]
        yield _finding(Suspicion.RING, sorted(circle), ids, members=len(circle), times=len(ids))


def _circles(strong: set[tuple[str, str]]) -> Iterator[tuple[str, ...]]:
    """The circles of two and of three, each once; a pair is not told again within three."""
    following: defaultdict[str, set[str]] = defaultdict(set)
    followed: defaultdict[str, set[str]] = defaultdict(set)
    for by, member in strong:
        following[by].add(member)
        followed[member].add(by)
    pairs = {(a, b) for a in following for b in following[a] if a < b and a in following.get(b, ())}
    yield from sorted(pairs)
    for first in sorted(following):
        for second, third in combinations(sorted(following[first] | followed[first]), 2):
            for circle in ((first, second, third), (first, third, second)):
                steps = set(zip(circle, (*circle[1:], circle[0]), strict=True))
                if first == min(circle) and steps <= strong:
                    yield circle


def one_family(
    merchant: str,
    taken: Callable[[], Iterable[tuple[str, str, int]]],
    household_of: Callable[[str], str | None],
    limits: Thresholds,
) -> Iterator[Finding]:
    """Whether a merchant serves hardly anybody but one household.

    What `taken` answers are its redemptions: the id, whose it is, and the points; counted, and read once more
    for the evidence.
    """
    points, times = Counter[str | None](), Counter[str | None]()
    for _, member, amount in taken():
        home = household_of(member)
        points[home] += amount
        times[home] += 1
    total = points.total()
    of_homes = Counter({home: share for home, share in points.items() if home is not None})
    for home, share in of_homes.most_common(1):
        if times.total() >= limits.of_a_merchant and share >= limits.family * total > 0:
            yield _finding(
                Suspicion.ONE_FAMILY,
                [merchant, home],
                (id for id, member, _ in taken() if household_of(member) == home),
                percent=share * 100 // total,
                times=times[home],
            )


def refunds_after_earning(given_back: Iterable[tuple[str, str]], limits: Thresholds) -> Iterator[Finding]:
    """Members who gave back, again and again, what had earned them points.

    `given_back` are refunds of such redemptions: the member, and the id of the refund.
    """
    by_member: defaultdict[str, list[str]] = defaultdict(list)
    for member, refund in given_back:
        by_member[member].append(refund)
    for member, ids in sorted(by_member.items()):
        if len(ids) >= limits.refunds:
            yield _finding(Suspicion.REFUNDS_AFTER_EARNING, [member], ids, times=len(ids))


def is_odd(outlet: Outlet, local: datetime, limits: Thresholds) -> bool:
    """Whether hardly anybody would take points there at that local time."""
    if outlet.hours:
        return not any(local in opening for opening in outlet.hours)
    return local.hour >= limits.night or local.hour < limits.morning


def odd_hours(by_till: Mapping[str, Sequence[str]], limits: Thresholds) -> Iterator[Finding]:
    """Tills at which points are taken, again and again, while their outlet is closed.

    `by_till` are the redemptions that were, by the actor that the till is.
    """
    for till, ids in sorted(by_till.items()):
        if len(ids) >= limits.odd:
            yield _finding(Suspicion.ODD_HOURS, [till], ids, times=len(ids))
