"""Limits and campaigns that stand in each other's way, or change nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import combinations, islice, permutations

from gridpoints.rules.file.amounts import FixedPoints, PointsInRange
from gridpoints.rules.file.checks.reading import Reading
from gridpoints.rules.file.document import DeedEntry
from gridpoints.rules.file.factors import CampaignEntry
from gridpoints.rules.file.fields import shown
from gridpoints.rules.file.limits import LimitEntry, LimitExcess
from gridpoints.rules.file.problems import Problem
from gridpoints.rules.file.problems_of_use import (
    CampaignChangesNothing,
    CampaignForNobody,
    CampaignOver,
    CampaignsOverlap,
    LimitMixes,
    LimitNeverAllows,
    LimitNeverBinds,
    LimitsAlike,
    NoEffectOnDeduction,
)
from gridpoints.rules.limits import Counted
from gridpoints.values import Period

#: More limits or campaigns than anybody can look through are not compared with one another.
_MOST_COMPARED = 200

#: The periods that hold the whole of another.
ENCLOSING: Mapping[Period, frozenset[Period]] = {
    Period.DEED: frozenset(Period),
    Period.DAY: frozenset(Period) - {Period.DEED},
    Period.WEEK: frozenset({Period.WEEK, Period.LIFETIME}),
    Period.MONTH: frozenset({Period.MONTH, Period.QUARTER, Period.YEAR, Period.LIFETIME}),
    Period.QUARTER: frozenset({Period.QUARTER, Period.YEAR, Period.LIFETIME}),
    Period.YEAR: frozenset({Period.YEAR, Period.LIFETIME}),
    Period.LIFETIME: frozenset({Period.LIFETIME}),
}


def warnings(reading: Reading) -> Iterator[Problem]:
    """All of them; that nothing else is covered can be said of a whole file alone."""
    yield from _limits(reading)
    yield from _campaigns(reading)


# --- limits ---------------------------------------------------------------------------------------


def _limits(reading: Reading) -> Iterator[Problem]:
    source = reading.source
    limits = {code: each for code, each in reading.tables.limits.items() if isinstance(each, LimitEntry)}
    covered = {code: reading.covered(limit) for code, limit in limits.items()}
    for code, limit in limits.items():
        yield from _refusing(reading, code, limit, covered[code])
        awards = tuple(deed for deed in covered[code] if deed not in reading.deductions)
        deductions = tuple(deed for deed in covered[code] if deed in reading.deductions)
        if awards and deductions and limit.counts is Counted.POINTS:
            error = LimitMixes(awards=awards, deductions=deductions)
            yield source.at_key(("limits", code), error)
    if not reading.whole:
        return
    told = set()
    order = {code: n for n, code in enumerate(limits)}
    for code, other in permutations(islice(limits, _MOST_COMPARED), 2):
        if code in told or not covered[code].keys() <= covered[other].keys() or not covered[code]:
            continue
        one, two = limits[code], limits[other]
        if _alike(one, two) and covered[code].keys() == covered[other].keys():
            if order[other] < order[code]:
                told.add(code)
                yield source.at_key(("limits", code), LimitsAlike(other=other))
        elif _never_binds(one, two, earlier=order[other] < order[code]):
            told.add(code)
            yield source.at_key(("limits", code), LimitNeverBinds(other=other))


def _values(limit: LimitEntry) -> list[Decimal]:
    return [value for _, value in limit.most.values()]


def _alike(one: LimitEntry, two: LimitEntry) -> bool:
    same = (one.period, one.scope, one.counts) == (two.period, two.scope, two.counts)
    return same and _values(one) == _values(two)


def _never_binds(one: LimitEntry, other: LimitEntry, *, earlier: bool) -> bool:
    """Whether `other`, which counts at least the same deeds, always leaves less than `one`.

    What the other one clips must be clipped before this one may refuse it.
    """
    if (one.scope, one.counts) != (other.scope, other.counts):
        return False
    if other.period not in ENCLOSING[one.period]:
        return False
    if one.excess is LimitExcess.REJECT and other.excess is LimitExcess.CLIP and not earlier:
        return False
    return max(_values(other)) < min(_values(one)) or (
        max(_values(other)) == min(_values(one)) and one.excess is other.excess
    )


def _refusing(
    reading: Reading, code: str, limit: LimitEntry, covered: Mapping[str, DeedEntry]
) -> Iterator[Problem]:
    """Deeds of which each asks for more at once than a limit that rejects ever leaves."""
    if limit.excess is not LimitExcess.REJECT or limit.counts is not Counted.POINTS:
        return
    most = max(_values(limit))
    for deed, entry in covered.items():
        if isinstance(entry.points, FixedPoints | PointsInRange) and not entry.coefficients:
            least = min(abs(amount) for amount in entry.points.uses().amounts.values())
            if least > most:
                error = LimitNeverAllows(deed=deed, points=shown(least))
                yield reading.source.at_value(("limits", code, "most"), error)


# --- campaigns ------------------------------------------------------------------------------------


def _campaigns(reading: Reading) -> Iterator[Problem]:
    source, document = reading.source, reading.tables
    giving = {code: _giving(reading, campaign) for code, campaign in document.campaigns.items()}
    for code, campaign in document.campaigns.items():
        if campaign.until <= reading.first_day:
            error = CampaignOver(until=campaign.until, begins=reading.first_day)
            yield source.at_value(("campaigns", code, "until"), error)
        if not giving[code]:
            if reading.whole:
                yield source.at_key(("campaigns", code), CampaignForNobody())
        else:
            for n, deed in enumerate(campaign.deeds):
                if deed in reading.deductions:
                    yield source.at_value(("campaigns", code, "deeds", n), NoEffectOnDeduction(deed=deed))
        if campaign.times and campaign.plus is None and all(v == 1 for _, v in campaign.times.values()):
            yield source.at_key(("campaigns", code, "times"), CampaignChangesNothing())
    if "stacking" not in reading.source.data:
        yield from _overlaps(reading, giving)


def _giving(reading: Reading, campaign: CampaignEntry) -> list[str]:
    return [code for code in reading.covered(campaign) if code not in reading.deductions]


def _overlaps(reading: Reading, giving: Mapping[str, list[str]]) -> Iterator[Problem]:
    """Two that apply to one deed on one day; where each has a condition, they may well exclude each other."""
    for (other, one), (code, two) in combinations(
        islice(reading.tables.campaigns.items(), _MOST_COMPARED), 2
    ):
        first, until = max(one.starts_on, two.starts_on), min(one.until, two.until)
        common = next((deed for deed in giving[code] if deed in giving[other]), None)
        if first < until and common is not None and not (one.when and two.when):
            error = CampaignsOverlap(other=other, deed=common, first=first, until=until)
            yield reading.source.at_key(("campaigns", code), error)
