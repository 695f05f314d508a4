"""Members are excluded by a decision, which is kept, used wherever it matters, and undone by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from gridpoints import Account, Actor, Community, Exchange, Leg, Member, Report, Transaction
from gridpoints.awards.exclusions import ExclusionStatus
from gridpoints.awards.model import AwardStatus
from gridpoints.errors import (
    BlankText,
    ExclusionUnknown,
    IllegalTransition,
    MemberSuspended,
    NotUsable,
    OwnExclusion,
    RecordUnknown,
    RightReserved,
    TakesNoPart,
)
from gridpoints.i18n import Language
from gridpoints.testing import ManualClock
from tests.rooms.conftest import START

RULES = """\
gridpoints: 1
code: excluding
version: "1"
name: {en: Rules that exclude}
source: written for the tests
from: 2026-01-01
units:
  points: {name: {en: points}}
facts:
  member.excluded: {type: truth}
deeds:
  patrol: {name: {en: Patrol}, points: 5, when: not member.excluded}
  care: {name: {en: Care}, points: {per: hour, amount: 10}}
stars:
  levels:
    one: {name: {en: One star}, needs: {hours: 3}}
  exclusion:
    fraud: {name: {en: Fraud, zh_Hans: 造假}, days: 30}
    theft: {name: {en: Theft}}
