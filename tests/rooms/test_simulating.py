"""A draft is tried out on the community's own deeds, and nothing is posted."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gridpoints import Award, Community, Member, Report
from gridpoints.ledger.journal import Line
from gridpoints.records import Record
from gridpoints.rules import findings
from gridpoints.rules.findings import Binding
from gridpoints.rules.loading import load
from gridpoints.storage.integrity import KINDS
from tests.rooms.conftest import RULES

DRAFT = load(
    RULES.replace('version: "1"', 'version: "2"').replace("points: 5", "points: 8").replace("40", "25")
)


@pytest.fixture
def year(village: Community, li: Member, zhao: Member) -> Community:
    """Li lives in a grid and Zhao does not; the last two days are a week and more apart."""
    grid = village.community.add_grid("第一网格")
    home = village.community.add_household(grid.id, "1号楼101")
    chen = village.community.enrol("陈芳", household_id=home.id)
    reports = [
        Report("d1", li.id, "patrol", date(2026, 2, 1)),
        Report("d2", li.id, "care", date(2026, 2, 2), Decimal(3)),
        Report("d3", zhao.id, "wish", date(2026, 2, 2)),
        Report("d4", chen.id, "care", date(2026, 2, 9), Decimal(1)),
        Report("d5", chen.id, "patrol", date(2026, 3, 2)),
    ]
    assert all(outcome.award for outcome in village.awards.credit_all(reports))
    return village


def test_what_the_year_would_have_earned(year: Community, li: Member) -> None:
    found = year.awards.simulate(DRAFT)
    assert (found.deeds, found.known) == (5, 5)
    assert found.totals == (findings.Line("points", "", 5, 80, 81),)
    assert found.by_group == (
        findings.Line("points", "", 3, 65, 63),
        findings.Line("points", "第一网格", 2, 15, 18),
    )
    assert found.bindings == (Binding("care-month", "points", 1, 5),)
    [stakes] = found.stakes
    assert (stakes.gaining, stakes.losing, stakes.same) == (1, 1, 1)
    assert [(line.of, line.difference) for line in stakes.lost] == [(li.id, -2)]


def test_only_the_days_that_are_asked_for(year: Community) -> None:
    found = year.awards.simulate(DRAFT, since=date(2026, 2, 2), until=date(2026, 2, 9))
    assert (found.deeds, found.first, found.last) == (3, date(2026, 2, 2), date(2026, 2, 9))
    assert year.awards.simulate(DRAFT, since=date(2026, 2, 3), until=date(2026, 2, 8)).deeds == 0


def test_under_the_rules_in_force_nothing_differs(year: Community) -> None:
    found = year.awards.simulate(year.rules.in_force())
    assert [line.difference for line in (*found.totals, *found.by_deed, *found.by_month)] == [0] * 6
    assert [(each.gaining, each.losing, each.same) for each in found.stakes] == [(0, 0, 3)]


def everything(village: Community) -> tuple[dict[type[Record], list[Record]], list[Line], list[Line]]:
    """All records and all lines of the journal, those that bear no number yet included."""
    with village.context.read() as work:
        records = {kind: work.find(kind) for kind in KINDS}
        return records, list(work.ledger.lines()), list(work.ledger.unnumbered())


def test_nothing_is_posted(year: Community) -> None:
    before = everything(year)
    with year.context.read():  # inside it, whatever writes is a mistake of the program
        year.awards.simulate(DRAFT)
    assert everything(year) == before
    assert len(before[0][Award]) == 5
