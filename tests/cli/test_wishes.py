"""``wish``: from being written down to thanks, at the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

import gridpoints
from tests.cli.conftest import Run, keys, run_here

RULES = """\
gridpoints: 1
code: cli
version: 1
name: {en: Rules}
source: written for the tests
from: 2024-01-01
units: {points: {name: {en: points}}}
deeds:
  wish: {name: {en: A wish granted}, points: 30, evidence: [a photograph]}
  gift: {name: {en: Gift}, points: 100}
"""


@pytest.fixture
def founded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    run = run_here
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GRIDPOINTS_AS", "wang:clerk")
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "members.csv").write_text("number,name\nB1,Li Na\nB2,Zhao Lei\nB3,Sun Li\n", "utf-8")
    (tmp_path / "deeds.csv").write_text("number,deed,date\nB3,gift,2024-03-05\n", "utf-8")
    assert (
        run("init", "baiyang", "--name", "Baiyang", "--rules", "rules.yaml", "--members", "members.csv").code
        == 0
    )
    assert run("credit", "deeds.csv").code == 0
    return run


def test_from_being_written_down_to_thanks(founded: Run) -> None:
    told = founded("wish", "make", "B1", "A lamp for Li Na", "--deed", "wish", "--address", "201", "--json")
    keys(dict(told.document), "wish make")
    wish = told.document["wish"]
    assert told.document["found"] == [{"kind": "name", "text": "Li Na"}]
    assert founded("wish", "publish", wish, "--json").error["code"] == "personal_data_left"
    assert founded("wish", "publish", wish, "--as", "sun", "--json").error["code"] == "wish_role_needed"
    assert "name" in founded("wish", "screen", wish).out
    screened = founded("wish", "screen", wish, "--text", "A lamp", "--need", "it broke", "--json").document
    assert (screened["text"], screened["missing"]) == ("A lamp", ["consent"])
    keys(screened, "wish screen")
    [shown] = founded("wish", "publish", wish, "--json").document["wishes"]
    number = shown["number"]
    assert shown["status"] == "published"
    keys(founded("wish", "bounty", number, "B3", "40", "--json").document, "wish bounty")
    late = founded("wish", "bounty", number, "B3", "1", "--until", "2199-12-31", "--json")
    assert late.error["code"] == "not_usable"
    listed = founded("wish", "list", "--json").document
    assert [(each["number"], each["points"]) for each in listed["wishes"]] == [(number, {"points": "40"})]
    assert "A lamp" in founded("wish", "list").out
    keys(listed, "wish list")
    keys(founded("wish", "claim", number, "B2", "--json").document, "wish claim")
    assert founded("wish", "where", number, "address", "--json").document == {
        "detail": "address",
        "told": "201",
    }
    assert founded("wish", "claim", number, "B2", "--as", "sun", "--json").error["code"] == "not_for_others"
    ids = set()
    for command, status in (
        (["contact"], "confirmed"),
        (["deliver", "--evidence", "1.jpg", "--evidence", "2.jpg"], "submitted"),
        (["confirm", "--evidence", "a letter", "--as", "chen:clerk"], "verified"),
    ):
        [claim] = founded("wish", *command, number, "--json").document["claims"]
        assert claim["status"] == status
        if status == "submitted":  # wang said so, and does not confirm it
            assert founded("wish", "confirm", number, "--json").error["code"] == "own_entry"
        ids.add(claim["claim"])
    [claimed] = ids
    with gridpoints.open("sqlite:///gridpoints.db") as exchange:
        shown = exchange.community("baiyang").awards.award(f"claim:{claimed}").evidence
    assert shown == ("1.jpg", "2.jpg", "a letter")
    balances = founded("balance", "B2", "--json").document["balances"]
    assert [each["available"] for each in balances] == ["70"]
    keys(founded("wish", "thank", number, "Thanks!", "--giver", "B2", "--json").document, "wish thank")
    assert founded("wish", "tick", "--json").document == {"looked_at": 0}


def test_given_back_and_adopted(founded: Run) -> None:
    made = founded("wish", "make", "B1", "Two visits", "--deed", "wish", "--parts", "2", "--json").document
    founded("wish", "publish", made["wish"])
    assert founded("wish", "deliver", made["wish"], "--json").error["code"] == "record_unknown"
    founded("wish", "claim", made["wish"], "B2")
    assert "Sun Li" in founded("wish", "claim", made["wish"], "B3", "--organisation", "Bank").out
    assert founded("wish", "deliver", made["wish"], "--json").error["code"] == "name_ambiguous"
    assert "given back" not in founded("wish", "release", made["wish"], "--giver", "B3").err
    [shown] = founded("wish", "list", "--json").document["wishes"]
    assert (shown["parts"], shown["free"]) == (2, 1)
    assert founded("wish", "claim", "none", "B2", "--json").error["code"] == "record_unknown"
