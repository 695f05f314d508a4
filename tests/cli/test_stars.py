"""``stars``, ``grades`` and ``exclusion``, and what comes of the stars at the till."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run, keys, run_here

RULES = """\
gridpoints: 1
code: stars
version: 1
name: {en: Rules}
source: written for the tests
from: 2024-01-01
units: {points: {name: {en: points}}}
deeds:
  care: {name: {en: Care}, points: {per: hour, amount: 10}}
  patrol: {name: {en: Patrol}, points: 5}
stars:
  levels:
    one: {name: {en: One star, zh_Hans: 一星}, needs: {hours: 3}}
    two: {name: {en: Two stars}, needs: {hours: 9, points: 500}}
  exclusion: {fraud: {name: {en: Fraud}, days: 30}}
grades:
  people:
    name: {en: Volunteers}
    of: member
    period: year
    classes: {A: {name: {en: Class A}, needs: {points: 30}}}
    publish: {top: 1}
redemption: {hours_first: 1}
"""
DEEDS = "number,deed,date,hours,record\n1,care,2024-03-05,3,D1\n2,patrol,2024-03-05,,D2\n"


@pytest.fixture
def founded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A community with a shop, and a clerk's file that was credited."""
    run = run_here
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rules.yaml").write_text(RULES, "utf-8")
    (tmp_path / "members.csv").write_text("number,name\n1,Li\n2,Zhao\n", "utf-8")
    (tmp_path / "deeds.csv").write_text(DEEDS, "utf-8")
    for command in (
        ("init", "baiyang", "--name", "Baiyang", "--rules", "rules.yaml", "--members", "members.csv"),
        ("credit", "deeds.csv"),
        ("merchant", "apply", "Shop", "--rate", "0.1", "--id", "shop"),
        ("merchant", "activate", "shop"),
        ("offer", "draft", "shop", "Soap", "--price", "1", "--id", "soap"),
        ("offer", "draft", "shop", "Oil", "--price", "1", "--star", "one", "--id", "oil"),
        ("offer", "publish", "soap"),
        ("offer", "publish", "oil"),
    ):
        assert (ran := run(*command)).code == 0, ran.err
    return run


def test_a_member_sees_what_counts_and_what_is_missing(founded: Run) -> None:
    document = founded("stars", "1", "--json").document
    [li] = document["stars"]
    assert (li["star"], li["next"], li["since"]) == ("one", "two", None)
    assert (li["metrics"], li["missing"]) == (
        {"times": "1", "hours": "3", "points": "30"},
        {"hours": "6", "points": "470"},
    )
    keys(document, "stars")
    drawn = founded("stars", "Li").out
    assert "Li on " in drawn
    assert ": One star" in drawn
    assert "470 points are missing to Two stars, which needs 500" in drawn
    assert founded("stars", "1", "--day", "2024-03-04", "--json").document["stars"][0]["star"] is None
    assert "no star" in founded("stars", "2").out


def test_all_members_in_one_list(founded: Run) -> None:
    assert [each["star"] for each in founded("stars", "--json").document["stars"]] == ["one", None]
    lines = founded("stars").out.splitlines()
    assert [line.split() for line in lines if line.startswith(("1", "2"))] == [
        ["1", "Li", "One", "star", "3", "1", "0"],
        ["2", "Zhao", "no", "star", "0", "1", "0"],
    ]


def test_at_the_till_hours_and_stars_are_known(founded: Run) -> None:
    assert founded("redeem", "1", "Soap").code == 0
    assert founded("redeem", "1", "Oil").code == 0
    refused = founded("redeem", "2", "Oil")
    assert refused.code == 6
    assert "one" in refused.err
    refused = founded("redeem", "2", "Soap")
    assert refused.code == 6
    assert "1 hours must be served before points are redeemed; there are 0" in refused.err


def test_classes_of_a_period_are_shown_and_what_of_them_is_public(founded: Run) -> None:
    document = founded("grades", "people", "--day", "2024-06-01", "--json").document
    keys(dict(document), "grades")
    assert (document["of"], document["since"], document["until"]) == ("member", "2024-01-01", "2024-12-31")
    told = [(each["name"], each["place"], each["figure"], each["class"]) for each in document["graded"]]
    assert told == [("Li", 1, "30", "A"), ("Zhao", 2, "5", None)]
    public = founded("grades", "people", "--day", "2024-06-01", "--public", "--json").document
    assert [(each["id"], each["name"]) for each in public["graded"]] == [(None, "L*")]
    assert "Class A" in founded("grades", "people", "--day", "2024-06-01").out
    assert founded("grades", "streets", "--json").error["code"] == "grades_unknown"


def test_members_are_excluded_and_let_back(founded: Run) -> None:
    add = ("exclusion", "add", "2", "fraud", "--note", "signed for others")
    added = founded(*add, "--since", "2024-03-04", "--until", "2024-03-20", "--json").document
    keys(dict(added), "exclusion add")
    [made] = added["exclusions"]
    assert (made["reason"], made["since"], made["until"]) == ("fraud", "2024-03-04", "2024-03-20")
    assert founded("exclusion", "list", "1", "--json").document["exclusions"] == []
    [row] = [line.split() for line in founded("exclusion", "list").out.splitlines() if "fraud" in line]
    assert (row[0], row[1]) == (made["id"], "Zhao")
    assert (
        founded("exclusion", "add", "2", "envy", "--note", "x", "--json").error["code"] == "exclusion_unknown"
    )
    lifted = founded("exclusion", "lift", made["id"], "--note", "it was a mistake", "--json").document
    assert [each["status"] for each in lifted["exclusions"]] == ["lifted"]
    record = founded("record", "2", "--json").document
    assert [each["id"] for each in record["exclusions"]] == [made["id"]]


def test_consents(founded: Run) -> None:
    added = founded("consent", "add", "1", "--json").document
    keys(dict(added), "consent add")
    [made] = added["consents"]
    assert (made["covers"], made["given_by"], made["withdrawn_at"]) == ("grades", made["member"], None)
    aunt = founded("consent", "add", "1", "--by", "her aunt", "--covers", "community", "--json").document
    assert aunt["consents"][0]["given_by"] == "her aunt"
    withdrawn = founded("consent", "withdraw", made["id"], "--json").document["consents"]
    assert [each["status"] for each in withdrawn] == ["withdrawn"]
    rows = founded("consent", "list", "1").out
    assert "her aunt" in rows
    assert "grades" in rows
    assert len(founded("record", "1", "--json").document["consents"]) == 2
    assert founded("consent", "withdraw", "x", "--json").error["code"] == "record_unknown"
