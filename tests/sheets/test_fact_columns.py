"""Columns that are named like a fact of the rules, and the one for an amount that was chosen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

import gridpoints
from gridpoints import Community
from gridpoints.errors import ColumnDoubled
from gridpoints.sheets.deeds import DeedOutcome, credit
from gridpoints.sheets.layouts import DEEDS
from gridpoints.sheets.reading import open_table
from gridpoints.testing import ManualClock
from tests.sheets.conftest import Write

RULES = """\
gridpoints: 1
code: facts
version: 1
name: {en: Facts}
source: written for the tests
from: 2026-01-01
facts:
  category: {type: text, one_of: [elder_care, child_care], name: {en: Kind of care, zh_Hans: 服务对象}}
  stars: {type: number, name: {en: Stars, zh_Hans: 星级}}
  since: {type: day}
  helped: {type: truth, name: {en: Helped, zh_Hans: 有帮手}}
units: {points: {name: {en: points}, scale: 1}}
deeds:
  care: {name: {en: Care, zh_Hans: 助老}, points: 10, when: {category: elder_care}}
  thanks: {name: {en: Thanks}, points: 2, evidence: [a photograph]}
  speech: {name: {en: Speech}, points: {range: [1, 5]}, approval: {panel: {seats: 3, quorum: 2}}}
"""


@pytest.fixture
def village() -> Iterator[Community]:
    clock = ManualClock(datetime(2026, 3, 20, 1, tzinfo=UTC))
    with gridpoints.open("memory://", clock=clock) as exchange:
        village = exchange.found("baiyang", name="白羊村", rules=RULES)
        village.community.enrol("李秀英", number="B1")
        yield village


def credited(village: Community, path: Path) -> list[DeedOutcome]:
    with open_table(path, DEEDS) as table:
        return list(credit(village.context, table))


def problem(outcome: DeedOutcome) -> tuple[str, str | None] | None:
    found = outcome.problem
    return None if found is None else (found.error.code, found.column)


def test_facts_are_read(village: Community, csv_file: Write) -> None:
    path = csv_file(
        [
            ["编号", "事项", "日期", "服务对象", " STARS ", "since", "有帮手", "备注"],
            ["B1", "助老", "2026-03-01", "elder_care", "3", "2020/1/5", "是", "x"],
            ["B1", "助老", "2026-03-02", "elder_care", "", "", "", ""],
            ["B1", "助老", "2026-03-03", "child_care", "2.5", "", "no", ""],
            ["B1", "助老", "2026-03-03", "child_care", "2.5", "", "否", ""],
        ]
    )
    outcomes = credited(village, path)
    facts = [outcome.award.facts for outcome in outcomes if outcome.award]
    assert facts == [
        {"category": "elder_care", "stars": Decimal(3), "since": date(2020, 1, 5), "helped": True},
        {"category": "elder_care"},
        {"category": "child_care", "stars": Decimal("2.5"), "helped": False},
    ]
    assert [outcome.award.awarded for outcome in outcomes if outcome.award] == [100, 100, 0]
    assert problem(outcomes[3]) == ("row_repeated", None)
    assert [outcome.repeated for outcome in credited(village, path)[:3]] == [True] * 3


def test_facts_that_cannot_be_read(village: Community, csv_file: Write) -> None:
    rows = [
        ("elder", "", "", "", ("fact_not_listed", "category")),
        ("", "", "", "", ("fact_needed", "number")),
        ("elder_care", "three", "", "", ("fact_unusable", "星级")),
        ("elder_care", "1e3", "", "", ("fact_unusable", "星级")),
        ("elder_care", "", "30 February", "", ("fact_unusable", "since")),
        ("elder_care", "", "", "maybe", ("fact_unusable", "helped")),
    ]
    head = ["number", "deed", "date", "category", "星级", "since", "helped"]
    outcomes = credited(village, csv_file([head, *(["B1", "care", "2026-03-01", *row[:4]] for row in rows)]))
    assert [problem(outcome) for outcome in outcomes] == [row[4] for row in rows]


def test_two_columns_for_one_fact(village: Community, csv_file: Write) -> None:
    head = ["number", "deed", "date", "category", "服务对象"]
    with pytest.raises(ColumnDoubled):
        credited(village, csv_file([head, ["B1", "care", "2026-03-01", "elder_care", "child_care"]]))


def test_the_amount_that_was_chosen(village: Community, csv_file: Write) -> None:
    rows = ["3.5", "", "9", "0.05", "many"]
    table = [["B1", "speech", f"2026-03-{n + 1:02}", chosen] for n, chosen in enumerate(rows)]
    outcomes = credited(village, csv_file([["number", "deed", "date", "评定分"], *table]))
    assert [outcome.award and (outcome.award.awarded, outcome.award.chosen) for outcome in outcomes] == [
        (35, Decimal("3.5")),
        (0, None),
        None,
        None,
        None,
    ]
    assert [problem(outcome) for outcome in outcomes[2:]] == [
        ("choice_out_of_range", "评定分"),
        ("not_an_amount", "评定分"),
        ("not_an_amount", "评定分"),
    ]


def test_what_shows_that_it_was_done(village: Community, csv_file: Write) -> None:
    head = ["number", "deed", "date", "凭据"]
    rows = [["B1", "thanks", "2026-03-01", "照片 3 张"], ["B1", "thanks", "2026-03-02", ""]]
    shown, bare = credited(village, csv_file([head, *rows]))
    assert shown.award is not None
    assert shown.award.evidence == ("照片 3 张",)
    assert problem(bare) == ("evidence_needed", "凭据")
    [unasked] = credited(village, csv_file([head[:3], ["B1", "thanks", "2026-03-03"]]))
    assert problem(unasked) == ("evidence_needed", "deed")
