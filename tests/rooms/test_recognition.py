"""Volunteers' records and certificates on every store."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from io import StringIO

import pytest

from gridpoints import Actor, Community, Member
from gridpoints.community.emergency import EmergencyKind, Mode
from gridpoints.errors import (
    DeedInFuture,
    EmptyInterval,
    IllegalTransition,
    NothingToCertify,
    OwnRecord,
    RecordUnknown,
    RightReserved,
)
from gridpoints.recognition.model import Certificate, EntryKind, EntryStatus
from gridpoints.recognition.record import ServiceKind
from gridpoints.redemption.model import RedemptionStatus
from gridpoints.testing import ManualClock
from tests.racing import race
from tests.rooms.conftest import START

HOUR = timedelta(hours=1)
DAY = date(2026, 3, 2)
RESERVED = """\
gridpoints: 1
code: reserved
version: 1
name: {en: Reserved}
source: written for the tests
from: 2026-01-02
units: {points: {name: {en: points}}}
roles: {keeper: {name: {en: Keeper}}}
permissions: {certify: [keeper], see_members: [keeper], see_statements: [keeper]}
deeds:
  patrol: {name: {en: Patrol}, points: 5}
"""
SIGNED = """\
gridpoints: 1
code: signed
version: 1
name: {en: Signed}
source: written for the tests
from: 2026-01-02
units: {points: {name: {en: points}}}
deeds:
  care: {name: {en: Elder care}, points: {per: hour, amount: 10}, approval: confirmer}
