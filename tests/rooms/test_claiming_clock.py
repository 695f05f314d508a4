"""What is due with many claims at once: nothing keeps the others back, and the database is asked seldom."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Self

import pytest
from attrs import frozen

import gridpoints
from gridpoints import Actor, Community, Member
from gridpoints.catalog.model import Mode
from gridpoints.claiming.model import Claim, ClaimStatus, Target
from gridpoints.claiming.operations import Claiming
from gridpoints.claiming.undertaking import RunErrand
from gridpoints.errors import AllTaken, ConcurrentChange, NotAllDone
from gridpoints.testing import ManualClock
from tests.rooms.conftest import RULES, START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@frozen
class Stubborn(RunErrand):
    """An errand of which nobody may let go."""

    @classmethod
    def let_go_all(cls, claimed: Sequence[Self]) -> None:
        for each in claimed:
            if each.listed.text == "stubborn":
                raise AllTaken(kind="errand", id=each.listed.id, places=1)
            if each.listed.text == "busy":
                raise ConcurrentChange(kind="errand", id=each.listed.id)


@frozen
class StubbornClaiming(Claiming):
    claimables = {**Claiming.claimables, Target.ERRAND: Stubborn}  # noqa: RUF012


def errands(village: Community, resident: Member, member: Member, texts: Sequence[str]) -> list[Claim]:
    draft = village.catalog.draft("Help", deed="patrol", modes=[Mode.FOR_YOU])
    item = village.catalog.publish(draft.id)
    asked = [village.catalog.ask_errand(item.id, resident.id, mode=Mode.FOR_YOU, text=t) for t in texts]
    return [village.claiming.claim_errand(village.catalog.publish(each).id, member.id) for each in asked]


def waiting(village: Community, people: Sequence[Member], sessions: int) -> list[str]:
    """Sessions of one place, in each of which an offer runs out in a day, and somebody waits behind it."""
    item = village.catalog.publish(village.catalog.draft("Care", deed="care").id)
    ids = []
    for n in range(sessions):
        start = START + 3 * DAY + n * 2 * HOUR
        session = village.catalog.hold_session(item.id, start, start + HOUR, places=1)
        first, *others = (village.claiming.claim_session(session.id, each.id, wait=True) for each in people)
        village.claiming.cancel(first.id)
        assert len(others) == 2
        ids.append(session.id)
    return ids


def test_what_cannot_be_done_keeps_nothing_back(
    village: Community, li: Member, zhao: Member, clock: ManualClock
) -> None:
    claims = errands(village, li, zhao, ["parcel", "stubborn", "busy", "pills"])
    wish = village.claiming.make_wish(li.id, "A lamp", deed="wish")
    village.claiming.publish_wish(wish.id)
    village.claiming.claim_wish(wish.id, zhao.id)
    claiming = StubbornClaiming(village.context)
    clock.advance(7 * DAY)
    for _ in range(2):
        with pytest.raises(NotAllDone) as caught:
            claiming.tick()
        assert caught.value.count == 1
        assert [refusal.code for refusal in caught.value.refusals] == ["all_taken"]
        statuses = [claiming.claim(claim.id).status for claim in claims]
        assert statuses == ["lapsed", "confirmed", "confirmed", "lapsed"]
        assert village.claiming.wish(wish.id).status == "published"  # wishes have their turn all the same
    moved = village.claiming.tick()  # what stood in the way is gone
    assert {claim.id for claim in moved} == {claims[1].id, claims[2].id}
    assert village.claiming.tick() == []


def test_no_room_waits_for_what_another_cannot_do(
    village: Community, li: Member, zhao: Member, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    [claim] = errands(village, li, zhao, ["stubborn"])
    monkeypatch.setattr(Community, "claiming", property(lambda self: StubbornClaiming(self.context)))
    came: list[str] = []
    monkeypatch.setattr(type(village.awards), "tick", lambda _: came.append("awards"))
    clock.advance(7 * DAY)
    with pytest.raises(NotAllDone):
        village.tick()
    assert came == ["awards"]
    assert village.claiming.claim(claim.id).status is ClaimStatus.CONFIRMED


def test_a_claim_on_what_is_not_there_lapses_all_the_same(
    village: Community, li: Member, clock: ManualClock
) -> None:
    lost = Claim("c", Target.SESSION, "lost", li.id, START, due_at=START + DAY, status=ClaimStatus.OFFERED)
    with village.transaction() as work:
        village.context.keep(work, lost)
    clock.advance(DAY)
    assert [claim.status for claim in village.claiming.tick()] == [ClaimStatus.LAPSED]
    assert village.claiming.tick() == []


def test_many_offers_go_to_the_next_in_line_at_once(
    village: Community, li: Member, zhao: Member, clock: ManualClock
) -> None:
    sun = village.community.enrol("孙丽")
    sessions = waiting(village, [li, zhao, sun], 5)
    clock.advance(DAY)
    assert len(village.claiming.tick()) == 5
    for id in sessions:
        claims = village.claiming.claims_on(id)
        assert [str(claim.status) for claim in claims] == ["cancelled", "lapsed", "offered"]
        assert claims[-1].due_at == clock.now() + DAY
    changes = village.events.read(limit=1_000)
    last = [event for event in changes if event.kind == "claim"][-10:]
    assert sorted(str(event.status) for event in last) == ["lapsed"] * 5 + ["offered"] * 5
    assert village.claiming.tick() == []


def test_a_tick_asks_postgres_as_seldom_for_many_claims_as_for_few(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    psycopg = pytest.importorskip("psycopg")
    clock = ManualClock(START)
    asked = 0
    wait = psycopg.Connection.wait

    def counting(*args: Any, **kwargs: Any) -> Any:
        """Whoever asks waits for the answer, however much is asked together."""
        nonlocal asked
        asked += 1
        return wait(*args, **kwargs)

    with gridpoints.open(postgres_url, clock=clock) as exchange:
        village = exchange.found("v", name="v", rules=RULES).acting_as(Actor("c", frozenset({"clerk"})))
        people = [village.community.enrol(name) for name in ("li", "zhao", "sun")]
        monkeypatch.setattr(psycopg.Connection, "wait", counting)
        trips = []
        for sessions in (2, 2, 20):  # at first, connections are made as well
            clock.set(START)
            waiting(village, people, sessions)
            clock.set(START + DAY)
            asked = 0
            assert len(village.claiming.tick()) == sessions
            trips.append(asked)
            clock.set(START + 9 * DAY)  # who was offered a place let it go, and nobody is left in line
            village.claiming.tick()
            clock.set(START)
    assert 0 < trips[1] == trips[2]
