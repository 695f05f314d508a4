"""Deeds of the past from a table: read without any community, in order of day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gridpoints.errors import BlankText, DayImpossible
from gridpoints.rules.case import Deed, Scope
from gridpoints.rules.loading import load
from gridpoints.rules.simulation import simulate
from gridpoints.sheets.layouts import DEEDS
from gridpoints.sheets.past import past_deeds
from gridpoints.sheets.reading import open_table
from tests.rooms.conftest import RULES
from tests.sheets.conftest import Write

DRAFT = load(RULES)
ROWS = [
    ["编号", "姓名", "事项", "日期", "数量"],
    ["B2", "", "助老", "2026-03-02", "2"],
    ["", "李秀英", "Patrol", "2026-03-01", "1"],
    ["B1", "李秀英", "picnic", "2026-03-02", ""],
    ["", "", "patrol", "2026-03-02", ""],
    ["B1", "", "patrol", "2026-02-30", ""],
    ["B1", "", "", "2026-03-02", ""],
]


@pytest.fixture(params=["csv_file", "xlsx_file"])
def write(request: pytest.FixtureRequest) -> Write:
    written: Write = request.getfixturevalue(request.param)
    return written


def test_rows_become_deeds_in_order_of_day(write: Write) -> None:
    with open_table(write(ROWS), DEEDS) as table:
        found, problems = past_deeds(table, DRAFT)
    assert [past.deed for past in found] == [
        Deed("patrol", date(2026, 3, 1), Decimal(1)),
        Deed("care", date(2026, 3, 2), Decimal(2)),
        Deed("picnic", date(2026, 3, 2)),
    ]
    assert [past.subjects[Scope.MEMBER] for past in found] == ["李秀英", "B2", "B1"]
    assert {past.given for past in found} == {None}
    assert [(each.row, each.column, type(each.error)) for each in problems] == [
        (5, "编号", BlankText),
        (6, "日期", DayImpossible),
        (7, "事项", BlankText),
    ]


def test_only_the_days_that_are_asked_for(write: Write) -> None:
    with open_table(write(ROWS), DEEDS) as table:
        found, _ = past_deeds(table, DRAFT, until=date(2026, 3, 1))
    assert [past.deed.code for past in found] == ["patrol"]


def test_a_deed_is_known_by_what_either_rule_set_calls_it(csv_file: Write) -> None:
    other = load(RULES.replace("patrol: {name: {en: Patrol", "picnic: {name: {en: Picnic"))
    with open_table(csv_file(ROWS), DEEDS) as table:
        found, _ = past_deeds(table, DRAFT, other)
    simulation = simulate(DRAFT, found, present=other)
    assert [(line.of, line.given, line.drafted) for line in simulation.by_deed] == [
        ("care", 20, 20),
        ("patrol", 0, 5),
        ("picnic", 5, 0),
    ]


def test_facts_and_what_a_panel_chose_are_read(csv_file: Write) -> None:
    facts = "facts:\n  kind: {type: text, name: {en: Kind of help}}\nlimits:"
    draft = load(RULES.replace("limits:", facts, 1))
    rows = [["member", "deed", "date", "kind of help", "chosen"], ["Li", "patrol", "2026-03-01", "old", "7"]]
    with open_table(csv_file(rows), DEEDS) as table:
        [past], _ = past_deeds(table, draft)
    assert past.deed == Deed("patrol", date(2026, 3, 1), None, {"kind": "old"}, Decimal(7))
