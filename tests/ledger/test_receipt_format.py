"""The receipt that docs/reference/receipt-format.md shows is the one that is made, byte for byte."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import gridpoints
from gridpoints import Account, Leg, Transaction
from gridpoints.exchange import Community
from gridpoints.ledger.checkpoint import Checkpoint, PrivateKey
from gridpoints.ledger.merkle import leaf_hash
from gridpoints.ledger.receipt import Receipt, verify
from gridpoints.testing import ManualClock

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "receipt-format.md").read_text("utf-8")
#: The files that the page shows, by name.
FILES = dict(
    re.findall(r"^```{code-block} \w+\n:caption: (\S+)\n\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
)
#: A key for the world to see. Never sign with it.
KEY = PrivateKey("gridpoints/baiyang", bytes(range(32)))
LI, ZHAO, ISSUANCE = (
    Account.member("li", "points"),
    Account.member("zhao", "points"),
    Account.issuance("points"),
)


@pytest.fixture
def village() -> Community:
    """Three lines, of which the last is refused; sealed after the first and after the last."""
    clock = ManualClock()
    village = gridpoints.open("memory://", clock=clock).found("baiyang", name="白羊村", rules="baiyang")
    ledger = village.ledger
    ledger.post_one(
        Transaction("deed-1", (Leg(ZHAO, 20), Leg(ISSUANCE, -20)), kind="award", reason="mediate")
    )
    clock.advance(timedelta(days=30))
    ledger.seal(KEY)
    dated = Leg(LI, 20, expires_at=datetime(2027, 4, 1, tzinfo=UTC))
    ledger.post_one(
        Transaction(
            "deed-2",
            (dated, Leg(ISSUANCE, -20)),
            effective_at=datetime(2026, 3, 31, 16, tzinfo=UTC),
            kind="award",
            reason="协调邻里矛盾",
            metadata={"award": "deed-2"},
        )
    )
    ledger.post([Transaction("gift-1", (Leg(ZHAO, -50), Leg(LI, 50)), reason="gift")])
    clock.advance(timedelta(days=30))
    ledger.seal(KEY)
    return village


def test_the_receipt_is_the_one_on_the_page(village: Community) -> None:
    assert village.ledger.prove("deed-2", published=1).to_json() == FILES["receipt.json"]
    assert village.ledger.seals()[0].note == FILES["published.txt"]


def test_the_bytes_and_hashes_are_those_on_the_page() -> None:
    receipt = Receipt.from_json(FILES["receipt.json"])
    sealed = receipt.line.sealed_bytes("baiyang")
    [shown] = re.findall(r"^:name: sealed-bytes\n\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert bytes.fromhex(re.sub(r" {2}.*", "", shown, flags=re.MULTILINE)) == sealed
    assert leaf_hash(sealed).hex() in PAGE
    checkpoint = verify(receipt, KEY.public, FILES["published.txt"])
    assert checkpoint.root.hex() in PAGE
    assert Checkpoint.open(FILES["published.txt"], KEY.public).hash == checkpoint.previous


def test_the_key_is_the_one_on_the_page() -> None:
    assert f"{KEY.public}\n" in PAGE
    assert KEY.public.id.hex() in PAGE
