"""``voucher`` and ``fund``: goods set aside under a code, and the money behind them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridpoints.i18n import Language
from tests.cli.conftest import Run, keys, run_here


@pytest.fixture
def founded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A community with a shop, and a member with 20 points."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "members.csv").write_text("number,name\nB1,Li\n", "utf-8")
    (tmp_path / "deeds.csv").write_text("number,deed,date\nB1,志愿服务,2024-03-05\n", "utf-8")
    about = ("--name", "B", "--preset", "baiyang", "--members", "members.csv", "--shop", "baiyang")
    assert run_here("init", "baiyang", *about, "--rate", "1.5").code == 0
    assert run_here("credit", "deeds.csv").code == 0
    return run_here


def test_a_voucher_from_the_code_to_the_goods(founded: Run) -> None:
    issued = founded("voucher", "issue", "B1", "bin", "--quantity", "2", "--json").document
    keys(dict(issued), "voucher issue")
    assert (issued["points"], issued["status"]) == ("16", "issued")
    listed = founded("voucher", "list", "B1", "--json").document
    assert listed["vouchers"][0]["goods"] == [{"offer": "Bin", "quantity": 2}]
    assert "2" in founded("voucher", "list", "B1").out
    assert founded("voucher", "take", "2222-2222-2222-2222", "--json").error["code"] == "voucher_not_valid"
    taken = founded("voucher", "take", issued["code"], "--pieces", "1", "--json").document
    keys(dict(taken), "voucher take")
    assert taken["points"] == "8"
    attempts = founded("voucher", "attempts", "--json").document["attempts"]
    assert [each["reason"] for each in attempts] == ["voucher_unknown"]
    assert "no such code" in founded("voucher", "attempts").out
    assert Language.of("zh_Hans").word(attempts[0]["reason"], "attempt") == "没有这个券码"
    last = attempts[-1]["attempt"]
    assert founded("voucher", "attempts", "--before", last, "--json").document["attempts"] == []
    assert founded("voucher", "issue", "B1", "bin", "--sheet", "slip.html").code == 0
    page = Path("slip.html").read_text("utf-8")
    assert "Bin × 1" in page
    assert "<svg" in page
    assert founded("voucher", "issue", "B1", "bin", "--sheet", "slip.html").code != 0  # not over another
    assert len(founded("voucher", "list", "B1", "--json").document["vouchers"]) == 2
    second = founded("voucher", "issue", "B1", "washing-up-liquid", "--until", "2999-12-31", "--named")
    assert "is good for 1 × Washing-up liquid" in second.out
    number = founded("voucher", "list", "B1", "--json").document["vouchers"][-1]["voucher"]
    revoked = founded("voucher", "revoke", number, "--reason", "lost", "--json").document
    keys(dict(revoked), "voucher revoke")
    assert revoked["vouchers"][0]["status"] == "revoked"


def test_a_voucher_is_handed_on_and_a_member_shows_who_it_is(founded: Run) -> None:
    number = founded("voucher", "issue", "B1", "bin", "--json").document["voucher"]
    Path("more.csv").write_text("number,name\nB2,Zhao\n", "utf-8")
    assert founded("enrol", "more.csv").code == 0
    handed = founded("voucher", "hand-on", number, "B2", "--json")
    assert handed.error["code"] == "handing_on_not_allowed"  # they share no household
    shown = founded("voucher", "code", "B1", "--json").document
    keys(dict(shown), "voucher code")
    assert shown["code"].isdecimal()
    assert "Li shows" in founded("voucher", "code", "B1", "--renew").out
    assert founded("voucher", "code", "B1", "--as", "B2", "--json").error["code"] == "not_your_code"


def test_the_fund(founded: Run) -> None:
    done = founded("fund", "deposit", "10.00", "--source", "street office", "--json").document
    keys(dict(done), "fund deposit")
    report = founded("fund", "report", "--months", "2", "--json").document
    keys(dict(report), "fund report")
    assert (report["available"], report["liability"]) == ("10.00", "30.0")
    assert [each["alarm"] for each in report["alarms"]] == ["under_covered"]
    shown = founded("fund", "report", "--months", "2", "--plot", "fund.svg")
    assert Path("fund.svg").exists()
    assert "Only 33.3% of what is owed is there." in shown.out
    assert "street office" in founded("fund", "deposit", "20", "--source", "street office").out
    assert founded("fund", "deposit", "x", "--source", "s", "--json").error["code"] == "not_an_amount"
