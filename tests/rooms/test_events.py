"""What happened is told once to whoever reads on, in order, the ledger's lines among it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from gridpoints import Actor, Community, Exchange, Member
from gridpoints.awards.model import Report
from gridpoints.errors import CursorUnusable, NotWholeNumber
from gridpoints.events.model import Cursor, Event
from gridpoints.ledger.model import Account, Leg, Transaction
from gridpoints.testing import ManualClock
from tests.racing import race

from .conftest import START


def told(events: list[Event]) -> list[tuple[str, str, str | None]]:
    return [(event.kind, event.subject, event.status) for event in events]


def test_a_claim_from_the_place_to_the_points(village: Community, li: Member, clock: ManualClock) -> None:
    item = village.catalog.draft("Evening patrol", deed="patrol")
    village.catalog.publish(item.id)
    session = village.catalog.hold_session(item.id, START, START + timedelta(hours=2), places=3)
    clock.set(START - timedelta(hours=1))
    [*_, last] = village.events.read()
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(START + timedelta(hours=3))
    village.acting_as(Actor(li.id)).claiming.submit_hours(claim.id, Decimal(2))
    _, award = village.claiming.verify(claim.id)

    events = village.events.read(last.cursor)
    assert told(events) == [
        ("claim", claim.id, "confirmed"),
        ("claim", claim.id, "submitted"),
        ("claim", claim.id, "verified"),  # of the same moment, the record stands first
        ("transaction", f"award:{award.id}", "post"),
    ]
    verified = next(event for event in events if event.status == "verified")
    assert (verified.version, verified.actor, verified.at) == (3, "clerk-wang", clock.now())
    posted = next(event for event in events if event.kind == "transaction")
    assert set(posted.accounts) == {Account.member(li.id, "points").key, "points/issuance"}


def test_reading_on_from_any_event_tells_the_rest_once(village: Community, clock: ManualClock) -> None:
    for n in range(8):
        clock.advance(timedelta(minutes=1))
        member = village.community.enrol(f"Member {n}")
        if n % 2:
            gain = (Leg(Account.member(member.id, "points"), 5), Leg(Account.issuance("points"), -5))
            village.ledger.post_one(Transaction(id=f"gift-{n}", legs=gain))
        if n % 3:
            village.community.leave(member.id, reason="moved to town")
    everything = village.events.read()
    assert len({event.id for event in everything}) == len(everything)
    assert [event.at for event in everything] == sorted(event.at for event in everything)
    for size in (1, 3, 7):
        cursor, read = "", []
        while page := village.events.read(cursor, limit=size):
            read += page
            cursor = page[-1].cursor
        assert read == everything
    for place, event in enumerate(everything, 1):
        assert village.events.read(event.cursor) == everything[place:]
    assert village.events.read(everything[-1].cursor) == []
    left = [event for event in everything if event.status == "left"]
    assert [(event.version, event.reason) for event in left] == [(2, "moved to town")] * 5


def test_a_refused_transaction_is_told_and_moved_nothing(village: Community, li: Member) -> None:
    [*_, last] = village.events.read()
    spent = (Leg(Account.member(li.id, "points"), -5), Leg(Account.issuance("points"), 5))
    village.ledger.post([Transaction(id="too-much", legs=spent)])
    [event] = village.events.read(last.cursor)
    assert (event.kind, event.subject, event.status, event.accounts) == (
        "transaction",
        "too-much",
        "refused",
        (),
    )


def test_what_was_kept_in_silence_before_is_told(village: Community, li: Member, zhao: Member) -> None:
    """Fields of service, contacts, disclosures, keys of check-in codes, and deeds that earn nothing."""
    [*_, last] = village.events.read()
    village.catalog.add_category("legal", "Legal aid")
    village.catalog.adopt_categories()
    told_of = {event.subject for event in village.events.read(last.cursor) if event.kind == "category"}
    assert told_of == {category.id for category in village.catalog.categories()}

    desk = village.acting_as(Actor("desk", frozenset({"clerk"}))).claiming
    wish = village.claiming.make_wish(li.id, "A lamp", deed="wish", address="3-201", contact="13800138000")
    desk.publish_wish(wish.id)
    giver = village.acting_as(Actor(zhao.id)).claiming
    claim = giver.claim_wish(wish.id, zhao.id)
    [*_, last] = village.events.read(limit=1_000)
    giver.disclose(claim.id, "address")
    giver.note_contact(claim.id, note="on the telephone")
    told_events = village.events.read(last.cursor)
    assert {"disclosure", "contact", "claim"} <= {event.kind for event in told_events}
    assert not any(text in repr(told_events) for text in ("3-201", "13800138000", "telephone"))

    item = village.catalog.draft("Evening patrol", deed="patrol")
    village.catalog.publish(item.id)
    session = village.catalog.hold_session(item.id, START, START + timedelta(hours=2), places=3)
    [*_, last] = village.events.read(limit=1_000)
    for _ in range(2):
        village.claiming.check_in_code(session.id)
    assert told(village.events.read(last.cursor)) == [("code_key", session.id, None)]

    [*_, last] = village.events.read(limit=1_000)
    clipped = Report("clipped", li.id, "care", START.date(), Decimal(9))
    village.awards.credit_all([Report("whole", li.id, "care", START.date(), Decimal(4)), clipped])
    assert sorted(told(village.events.read(last.cursor))) == [
        ("award", "clipped", "refused"),
        ("transaction", "award:whole", "post"),
    ]


def test_what_was_undone_is_not_told(village: Community) -> None:
    before = village.events.read()

    def enrol_nobody() -> None:
        with village.transaction():
            village.community.enrol("Nobody")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enrol_nobody()
    assert village.events.read() == before


def test_communities_do_not_hear_of_one_another(exchange: Exchange, village: Community) -> None:
    other = exchange.found("heishan", name="Heishan")
    other.community.enrol("Zhao")
    assert "Zhao" not in {event.subject for event in village.events.read()}
    assert [event.kind for event in other.events.read()] == ["profile", "member"]


def test_readers_at_the_same_time_are_told_the_same(village: Community) -> None:
    readings: list[list[Event]] = []

    def enrol_and_read(n: int) -> None:
        village.community.enrol(f"Member {n}")
        readings.append(village.events.read(limit=1_000))

    assert race([partial(enrol_and_read, n) for n in range(6)]) == {"done": 6}
    final = village.events.read(limit=1_000)
    for reading in readings:
        assert reading == final[: len(reading)]


@pytest.mark.parametrize("text", ["1", "1.", "-1.0", "1.2.3", "x", "1.2 ", "٣.٤", "9" * 30 + ".1", "0x1.1"])
def test_what_is_no_cursor(village: Community, text: str) -> None:
    with pytest.raises(CursorUnusable):
        village.events.read(text)


def test_cursors_are_texts() -> None:
    assert Cursor.parse("") == Cursor()
    assert str(Cursor.parse("120.4711")) == "120.4711"


def test_how_many_is_a_whole_number(village: Community) -> None:
    for limit in (0, -1, 10_001):
        with pytest.raises(NotWholeNumber):
            village.events.read(limit=limit)
