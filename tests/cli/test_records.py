"""A volunteer's record and certificate, from the command line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

import gridpoints
from gridpoints import Actor
from gridpoints.recognition.model import EntryKind
from gridpoints.testing import ManualClock
from tests.cli.conftest import Run, keys

LONG_AGO = datetime(2025, 3, 3, 1, tzinfo=UTC)


@pytest.fixture
def served(founded: Run) -> Run:
    """B1 gave two and a half hours, and did a training."""
    clock = ManualClock(LONG_AGO)
    with gridpoints.open("sqlite:///gridpoints.db", clock=clock) as exchange:
        village = exchange.community("baiyang", actor=Actor("wang", frozenset({"clerk"})))
        li = village.community.identify("B1")
        item = village.catalog.publish(village.catalog.draft("Lunch", deed="volunteer").id)
        start = LONG_AGO + timedelta(hours=1)
        session = village.catalog.hold_session(item.id, start, start + timedelta(hours=3), places=1)
        claim = village.claiming.claim_session(session.id, li.id)
        clock.set(session.ends_at)
        village.acting_as(Actor(li.id)).claiming.submit_hours(claim.id, Decimal("2.5"))
        village.claiming.verify(claim.id)
        village.recognition.enter(li.id, EntryKind.TRAINING, "First aid", day=date(2025, 3, 1), hours=8)
    return founded


def test_a_record(served: Run, tmp_path: Path) -> None:
    shown = served("record", "B1", "--table", "record.csv")
    assert (shown.code, shown.err) == (0, "")
    assert "李秀英: 2.5 hours of service, verified" in shown.out
    assert "First aid" in shown.out
    table = (tmp_path / "record.csv").read_bytes().decode("utf-8-sig")
    assert "2025-03-03,service,Lunch,2.5,wang,verified," in table
    document = served("record", "B1", "--json").document
    assert (document["hours"], document["training_hours"]) == ("2.5", "8")
    keys(document, "record")


def test_a_calendar(served: Run, tmp_path: Path) -> None:
    pytest.importorskip("icalendar", reason="no calendars: install the extra calendar")
    assert served("record", "B1", "--calendar", "ahead.ics").code == 0
    assert (tmp_path / "ahead.ics").read_text("utf-8").startswith("BEGIN:VCALENDAR")


def test_a_certificate(served: Run, tmp_path: Path) -> None:
    plain = served("certificate", "B1", "--until", "2025-12-31")
    assert (plain.code, plain.err) == (0, "")
    assert "2.5" in plain.out
    assert "李秀英 gave 2.5 hours" in (tmp_path / "certificate.svg").read_text("utf-8").replace("\n", " ")
    again = served("certificate", "B1")
    assert again.code == 5  # the file is there, and no second certificate was issued
    assert len(served("record", "B1", "--json").document["certificates"]) == 1
    assert served("certificate", "B2").code == 6


def test_a_certificate_to_be_printed(served: Run, tmp_path: Path) -> None:
    pytest.importorskip("fpdf", reason="no PDF is written: install the extra pdf")
    assert served("certificate", "B1", "--out", "李秀英.PDF").code == 0
    assert (tmp_path / "李秀英.PDF").read_bytes().startswith(b"%PDF-")
    assert served("certificate", "B1", "--out", "李秀英.PDF", "--json").error["code"] == "file_exists"


def test_a_signed_certificate(served: Run, tmp_path: Path) -> None:
    pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")
    assert served("key", "new", "baiyang").code == 0
    signed = served("certificate", "B1", "--key", "baiyang.pem", "--out", "signed.svg", "--json")
    assert (signed.code, signed.err) == (0, "")
    document = signed.document
    assert document["issuer"].startswith("did:key:z6Mk")
    assert document["badge"] in (tmp_path / "signed.svg").read_text("utf-8")
    keys(document, "certificate")
