"""Whoever verifies a claim tells what the rules ask of its deed: facts, and how many."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gridpoints import Account, Actor, Community, Member
from gridpoints.claiming.model import ClaimStatus
from gridpoints.errors import FactNotListed, NotUsable, QuantityNeeded, QuantityNotTaken
from gridpoints.rules.expression.problems import FactMissing

RULES = """\
gridpoints: 1
code: asking
version: 1
name: {en: Asking}
source: written for the tests
from: 2026-01-02
units: {points: {name: {en: points}}}
facts:
  kind: {type: text, one_of: [elder, child]}
deeds:
  visit: {name: {en: Visit}, points: 5, when: "kind == 'elder'"}
  collect: {name: {en: Collect batteries}, points: {per: item, amount: 2}}
  care: {name: {en: Care}, points: {per: hour, amount: 10}}
  patrol: {name: {en: Patrol}, points: 5}
"""


@pytest.fixture(autouse=True)
def asking(village: Community) -> None:
    village.rules.publish(RULES)


def submitted(village: Community, member: Member, deed: str) -> str:
    """A claim on something that counts as the deed, reported by the member; its id."""
    item = village.catalog.publish(village.catalog.draft(deed, deed=deed).id)
    post = village.catalog.draft_post(item.id, deed, starts_on=date(2026, 3, 2), places=1)
    village.catalog.publish(post)
    own = village.acting_as(Actor(member.id)).claiming
    return own.report_done(own.claim_post(post.id, member.id).id).id


def points(village: Community, member: Member) -> int:
    return village.ledger.balance(Account.member(member.id, "points")).available


def test_a_fact_that_the_rules_ask_for(village: Community, li: Member) -> None:
    claim = submitted(village, li, "visit")
    with pytest.raises(FactMissing):
        village.claiming.verify(claim)
    with pytest.raises(FactNotListed):
        village.claiming.verify(claim, facts={"kind": "cat"})
    assert village.claiming.claim(claim).status is ClaimStatus.SUBMITTED
    _, award = village.claiming.verify(claim, facts={"kind": "elder"})
    assert (award.awarded, award.facts) == (5, {"kind": "elder"})
    village.rules.publish(
        RULES.replace("version: 1", "version: 2").replace("points: 5, when", "points: 7, when")
    )
    _, award = village.claiming.correct(claim, None, reason="the rules of the day")
    assert (award.awarded, award.facts) == (points(village, li), {"kind": "elder"})


def test_how_many_of_what_is_paid_by_the_piece(village: Community, li: Member) -> None:
    claim = submitted(village, li, "collect")
    with pytest.raises(QuantityNeeded):
        village.claiming.verify(claim)
    _, award = village.claiming.verify(claim, quantity=Decimal(6))
    assert (award.awarded, award.quantity) == (12, 6)
    assert points(village, li) == 12
    assert village.claiming.correct(claim, None, reason="looked at again")[1] == award


@pytest.mark.parametrize(("deed", "error"), [("care", NotUsable), ("patrol", QuantityNotTaken)])
def test_hours_are_the_claims_own(village: Community, li: Member, deed: str, error: type[Exception]) -> None:
    claim = submitted(village, li, deed)
    with pytest.raises(error):
        village.claiming.verify(claim, quantity=Decimal(6))
    assert village.claiming.claim(claim).status is ClaimStatus.SUBMITTED
