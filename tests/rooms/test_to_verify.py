"""What waits to be verified, for whoever has to do it."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from gridpoints import Actor, Community, Member
from gridpoints.catalog.model import ServiceItem
from gridpoints.claiming.model import Claim, Target
from gridpoints.errors import NotOneOf, NotTheOrganiser, NotUsable, NotWholeNumber, RecordUnknown
from gridpoints.testing import ManualClock
from tests.rooms.conftest import START

HOUR = timedelta(hours=1)


@pytest.fixture
def item(village: Community) -> ServiceItem:
    return village.catalog.publish(village.catalog.draft("Read to the blind", deed="care").id)


def submitted(village: Community, item: ServiceItem, member: Member, clock: ManualClock) -> Claim:
    """A claim on a session of an hour that is over now."""
    now = clock.now()
    session = village.catalog.hold_session(item.id, now + HOUR, now + 2 * HOUR, places=1)
    claim = village.claiming.claim_session(session.id, member.id)
    clock.advance(2 * HOUR)
    return village.acting_as(Actor(member.id)).claiming.submit_hours(claim.id, Decimal(1))


def ids(claims: tuple[Claim, ...]) -> list[str]:
    return [claim.id for claim in claims]


def test_the_longest_first_until_they_are_judged(
    village: Community, item: ServiceItem, li: Member, zhao: Member, clock: ManualClock
) -> None:
    room = village.claiming
    claims = [submitted(village, item, member, clock) for member in (li, zhao, li)]
    assert [claim.waits_since for claim in claims] == [START + n * 2 * HOUR for n in (1, 2, 3)]
    assert ids(room.to_verify().claims) == ids(tuple(claims))
    disputed = room.dispute(claims[0].id, reason="nobody saw it")
    assert disputed.waits_since == claims[0].waits_since
    verified, _ = room.verify(claims[1].id)
    assert verified.waits_since is None
    assert ids(room.to_verify().claims) == [claims[0].id, claims[2].id]
    assert room.void(claims[0].id, reason="nobody saw it").waits_since is None
    room.correct(claims[1].id, Decimal("0.5"), reason="left early")
    assert ids(room.to_verify().claims) == [claims[2].id]


def test_page_by_page_whatever_happens_between(
    village: Community, item: ServiceItem, li: Member, clock: ManualClock
) -> None:
    room = village.claiming
    claims = [submitted(village, item, li, clock) for _ in range(3)]
    post = village.catalog.publish(
        village.catalog.draft_post(item.id, "Gate", starts_on=date(2026, 3, 1), places=9)
    )
    for n in range(4):  # at one moment
        member = village.community.enrol(f"Member {n}")
        claim = room.claim_post(post.id, member.id)
        claims.append(village.acting_as(Actor(member.id)).claiming.report_done(claim.id))
    everything = ids(room.to_verify().claims)
    assert sorted(everything) == sorted(claim.id for claim in claims)
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page = room.to_verify(after=after, limit=2)
        seen += ids(page.claims)
        room.dispute(page.claims[0].id, reason="doubt")  # it waits on
        room.void(page.claims[-1].id, reason="no") if len(page.claims) == 1 else None
        after = page.next
    assert seen == everything


def test_of_an_item_a_grid_or_what_one_can_judge(
    village: Community, item: ServiceItem, clock: ManualClock
) -> None:
    room, home = village.claiming, village.community
    street = home.add_grid("Street")
    yard = home.add_grid("Yard", parent_id=street.id)
    there = home.enrol("李秀英", household_id=home.add_household(yard.id, "1").id)
    elsewhere = home.enrol("赵磊", household_id=home.add_household(home.add_grid("Other").id, "2").id)
    homeless = home.enrol("孙丽")
    other = village.catalog.publish(village.catalog.draft("Patrol", deed="patrol").id)
    first = submitted(village, item, there, clock)
    second = submitted(village, other, elsewhere, clock)
    third = submitted(village, item, homeless, clock)
    assert ids(room.to_verify(item_id=item.id).claims) == [first.id, third.id]
    assert ids(room.to_verify(grid_id=street.id).claims) == [first.id]
    assert ids(room.to_verify(item_id=other.id, grid_id=street.id).claims) == []
    assert ids(room.to_verify(target="post").claims) == []
    assert ids(room.to_verify(target=Target.SESSION, limit=2).claims) == [first.id, second.id]
    organiser = village.acting_as(Actor(there.id, frozenset({"organiser"}))).claiming
    assert ids(organiser.to_verify(mine=True).claims) == [second.id, third.id]
    now = clock.now()
    past = village.catalog.hold_session(item.id, now - 2 * HOUR, now - HOUR, places=1)
    written = village.claiming.enter_attendance(past.id, elsewhere.id, Decimal(1))
    assert written.id not in ids(village.claiming.to_verify(mine=True).claims)
    assert written.id in ids(village.claiming.to_verify().claims)


def test_who_and_what_cannot_be_asked(village: Community, li: Member) -> None:
    room = village.claiming
    with pytest.raises(NotTheOrganiser):
        village.acting_as(Actor(li.id)).claiming.to_verify()
    with pytest.raises(RecordUnknown):
        room.to_verify(grid_id="nowhere")
    with pytest.raises(NotOneOf):
        room.to_verify(target="dream")
    for wrong in ("x", "2026-03-02", "2026-03-02T01:00:00/a", "2026-03-02T01:00:00+00:00"):
        with pytest.raises(NotUsable):
            room.to_verify(after=wrong)
    with pytest.raises(NotWholeNumber):
        room.to_verify(limit=0)
