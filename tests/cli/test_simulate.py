"""``rules simulate``: a draft is tried out on a community's deeds, or on a file without any store."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridpoints.cli.exits import DONE, SOMETHING_LEFT
from gridpoints.rules.loading import preset_text
from tests.cli.conftest import Run, keys, run_here

PRESENT = """\
gridpoints: 1
code: village
version: 1
name: {en: Village}
source: written for the tests
from: 2020-01-01
units: {points: {name: {en: points}}}
redemption: {points: 10, money: 1, currency: CNY}
deeds:
  clean: {name: {en: Clean the lane}, points: 15}
  care: {name: {en: Care for the old}, points: {per: hour, amount: 10}, when: {quantity: {at_least: 2}}}
  honour: {name: {en: Honour}, points: 100, approval: {panel: {quorum: 2, seats: 3}}}
limits: {tidy: {deeds: [clean], period: month, most: 30, excess: clip}}
budgets: {purse: {name: {en: Purse}, most: 150, period: year, at_ceiling: report}}
"""
DEEDS = """\
number,name,deed,date,hours
1,Li,clean,2025-01-05,
1,Li,Clean the lane,2025-02-05,
1,Li,clean,2025-02-06,
2,Zhao,care,2025-02-06,3
2,Zhao,care,2025-02-07,1
3,Sun,Honour,2025-03-07,
3,Sun,picnic,2025-03-07,
3,Sun,clean,2025-33-07,
"""


@pytest.fixture
def drafted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a store: the present rules, a draft that gives 20 instead of 15, and deeds."""
    (tmp_path / "present.yaml").write_text(PRESENT, "utf-8")
    (tmp_path / "draft.yaml").write_text(PRESENT.replace("points: 15", "points: 20"), "utf-8")
    (tmp_path / "deeds.csv").write_text(DEEDS, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


FROM_FILE = ("rules", "simulate", "draft.yaml", "--deeds", "deeds.csv")


def test_a_file_is_tried_out_without_a_store(drafted: Path) -> None:
    ran = run_here(*FROM_FILE, "--against", "present.yaml")
    assert ran.code == SOMETHING_LEFT
    for line in (
        "village@1, tried out on 7 deeds from Jan 5, 2025 to Mar 7, 2025",
        "points      6    175              180          +5                     180",
        "Clean the lane    points      3     45               50          +5",
        "Feb 2025  points      4     60               60           0",
        "gain                          1",
        "have as much as before        2",
        "tidy   points      1    10",
        "a condition was not met      1",
        "Care for the old  quantity must be 2 or more      1",
        "Purse   Jan 1, 2025      150  Mar 7, 2025             30",
        "The rules know no deed picnic.",
        "a panel            1",
        "2025-33-07 is not in the calendar.",
    ):
        assert line in ran.out
    assert sorted(path.name for path in drafted.iterdir()) == ["deeds.csv", "draft.yaml", "present.yaml"]


def test_without_rules_to_compare_with_only_the_draft_is_shown(drafted: Path) -> None:
    ran = run_here(*FROM_FILE)
    assert "Given" not in ran.out
    assert "points      6              180                     180" in ran.out


def test_a_program_reads_all_of_it(drafted: Path) -> None:
    ran = run_here(*FROM_FILE, "--against", "present.yaml", "--json")
    document = ran.document
    [total] = document["totals"]
    figures = {"deeds": 6, "given": "175", "drafted": "180", "difference": "5", "liability": "180"}
    assert total == {"unit": "points", **figures}
    assert document["money"] == {
        "currency": "CNY",
        "unit": "points",
        "given": "17.50",
        "drafted": "18.00",
        "liability": "18.00",
    }
    assert document["limits"] == [{"limit": "tidy", "unit": "points", "deeds": 1, "cut": "10"}]
    assert document["refused"] == {"condition": 1}
    assert document["consents"] == {"deeds": 1, "panel": 1}
    assert [each["deed"] for each in document["impossible"]] == ["picnic"]
    assert [each["row"] for each in document["problems"]] == [9]
    assert document["budgets"][0]["over"] == "30"
    keys(document, "rules simulate")


def test_only_some_days(drafted: Path) -> None:
    ran = run_here(*FROM_FILE, "--since", "2025-02-06", "--until", "2025-02-28", "--json")
    assert ran.document["deeds"] == 3
    assert (ran.document["first"], ran.document["last"]) == ("2025-02-06", "2025-02-07")
    assert "there are no deeds" in run_here(*FROM_FILE, "--since", "2030-01-01").out


@pytest.mark.parametrize("name", ["plot.svg", "plot.png"])
def test_it_is_drawn(drafted: Path, name: str) -> None:
    pytest.importorskip("matplotlib", reason="Matplotlib is not installed: install the extra demo")
    run_here(*FROM_FILE, "--against", "present.yaml", "--plot", name)
    assert (drafted / name).stat().st_size > 1_000


def test_the_deeds_of_the_community(founded: Run, tmp_path: Path) -> None:
    founded("credit", "deeds.csv")
    (tmp_path / "draft.yaml").write_text(preset_text("baiyang"), "utf-8")
    ran = founded("rules", "simulate", "draft.yaml", "--since", "2024-01-01", "--until", "2024-12-31")
    assert ran.code == DONE
    assert "baiyang@2023, tried out on 3 deeds from Mar 5, 2024 to Mar 7, 2024" in ran.out
    assert "have as much as before        2" in ran.out


def test_a_draft_that_is_wrong_is_told_as_ever(drafted: Path) -> None:
    (drafted / "draft.yaml").write_text(PRESENT.replace("points: 15", "poitns: 15"), "utf-8")
    ran = run_here(*FROM_FILE)
    assert ran.code == 3
    assert "Line 10" in ran.err
