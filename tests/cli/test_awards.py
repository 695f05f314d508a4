"""``awards`` and ``rules explain``: what waits is decided on, and everybody is told why."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run, keys, run_here

RULES = """\
gridpoints: 1
code: cli
version: 1
name: {en: Rules}
source: written for the tests
from: 2024-01-01
facts:
  category: {type: text, one_of: [elder_care, child_care], name: {en: Kind of care}}
units: {points: {name: {en: points}}}
deeds:
  care: {name: {en: Care}, points: {per: hour, amount: 10}, when: {category: elder_care}}
  speech: {name: {en: Speech}, points: {range: [10, 50]}, approval: {panel: {seats: 3, quorum: 2}}}
  public: {name: {en: Public}, points: 20, approval: {notice: {days: 7}}}
  signed: {name: {en: Signed}, points: 20, approval: {confirmer: {roles: [grid_worker]}}}
limits:
  month: {deeds: [care], period: month, most: 15, excess: clip}
"""
DEEDS = """\
number,deed,date,hours,Kind of care,record
B1,care,2024-03-05,1,elder_care,D1
B1,speech,2024-03-05,,,D2
B1,public,2024-03-05,,,D3
B1,signed,2024-03-05,,,D4
"""


@pytest.fixture
def founded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A community of its own, and a clerk's file that was credited."""
    run = run_here
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "members.csv").write_text("number,name\nB1,Li\n", "utf-8")
    (tmp_path / "deeds.csv").write_text(DEEDS, "utf-8")
    assert (
        run("init", "baiyang", "--name", "Baiyang", "--rules", "rules.yaml", "--members", "members.csv").code
        == 0
    )
    done = run("credit", "deeds.csv", "--json").document
    assert (done["credited"], done["pending"], done["points"]) == (1, 3, {"points": "10"})
    return run


def test_what_waits_is_decided_on(founded: Run) -> None:
    keys(founded("awards", "pending", "--json").document, "awards pending")
    pending = founded("awards", "pending", "--member", "B1", "--json").document["pending"]
    assert [(each["award"], each["awarded"], each["waits_for"]) for each in pending] == [
        ("D2", "0", "panel"),
        ("D3", "20", "notice"),
        ("D4", "20", "confirmer"),
    ]
    assert "a panel" in founded("awards", "pending").out
    assert founded("awards", "approve", "D4").code == 6
    assert founded("awards", "approve", "D4", "--as", "zhou", "--json").error["code"] == "role_needed"
    done = founded("awards", "approve", "D4", "--as", "zhou:grid_worker", "--json").document
    assert done["awards"][0]["status"] == "credited"
    assert founded("awards", "approve", "D2", "--as", "a").code == 3
    founded("awards", "approve", "D2", "--as", "a", "--amount", "30")
    done = founded("awards", "approve", "D2", "--as", "b", "--amount", "40", "--json").document
    assert done["awards"][0]["awarded"] == "30"
    assert founded("awards", "reject", "D2", "--reason", "late", "--as", "c").code == 6
    assert (
        founded("awards", "reverse", "D4", "--reason", "by mistake", "--json").document["awards"][0]["status"]
        == "reversed"
    )


def test_objections(founded: Run) -> None:
    [objection] = founded("awards", "object", "D3", "--reason", "untrue", "--as", "sun", "--json").document[
        "objections"
    ]
    assert objection["reason"] == "untrue"
    assert "untrue" in founded("awards", "objections").out
    keys(founded("awards", "objections", "--json").document, "awards objections")
    assert founded("awards", "tick", "--json").document == {"passed": []}
    assert founded("awards", "dismiss", objection["objection"], "--reason", "no").code == 6
    done = founded(
        "awards", "uphold", objection["objection"], "--reason", "so it is", "--as", "zhou", "--json"
    ).document
    assert done["awards"][0]["status"] == "rejected"
    assert founded("awards", "withdraw", "D2", "--reason", "by mistake").code == 0
    assert founded("awards", "appeal", "D1", "--reason", "unfair").code == 6


def test_why(founded: Run) -> None:
    told = founded("rules", "explain", "D1", "--json").document
    assert (told["status"], told["awarded"]) == ("credited", "10")
    assert told["explanation"][0] == "Care, by rule set cli@1"
    keys(told, "rules explain")
    assert founded("rules", "explain", "award:D1").out.startswith("10 points\n")
    assert founded("rules", "explain", "D9").code == 4
    assert founded("rules", "explain").code == 2
    assert founded("rules", "explain", "D1", "--member", "B1", "--deed", "care").code == 2


def test_why_not(founded: Run) -> None:
    tried = ("rules", "explain", "--member", "B1", "--deed", "Care", "--day", "2024-03-06", "--quantity", "2")
    told = founded(*tried, "--fact", "kind of care=elder_care", "--json").document
    assert (told["status"], told["wanted"], told["awarded"]) == ("possible", "20", "5")
    told = founded(*tried, "--fact", "category=child_care", "--json").document
    assert (told["status"], told["refusal"]) == ("refused", "condition")
    assert "needed is: elder_care" in told["explanation"][-1]
    assert founded(*tried, "--json").error["code"] == "fact_needed"
    assert founded(*tried, "--fact", "colour=red", "--json").error["code"] == "fact_unknown"
    assert founded(*tried, "--fact", "category=elder", "--json").error["code"] == "fact_not_listed"
    assert len(founded("statement", "B1", "--json").document["entries"]) == 1
