"""Grids, households and members classed by what was credited, and what of it is made public."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gridpoints import Actor, Community, Exchange, Report
from gridpoints.errors import GradesUnknown, NoRulesInForce, RightReserved
from gridpoints.rules.grades import Graded

RULES = """\
gridpoints: 1
code: grades
version: "1"
name: {en: Rules with grades}
source: written for the tests
from: 2026-01-01
units:
  points: {name: {en: points}}
facts:
  visits: {type: number, name: {en: visits}}
deeds:
  care: {name: {en: Elder care}, points: {per: hour, amount: 10}}
  patrol: {name: {en: Patrol}, points: 5}
  litter: {name: {en: Litter}, points: -3}
grades:
  grids:
    name: {en: Grids}
    of: grid
    period: quarter
    classes:
      A: {name: {en: Class A}, needs: {points: 30, visits: 2}}
      B: {name: {en: Class B}}
  homes:
    name: {en: Households}
    of: household
    period: month
    by: hours
    publish: {top: 2, agreed: true, names: whole}
  people:
    name: {en: People}
    of: member
    period: lifetime
    by: times
    publish: {top: 1}
permissions: {see_statements: [clerk]}
"""
PEOPLE = {"li": "李秀英", "zhao": "赵磊", "sun": "孙丽", "wang": "王强"}
HOMES = {"li": "e1", "zhao": "e1", "sun": "w1"}
DONE = [
    ("li", "care", 2, date(2026, 3, 1)),
    ("li", "patrol", None, date(2026, 2, 28)),
    ("zhao", "care", 1, date(2026, 1, 1)),
    ("zhao", "litter", None, date(2026, 2, 1)),
    ("sun", "patrol", None, date(2026, 3, 2)),
    ("wang", "patrol", None, date(2026, 3, 2)),
]


@pytest.fixture
def village(exchange: Exchange) -> Community:
    """Two grids, three households; Li and Zhao live together in the east, Sun in the west, Wang nowhere."""
    founded = exchange.found("grades", name="村", rules=RULES)
    village = founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))
    room = village.community
    for grid in ("east", "west"):
        room.add_grid(grid.title(), id=grid)
    for home, grid in (("e1", "east"), ("e2", "east"), ("w1", "west")):
        room.add_household(grid, home.upper(), id=home)
    for id, name in PEOPLE.items():
        room.enrol(name, id=id, household_id=HOMES.get(id))
    for n, (member, deed, hours, day) in enumerate(DONE):
        quantity = None if hours is None else Decimal(hours)
        facts = {"visits": 2} if deed == "patrol" else {}
        village.awards.credit(Report(str(n), member, deed, day, quantity, facts=facts))
    return village


def told(graded: tuple[Graded, ...]) -> list[tuple[str, Decimal, int, str | None]]:
    return [
        (each.subject, each.figure, each.rank, each.grade.code if each.grade else None) for each in graded
    ]


def test_grids_are_classed_by_those_who_live_there(village: Community) -> None:
    found = village.awards.grades("grids", date(2026, 3, 31))
    assert (found.since, found.before) == (date(2026, 1, 1), date(2026, 4, 1))
    assert told(found.graded) == [("east", 35, 1, "A"), ("west", 5, 2, "B")]
    assert found.names == {"east": "East", "west": "West"}
    # Anybody may see it. In the quarter after, nothing was done yet.
    later = village.acting_as(Actor("li")).awards.grades("grids", date(2026, 4, 1))
    assert told(later.graded) == [("east", 0, 1, "B"), ("west", 0, 1, "B")]


def test_households_are_ranked_in_their_month(village: Community) -> None:
    march = village.awards.grades("homes")
    assert (march.since, march.before) == (date(2026, 3, 1), date(2026, 4, 1))
    assert told(march.graded) == [("e1", 2, 1, None), ("e2", 0, 2, None), ("w1", 0, 2, None)]
    assert told(village.awards.grades("homes", date(2026, 1, 9)).graded)[0] == ("e1", 1, 1, None)
    village.community.close_household("e2")
    assert [each.subject for each in village.awards.grades("homes").graded] == ["e1", "w1"]


def test_what_is_made_public(village: Community) -> None:
    """The rules say how many, whether they must have agreed, and how they are named."""
    resident = village.acting_as(Actor("li")).awards
    assert [(each.rank, name) for each, name in resident.public_grades("people")] == [(1, "李*英")]
    assert resident.public_grades("homes") == []
    agreed = resident.public_grades("homes", agreed=["e1", "w1"])
    assert [(each.subject, name) for each, name in agreed] == [("e1", "E1"), ("w1", "W1")]
    for code in ("homes", "people"):
        with pytest.raises(RightReserved):
            resident.grades(code)


def test_who_left_and_what_was_taken_back_count_no_more(village: Community) -> None:
    assert told(village.awards.grades("people").graded)[0] == ("li", 2, 1, None)
    village.awards.reverse("1", "a mistake")
    village.community.leave("sun")
    people = told(village.awards.grades("people").graded)
    assert people == [(id, 1, 1, None) for id in ("li", "wang", "zhao")]


def test_classes_that_there_are_not(village: Community) -> None:
    with pytest.raises(GradesUnknown) as refused:
        village.awards.grades("streets")
    assert refused.value.fields["known"] == ("grids", "homes", "people")
    with pytest.raises(NoRulesInForce):
        village.awards.public_grades("grids", date(2025, 12, 31))
