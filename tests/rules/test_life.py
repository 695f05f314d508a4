"""The life of a version of the rules, on every store: drafted, checked, voted on, published, superseded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

import gridpoints
from gridpoints import Actor, Community, Exchange, Report
from gridpoints.errors import (
    BadText,
    DraftMismatch,
    IllegalTransition,
    NotApproved,
    NotWholeNumber,
    RecordExists,
    RecordUnknown,
    RuleSetFrozen,
    RuleSetInvalid,
    StartsTooEarly,
    UnitChanged,
    VoteLost,
    VoteNeeded,
)
from gridpoints.records import Change
from gridpoints.rules.life import Ballot, Draft, DraftStatus, VersionStatus, status_of
from gridpoints.testing import ManualClock
from tests.racing import race

CARRIED = Ballot(12, 3, 1, "Minutes of 5 May 2026, item 4")


def rules(version: str = "2", points: int = 8, starts_on: str = "2026-06-01", more: str = "") -> str:
    return f"""\
gridpoints: 1
code: lane
version: "{version}"
name: {{en: Rules of the lane}}
source: written for the tests
from: {starts_on}
units: {{points: {{name: {{en: points}}}}}}
deeds:
  patrol: {{name: {{en: Patrol}}, points: {points}}}
{more}"""


FIRST = rules("1", 5, "2026-01-01")
WRONG = rules().replace("points: 8", "points: eight")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 5, 6, 1, tzinfo=UTC))


@pytest.fixture
def exchange(store_url: str, clock: ManualClock) -> Iterator[Exchange]:
    with gridpoints.open(store_url, clock=clock, random=Random(7)) as exchange:
        yield exchange


@pytest.fixture
def village(exchange: Exchange) -> Community:
    founded = exchange.found("lane", name="Lane", rules=FIRST)
    return founded.acting_as(Actor("wang", frozenset({"clerk"})))


def approved(village: Community, text: str) -> Draft:
    draft = village.rules.draft(text)
    village.rules.check_draft(draft.id)
    return village.rules.approve_draft(draft.id, CARRIED)


# --- from a draft to the law ----------------------------------------------------------------------


def test_the_whole_life(village: Community, clock: ManualClock) -> None:
    draft = village.rules.draft(rules())
    assert (draft.id, draft.status, draft.drafted_by) == ("lane@2", DraftStatus.DRAFT, "wang")
    assert village.rules.check_draft(draft.id).status is DraftStatus.CHECKED

    chair = village.acting_as(Actor("chair-zhao", frozenset({"organiser"})))
    agreed = chair.rules.approve_draft(draft.id, CARRIED)
    assert (agreed.status, agreed.approved_by, agreed.vote) == (DraftStatus.APPROVED, "chair-zhao", CARRIED)
    assert agreed.approved_at == clock.now()
    assert [v.rules.id for v in village.rules.versions()] == ["lane@1"]

    assert village.rules.publish_draft(draft.id).id == "lane@2"
    assert village.rules.draft_of("lane@2").status is DraftStatus.PUBLISHED
    old, new = village.rules.versions()
    assert (old.rules.id, old.starts_on, old.ends_on) == ("lane@1", date(2026, 1, 1), date(2026, 6, 1))
    assert (old.status, old.vote, old.approved_by) == (VersionStatus.IN_FORCE, None, None)
    assert (new.rules.id, new.starts_on, new.ends_on) == ("lane@2", date(2026, 6, 1), None)
    assert (new.status, new.vote, new.approved_by) == (VersionStatus.UPCOMING, CARRIED, "chair-zhao")

    clock.set(datetime(2026, 5, 31, 16, tzinfo=UTC))  # midnight in Shanghai
    assert [v.status for v in village.rules.versions()] == [
        VersionStatus.SUPERSEDED,
        VersionStatus.IN_FORCE,
    ]


def test_a_deed_is_judged_by_the_rules_of_its_day(village: Community, clock: ManualClock) -> None:
    village.rules.publish_draft(approved(village, rules()).id)
    clock.set(datetime(2026, 7, 1, tzinfo=UTC))
    li = village.community.enrol("Li")
    days = [date(2026, 5, 31), date(2026, 6, 1)]
    awards = [village.awards.credit(Report(str(day), li.id, "patrol", day)) for day in days]
    assert [(a.rule_set, a.awarded) for a in awards] == [("lane@1", 5), ("lane@2", 8)]


def test_every_step_is_written_down(village: Community) -> None:
    village.rules.publish_draft(approved(village, rules()).id)
    with village.context.read() as work:
        changes = work.find(Change, {"kind": "draft", "subject": "lane@2"}, order=("version",))
    assert [c.status for c in changes] == ["draft", "checked", "approved", "published"]


def test_the_same_again_changes_nothing(village: Community) -> None:
    draft = approved(village, rules())
    assert village.rules.draft(rules()) == draft
    first = village.rules.publish_draft(draft.id)
    assert village.rules.publish_draft(draft.id) == first == village.rules.publish(rules())
    assert village.rules.draft_of(draft.id).version == 4


# --- texts ----------------------------------------------------------------------------------------


def test_every_text_is_kept(village: Community) -> None:
    draft = village.rules.draft(WRONG)
    village.rules.revise_draft(draft.id, rules(points=9), reason="a number")
    assert village.rules.revise_draft(draft.id, rules(points=9)).version == 2
    village.rules.check_draft(draft.id)
    lin = village.acting_as(Actor("lin"))
    revised = lin.rules.revise_draft(draft.id, rules(points=7), reason="as the meeting wished")
    assert revised.status is DraftStatus.DRAFT, "it has to be checked again"
    told = [(r.version, r.text, r.by, r.reason) for r in village.rules.revisions(draft.id)]
    assert told == [
        (1, WRONG, "wang", None),
        (2, rules(points=9), "wang", "a number"),
        (4, rules(points=7), "lin", "as the meeting wished"),
    ]


def test_what_is_wrong_is_told_and_it_stays_a_draft(village: Community) -> None:
    draft = village.rules.draft(WRONG)
    with pytest.raises(RuleSetInvalid) as told:
        village.rules.check_draft(draft.id)
    assert (told.value.source, told.value.count) == ("lane@2", 1)
    assert village.rules.draft_of(draft.id) == draft
    with pytest.raises(IllegalTransition):
        village.rules.approve_draft(draft.id, CARRIED)


@pytest.mark.parametrize("text", ["code: lane\nno: version", "version: 1\n\n", "- a\n- b\n", "a: [\n", "\n"])
def test_a_draft_says_at_least_what_it_is(village: Community, text: str) -> None:
    with pytest.raises(RuleSetInvalid):
        village.rules.draft(text)
    assert village.rules.drafts() == []


def test_what_no_store_keeps_is_refused() -> None:
    with pytest.raises(BadText):
        Draft("a@1", "\x00", datetime(2026, 1, 1, tzinfo=UTC), "wang")


def test_a_draft_stays_the_version_that_it_is(village: Community) -> None:
    draft = village.rules.draft(rules())
    with pytest.raises(DraftMismatch):
        village.rules.revise_draft(draft.id, rules("3"))
    with pytest.raises(RecordExists):
        village.rules.draft(rules(points=9))
    with pytest.raises(RuleSetFrozen):
        village.rules.draft(FIRST)
    with pytest.raises(RecordUnknown):
        village.rules.check_draft("lane@9")


# --- votes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("vote", [Ballot(3, 4), Ballot(5, 5), Ballot(0, 0, 20)])
def test_a_vote_that_is_lost_approves_nothing(village: Community, vote: Ballot) -> None:
    draft = village.rules.check_draft(village.rules.draft(rules()).id)
    with pytest.raises(VoteLost):
        village.rules.approve_draft(draft.id, vote)
    assert village.rules.draft_of(draft.id) == draft


@pytest.mark.parametrize("votes", [(-1, 0), (1, True), (1, 0, 10**8)])
def test_votes_are_counted(votes: Any) -> None:
    with pytest.raises(NotWholeNumber):
        Ballot(*votes)


def test_what_was_approved_is_not_rewritten(village: Community) -> None:
    draft = approved(village, rules())
    with pytest.raises(IllegalTransition):
        village.rules.revise_draft(draft.id, rules(points=9))
    with pytest.raises(IllegalTransition):
        village.rules.approve_draft(draft.id, CARRIED)


# --- publishing -----------------------------------------------------------------------------------


def test_a_version_may_begin_later_than_was_decided_but_not_earlier(village: Community) -> None:
    draft = approved(village, rules())
    with pytest.raises(StartsTooEarly):
        village.rules.publish_draft(draft.id, starts_on=date(2026, 5, 31))
    village.rules.publish_draft(draft.id, starts_on=date(2026, 7, 1))
    assert village.rules.in_force(date(2026, 6, 30)).id == "lane@1"
    assert village.rules.in_force(date(2026, 7, 1)).id == "lane@2"
    assert village.rules.version("lane@2").starts_on == date(2026, 7, 1)
    assert village.rules.publish(rules()).starts_on == date(2026, 7, 1)
    with pytest.raises(RuleSetFrozen):
        village.rules.publish_draft(draft.id, starts_on=date(2026, 6, 1))


def test_the_short_way_does_not_lead_around_a_draft(village: Community) -> None:
    draft = village.rules.draft(rules())
    with pytest.raises(NotApproved):
        village.rules.publish(rules())
    village.rules.check_draft(draft.id)
    village.rules.approve_draft(draft.id, CARRIED)
    with pytest.raises(NotApproved):
        village.rules.publish(rules(points=100))
    village.rules.publish(rules())
    assert village.rules.draft_of(draft.id).status is DraftStatus.PUBLISHED
    with pytest.raises(RuleSetFrozen):
        village.rules.publish(rules(points=100))


def test_rules_may_say_that_they_are_changed_by_a_vote_alone(village: Community, clock: ManualClock) -> None:
    voted = rules("2", more="changed_by_vote: true\n")
    village.rules.publish(voted)  # nothing says so yet
    village.rules.publish(voted)
    with pytest.raises(VoteNeeded) as refused:
        village.rules.publish(rules("3", starts_on="2026-07-01"))
    assert (refused.value.version, refused.value.rules) == ("lane@3", "lane@2")
    village.rules.publish_draft(approved(village, rules("3", starts_on="2026-07-01")).id)
    with pytest.raises(VoteNeeded):  # the second version is still in force until July
        village.rules.publish(rules("4", starts_on="2026-08-01"))
    clock.advance(timedelta(days=60))
    village.rules.publish(rules("4", starts_on="2026-08-01"))


def test_what_was_withdrawn_is_not_published(village: Community) -> None:
    draft = approved(village, rules())
    village.rules.withdraw_draft(draft.id, reason="the street office objects")
    with pytest.raises(IllegalTransition):
        village.rules.publish_draft(draft.id)
    with pytest.raises(NotApproved):
        village.rules.publish(rules())
    assert [d.status for d in village.rules.drafts(DraftStatus.WITHDRAWN)] == [DraftStatus.WITHDRAWN]
    with pytest.raises(RecordUnknown):
        village.rules.version(draft.id)


def test_a_unit_keeps_its_digits_and_the_draft_stays_approved(village: Community) -> None:
    draft = approved(village, rules().replace("{en: points}", "{en: points}, scale: 1"))
    with pytest.raises(UnitChanged):
        village.rules.publish_draft(draft.id)
    assert village.rules.draft_of(draft.id).status is DraftStatus.APPROVED


def test_of_two_from_one_day_the_later_published_applies(village: Community, clock: ManualClock) -> None:
    village.rules.publish(rules("2"))
    clock.advance(timedelta(hours=1))
    village.rules.publish(rules("3", 9))
    _, overtaken, new = village.rules.versions()
    assert (overtaken.rules.id, overtaken.status) == ("lane@2", VersionStatus.SUPERSEDED)
    assert (new.rules.id, new.status) == ("lane@3", VersionStatus.UPCOMING)
    assert village.rules.in_force(date(2026, 6, 1)).id == "lane@3"


def test_the_status_of_a_day() -> None:
    first, last = date(2026, 1, 1), date(2026, 2, 1)
    assert status_of(first, last, date(2025, 12, 31)) is VersionStatus.UPCOMING
    assert status_of(first, last, date(2026, 1, 31)) is VersionStatus.IN_FORCE
    assert status_of(first, last, last) is VersionStatus.SUPERSEDED
    assert status_of(first, None, date.max) is VersionStatus.IN_FORCE


# --- deeds of its days that were judged before ----------------------------------------------------


def test_deeds_that_a_version_comes_too_late_for_stay_and_are_counted(village: Community) -> None:
    li = village.community.enrol("Li")
    for day in (date(2025, 12, 31), date(2026, 3, 1), date(2026, 3, 31), date(2026, 5, 1)):
        with_rules = day >= date(2026, 1, 1)
        [outcome] = village.awards.credit_all([Report(str(day), li.id, "patrol", day)])
        assert (outcome.award is not None) == with_rules
    village.rules.publish(rules("2", 8, "2026-03-02"))
    assert village.awards.overtaken_by("lane@2") == 2
    assert village.awards.overtaken_by("lane@1") == 0
    village.rules.publish(rules("3", 9, "2026-05-01"))
    assert village.awards.overtaken_by("lane@2") == 1
    assert village.awards.overtaken_by("lane@3") == 1
    village.rules.publish(rules("4", 9, "2027-01-01"))
    assert village.awards.overtaken_by("lane@4") == 0
    assert {a.rule_set for a in village.awards.awards_of(li.id)} == {"lane@1"}
    with pytest.raises(RecordUnknown):
        village.awards.overtaken_by("lane@5")


# --- at once --------------------------------------------------------------------------------------


def test_two_publish_the_same_version_at_once(village: Community) -> None:
    assert race([lambda: village.rules.publish(rules())] * 6) == {"done": 6}
    assert len(village.rules.versions()) == 2


def test_of_two_texts_of_one_version_one_is_published(village: Community) -> None:
    came = race([partial(village.rules.publish, rules(points=n)) for n in range(1, 7)])
    assert came == {"done": 1, "rule_set_frozen": 5}
    assert len(village.rules.versions()) == 2


def test_two_versions_declare_the_same_unit_at_once(village: Community) -> None:
    coins = [
        approved(
            village, rules(str(n)).replace("{points: {name: {en: points}}}", "{coins: {name: {en: coins}}}")
        )
        for n in range(2, 6)
    ]
    acts = [lambda id=draft.id: village.rules.publish_draft(id) for draft in coins]
    assert race(acts) == {"done": 4}
    assert village.rules.units().keys() == {"points", "coins"}


def test_a_draft_is_published_or_withdrawn(village: Community) -> None:
    draft = approved(village, rules())
    came = race(
        [lambda: village.rules.publish_draft(draft.id)] * 3
        + [lambda: village.rules.withdraw_draft(draft.id, reason="no")] * 3
    )
    published = village.rules.draft_of(draft.id).status is DraftStatus.PUBLISHED
    assert came == (
        {"done": 3, "illegal_transition": 3} if published else {"done": 1, "illegal_transition": 5}
    )
    assert len(village.rules.versions()) == (2 if published else 1)


def test_of_two_revisions_both_are_kept(village: Community) -> None:
    draft = village.rules.draft(rules())
    race([partial(village.rules.revise_draft, draft.id, rules(points=n)) for n in (1, 2, 3)])
    assert len(village.rules.revisions(draft.id)) == 4
