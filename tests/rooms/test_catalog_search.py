"""What is listed is found by parts of words of any language, and by what it is, when, where, and free."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints import Community, Member, ServiceItem
from gridpoints.catalog.index import BLOCK, folded, grams, text_terms, word_terms
from gridpoints.catalog.indexing import FINDABLE, Document, enter, nominated
from gridpoints.catalog.model import ItemStatus, Mode
from gridpoints.catalog.posts import Post
from gridpoints.catalog.things import Thing
from gridpoints.errors import GridpointsError, NotOneOf, NotWholeNumber, TextTooLong
from tests.racing import race
from tests.rooms.conftest import START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def listed(village: Community, name: Any, **more: Any) -> ServiceItem:
    return village.catalog.publish(village.catalog.draft(name, **{"deed": "care", **more}))


def found(village: Community, text: str = "", **more: Any) -> list[str]:
    """The names of what a search finds, in its order."""
    return [getattr(each.record, "name", "") for each in village.catalog.search(text, **more)]


# --- words ----------------------------------------------------------------------------------------


def test_one_character_two_and_parts_of_words(village: Community) -> None:
    listed(village, {"zh_Hans": "法律咨询", "en": "Legal Advice"}, description={"zh_Hans": "每周三上午"})
    listed(village, {"zh_Hans": "心理咨询", "zh_Hant": "心理諮詢", "en": "Counselling"})
    assert found(village, "法") == found(village, "法律") == found(village, "律咨") == ["法律咨询"]
    assert found(village, "咨询") == ["心理咨询", "法律咨询"]  # the newest first
    assert found(village, "諮詢") == ["心理咨询"]
    assert found(village, "周三") == ["法律咨询"]
    assert (
        found(village, "LEGAL") == found(village, "egal adv") == found(village, "ｌｅｇａｌ") == ["法律咨询"]
    )
    assert found(village, "l") == ["心理咨询", "法律咨询"]
    assert found(village, "advice  法律") == ["法律咨询"]
    assert found(village, "法律 心理") == found(village, "询咨") == found(village, "xyz") == []
    assert found(village) == found(village, "  ") == ["心理咨询", "法律咨询"]


def test_pairs_that_stand_apart_are_no_word(village: Community) -> None:
    """The index has both pairs of ``abc``; the record decides."""
    listed(village, "ab bc")
    assert found(village, "abc") == []
    assert found(village, "ab") == ["ab bc"]


def test_drafts_and_what_is_closed_are_not_found(village: Community) -> None:
    item = village.catalog.draft("Patrol", deed="patrol")
    assert found(village, "patrol") == []
    village.catalog.publish(item)
    assert found(village, "patrol") == ["Patrol"]
    village.catalog.close(item)
    assert found(village, "patrol") == []
    village.catalog.publish(item)
    assert found(village, "patrol") == ["Patrol"]


def test_what_was_amended_is_found_as_it_is_now(village: Community) -> None:
    item = listed(village, "Patrol", skills=("law",))
    village.catalog.amend(item, name="Watch", skills=("driving",))
    assert found(village, "patrol") == found(village, skill="law") == []
    assert found(village, "watch") == found(village, skill="driving") == ["Watch"]


# --- what it is -----------------------------------------------------------------------------------


def test_field_way_skill_and_place(village: Community) -> None:
    village.catalog.adopt_categories()
    listed(village, "A", category="legal-aid", modes=("for_you",), skills=("law",), place="Station 1")
    listed(village, "B", category="legal-aid", modes=("for_you", "at_your_door"), place="Station 2")
    listed(village, "C", category="traffic", modes=("with_you",), skills=("law", "driving"))
    assert found(village, category="legal-aid") == ["B", "A"]
    assert found(village, mode="for_you") == ["B", "A"]
    assert found(village, mode=Mode.AT_YOUR_DOOR) == ["B"]
    assert found(village, skill="law") == ["C", "A"]
    assert found(village, place="station 1") == ["A"]
    assert found(village, skill="law", category="legal-aid", mode="for_you") == ["A"]
    assert found(village, "b", skill="law") == found(village, category="unheard-of") == []


def test_posts_errands_tasks_things_and_programmes_are_found_too(village: Community, li: Member) -> None:
    catalog = village.catalog
    catalog.adopt_categories()
    item = listed(village, "Care", category="health-care", skills=("nursing",), place="Station 1")
    catalog.publish(catalog.draft_post(item.id, "Care post", starts_on=date(2026, 3, 1), places=1))
    catalog.publish(catalog.ask_errand(item.id, li.id, "Care of a cat", mode="for_you"))
    month = catalog.publish(catalog.draft_task_list("March", starts_on=date(2026, 3, 1)))
    catalog.add_task(month, item.id, "Care task")
    catalog.publish(catalog.draft_thing("Care basket", stock=1, days=1))
    programme = catalog.draft_programme("Care month", starts_on=date(2026, 3, 1), item_ids=[item.id])
    catalog.publish(programme)
    kinds = [type(each.record).__name__ for each in catalog.search("care")]
    assert kinds == ["Programme", "Thing", "Task", "Errand", "Post", "ServiceItem"]
    assert found(village, "care", kinds=[Post, Thing]) == ["Care basket", "Care post"]
    assert found(village, category="health-care") == ["Care task", "", "Care post", "Care"]
    assert found(village, place="station 1") == ["Care task", "", "Care post", "Care"]
    assert found(village, mode="for_you") == [""]
    catalog.amend(item, category="mediation")
    assert found(village, category="health-care") == []
    assert found(village, category="mediation") == ["Care task", "", "Care post", "Care"]
    catalog.close(month)
    assert found(village, "care task") == []


# --- when and free --------------------------------------------------------------------------------


def test_a_day_is_one_where_the_community_lives(village: Community, li: Member) -> None:
    item, other = listed(village, "Clinic"), listed(village, "Another")
    late = village.catalog.hold_session(item.id, START + 14 * HOUR, START + 16 * HOUR, places=1)
    village.catalog.hold_session(other.id, START + 15 * HOUR, START + 16 * HOUR, places=1)  # after midnight
    today = date(2026, 3, 2)
    assert [each.sessions for each in village.catalog.search("clinic", day=today)] == [(late,)]
    assert found(village, day=today) == ["Clinic"]
    assert found(village, day=today + DAY) == ["Another"]
    village.catalog.cancel_session(late.id)
    assert found(village, day=today) == []
    errand = village.catalog.ask_errand(
        item.id, li.id, "Fetch", mode="for_you", starts_at=START, ends_at=START + 2 * DAY - 9 * HOUR
    )
    village.catalog.publish(errand)
    assert [len(found(village, "fetch", day=today + n * DAY)) for n in (-1, 0, 1, 2)] == [0, 1, 1, 0]


def test_a_session_may_be_elsewhere(village: Community) -> None:
    item = listed(village, "Clinic", place="Station 1")
    there = village.catalog.hold_session(item.id, START + HOUR, START + 2 * HOUR, places=1, place="The Park")
    here = village.catalog.hold_session(item.id, START + HOUR, START + 2 * HOUR, places=1)
    day = date(2026, 3, 2)
    assert [each.sessions for each in village.catalog.search(place="the park", day=day)] == [(there,)]
    assert [each.sessions for each in village.catalog.search(place="Station 1", day=day)] == [(here,)]
    assert found(village, place="the park") == ["Clinic"]
    village.catalog.cancel_session(there.id)
    assert found(village, place="the park") == []


def test_only_with_free_places(village: Community, li: Member, zhao: Member) -> None:
    full, partly, none = (listed(village, name) for name in ("Full", "Partly", "None"))
    sessions = [
        village.catalog.hold_session(item.id, START + n * DAY + HOUR, START + n * DAY + 2 * HOUR, places=1)
        for item in (full, partly)
        for n in (0, 1)
    ]
    for session, member in zip(sessions[:3], (li, li, zhao), strict=True):
        village.claiming.claim_session(session.id, member.id)
    today = date(2026, 3, 2)
    assert found(village, day=today) == ["Partly", "Full"]
    assert found(village, day=today, free=True) == []
    assert [each.sessions for each in village.catalog.search(free=True)] == [(sessions[3],)]
    umbrella = village.catalog.publish(village.catalog.draft_thing("Umbrella", stock=1, days=1))
    village.catalog.publish(village.catalog.draft_post(none.id, "Post", starts_on=today, places=1))
    assert found(village, free=True) == ["Post", "Umbrella", "Partly"]
    village.catalog.lend(umbrella.id, zhao.id)
    assert found(village, free=True) == ["Post", "Partly"]


# --- pages and limits -----------------------------------------------------------------------------


def test_pages_follow_one_another(village: Community) -> None:
    for n in range(7):
        listed(village, f"Patrol {n}")
    pages, before = [], None
    while page := village.catalog.search("patrol", limit=3, before=before):
        pages.append([each.record.id for each in page])
        before = page[-1].number
    names = [village.catalog.item(id).name for page in pages for id in page]
    assert [len(page) for page in pages] == [3, 3, 1]
    assert names == [f"Patrol {n}" for n in reversed(range(7))]
    assert village.catalog.search(before=0) == []


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"text": "长" * 201}, TextTooLong),
        ({"mode": "by post"}, NotOneOf),
        ({"limit": 0}, NotWholeNumber),
        ({"limit": 1_001}, NotWholeNumber),
        ({"text": "\x00"}, GridpointsError),
    ],
)
def test_what_cannot_be_asked(
    village: Community, asked: dict[str, Any], error: type[GridpointsError]
) -> None:
    with pytest.raises(error):
        village.catalog.search(**asked)


@pytest.mark.parametrize(
    "text", ["' OR 1=1 --", "%", "_", "\\", "🧓🏽", "ﬃ", "İ", "\u200d", "a\u0301", "/", "k:"]
)
def test_signs_are_signs(village: Community, text: str) -> None:
    listed(village, "Nothing special")
    named = listed(village, f"x{text}y")
    assert [each.record.id for each in village.catalog.search(text)] == [named.id]


def test_what_was_there_before_the_index_is_entered(village: Community) -> None:
    item = ServiceItem("old", "Old patrol", "patrol", status=ItemStatus.PUBLISHED)
    with village.transaction() as work:
        village.context.keep_all(work, [item, ServiceItem("draft", "Old draft", "patrol")])
    assert found(village, "old") == []
    assert village.catalog.reindex() == 1
    assert found(village, "old") == ["Old patrol"]
    assert village.catalog.reindex() == 1
    assert found(village, "old") == ["Old patrol"]


def test_many_publish_at_once(village: Community) -> None:
    drafts = [village.catalog.draft(f"Patrol {n}", deed="patrol") for n in range(8)]
    assert race([partial(village.catalog.publish, draft) for draft in drafts]) == {"done": 8}
    assert sorted(found(village, "patrol")) == [draft.name for draft in drafts]


# --- the index ------------------------------------------------------------------------------------


@given(text=st.text(max_size=30), words=st.lists(st.text(min_size=1, max_size=6), max_size=3))
def test_what_holds_the_words_has_their_terms(text: str, words: Sequence[str]) -> None:
    asked = [word for part in words for word in folded(part).split()]
    if all(word in folded(text) for word in asked):
        assert word_terms(asked) <= text_terms([text])


def test_terms() -> None:
    assert grams("法律 a bc") == {"法", "律", "法律", "a", "b", "c", "bc"}
    assert word_terms(["法律咨", "a"]) == {"t:法律", "t:律咨", "t:a"}
    assert folded(" Ｌegal\n Straße ") == "legal strasse"


def test_nominated_across_blocks(village: Community) -> None:
    """More than one block of numbers, on the store itself: against sets of numbers."""
    chance, size = Random(3), 2 * BLOCK + 50
    sets: dict[str, set[int]] = {term: set() for term in "abc"}
    documents = []
    for n in range(size):
        terms = {
            term for term, share in zip("abc", (0.9, 0.3, 0.001), strict=True) if chance.random() < share
        }
        for term in terms:
            sets[term].add(n)
        documents.append(Document("service_item", f"i{n}", frozenset(terms)))
    with village.transaction() as work:
        enter(work, documents)
        enter(work, [Document("service_item", "i7", frozenset(), listed=False)])
    expected = {n for n in range(size) if n != 7}
    with village.context.read() as work:
        for asked in ((), ("a",), ("b", "a"), ("c",), ("a", "b", "c"), ("z",)):
            wanted = set.intersection(expected, *(sets.get(term, set()) for term in asked))
            for below in (None, 1, BLOCK, BLOCK + 1, size):
                numbers = list(nominated(work, ["k:service_item", "k:post"], asked, below))
                ordered = sorted((n for n in wanted if below is None or n < below), reverse=True)
                assert numbers == ordered
    assert FINDABLE[0] is ServiceItem
