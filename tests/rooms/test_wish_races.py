"""Wishes that several people act on at the same moment, from a barrier."""

from __future__ import annotations

from functools import partial

import pytest

from gridpoints import Account, Actor, Community, Leg, Member, Transaction, Wish
from gridpoints.claiming.model import ClaimStatus
from gridpoints.claiming.wishes import LEASE, WishStatus
from gridpoints.testing import ManualClock
from tests.racing import race
from tests.rooms.conftest import START

#: Memory has one writer by its nature.
pytestmark = pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def people(village: Community) -> list[Member]:
    return [village.community.enrol(f"p{n}", id=f"p{n}") for n in range(6)]


def published(village: Community, li: Member, parts: int = 1) -> Wish:
    wish = village.claiming.make_wish(li.id, "A lamp", deed="wish", parts=parts)
    return village.claiming.publish_wish(wish.id)


def endowed(village: Community, member: Member, points: int) -> Account:
    account = Account.member(member.id, "points")
    legs = [Leg(Account.issuance("points"), -points), Leg(account, points)]
    village.ledger.post_one(Transaction(f"given-{member.id}", legs))
    return account


def test_the_last_parts_are_claimed_once(village: Community, li: Member, people: list[Member]) -> None:
    wish = published(village, li, parts=3)
    village.claiming.claim_wish(wish.id, people[0].id)
    came = race([partial(village.claiming.claim_wish, wish.id, p.id) for p in people[1:]])
    assert came == {"done": 2, "wish_taken": 3}
    assert village.claiming.wish(wish.id).status is WishStatus.CLAIMED


def test_one_adopts_what_others_claim(village: Community, li: Member, people: list[Member]) -> None:
    wish = published(village, li, parts=4)
    claims = [partial(village.claiming.claim_wish, wish.id, p.id) for p in people[:3]]
    came = race([*claims, partial(village.claiming.adopt_wish, wish.id, people[5].id, "Bank")])
    assert came["done"] + came["wish_taken"] == 4
    wish = village.claiming.wish(wish.id)
    assert (wish.status, wish.adopted_by) == (WishStatus.CLAIMED, "Bank")


def test_withdrawn_or_delivered(village: Community, li: Member, zhao: Member) -> None:
    for _ in range(3):
        wish = published(village, li)
        claim = village.claiming.claim_wish(wish.id, zhao.id)
        came = race(
            [
                partial(village.claiming.withdraw_wish, wish.id),
                partial(village.claiming.submit_delivery, claim.id),
            ]
        )
        assert came == {"done": 1, "illegal_transition": 1}
        found = village.claiming.wish(wish.id).status, village.claiming.claim(claim.id).status
        assert found in (
            (WishStatus.WITHDRAWN, ClaimStatus.CANCELLED),
            (WishStatus.DELIVERED, ClaimStatus.SUBMITTED),
        )


def test_several_wishes_each_way_at_once(village: Community, li: Member, people: list[Member]) -> None:
    """They are locked in one order, whichever order they are asked for in."""
    ids = [published(village, li).id for _ in range(4)]
    acts = [
        partial(village.claiming.claim_wishes, ids if n % 2 else ids[::-1], p.id)
        for n, p in enumerate(people)
    ]
    assert race(acts) == {"done": 1, "wish_taken": 5}


def test_numbers_are_given_once(village: Community, li: Member) -> None:
    drafts = [village.claiming.make_wish(li.id, "A lamp", deed="wish") for _ in range(6)]
    assert race([partial(village.claiming.publish_wish, wish.id) for wish in drafts]) == {"done": 6}
    numbers = sorted(str(village.claiming.wish(wish.id).number) for wish in drafts)
    assert numbers == [f"2026-{n:03d}" for n in range(1, 7)]


def test_bounties_never_pass_what_is_there(village: Community, li: Member, zhao: Member) -> None:
    account = endowed(village, zhao, 50)
    wishes = [published(village, li) for _ in range(4)]
    put_up = village.claiming.put_up_bounty
    came = race([partial(put_up, wish.id, zhao.id, 20, unit="points") for wish in wishes])
    assert came == {"done": 2, "insufficient_points": 2}
    assert village.ledger.balance(account).available == 10


def test_a_bounty_is_taken_back_or_promised(
    village: Community, li: Member, zhao: Member, people: list[Member]
) -> None:
    endowed(village, zhao, 50)
    for n in range(3):
        wish = published(village, li)
        bounty = village.claiming.put_up_bounty(wish.id, zhao.id, 10, unit="points")
        race(
            [
                partial(village.claiming.withdraw_bounty, bounty.id),
                partial(village.claiming.claim_wish, wish.id, people[n].id),
            ]
        )
        [claim] = village.claiming.claims_of(people[n].id)
        [bounty] = village.claiming.bounties(wish.id)
        village.acting_as(Actor(people[n].id)).claiming.submit_delivery(claim.id)
        village.claiming.verify(claim.id)
        paid = village.ledger.balance(Account.member(people[n].id, "points")).posted
        assert paid == 30 + (10 if bounty.status.value == "open" else 0)
    assert village.ledger.verify().ok


def test_confirmed_once(village: Community, li: Member, zhao: Member, people: list[Member]) -> None:
    endowed(village, people[0], 50)
    wish = published(village, li)
    village.claiming.put_up_bounty(wish.id, people[0].id, 50, unit="points")
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    village.acting_as(Actor(zhao.id)).claiming.submit_delivery(claim.id)
    came = race([partial(village.claiming.verify, claim.id)] * 4)
    assert came == {"done": 1, "illegal_transition": 3}
    assert village.ledger.balance(Account.member(zhao.id, "points")).posted == 80


def test_the_clock_and_contact_at_once(
    village: Community, li: Member, zhao: Member, clock: ManualClock
) -> None:
    wish = published(village, li)
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    clock.set(START + LEASE)
    ticks = [partial(village.claiming.tick_wishes)] * 3
    came = race([partial(village.claiming.note_contact, claim.id), *ticks])
    assert came["done"] == 3
    assert village.claiming.claim(claim.id).status is ClaimStatus.LAPSED
    assert village.claiming.wish(wish.id).status is WishStatus.PUBLISHED


def test_an_address_is_shown_or_the_claim_has_ended(village: Community, li: Member, zhao: Member) -> None:
    wish = village.claiming.make_wish(li.id, "A lamp", deed="wish", address="here")
    village.claiming.publish_wish(wish.id)
    claim = village.claiming.claim_wish(wish.id, zhao.id)
    giver = village.acting_as(Actor(zhao.id))
    came = race(
        [
            *[partial(giver.claiming.disclose, claim.id, "address")] * 3,
            partial(giver.claiming.cancel, claim.id),
        ]
    )
    assert len(village.claiming.disclosures(wish.id)) == came["done"] - 1 == 3 - came["not_disclosed"]
