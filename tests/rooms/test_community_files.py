"""Household files: written and read by few, and never without a trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gridpoints import SYSTEM, Actor, Community, Exchange
from gridpoints.community.model import Household
from gridpoints.errors import BlankText, FileForNobody, FileNotForYou, NoFile, RecordUnknown, TermUnknown
from gridpoints.records import Change
from gridpoints.testing import ManualClock
from tests.rooms.conftest import RULES

GIVEN = RULES + "roles: {carer: {name: {en: Carer}}}\npermissions: {see_household_files: [carer]}\n"


@pytest.fixture
def village(exchange: Exchange) -> Community:
    """Acts as a clerk, who may read no files."""
    founded = exchange.found("baiyang", name="白羊村", rules=GIVEN)
    return founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))


@pytest.fixture
def home(village: Community) -> Household:
    return village.community.add_household(village.community.add_grid("一").id, "101")


@pytest.fixture
def carer(village: Community) -> Community:
    return village.acting_as(Actor("sun", frozenset({"carer"})))


def test_files_are_written_and_read_with_a_reason(
    carer: Community, home: Household, clock: ManualClock
) -> None:
    room = carer.community
    room.write_file(home.id, flags=["hardship"], note="needs coal")
    room.write_file(home.id, flags=["living_alone", "hardship", "hardship"], outside={"health": "no. 17"})
    entry = room.read_file(home.id, "visit in March")
    assert (entry.flags, entry.note, entry.written_by) == (("hardship", "living_alone"), "", "sun")
    assert [each.note for each in room.read_past(home.id, "complaint")] == ["needs coal", ""]
    assert [each.id for each in room.flagged("hardship", "list for the winter")] == [home.id]
    assert room.flagged("disability", "list for the winter") == []
    assert [(each.reader, each.reason, each.read_at) for each in room.readings(home.id)] == [
        ("sun", "visit in March", clock.now()),
        ("sun", "complaint", clock.now()),
        ("sun", "list for the winter", clock.now()),
    ]
    with pytest.raises(BlankText):
        room.read_file(home.id, " ")


def test_a_reading_is_told_and_nothing_of_what_was_read(
    carer: Community, home: Household, clock: ManualClock
) -> None:
    room = carer.community
    room.write_file(home.id, flags=["hardship"], note="needs coal", outside={"health": "no. 17"})
    [*_, last] = carer.events.read()
    room.read_file(home.id, "visit in March")
    room.flagged("hardship", "list for the winter")
    told = carer.events.read(last.cursor)
    readings = room.readings(home.id)
    assert [(e.kind, e.subject, e.actor, e.at) for e in told] == [
        ("file_reading", each.id, "sun", clock.now()) for each in readings
    ]
    assert {e.subject.partition("/")[0] for e in told} == {home.id}  # whose file it was
    everything = repr(told)
    for personal in ("coal", "hardship", "no. 17", "visit", "winter"):
        assert personal not in everything.replace(home.id, "")
    with carer.context.read() as work:
        pages = work.find(Change, {"kind": "file_reading"})
    assert [(page.before, page.reason, page.status) for page in pages] == [({}, None, None)] * 2


def test_others_may_not(village: Community, carer: Community, home: Household) -> None:
    carer.community.write_file(home.id, flags=["disability"])
    room = village.community
    for act in (
        lambda: room.write_file(home.id),
        lambda: room.read_file(home.id, "curious"),
        lambda: room.read_past(home.id, "curious"),
        lambda: room.flagged("disability", "curious"),
        lambda: room.readings(home.id),
    ):
        with pytest.raises(FileNotForYou) as refused:
            act()
        assert refused.value.fields == {"actor": "clerk-wang", "roles": ("carer",)}
    assert carer.community.readings(home.id) == []


def test_where_the_rules_are_silent_nobody_may(exchange: Exchange) -> None:
    for id, rules in (("silent", RULES), ("lawless", None)):
        founded = exchange.found(id, name="x", rules=rules)
        home = founded.community.add_household(founded.community.add_grid("一").id, "101")
        with pytest.raises(FileForNobody) as refused:
            founded.acting_as(Actor("sun", frozenset({"carer", "clerk"}))).community.write_file(home.id)
        assert isinstance(refused.value, FileNotForYou)
        assert (refused.value.roles, refused.value.line) == ((), "see_household_files: [clerk]")
        assert "nobody else may" in str(refused.value)
        assert "–" not in str(refused.value)
        assert founded.acting_as(SYSTEM).community.write_file(home.id).flags == ()


def test_the_journal_does_not_tell_what_a_file_says(carer: Community, home: Household) -> None:
    for flags in (["hardship"], ["disability"], []):
        carer.community.write_file(home.id, flags=flags, note="secret")
    with carer.transaction() as work:
        told = [change for change in work.find(Change) if change.subject == home.id]
    assert [change.kind for change in told].count("household_file") == 3
    assert not any("secret" in str(change) or "hardship" in str(change) for change in told)


def test_flags_are_a_list_that_grows(carer: Community, home: Household) -> None:
    room = carer.community
    with pytest.raises(TermUnknown):
        room.write_file(home.id, flags=["bedridden"])
    room.add_term("care_flag", "bedridden", {"en": "bedridden", "zh_Hans": "卧床"})
    assert room.write_file(home.id, flags=["bedridden"]).flags == ("bedridden",)
    with pytest.raises(RecordUnknown):
        room.write_file("nowhere")


def test_other_systems_are_looked_at_and_not_copied(carer: Community, home: Household) -> None:
    class Clinic:
        def look_up(self, reference: str) -> Mapping[str, Any]:
            return {"reference": reference}

    room = carer.community
    with pytest.raises(NoFile):
        room.read_file(home.id, "visit")
    room.write_file(home.id, outside={"health": "no. 17"})
    assert room.look_outside(home.id, "health", Clinic(), "visit") == {"reference": "no. 17"}
    with pytest.raises(NoFile):
        room.look_outside(home.id, "school", Clinic(), "visit")
    assert [each.reason for each in room.readings(home.id)] == ["visit", "visit"]
