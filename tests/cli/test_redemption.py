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