permissions: {see_members: [clerk]}
"""
TODAY = date(2026, 3, 2)
DAY = timedelta(days=1)


@pytest.fixture
def village(exchange: Exchange) -> Community:
    founded = exchange.found("excluding", name="村", rules=RULES)
    return founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))


def patrol(village: Community, member: Member, id: str, day: date = TODAY) -> AwardStatus:
    return village.awards.credit(Report(id, member.id, "patrol", day)).status


def test_a_decision_is_kept_told_to_the_rules_and_undone_by_another(
    village: Community, li: Member, zhao: Member, clock: ManualClock
) -> None:
    made = village.awards.exclude(li.id, "fraud", note="signed for others", since=TODAY - DAY)
    assert (made.until, made.decided_by) == (TODAY + 29 * DAY, "clerk-wang")
    statuses = [patrol(village, li, f"d{n}", TODAY - n * DAY) for n in range(3)]
    assert statuses == [AwardStatus.REFUSED, AwardStatus.REFUSED, AwardStatus.CREDITED]
    assert patrol(village, zhao, "z") is AwardStatus.CREDITED
    english = Language.of("en")
    assert english.explanation(village.awards.explain("d0"))[1] == "Was excluded until Mar 31, 2026: Fraud"
    assert english.explanation(village.awards.explain("z"))[1] == "Was not excluded"
    assert patrol(village, li, "d0") is AwardStatus.REFUSED  # the same report again
    assert village.awards.award("d0").told == {}

    barred = village.awards.standing(li.id).barred
    assert barred is not None
    assert english.explanation(barred.explanation) == ["Excluded until Mar 31, 2026: Fraud"]
    clock.advance(2 * DAY)
    lifted = village.awards.lift_exclusion(made.id, note="it was somebody else")
    assert (lifted.status, lifted.lifted_on) == (ExclusionStatus.LIFTED, TODAY + 2 * DAY)
    assert village.awards.standing(li.id).barred is None
    assert patrol(village, li, "after", TODAY + 2 * DAY) is AwardStatus.CREDITED
    assert patrol(village, li, "before", TODAY + DAY) is AwardStatus.REFUSED  # by the day of the deed
    with pytest.raises(IllegalTransition):
        village.awards.lift_exclusion(made.id, note="again")

    # It is in the record, and what happened to it is in the journal.
    assert village.recognition.record(li.id).exclusions == (lifted,)
    for language, words in {
        "en": "exclusion,fraud,,clerk-wang,lifted,signed for others; takes part again on 2026-03-04",
        "zh_Hans": "取消资格的决定,fraud,,clerk-wang,已解除,signed for others; 2026-03-04起恢复资格",
    }.items():
        assert words in village.recognition.csv(li.id, language=language).splitlines()[1]
    assert village.awards.exclusions() == village.awards.exclusions(li.id) == [lifted]
    told = [event for event in village.events.read() if event.kind == "exclusion"]
    assert [(event.subject, event.status, event.actor, event.reason) for event in told] == [
        (made.id, "standing", "clerk-wang", None),
        (made.id, "lifted", "clerk-wang", "it was somebody else"),
    ]


def test_who_is_excluded_neither_claims_nor_redeems(
    village: Community, li: Member, clock: ManualClock
) -> None:
    legs = (Leg(Account.member(li.id, "points"), 9), Leg(Account.issuance("points"), -9))
    village.ledger.post_one(Transaction("gift", legs))
    room = village.redemption
    shop = room.activate_merchant(room.register_merchant("店", unit="points", rate="1").id)
    soap = room.publish_offer(room.draft_offer(shop.id, "肥皂", price=1).id)
    item = village.catalog.publish(village.catalog.draft("Read to the blind", deed="care").id)
    session = village.catalog.hold_session(item.id, START + DAY, START + 2 * DAY, places=5)

    made = village.awards.exclude(li.id, "theft", note="was seen")
    assert made.until is None
    with pytest.raises(TakesNoPart):
        room.redeem(soap.id, li.id)
    with pytest.raises(MemberSuspended):
        village.claiming.claim_session(session.id, li.id)
    village.awards.lift_exclusion(made.id, note="gave it back")
    room.redeem(soap.id, li.id)
    village.claiming.claim_session(session.id, li.id)

    village.awards.exclude(li.id, "theft", note="again", until=TODAY + 5 * DAY)
    with pytest.raises(TakesNoPart):
        room.redeem(soap.id, li.id)
    clock.advance(5 * DAY)
    room.redeem(soap.id, li.id)


def test_a_decision_holds_while_the_rules_know_its_reason(village: Community, li: Member) -> None:
    village.awards.exclude(li.id, "theft", note="was seen")
    rules = RULES.replace('version: "1"', 'version: "2"').replace("2026-01-01", "2026-03-02")
    village.rules.publish(rules.replace("    theft: {name: {en: Theft}}\n", ""))
    assert village.awards.standing(li.id).barred is None
    assert patrol(village, li, "d") is AwardStatus.CREDITED
    assert [each.reason for each in village.awards.exclusions(li.id)] == ["theft"]


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"reason": "fun"}, ExclusionUnknown),
        ({"note": " "}, BlankText),
        ({"until": TODAY}, NotUsable),
        ({"since": TODAY + DAY, "until": TODAY}, NotUsable),
        ({"member_id": "nobody"}, RecordUnknown),
    ],
)
def test_what_cannot_be_decided(
    village: Community, li: Member, change: dict[str, Any], refusal: type[Exception]
) -> None:
    asked = {"member_id": li.id, "reason": "fraud", "note": "was seen", **change}
    with pytest.raises(refusal):
        village.awards.exclude(**asked)
    assert village.awards.exclusions() == []


def test_who_may_decide_and_who_may_read(village: Community, li: Member, zhao: Member) -> None:
    made = village.awards.exclude(li.id, "fraud", note="was seen")
    neighbour = village.acting_as(Actor(zhao.id)).awards
    clerk = village.acting_as(Actor(li.id, frozenset({"clerk"}))).awards
    acts: list[tuple[Callable[[], object], type[Exception]]] = [
        (lambda: neighbour.exclude(li.id, "fraud", note="x"), RightReserved),
        (lambda: neighbour.lift_exclusion(made.id, note="x"), RightReserved),
        (lambda: neighbour.exclusions(li.id), RightReserved),
        (neighbour.exclusions, RightReserved),
        (lambda: clerk.exclude(li.id, "fraud", note="x"), OwnExclusion),
        (lambda: clerk.lift_exclusion(made.id, note="x"), OwnExclusion),
    ]
    for act, refusal in acts:
        with pytest.raises(refusal):
            act()
    assert village.acting_as(Actor(li.id)).awards.exclusions(li.id) == [made]
    assert neighbour.exclusions(zhao.id) == []
