"""What can be done: items in several languages, posts, errands and programmes, from draft to closed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from gridpoints import Actor, Community, Member, ServiceItem
from gridpoints.catalog.model import Category, ItemStatus, Mode
from gridpoints.catalog.posts import Errand
from gridpoints.errors import (
    BadIdentifier,
    BadText,
    BlankText,
    DaysReversed,
    DeedUnknown,
    EmptyInterval,
    GridpointsError,
    IllegalTransition,
    MandateNeeded,
    MemberInactive,
    ModeNotOffered,
    NotAmendable,
    NotOneOf,
    NotPublished,
    NotUsable,
    NotWholeNumber,
    PlacesTaken,
    PostOver,
    PresetUnknown,
    RecordUnknown,
    ReferenceUnknown,
    TextTooLong,
)
from gridpoints.i18n import Language
from gridpoints.records import Change
from gridpoints.testing import ManualClock
from tests.rooms.conftest import RULES, START

HOUR = timedelta(hours=1)


@pytest.fixture
def item(village: Community) -> ServiceItem:
    return village.catalog.publish(village.catalog.draft("Read to the blind", deed="care").id)


# --- items ----------------------------------------------------------------------------------------


def test_an_item_that_nothing_could_be_given_for_is_not_published(
    village: Community, clock: ManualClock
) -> None:
    catalog, item = village.catalog, village.catalog.draft("Care", deed="caer")
    with pytest.raises(DeedUnknown) as refusal:
        catalog.publish(item.id)
    assert (refusal.value.deed, refusal.value.suggestion) == ("caer", "care")
    assert catalog.item(item.id).status is ItemStatus.DRAFT
    to_come = RULES.replace("  care:", "  caer:").replace("[care]", "[caer]")
    village.rules.publish(to_come.replace('"1"', '"2"').replace("2026-01-01", "2027-01-01"))
    assert catalog.publish(item.id).status is ItemStatus.PUBLISHED
    clock.set(datetime(2027, 6, 1, tzinfo=UTC))
    with pytest.raises(DeedUnknown):
        catalog.publish(catalog.draft("Care", deed="care").id)


def test_an_item_says_in_every_language_what_it_asks(village: Community) -> None:
    catalog = village.catalog
    catalog.adopt_categories()
    item = catalog.draft(
        {"zh_Hans": "法律咨询", "zh_Hant": "法律諮詢", "en": "Legal advice"},
        deed="care",
        description={"zh_Hans": "每周三上午", "en": "Every Wednesday morning"},
        category="legal-aid",
        modes=("at_your_door", Mode.FOR_YOU, "for_you"),
        skills=["law", "law"],
        minimum_age=18,
        mandate=True,
        consent=True,
        risk={"zh_Hans": "夜间出行", "en": "Out at night"},
        place="Station 1",
    )
    assert (item.name, item.description) == ("法律咨询", "每周三上午")
    assert Language("en").name(item.names, item.name) == "Legal advice"
    assert Language("zh_Hant").name(item.names, item.name) == "法律諮詢"
    assert (item.modes, item.skills) == ((Mode.AT_YOUR_DOOR, Mode.FOR_YOU), ("law",))
    assert catalog.item(item.id) == item
    assert catalog.items() == []
    assert catalog.publish(item.id).status is ItemStatus.PUBLISHED
    assert [each.id for each in catalog.items()] == [item.id]


def test_a_plain_text_is_in_the_language_of_the_community(village: Community) -> None:
    item = village.catalog.draft("巡逻", deed="patrol")
    assert (item.name, item.names) == ("巡逻", {})


def test_the_ten_service_fields_are_there_to_be_adopted(village: Community) -> None:
    village.catalog.add_category("legal-aid", {"zh_Hans": "法律", "en": "Law"}, position=99)
    categories = village.catalog.adopt_categories()
    assert village.catalog.adopt_categories() == categories
    assert len(categories) == 10
    assert categories[0] == Category(
        "policy-talks",
        "政策宣讲",
        {"zh_Hans": "政策宣讲", "zh_Hant": "政策宣講", "en": "Policy talks"},
        1,
    )
    assert categories[-1].name == "法律"  # the community's own stays as it is
    assert all(category.names.keys() == {"zh_Hans", "zh_Hant", "en"} for category in categories[:-1])
    with pytest.raises(PresetUnknown, match="ten-service-fields"):
        village.catalog.adopt_categories("eleven")


def test_what_an_item_is_worth_the_rules_say_today(village: Community, clock: ManualClock) -> None:
    item = village.catalog.draft("Patrol", deed="patrol")
    rule = village.catalog.worth(item.id)
    assert (rule.code, rule.unit.code) == ("patrol", "points")
    unknown = village.catalog.draft("Nothing", deed="nothing")
    with pytest.raises(GridpointsError, match="nothing"):
        village.catalog.worth(unknown.id)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"name": " "}, BlankText),
        ({"name": "长" * 201}, TextTooLong),
        ({"name": "NUL\x00"}, BadText),
        ({"name": {}}, BlankText),
        ({"name": {"zh_Hans": "法律", "english": "law"}}, NotUsable),
        ({"name": {"zh_Hans": "法律", "en": "\ud800"}}, BadText),
        ({"name": {f"aa_{n:03}": "x" for n in range(51)}}, NotUsable),
        ({"deed": "two words"}, BadIdentifier),
        ({"description": "长" * 2_001}, TextTooLong),
        ({"category": "unheard-of"}, ReferenceUnknown),
        ({"modes": ("by post",)}, NotOneOf),
        ({"skills": ("first aid",)}, BadIdentifier),
        ({"skills": tuple(f"s{n}" for n in range(51))}, NotUsable),
        ({"minimum_age": 0}, NotWholeNumber),
        ({"minimum_age": True}, NotWholeNumber),
        ({"risk": {"en": ""}}, BlankText),
        ({"place": "长" * 201}, TextTooLong),
    ],
)
def test_what_cannot_be_said_is_refused(
    asked: dict[str, Any], error: type[GridpointsError], village: Community
) -> None:
    with pytest.raises(error):
        village.catalog.draft(**{"name": "Patrol", "deed": "patrol", **asked})
    assert village.catalog.items(None) == []


def test_an_item_is_amended_and_the_journal_says_what_it_said(village: Community, item: ServiceItem) -> None:
    amended = village.catalog.amend(item, name="Read aloud", skills=("reading",), reason="clearer")
    assert (amended.name, amended.version, amended.status) == ("Read aloud", 3, ItemStatus.PUBLISHED)
    assert village.catalog.item(item.id) == amended
    with pytest.raises(NotAmendable, match="status"):
        village.catalog.amend(item, status=ItemStatus.CLOSED)
    with pytest.raises(NotAmendable, match="colour"):
        village.catalog.amend(item, colour="red")
    with pytest.raises(BlankText):
        village.catalog.amend(item, name="")
    village.catalog.close(item.id)
    with pytest.raises(IllegalTransition):
        village.catalog.amend(item, name="Too late")


def test_nothing_is_published_twice(village: Community, item: ServiceItem) -> None:
    with pytest.raises(IllegalTransition):
        village.catalog.publish(item.id)
    closed = village.catalog.close(item, reason="summer")
    assert closed.status is ItemStatus.CLOSED
    assert village.catalog.publish(closed).status is ItemStatus.PUBLISHED


# --- sessions -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "numbers",
    [
        {"places": 0},
        {"places": 2, "minimum": 3},
        {"places": 2, "desired": 3},
        {"places": 3, "minimum": 2, "desired": 1},
        {"places": 3, "minimum": -1},
        {"places": 100_001},
    ],
)
def test_minimum_desired_and_maximum_come_in_that_order(
    numbers: dict[str, int], village: Community, item: ServiceItem
) -> None:
    with pytest.raises(NotWholeNumber):
        village.catalog.hold_session(item.id, START, START + HOUR, **numbers)  # type: ignore[arg-type]


def test_a_session_keeps_the_places_that_are_taken(
    village: Community, item: ServiceItem, li: Member, zhao: Member
) -> None:
    session = village.catalog.hold_session(item.id, START + HOUR, START + 2 * HOUR, places=3, minimum=1)
    for member in (li, zhao):
        village.claiming.claim_session(session.id, member.id)
    with pytest.raises(PlacesTaken) as refusal:
        village.catalog.amend(session, places=1)
    assert (refusal.value.taken, refusal.value.places) == (2, 1)
    assert village.catalog.amend(session, places=2, place="The hall").places == 2
    with pytest.raises(NotAmendable):
        village.catalog.amend(session, starts_at=START)


def test_sessions_are_listed_by_their_beginning(village: Community, item: ServiceItem) -> None:
    hold = village.catalog.hold_session
    later = hold(item.id, START + 3 * HOUR, START + 4 * HOUR, places=1)
    sooner = hold(item.id, START + HOUR, START + 2 * HOUR, places=1)
    assert village.catalog.sessions(item.id) == [sooner, later]
    assert village.catalog.sessions(since=START + 2 * HOUR) == [later]
    assert village.catalog.sessions(until=START + 3 * HOUR) == [sooner]


# --- posts ----------------------------------------------------------------------------------------


def test_a_post_is_defined_published_and_ends_with_its_term(
    village: Community, item: ServiceItem, clock: ManualClock
) -> None:
    post = village.catalog.draft_post(
        item.id,
        {"zh_Hans": "治安巡逻岗", "en": "Patrol post"},
        duties="每晚巡逻一小时",
        starts_on=date(2026, 3, 1),
        ends_on=date(2026, 3, 31),
        places=3,
        defined_by="Department of Justice",
    )
    with pytest.raises(NotPublished):
        post.must_take_claims(date(2026, 3, 2))
    post = village.catalog.publish(post)
    post.must_take_claims(date(2026, 3, 31))
    with pytest.raises(PostOver):
        post.must_take_claims(date(2026, 4, 1))
    assert village.catalog.posts() == [post]
    clock.set(datetime(2026, 3, 31, 15, 59, tzinfo=UTC))  # the last minute of March in Shanghai
    assert village.catalog.tick() == []
    clock.set(datetime(2026, 3, 31, 16, tzinfo=UTC))
    assert village.catalog.tick() == [village.catalog.post(post.id)]
    assert village.catalog.posts() == []
    assert village.catalog.tick() == []


def test_a_post_needs_a_published_service_and_days_in_order(village: Community) -> None:
    draft = village.catalog.draft("Later", deed="care")
    post = village.catalog.draft_post(draft.id, "Post", starts_on=date(2026, 3, 1), places=1)
    with pytest.raises(NotPublished):
        village.catalog.publish(post)
    with pytest.raises(DaysReversed):
        village.catalog.amend(post, ends_on=date(2026, 2, 28))
    with pytest.raises(ReferenceUnknown):
        village.catalog.draft_post("nowhere", "Post", starts_on=date(2026, 3, 1), places=1)


# --- errands --------------------------------------------------------------------------------------


@pytest.fixture
def fetching(village: Community) -> ServiceItem:
    item = village.catalog.draft("Fetch medicine", deed="care", modes=("for_you", "with_you"), mandate=True)
    return village.catalog.publish(item)


def test_a_resident_asks_for_an_errand(village: Community, fetching: ServiceItem, li: Member) -> None:
    errand = village.catalog.ask_errand(
        fetching.id,
        li.id,
        "Medicine for a month",
        mode="for_you",
        from_place="The pharmacy at the gate",
        to_place="Building 3, door 201",
        mandate="To show my card and to pay up to 50 yuan",
        place="Grid 3",
        starts_at=START,
        ends_at=START + 48 * HOUR,
    )
    assert (errand.mode, errand.asked_by, errand.places) == (Mode.FOR_YOU, "clerk-wang", 1)
    with pytest.raises(NotPublished):
        errand.must_take_claims()
    errand = village.catalog.publish(errand)
    errand.must_take_claims()
    assert village.catalog.errands() == village.catalog.errands(None, member_id=li.id) == [errand]
    done = village.catalog.close(errand, reason="done")
    assert village.catalog.errand(errand.id) == done
    assert village.catalog.errands() == []


def test_an_errand_needs_a_mandate_and_a_way_that_is_offered(
    village: Community, fetching: ServiceItem, li: Member
) -> None:
    ask = village.catalog.ask_errand
    with pytest.raises(MandateNeeded):
        ask(fetching.id, li.id, "Medicine", mode=Mode.FOR_YOU)
    with pytest.raises(ModeNotOffered) as refusal:
        ask(fetching.id, li.id, "Medicine", mode=Mode.AT_YOUR_DOOR, mandate="all")
    assert refusal.value.offered == (Mode.FOR_YOU, Mode.WITH_YOU)
    with pytest.raises(NotOneOf):
        ask(fetching.id, li.id, "Medicine", mode="by_post", mandate="all")
    with pytest.raises(EmptyInterval):
        ask(fetching.id, li.id, "Medicine", mode="for_you", mandate="all", starts_at=START, ends_at=START)
    village.community.leave(li.id)
    with pytest.raises(MemberInactive):
        ask(fetching.id, li.id, "Medicine", mode="for_you", mandate="all")


def test_where_and_in_whose_name_is_not_for_everybody(
    village: Community, fetching: ServiceItem, li: Member, zhao: Member
) -> None:
    reserved = RULES.replace('version: "1"', 'version: "2"') + "permissions: {see_members: [clerk]}\n"
    errand = village.catalog.publish(
        village.catalog.ask_errand(
            fetching.id, li.id, "Medicine", mode="for_you", to_place="Door 201", mandate="My card"
        )
    )
    stranger = village.acting_as(Actor(zhao.id, frozenset({"resident"}))).catalog
    assert stranger.errand(errand.id) == errand  # what no role is named for anybody may
    village.rules.publish(reserved)
    assert stranger.errand(errand.id) == errand.without_particulars()
    assert [(each.to_place, each.mandate) for each in stranger.errands()] == [("", "")]
    assert [each.record for each in stranger.search("medicine", mode="for_you", kinds=[Errand])] == [
        errand.without_particulars()
    ]
    for actor in (Actor(li.id), Actor("clerk-zhou", frozenset({"clerk"})), Actor("clerk-wang")):
        assert village.acting_as(actor).catalog.errand(errand.id) == errand


# --- programmes -----------------------------------------------------------------------------------


def test_a_programme_has_the_sessions_of_its_items_on_its_days(
    village: Community, item: ServiceItem, clock: ManualClock
) -> None:
    hold = village.catalog.hold_session
    inside = hold(item.id, START + HOUR, START + 2 * HOUR, places=1)
    hold(item.id, START + 48 * HOUR, START + 49 * HOUR, places=1)
    programme = village.catalog.draft_programme(
        {"zh_Hans": "一日网格员", "en": "Grid worker for a day"},
        starts_on=date(2026, 3, 2),
        ends_on=date(2026, 3, 2),
        item_ids=[item.id],
    )
    programme = village.catalog.publish(programme)
    assert village.catalog.programmes() == [programme]
    assert village.catalog.programme_sessions(programme.id) == [inside]
    clock.set(START + 24 * HOUR)
    assert village.catalog.tick() == [village.catalog.programme(programme.id)]
    with pytest.raises(RecordUnknown):
        village.catalog.draft_programme("x", starts_on=date(2026, 3, 2), item_ids=["nowhere"])
    with pytest.raises(DaysReversed):
        village.catalog.draft_programme("x", starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 1))


def test_who_did_it_stands_in_the_journal(village: Community, item: ServiceItem) -> None:
    post = village.catalog.draft_post(item.id, "Post", starts_on=date(2026, 3, 1), places=1)
    chair = village.acting_as(Actor("chair", frozenset({"organiser"})))
    chair.catalog.publish(post)
    with village.context.read() as work:
        changes = work.find(Change, {"kind": "post", "subject": post.id}, order=("version",))
    assert [(change.actor, change.status) for change in changes] == [
        ("clerk-wang", "draft"),
        ("chair", "published"),
    ]
