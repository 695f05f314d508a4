"""``till``: a queue that is handed in, twice the same voucher, and what a person decides on it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import gridpoints
from gridpoints import Report
from gridpoints.ledger.checkpoint import PrivateKey
from gridpoints.redemption.vouchers.offline import OfflineTill
from tests.cli.conftest import Run, keys

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")
KEY = PrivateKey("gridpoints/baiyang", bytes(range(32)))


@pytest.fixture
def queues(founded: Run, tmp_path: Path) -> Run:
    """Two tills took the same voucher without a network; the second a damaged line as well."""
    with gridpoints.open("sqlite:///gridpoints.db") as exchange:
        village = exchange.community("baiyang")
        room = village.redemption
        li = village.community.identify("B1").id
        village.awards.credit_all(Report(str(n), li, "mediate", village.context.today()) for n in range(20))
        room.open_outlet("shop", "Lane", id="lane")
        for name in ("First", "Second"):
            room.add_till("lane", name, id=name.lower())
        room.know_voucher_key(KEY.public)
        offer = min(room.offers(), key=lambda each: each.price)
        issued = room.issue_voucher(
            offer.id, li, valid_until=village.context.now() + timedelta(days=9), offline=True
        )
        token = room.token(issued.voucher.id, KEY)
        for name in ("first", "second"):
            device = OfflineTill(
                "baiyang", "shop", room.voucher_keys(), Decimal(100), tmp_path / f"{name}.queue"
            )
            device.take(token, village.context.now())
    with (tmp_path / "second.queue").open("a", encoding="utf-8") as file:
        file.write("{half a line\n")
    return founded


def test_queues_are_handed_in_and_a_person_decides(queues: Run) -> None:
    refused = queues("till", "deliver", "First", "first.queue", "--json")
    assert refused.error["code"] == "offline_not_allowed"
    for name in ("First", "Second"):
        keys(queues("till", "offline", name, "--limit", "100", "--json").document, "till offline")
    assert queues("till", "deliver", "First", "no.queue", "--json").error["code"] == "file_missing"
    mine = queues("till", "deliver", "First", "first.queue", "--as", "boss:merchant", "--json")
    assert mine.error["code"] == "staff_only"
    first = queues("till", "deliver", "First", "first.queue", "--json")
    assert (first.code, first.document["deliveries"][0]["arrival"]) == (0, "captured")
    keys(first.document, "till deliver")
    assert queues("till", "deliver", "First", "first.queue").code == 0  # again does no harm
    second = queues("till", "deliver", "Second", "second.queue", "--json")
    assert (second.code, second.document["damaged"]) == (1, [2])
    assert second.document["deliveries"][0]["reason"] == "voucher_taken"
    assert "had been used" in queues("till", "deliver", "Second", "second.queue").out
    conflicts = queues("till", "conflicts", "--json").document
    [conflict] = conflicts["conflicts"]
    keys(conflicts, "till conflicts")
    assert "First, " in queues("till", "conflicts").out
    assert queues("till", "decide", conflict["id"], "--note", "?").code == 2
    decided = queues("till", "decide", conflict["id"], "--pay", "--note", "In good faith", "--json").document
    assert decided["conflicts"][0]["status"] == "paid"
    assert "There are none" in queues("till", "conflicts").out
    assert "paid" in queues("till", "conflicts", "--decided").out
    keys(
        queues("till", "online", "Second", "--reason", "There is a network now", "--json").document,
        "till online",
    )
