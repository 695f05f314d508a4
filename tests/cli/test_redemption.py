"""Merchants, offers and redemptions from the command line."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from gridpoints.cli.app import build
from gridpoints.i18n import Language
from tests.cli.conftest import Run, environment, keys


@pytest.fixture
def stocked(founded: Run) -> Run:
    """A member with points, and a merchant with soap."""
    founded("credit", "deeds.csv")
    founded("merchant", "apply", "书店", "--rate", "0.1", "--id", "books")
    founded("merchant", "agree", "书店", "--fee", "2", "--settled", "quarter")
    founded("merchant", "activate", "books")
    founded("offer", "draft", "books", "笔", "--price", "1", "--stock", "9", "--most", "4", "--id", "pen")
    founded("offer", "publish", "pen")
    return founded


def test_merchants(stocked: Run) -> None:
    listed = stocked("merchant", "list", "--json").document
    assert {each["id"]: each["status"] for each in listed["merchants"]}["books"] == "active"
    keys(listed, "merchant list")
    agreed = stocked("merchant", "agreements", "books", "--json").document
    assert [(each["fee"], each["settled"]) for each in agreed["agreements"]] == [("2", "quarter")]
    keys(agreed, "merchant agreements")
    assert stocked("merchant", "suspend", "books").code == 3  # without a reason
    assert stocked("merchant", "suspend", "books", "--reason", "inspection").code == 0
    assert "suspended" in stocked("merchant", "list").out
    assert stocked("merchant", "dismiss", "books").code == 0


def test_the_unit_of_a_merchant(stocked: Run) -> None:
    """The only one there is; and one that there is not keeps no report of the fund from being made."""
    assert (
        stocked("merchant", "apply", "茶馆", "--rate", "1", "--json").document["merchants"][0]["unit"]
        == "points"
    )
    refused = stocked("merchant", "apply", "Shop", "--rate", "1", "--unit", "point", "--json")
    assert (refused.code, refused.error["code"]) == (3, "unit_unknown")
    assert stocked("fund", "report").code == 0


def test_a_key_is_shown_once(stocked: Run) -> None:
    outlet = stocked("merchant", "outlet", "books", "东门店", "--json").document
    made = stocked("merchant", "till", outlet["outlet"], "一号", "--scope", "capture", "--json").document
    assert made["key"].startswith("gpt_")
    assert stocked("merchant", "till", outlet["outlet"], "二号", "--scope", "all").code == 3
    revoked = stocked("merchant", "revoke", made["key_id"], "--json").document
    assert revoked["status"] == "revoked"
    keys(made, "merchant till")
    named = stocked("merchant", "staff", "books", "chen", "--role", "manager")
    assert "chen works for 书店 as manager" in named.out


def test_reserved_handed_over_and_given_back(stocked: Run) -> None:
    assert stocked("redeem", "B1", "pen", "--quantity", "5").code == 6
    done = stocked("redeem", "B1", "pen", "--quantity", "3", "--reserve", "--id", "R1")
    assert "set aside" in done.out
    assert stocked("offer", "list", "--merchant", "books", "--json").document["offers"][0]["stock"] == 6
    assert stocked("redemption", "capture", "R1", "--pieces", "two").code == 2
    captured = stocked("redemption", "capture", "R1", "--pieces", "2", "--json").document
    assert (captured["redemptions"][0]["status"], captured["redemptions"][0]["taken"]) == ("captured", "2")
    keys(captured, "redemption capture")
    refund = ("redemption", "refund", "R1", "--pieces", "pen=1", "--reason", "broken")
    assert "expires" in stocked(*refund, "--lot", "2027-12-31").err  # its points were none of those
    again = (*refund, "--id", "back")
    back = stocked(*again, "--json").document
    assert (back["points"], back["pieces"]) == ("1", {"pen": 1})
    keys(back, "redemption refund")
    for language, said in [("en", "given back"), ("zh_Hans", "退回 1 积分"), ("zh_Hant", "退回 1 積分")]:
        told = CliRunner().invoke(build(Language.of(language)), again, env=environment())
        assert told.stdout.endswith(f"{said}\n")  # and nothing of cash, for none was paid
    assert stocked("redemption", "void", "R1").code == 5
    assert "3 × 笔" in stocked("redemption", "explain", "R1").out
    assert "handed over" in stocked("redemption", "list", "B1").out
    stocked("offer", "reprice", "pen", "2", "--cash", "0.50")
    assert "2 points" in stocked("offer", "restock", "pen", "5").out
    assert stocked("offer", "withdraw", "pen").code == 0
    assert stocked("redeem", "B1", "pen").code != 0


def test_an_offer_is_drafted_with_all_that_is_said_of_it_and_mended(stocked: Run) -> None:
    about = ("--limit", "3/month", "--limit", "9/year/household", "--picture", "cup.jpg", "--in", "en=Cup")
    drafted = stocked("offer", "draft", "books", "杯子", "--price", "2", *about, "--stock", "9", "--json")
    keys(dict(drafted.document), "offer draft")
    [offer] = drafted.document["offers"]
    assert (offer["limits"], offer["pictures"]) == (["3/month/member", "9/year/household"], ["cup.jpg"])
    assert "杯子" not in stocked("offer", "list").out
    listed = stocked("offer", "list", "--all", "--json").document["offers"]
    assert {each["name"]: each["status"] for each in listed}["杯子"] == "draft"
    assert stocked("offer", "publish", "杯子").code == 0
    mend = (
        "--name",
        "茶杯",
        "--in",
        "zh_Hant=茶杯",
        "--text",
        "en=Blue",
        "--limit",
        "1",
        "--until",
        "2999-12-31",
    )
    amended = stocked("offer", "amend", "杯子", *mend, "--reason", "misspelt", "--json").document
    keys(dict(amended), "offer amend")
    [offer] = amended["offers"]
    assert (offer["name"], offer["limits"]) == ("茶杯", ["1/lifetime/member"])
    assert offer["names"] == {"en": "Cup", "zh_Hant": "茶杯"}
    cleared = stocked("offer", "amend", "茶杯", "--without", "limit", "--without", "until", "--json").document
    assert (cleared["offers"][0]["limits"], cleared["offers"][0]["closes_at"]) == ([], None)
    assert stocked("offer", "amend", "茶杯").code == 2
    assert stocked("offer", "amend", "茶杯", "--limit", "few").code == 2
    assert stocked("offer", "amend", "茶杯", "--limit", "3/fortnight").code == 3
    assert stocked("offer", "amend", "茶杯", "--text", "Blue").code == 2
    assert stocked("offer", "reprice", "茶杯", "3").code == 0
    stocked("offer", "withdraw", "茶杯")
    assert stocked("offer", "amend", "茶杯", "--name", "杯子", "--json").error["code"] == "offer_withdrawn"


def test_broken_goods_are_written_off(stocked: Run) -> None:
    assert stocked("redeem", "B1", "pen", "--quantity", "3", "--reserve").code == 0
    assert stocked("offer", "restock", "笔", "-2", "--json").error["code"] == "blank_text"
    left = stocked("offer", "restock", "笔", "-2", "--reason", "broken", "--json").document["offers"][0]
    assert left["stock"] == 4
    refused = stocked("offer", "restock", "笔", "-5", "--reason", "broken")
    assert "5 of 笔 cannot be written off: 4 are in stock" in refused.err
    assert stocked("offer", "restock", "笔", "--typo", "-2").code == 2
    assert stocked("fund", "deposit", "-10.00", "--source", "given back").code == 0


def test_an_agreement_has_its_days(stocked: Run) -> None:
    about = ("--from", "2999-01-01", "--until", "2999-12-31", "--cut-off", "25")
    [agreed] = stocked("merchant", "agree", "书店", *about, "--json").document["agreements"]
    assert (agreed["from"], agreed["until"], agreed["cut_off"]) == ("2999-01-01", "2999-12-31", 25)
    ended = stocked("merchant", "end", agreed["id"], "--until", "2999-06-30", "--reason", "moved", "--json")
    keys(dict(ended.document), "merchant end")
    assert [(each["until"], each["status"]) for each in ended.document["agreements"]] == [
        ("2999-06-30", "ended")
    ]
    assert "2999" in stocked("merchant", "agreements", "书店").out
    fee = stocked("merchant", "agree", "书店", "--from", "3000-01-01", "--fee", "101").err
    assert "from 0 to below 100" in fee


def test_outlets_tills_and_their_keys(stocked: Run) -> None:
    hours = ("--hours", "1-5=8:30-20:00", "--hours", "7=10:00-16:00")
    assert stocked("merchant", "outlet", "books", "东门店", *hours).code == 0
    made = stocked("merchant", "till", "东门店", "一号", "--json").document
    second = stocked("merchant", "key", "一号", "--scope", "read", "--until", "2999-12-31", "--json").document
    keys(dict(second), "merchant key")
    stocked("merchant", "revoke", made["key_id"])
    listed = stocked("merchant", "keys", "一号", "--json").document
    assert {each["key_id"]: each["status"] for each in listed["keys"]} == {
        made["key_id"]: "revoked",
        second["key_id"]: "active",
    }
    assert [each["scopes"] for each in listed["keys"] if each["status"] == "active"] == [["read"]]
    keys(listed, "merchant keys")
    assert second["key_id"] in stocked("merchant", "keys", "一号").out
    outlets = stocked("merchant", "outlets", "books", "--json").document
    keys(dict(outlets), "merchant outlets")
    [outlet] = outlets["outlets"]
    assert outlet["hours"][0] == "1=08:30-20:00"
    assert [each["name"] for each in outlet["tills"]] == ["一号"]
    changed = stocked("merchant", "hours", "东门店", "1-7=09:00-24:00", "--json").document["outlets"]
    assert len(changed[0]["hours"]) == 7
    assert "always" in stocked("merchant", "hours", "东门店").out
    assert stocked("merchant", "hours", "东门店", "weekdays").code == 2
    closed = stocked("merchant", "close-till", "一号", "--reason", "broken", "--json").document
    assert closed["status"] == "closed"
    keys(closed, "merchant close-till")
    assert "closed" in stocked("merchant", "close-outlet", "东门店").out
    assert stocked("merchant", "reopen-outlet", "东门店").code == 0


def test_staff_come_and_go(stocked: Run) -> None:
    stocked("merchant", "staff", "books", "chen", "--role", "manager")
    gone = stocked("merchant", "let-go", "书店", "chen", "--reason", "moved away", "--json").document
    assert gone["status"] == "left"
    keys(gone, "merchant let-go")
    team = stocked("merchant", "team", "书店", "--json").document
    assert team["staff"] == [{"person": "chen", "role": "manager", "status": "left"}]
    keys(team, "merchant team")
    assert "chen" in stocked("merchant", "team", "书店").out


def test_an_alliance_gives_one_anothers_offers(stocked: Run) -> None:
    stocked("merchant", "apply", "茶馆", "--rate", "0.1", "--id", "tea")
    founded = stocked("alliance", "found", "东街商圈", "书店", "--id", "street", "--json").document
    keys(dict(founded), "alliance found")
    joined = stocked("alliance", "join", "东街商圈", "茶馆", "--json").document
    assert joined["alliances"][0]["merchants"] == ["books", "tea"]
    amended = stocked("offer", "amend", "笔", "--alliance", "东街商圈", "--json").document
    assert amended["offers"][0]["alliance"] == "street"
    assert "茶馆" in stocked("alliance", "list").out
    assert "茶馆" not in stocked("alliance", "leave", "street", "tea").out
    assert (
        stocked("alliance", "dissolve", "street", "--json").document["alliances"][0]["status"] == "dissolved"
    )


def test_money_besides_is_taken_back_before_it_is_settled(stocked: Run) -> None:
    made = stocked("merchant", "adjust", "书店", "-12.50", "--reason", "broken crate", "--json").document
    keys(dict(made), "merchant adjust")
    [adjustment] = made["adjustments"]
    assert (adjustment["money"], adjustment["status"]) == ("-12.50", "open")
    withdrawn = stocked("merchant", "withdraw", adjustment["adjustment"], "--reason", "it was ours")
    assert "withdrawn" in withdrawn.out
    listed = stocked("merchant", "adjustments", "书店", "--json").document["adjustments"]
    assert [each["status"] for each in listed] == ["withdrawn"]
