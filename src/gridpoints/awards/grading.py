"""Grids, households and members classed and ranked (A/B/C 分类) by what was credited. A part of `Awards`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from attrs import field, frozen

from gridpoints.awards.standing import Credited, add
from gridpoints.community.consenting import who_agreed
from gridpoints.community.model import Grid, Household, Member, MemberStatus
from gridpoints.community.model import Standing as Use
from gridpoints.context import Context
from gridpoints.errors import GradesUnknown
from gridpoints.rules.case import Scope
from gridpoints.rules.grades import Graded, Grading
from gridpoints.rules.operations import Rules
from gridpoints.storage.port import Work
from gridpoints.values import check_day


@frozen
class Grades:
    """One classification over the period from `since` until before `before`: all of them, best first.

    `names` are those of the subjects, by id: of a grid, on the door of a household, of a member. `agreed` are
    the ids of those who agreed that it is made public, by now, where the rules ask for that.
    """

    grading: Grading
    since: date
    before: date
    graded: tuple[Graded, ...]
    names: Mapping[str, str] = field(hash=False)
    agreed: frozenset[str] = frozenset()

    def published(self, agreed: Collection[str] | None = None) -> list[tuple[Graded, str]]:
        """Those who are made public, each with the name that is shown; `agreed` has who agreed, if given."""
        consented = self.agreed if agreed is None else frozenset(agreed)
        return self.grading.published(self.graded, self.names.__getitem__, consented)


def grades_of(context: Context, work: Work, code: str, day: date) -> Grades:
    """The classification of that code, by the rules of a day, over the period that holds the day.

    What was credited counts as for stars, for the household and the grid in which somebody lives now, and for
    those alone that are in use. Raises `GradesUnknown`, or `NoRulesInForce`.
    """
    check_day("day", day)
    calendar = Rules(context).calendar()
    gradings = calendar.on(day).on(day).terms.grades
    if (grading := gradings.get(code)) is None:
        raise GradesUnknown(grades=code, day=day, known=tuple(gradings))
    since, before = grading.days(day)
    subjects, names = _subjects(work, grading.of)
    credited = Credited(work, calendar, list(subjects), frozenset(_metrics(grading)))
    figures: dict[str, dict[str, Decimal]] = {id: {} for id in names}
    for member, subject in subjects.items():
        for metric, value in credited.of(member).between(since, before).items():
            add(figures[subject], metric, value)
    asked = grading.publishing.agreed
    agreed = who_agreed(work, subjects, code, context.now()) if asked else frozenset()
    return Grades(grading, since, before, grading.graded(figures), names, agreed)


def _metrics(grading: Grading) -> set[str]:
    return {grading.by, *(need.metric for each in grading.classes for need in each.needs)}


def _subjects(work: Work, of: Scope) -> tuple[dict[str, str], dict[str, str]]:
    """For whom each active member counts, and the names of all who are graded."""
    members = work.select(Member, ("id", "name", "household_id"), {"status": MemberStatus.ACTIVE})
    if of is Scope.MEMBER:
        return {id: id for id, _, _ in members}, {id: name for id, name, _ in members}
    households = work.find(Household, {"status": Use.ACTIVE})
    if of is Scope.HOUSEHOLD:
        place, names = {each.id: each.id for each in households}, {each.id: each.label for each in households}
    else:
        grids = {each.id: each.name for each in work.find(Grid, {"status": Use.ACTIVE})}
        place = {each.id: each.grid_id for each in households if each.grid_id in grids}
        names = {grid: grids[grid] for grid in place.values()}
    return {id: place[home] for id, _, home in members if home in place}, names
