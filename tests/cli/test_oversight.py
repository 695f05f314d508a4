"""``oversight``: findings with their evidence, and the false alarms among them."""

from __future__ import annotations

import pytest

import gridpoints
from gridpoints import Report
from tests.cli.conftest import Run, keys


@pytest.fixture
def odd(founded: Run) -> Run:
    """B1 redeems six times within a day."""
    with gridpoints.open("sqlite:///gridpoints.db") as exchange:
        village = exchange.community("baiyang")
        li = village.community.identify("B1").id
        day = village.context.today()
        village.awards.credit_all(Report(str(n), li, "mediate", day) for n in range(20))
        offer = min(village.redemption.offers(), key=lambda each: each.price)
        for _ in range(6):
            village.redemption.redeem(offer.id, li)
    return founded


def test_a_finding_its_evidence_and_a_false_alarm(odd: Run) -> None:
    found = odd("oversight", "findings", "--json").document
    [finding] = found["findings"]
    assert (finding["suspicion"], finding["told"]) == ("velocity", ["6 redemptions within 24 hours"])
    assert finding["subjects"][0]["name"] == "李秀英"
    keys(found, "oversight findings")
    number = finding["id"][:8]
    shown = odd("oversight", "show", number)
    assert "Before a festival" in shown.out
    assert shown.out.count("redemption ") >= 6
    evidence = odd("oversight", "show", number, "--json").document
    assert sorted(each["id"] for each in evidence["evidence"]) == sorted(finding["evidence"])
    keys(evidence, "oversight show")
    assert odd("oversight", "clear", "nothing", "x", "--json").error["code"] == "record_unknown"
    cleared = odd("oversight", "clear", number, "She fetched for three neighbours", "--json").document
    assert cleared["findings"][0]["verdict"] == "cleared"
    assert "three neighbours" in odd("oversight", "findings").out
    assert "Nothing was found" in odd("oversight", "findings", "--new").out
    assert odd("oversight", "confirm", number, "Again", "--json").error["code"] == "record_exists"
    early = odd("oversight", "findings", "--from", "2024-01-01", "--until", "2024-12-31", "--json")
    assert early.document == {"findings": []}
