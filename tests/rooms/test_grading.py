"""Grids, households and members classed by what was credited, and what of it is made public."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gridpoints import Actor, Community, Exchange, Report
from gridpoints.community.consents import AttestationStatus
from gridpoints.community.operations import Membership
from gridpoints.errors import (
    GradesUnknown,
    IllegalTransition,
    NoRulesInForce,
    NotTheGuardian,
    NotTheOrganiser,
    RightReserved,
)
from gridpoints.rules.grades import Graded
from gridpoints.testing import ManualClock
from tests.rooms.conftest import START

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
TWO_DAYS = timedelta(days=2)
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


def test_who_agreed_is_kept_told_and_withdrawn_at_once(village: Community, clock: ManualClock) -> None:
    def public(code: str) -> list[str]:
        return [each.subject for each, _ in village.awards.public_grades(code)]

    def as_(member: str) -> Membership:
        return village.acting_as(Actor(member)).community

    assert public("homes") == []
    given = as_("li").record_consent("li", "li", covers="grades")
    assert (given.given_by, given.recorded_by, given.since) == ("li", "li", clock.now())
    assert public("homes") == []  # Zhao lives there too
    as_("zhao").record_consent("zhao", "zhao", covers="grades:homes")
    village.community.record_consent("sun", "sun", covers="grades:people")  # for others
    on_paper = village.community.record_consent("sun", "sun", covers="grades:homes", until=START + TWO_DAYS)
    assert on_paper.recorded_by == "clerk-wang"
    assert public("homes") == ["e1", "w1"]  # in the second house in the east, nobody lives who could agree
    clock.set(START + TWO_DAYS)
    assert public("homes") == ["e1"]

    with pytest.raises(NotTheOrganiser):
        as_("sun").withdraw_consent(given.id)
    withdrawn = as_("li").withdraw_consent(given.id)
    assert (withdrawn.status, withdrawn.withdrawn_at) == (AttestationStatus.WITHDRAWN, clock.now())
    assert not withdrawn.holds_at(clock.now())
    assert withdrawn.holds_at(START)
    assert public("homes") == []
    with pytest.raises(IllegalTransition):
        as_("li").withdraw_consent(given.id)

    # It is in the record, for those who may read it, and what happened to it is told.
    assert village.recognition.record("li").consents == (withdrawn,)
    assert "2026-03-02,consent,grades,,li,withdrawn,written down by li; until 2026-03-04" in (
        village.recognition.csv("li")
    )
    assert as_("li").consents_for("li") == [withdrawn]
    with pytest.raises(NotTheOrganiser):
        as_("zhao").consents_for("li")
    told = [event for event in village.events.read(limit=1_000) if event.subject == given.id]
    assert [(event.kind, event.status, event.actor) for event in told] == [
        ("consent", "given", "li"),
        ("consent", "withdrawn", "li"),
    ]


def test_for_a_ward_a_guardian_agrees(village: Community) -> None:
    mother = village.acting_as(Actor("zhao")).community
    with pytest.raises(NotTheGuardian):
        mother.record_consent("li", "zhao", covers="grades")
    with pytest.raises(NotTheOrganiser):  # nobody speaks for another
        mother.record_consent("li", "li", covers="grades")
    with pytest.raises(NotTheGuardian):  # that somebody takes part is what guardians agree to
        mother.record_consent("zhao", "zhao", covers="community")
    village.community.name_guardian("li", "zhao")
    given = mother.record_consent("li", "zhao", covers="grades:people")
    assert mother.consents_for("li") == [given]
    aunt = village.community.record_consent("li", "her aunt", covers="grades")
    assert (aunt.given_by, aunt.recorded_by) == ("her aunt", "clerk-wang")
    assert mother.withdraw_consent(aunt.id).status is AttestationStatus.WITHDRAWN


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
