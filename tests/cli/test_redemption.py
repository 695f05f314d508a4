"""Merchants, offers and redemptions from the command line."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Run, keys


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
    back = stocked(*refund, "--json").document
    assert (back["points"], back["pieces"]) == ("1", {"pen": 1})
    keys(back, "redemption refund")
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
