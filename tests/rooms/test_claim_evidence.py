"""What shows that it was done goes with a claim to its award, whatever was claimed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gridpoints import Actor, Claim, Community, Exchange, Member
from gridpoints.catalog.model import Mode
from gridpoints.claiming.conditions import Conditions
from gridpoints.claiming.model import ClaimStatus, Provenance
from gridpoints.errors import BlankText, EvidenceNeeded
from gridpoints.testing import ManualClock
from tests.rooms.conftest import RULES, START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Every deed has to be shown.
ASKING = (
    RULES.replace("points: 5}", "points: 5, evidence: [a photograph]}")
    .replace("    points: {per: hour", "    evidence: [a list of signatures]\n    points: {per: hour")
    .replace("points: 30}", "points: 30, evidence: [a letter]}")
)
PHOTOGRAPH, LIST = "https://example.org/照片/1.jpg", "签到表第3页"


@pytest.fixture
def village(exchange: Exchange) -> Community:
    founded = exchange.found("baiyang", name="白羊村", rules=ASKING)
    return founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))


@pytest.fixture
def attended(village: Community, li: Member, clock: ManualClock) -> Claim:
    """A claim of a session of two hours that is over."""
    item = village.catalog.publish(village.catalog.draft("Care", deed="care").id)
    session = village.catalog.hold_session(item.id, START + DAY, START + DAY + 2 * HOUR, places=2)
    claim = village.claiming.claim_session(session.id, li.id)
    clock.set(session.ends_at)
    return claim


def test_what_is_submitted_with_hours_is_kept_with_the_award(
    village: Community, attended: Claim, li: Member
) -> None:
    me = village.acting_as(Actor(li.id)).claiming
    with pytest.raises(BlankText):
        me.submit_hours(attended.id, Decimal(2), evidence=[" "])
    submitted = me.submit_hours(attended.id, Decimal(2), evidence=[PHOTOGRAPH, LIST, PHOTOGRAPH])
    assert submitted.evidence == (PHOTOGRAPH, LIST)
    claim, award = village.claiming.verify(attended.id)
    assert claim.evidence == award.evidence == (PHOTOGRAPH, LIST)
    assert village.awards.award(award.id).evidence == (PHOTOGRAPH, LIST)
    assert village.claiming.claim(attended.id) == claim


def test_without_evidence_nothing_is_verified_until_somebody_gives_it(
    village: Community, attended: Claim, li: Member
) -> None:
    village.acting_as(Actor(li.id)).claiming.submit_hours(attended.id, Decimal(2))
    with pytest.raises(EvidenceNeeded) as refused:
        village.claiming.verify(attended.id)
    assert refused.value.evidence == ("a list of signatures",)
    assert village.claiming.claim(attended.id).status is ClaimStatus.SUBMITTED
    claim, award = village.claiming.verify(attended.id, evidence=LIST)  # one text is one piece of it
    assert claim.evidence == award.evidence == (LIST,)


def test_what_a_clerk_enters_from_paper_has_its_evidence(
    village: Community, attended: Claim, zhao: Member
) -> None:
    entered = village.claiming.enter_hours(attended.id, Decimal(1), Provenance.PAPER, evidence=[LIST])
    walked_in = village.claiming.enter_attendance(attended.target_id, zhao.id, Decimal(1), evidence=[LIST])
    other = village.acting_as(Actor("clerk-zhou", frozenset({"clerk"})))
    for claim in (entered, walked_in):
        assert other.claiming.verify(claim.id)[1].evidence == (LIST,)


def test_a_correction_keeps_the_evidence_and_adds_to_it(
    village: Community, attended: Claim, li: Member
) -> None:
    village.acting_as(Actor(li.id)).claiming.submit_hours(attended.id, Decimal(2), evidence=[PHOTOGRAPH])
    _, award = village.claiming.verify(attended.id)
    claim, anew = village.claiming.correct(attended.id, Decimal(1), reason="came late")
    assert claim.evidence == anew.evidence == (PHOTOGRAPH,)
    assert village.claiming.correct(attended.id, Decimal(1), reason="the same again") == (claim, anew)
    claim, anew = village.claiming.correct(
        attended.id, Decimal(1), reason="a list turned up", evidence=[LIST]
    )
    assert claim.evidence == anew.evidence == (PHOTOGRAPH, LIST)
    assert village.awards.award(award.id).status == "reversed"


def test_wishes_errands_and_tasks_are_shown_too(village: Community, li: Member, zhao: Member) -> None:
    giver, beneficiary = (village.acting_as(Actor(each.id)).claiming for each in (zhao, li))
    wish = village.claiming.make_wish(li.id, "A lamp", deed="wish")
    village.claiming.publish_wish(wish.id)
    granted = giver.claim_wish(wish.id, zhao.id)
    giver.submit_delivery(granted.id, evidence=[PHOTOGRAPH])
    assert beneficiary.verify(granted.id, evidence=["a letter of thanks"])[1].evidence == (
        PHOTOGRAPH,
        "a letter of thanks",
    )
    help_ = village.catalog.draft("Help", deed="patrol", modes=[Mode.FOR_YOU])
    item = village.catalog.publish(help_.id)
    errand = village.catalog.publish(
        village.catalog.ask_errand(item.id, li.id, mode=Mode.FOR_YOU, text="Fetch a parcel")
    )
    run = giver.claim_errand(errand.id, zhao.id)
    giver.report_done(run.id, evidence=[PHOTOGRAPH])
    assert beneficiary.verify(run.id)[1].evidence == (PHOTOGRAPH,)


def test_why_a_session_was_called_off_shows_the_deed_that_it_counts_as(
    village: Community, li: Member
) -> None:
    village.claiming.set_conditions(Conditions(called_off_deed="patrol"))
    item = village.catalog.publish(village.catalog.draft("Care", deed="care").id)
    session = village.catalog.hold_session(item.id, START + DAY, START + DAY + HOUR, places=1)
    village.claiming.claim_session(session.id, li.id)
    [claim] = village.claiming.cancel_session(session.id, reason="heavy rain")
    assert claim.award_id is not None
    award = village.awards.award(claim.award_id)
    assert (award.evidence, award.day) == (("heavy rain",), date(2026, 3, 2))