"""
STATUS = "https://baiyang.example/status"


def serve(
    village: Community, clock: ManualClock, member: Member, hours: str = "2", start: datetime = START
) -> str:
    """A session that somebody held, submitted and verified; the id of its claim."""
    item = village.catalog.publish(village.catalog.draft("Elder care", deed="care").id)
    clock.set(start)
    session = village.catalog.hold_session(item.id, start + HOUR, start + 9 * HOUR, places=5)
    claim = village.claiming.claim_session(session.id, member.id)
    clock.set(session.ends_at)
    village.acting_as(Actor(member.id)).claiming.submit_hours(claim.id, Decimal(hours))
    village.claiming.verify(claim.id)
    return claim.id


# --- the record -----------------------------------------------------------------------------------


def test_what_was_verified_is_service(
    village: Community, clock: ManualClock, li: Member, zhao: Member
) -> None:
    claim = serve(village, clock, li, "2.5")
    wish = village.claiming.publish_wish(village.claiming.make_wish(zhao.id, "A secret", deed="wish").id)
    granted = village.claiming.claim_wish(wish.id, li.id)
    village.acting_as(Actor(li.id)).claiming.submit_delivery(granted.id)
    village.claiming.verify(granted.id)
    record = village.recognition.record(li.id)
    assert record.member == li
    assert [(s.id, s.kind, s.title, s.hours, s.verified_by) for s in record.services] == [
        (claim, ServiceKind.SESSION, "Elder care", Decimal("2.5"), "clerk-wang"),
        (granted.id, ServiceKind.WISH, "", Decimal(0), "clerk-wang"),
    ]
    assert record.hours == Decimal("2.5")
    assert "secret" not in village.recognition.csv(li.id)


def test_posts_errands_and_tasks_are_called_what_they_are(
    village: Community, clock: ManualClock, li: Member, zhao: Member
) -> None:
    item = village.catalog.publish(village.catalog.draft("Help", deed="patrol").id)
    post = village.catalog.draft_post(item.id, "Door watch", starts_on=DAY, places=1)
    errand = village.catalog.ask_errand(item.id, zhao.id, "A secret", mode="for_you")
    month = village.catalog.draft_task_list("March", starts_on=DAY)
    task = village.catalog.add_task(month, item.id, "Paint the bench")
    for each in (post, errand, month):
        village.catalog.publish(each)
    room = village.claiming
    held = (
        room.claim_post(post.id, li.id),
        room.claim_errand(errand.id, li.id),
        room.claim_task(task.id, li.id),
    )
    clock.advance(HOUR)
    for claim in held:
        village.acting_as(Actor(li.id)).claiming.report_done(claim.id, Decimal(1))
        room.verify(claim.id)
    record = village.recognition.record(li.id)
    assert {(s.kind, s.title) for s in record.services} == {
        (ServiceKind.POST, "Door watch"),
        (ServiceKind.ERRAND, "Help"),
        (ServiceKind.TASK, "Paint the bench"),
    }
    assert village.recognition.certify_hours(li.id).hours == record.hours == 3
    for language, words in {"en": "a post held", "zh_Hans": "岗位履职", "zh_Hant": "崗位履職"}.items():
        text = village.recognition.csv(li.id, language=language)
        assert words in text
        assert "secret" not in text


def test_hours_are_never_spent(village: Community, clock: ManualClock, li: Member) -> None:
    serve(village, clock, li, "2.5")
    shop = village.redemption.register_merchant("Shop", unit="points", rate=Decimal(1), currency="CNY")
    village.redemption.activate_merchant(shop.id)
    rice = village.redemption.draft_offer(shop.id, "Rice", price=Decimal(20))
    village.redemption.publish_offer(rice.id)
    assert village.redemption.redeem(rice.id, li.id).status is RedemptionStatus.CAPTURED
    assert village.recognition.record(li.id).hours == Decimal("2.5")


def test_a_correction_is_shown(village: Community, clock: ManualClock, li: Member) -> None:
    claim = serve(village, clock, li)
    village.awards.reverse(f"claim:{claim}", "She was not there")
    record = village.recognition.record(li.id)
    [service] = record.services
    assert service.void
    assert [(c.by, c.reason, c.hours_were) for c in service.corrections] == [
        ("clerk-wang", "She was not there", None)
    ]
    assert record.hours == 0
    assert "taken back by clerk-wang: She was not there" in village.recognition.csv(li.id)


@pytest.mark.parametrize("end", ["reject", "withdraw"])
def test_hours_to_which_nobody_agreed_are_not_certified(
    village: Community, clock: ManualClock, li: Member, end: str
) -> None:
    village.rules.publish(SIGNED)
    claim = serve(village, clock, li)
    assert village.recognition.record(li.id).hours == 2  # somebody verified them, whatever they are worth
    if end == "reject":
        village.acting_as(Actor("worker")).awards.reject(f"claim:{claim}", "She was not there")
    else:
        village.awards.withdraw(f"claim:{claim}", "She was not there")
    record = village.recognition.record(li.id)
    [service] = record.services
    assert (service.void, service.hours, record.hours) == (True, 2, 0)
    assert [c.reason for c in service.corrections] == ["She was not there"]
    assert "taken back" in village.recognition.csv(li.id)
    with pytest.raises(NothingToCertify):
        village.recognition.certify_hours(li.id)


def turn(village: Community, clock: ManualClock, member: Member, mode: Mode) -> None:
    emergency = village.emergency.declare(EmergencyKind.FLOOD, "The river", mode=mode)
    call = village.emergency.call(emergency.id, "The river wall", wanted=1)
    id = village.emergency.assign(call.id, member.id).id
    village.emergency.mobilise(id)
    village.emergency.begin(id)
    clock.advance(2 * HOUR)
    village.emergency.demobilise(id)
    village.emergency.enter_hours(id, Decimal("1.5"), reason="A break")
    village.emergency.end(emergency.id, "Over")
    village.emergency.stand_down(id)


def test_emergencies_are_service_and_drills_are_training(
    village: Community, clock: ManualClock, li: Member
) -> None:
    turn(village, clock, li, Mode.EMERGENCY)
    turn(village, clock, li, Mode.DRILL)
    record = village.recognition.record(li.id)
    assert [service.kind for service in record.services] == [ServiceKind.EMERGENCY, ServiceKind.DRILL]
    [correction] = record.services[0].corrections
    assert (correction.hours_were, correction.reason) == (Decimal(2), "A break")
    assert (record.hours, record.training_hours) == (Decimal("1.5"), Decimal("1.5"))


def test_entries_are_corrected_and_withdrawn_but_never_deleted(village: Community, li: Member) -> None:
    room = village.recognition
    first = room.enter(li.id, EntryKind.TRAINING, "First aid", day=DAY, hours="8", given_by="Red Cross")
    room.enter(li.id, EntryKind.HONOUR, "Volunteer of the year", day=DAY)
    old = room.enter(li.id, EntryKind.SERVICE, "Library", day=DAY, hours=100)
    second = room.correct(first.id, "It was a half day", hours="4")
    room.withdraw(old.id, "It was her sister")
    record = room.record(li.id)
    assert {entry.id: entry.status for entry in record.entries}[first.id] is EntryStatus.CORRECTED
    assert (second.corrects, second.title, second.given_by) == (first.id, "First aid", "Red Cross")
    assert (record.training_hours, record.entered_hours, record.hours) == (4, 0, 0)
    for again in (first.id, old.id):
        with pytest.raises(IllegalTransition):
            room.correct(again, "Again")
    assert record.kept_until == date(2036, 3, 2)


def test_a_record_is_kept_ten_years_after_a_leap_day(
    village: Community, clock: ManualClock, li: Member
) -> None:
    clock.set(START + timedelta(days=800))
    village.recognition.enter(li.id, EntryKind.EVALUATION, "Reliable", day=date(2028, 2, 29))
    assert village.recognition.record(li.id).kept_until == date(2038, 3, 1)


def test_nobody_enters_or_certifies_their_own(village: Community, clock: ManualClock, li: Member) -> None:
    serve(village, clock, li)
    herself = village.acting_as(Actor(li.id, frozenset({"clerk"}))).recognition
    with pytest.raises(OwnRecord):
        herself.enter(li.id, EntryKind.HONOUR, "Queen", day=DAY)
    with pytest.raises(OwnRecord):
        herself.certify_hours(li.id)
    with pytest.raises(DeedInFuture):
        village.recognition.enter(li.id, EntryKind.HONOUR, "Queen", day=date(2026, 3, 4))
    with pytest.raises(RecordUnknown):
        village.recognition.enter("nobody", EntryKind.HONOUR, "Queen", day=DAY)


def test_a_record_is_read_by_the_person_and_those_who_may(
    village: Community, clock: ManualClock, li: Member, zhao: Member
) -> None:
    serve(village, clock, li)
    village.rules.publish(RESERVED)
    keeper = village.acting_as(Actor("keeper-qian", frozenset({"keeper"}))).recognition
    certificate = keeper.certify_hours(li.id)
    herself = village.acting_as(Actor(li.id)).recognition
    assert herself.record(li.id) == keeper.record(li.id)
    assert herself.svg(certificate.id) == keeper.svg(certificate.id)
    neighbour = village.acting_as(Actor(zhao.id)).recognition
    for peek in (
        partial(neighbour.record, li.id),
        partial(neighbour.csv, li.id),
        partial(neighbour.agenda, li.id),
        partial(neighbour.certificate, certificate.id),
        partial(neighbour.svg, certificate.id),
        partial(neighbour.certify_hours, li.id),
    ):
        with pytest.raises(RightReserved):
            peek()


def test_a_spreadsheet_computes_nothing_of_a_record(
    village: Community, clock: ManualClock, li: Member
) -> None:
    serve(village, clock, li, "2.5")
    title = '=HYPERLINK("http://x", "click")'
    village.recognition.enter(li.id, EntryKind.HONOUR, title, day=DAY, given_by="-1+1")
    header, service, honour = csv.reader(StringIO(village.recognition.csv(li.id)))
    assert header[:4] == ["Day", "Kind", "Title", "Hours"]
    assert service == ["2026-03-02", "service", "Elder care", "2.5", "clerk-wang", "verified", ""]
    assert honour[2] == f"'{title}"
    assert honour[4] == "'-1+1"


def test_what_is_ahead_is_a_calendar(village: Community, clock: ManualClock, li: Member) -> None:
    pytest.importorskip("icalendar", reason="no calendars are written: install the extra calendar")
    serve(village, clock, li)  # over
    clock.set(START)
    item = village.catalog.publish(village.catalog.draft("助老; 逗,号", deed="care").id)
    session = village.catalog.hold_session(item.id, START + HOUR, START + 2 * HOUR, places=5)
    claim = village.claiming.claim_session(session.id, li.id)
    flood = village.emergency.declare(EmergencyKind.FLOOD, "The river")
    call = village.emergency.call(flood.id, "The river wall", wanted=1)
    turn = village.emergency.assign(call.id, li.id)
    text = village.recognition.agenda(li.id)
    assert text == village.recognition.agenda(li.id)
    icalendar = pytest.importorskip("icalendar", reason="no calendars: install the extra calendar")
    events = icalendar.Calendar.from_ical(text).walk("VEVENT")
    assert [(str(e["uid"]), str(e["summary"]), e.decoded("dtstart")) for e in events] == [
        (f"{turn.id}@baiyang.gridpoints", "The river wall", START),
        (f"{claim.id}@baiyang.gridpoints", "助老; 逗,号", START + HOUR),
    ]
    assert events[1].decoded("dtend") == START + 2 * HOUR
    village.claiming.cancel(claim.id)
    assert "助老" not in village.recognition.agenda(li.id)


def test_errands_with_a_time_and_posts_with_a_term_are_ahead(
    village: Community, clock: ManualClock, li: Member, zhao: Member
) -> None:
    icalendar = pytest.importorskip("icalendar", reason="no calendars: install the extra calendar")
    item = village.catalog.publish(village.catalog.draft("Fetching", deed="patrol").id)
    draft, ask = village.catalog.draft_post, village.catalog.ask_errand
    post = draft(item.id, "Door watch", starts_on=DAY, ends_on=date(2026, 3, 8), places=1)
    endless = draft(item.id, "Library", starts_on=DAY, places=1)
    timed = ask(
        item.id, zhao.id, "A parcel", mode="for_you", starts_at=START + HOUR, ends_at=START + 2 * HOUR
    )
    due = ask(item.id, zhao.id, "Medicine", mode="for_you", ends_at=START + 3 * HOUR)
    whenever = ask(item.id, zhao.id, "Books", mode="for_you")
    for each in (post, endless, timed, due, whenever):
        village.catalog.publish(each)
    room = village.claiming
    held = [room.claim_post(each.id, li.id) for each in (post, endless)]
    taken = [room.claim_errand(each.id, li.id) for each in (timed, due, whenever)]

    def ahead() -> dict[str, tuple[str, object, object]]:
        events = icalendar.Calendar.from_ical(village.recognition.agenda(li.id)).walk("VEVENT")
        return {
            str(e["uid"]).partition("@")[0]: (str(e["summary"]), e.decoded("dtstart"), e.decoded("dtend"))
            for e in events
        }

    watch = {held[0].id: ("Door watch", DAY, date(2026, 3, 9))}
    assert ahead() == watch | {
        taken[0].id: ("Fetching", START + HOUR, START + 2 * HOUR),
        taken[1].id: ("Fetching", START, START + 3 * HOUR),
    }
    assert "parcel" not in village.recognition.agenda(li.id)
    clock.set(START + 4 * HOUR)
    assert ahead() == watch
    clock.set(datetime(2026, 3, 8, 16, tzinfo=UTC))  # the ninth of March in Shanghai
    assert ahead() == {}


# --- certificates ---------------------------------------------------------------------------------


@pytest.fixture
def certificate(village: Community, clock: ManualClock, li: Member) -> Certificate:
    serve(village, clock, li, "2.5")
    serve(village, clock, li, "4", START + timedelta(days=40))
    return village.recognition.certify_hours(li.id, until=date(2026, 3, 31))


def test_a_certificate_certifies_verified_hours(
    village: Community, li: Member, zhao: Member, certificate: Certificate
) -> None:
    assert (certificate.hours, certificate.since, certificate.until) == (
        Decimal("2.5"),
        DAY,
        date(2026, 3, 31),
    )
    village.recognition.enter(li.id, EntryKind.SERVICE, "Elsewhere", day=DAY, hours=1000)
    assert village.recognition.certify_hours(li.id).hours == Decimal("6.5")
    with pytest.raises(NothingToCertify):
        village.recognition.certify_hours(zhao.id)
    with pytest.raises(NothingToCertify):
        village.recognition.certify_hours(li.id, since=DAY + timedelta(1), until=DAY + timedelta(2))
    with pytest.raises(EmptyInterval):
        village.recognition.certify_hours(li.id, since=DAY, until=DAY - timedelta(2))


def test_an_entry_that_was_withdrawn_is_not_certified(village: Community, li: Member) -> None:
    entry = village.recognition.enter(li.id, EntryKind.HONOUR, "Queen", day=DAY)
    village.recognition.withdraw(entry.id, "There is none")
    with pytest.raises(NothingToCertify):
        village.recognition.certify_entry(entry.id)


def test_certificates_are_numbered_in_a_row(village: Community, clock: ManualClock, li: Member) -> None:
    serve(village, clock, li)
    assert race([partial(village.recognition.certify_hours, li.id)] * 8) == {"done": 8}
    numbers = [certificate.number for certificate in village.recognition.record(li.id).certificates]
    assert numbers == list(range(1, 9))
