"""``settle`` and ``reconcile``: from what was taken to the payment, and against the merchant's list."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run, keys, run_here


@pytest.fixture
def founded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A community with a shop, at which a member redeemed twice."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "members.csv").write_text("number,name\nB1,Li\n", "utf-8")
    (tmp_path / "deeds.csv").write_text("number,deed,date\nB1,志愿服务,2024-03-05\n", "utf-8")
    about = ("--name", "B", "--preset", "baiyang", "--members", "members.csv", "--shop", "baiyang")
    assert run_here("init", "baiyang", *about, "--rate", "1.5").code == 0
    assert run_here("credit", "deeds.csv").code == 0
    assert run_here("redeem", "B1", "bin", "--id", "R-1").code == 0
    assert run_here("redeem", "B1", "washing-up-liquid", "--id", "R-2").code == 0
    return run_here


def test_a_statement_from_the_draft_to_the_payment(founded: Run) -> None:
    document = founded("settle", "shop", "--json").document
    keys(dict(document), "settle")
    [statement] = document["settlements"]
    assert (statement["points"], statement["money"], statement["carried"]) == ("10", "15.00", "0.00")
    approved = founded("settle", "--approve", statement["id"], "--as", "zhao:clerk", "--json").document
    assert approved["settlements"][0]["status"] == "approved"
    paid = founded("settle", "--pay", statement["id"], "--reference", "ICBC 1", "--json").document
    assert paid["settlements"][0]["payment_reference"] == "ICBC 1"
    for name in ("all.csv", "all.json", "all.xlsx"):
        assert founded("settle", "--out", name).code == 0
        assert Path(name).stat().st_size > 100
    assert json.loads(Path("all.json").read_text("utf-8"))["rows"][0]["payment_reference"] == "ICBC 1"
    assert founded("settle", "--out", "all.pdf", "--json").error["code"] == "statement_format_unknown"
    assert not Path("all.pdf").exists()
    assert founded("settle", "--due", "--json").document == {"settlements": []}
    back = founded("settle", "--returned", statement["id"], "--reason", "account closed", "--json").document
    assert back["settlements"][0]["status"] == "returned"
    lone = (("--cancel", "x"), ("--reason", "x"), ("--cancel", "x", "--returned", "x", "--reason", "x"))
    for wrong in (("--pay", "x"), ("--due", "--approve", "x"), ("--until", "2024-01-01"), *lone):
        assert founded("settle", *wrong).code == 2


def test_a_list_is_held_against_what_was_redeemed(founded: Run) -> None:
    Path("roll.csv").write_text("receipt,date,points\nR-1,2999-01-01,9\nR-9,2999-01-01,4\n,x,\n", "utf-8")
    about = ("reconcile", "shop", "roll.csv", "--since", "2000-01-01", "--until", "2999-12-31")
    ran = founded(*about, "--json")
    assert ran.code == 1
    keys(dict(ran.document), "reconcile")
    gaps = {each["reference"]: (each["gap"], each["proposal"]) for each in ran.document["differences"]}
    assert gaps == {
        "R-1": ("points_differ", "pay"),
        "R-2": ("not_listed", "deduct"),
        "R-9": ("not_recorded", "look"),
    }
    assert len(ran.document["problems"]) == 1
    assert "the points differ" in founded(*about).out


def test_a_statement_is_called_off(founded: Run) -> None:
    [statement] = founded("settle", "shop", "--json").document["settlements"]
    off = founded("settle", "--cancel", statement["id"], "--reason", "too early", "--json").document
    assert off["settlements"][0]["status"] == "cancelled"
    [again] = founded("settle", "shop", "--json").document["settlements"]
    assert again["points"] == statement["points"]


def test_what_is_proposed_is_accepted_by_a_person(founded: Run) -> None:
    Path("roll.csv").write_text("receipt,date,points\nR-1,2999-01-01,9\nR-9,2999-01-01,4\n", "utf-8")
    about = ("reconcile", "shop", "roll.csv", "--since", "2000-01-01", "--until", "2999-12-31")
    assert founded(*about, "--accept", "R-1").code == 2
    unknown = founded(*about, "--accept", "R-7", "--note", "checked", "--json")
    assert unknown.error["code"] == "record_unknown"
    ran = founded(*about, "--accept", "R-1", "--accept", "R-2", "--note", "seen the receipts", "--json")
    assert ran.code == 1  # R-9 is left
    keys(dict(ran.document), "reconcile")
    assert [each["money"] for each in ran.document["accepted"]] == ["1.50", "-3.00"]
    again = founded(*about, "--accept", "R-1", "--note", "seen the receipts", "--json").document["accepted"]
    assert again == ran.document["accepted"][:1]
    assert len(founded("merchant", "adjustments", "shop", "--json").document["adjustments"]) == 2
    # Nobody knows of R-9: it is accepted by itself, by its own number, and neither in a list nor by the slip.
    differences = founded(*about, "--json").document["differences"]
    [unknown] = [each["id"] for each in differences if each["reference"] == "R-9"]
    for accepted in (["R-9"], ["R-1", unknown], ["R-1", "R-9"]):
        named = [word for number in accepted for word in ("--accept", number)]
        refused = founded(*about, *named, "--note", "all of it", "--json")
        assert refused.error["code"] == "look_needed"
    assert len(founded("merchant", "adjustments", "shop", "--json").document["adjustments"]) == 2
    found = founded(*about, "--accept", unknown, "--note", "the paper slip was found", "--json")
    assert [each["money"] for each in found.document["accepted"]] == ["6.00"]
