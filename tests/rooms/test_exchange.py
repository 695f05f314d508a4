"""The door: open, found, open again; communities apart; several calls as one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import gridpoints
from gridpoints import Account, Actor, Community, Exchange, GridpointsError, Leg, Transaction
from gridpoints.claiming.model import ClaimStatus
from gridpoints.errors import (
    BadIdentifier,
    CommunityExists,
    CommunityUnknown,
    RuleSetInvalid,
    UnknownStore,
    UnknownTimezone,
)
from gridpoints.records import Change
from gridpoints.testing import ManualClock
from tests.rooms.conftest import RULES


def test_a_community_is_found_again(exchange: Exchange, village: Community) -> None:
    assert exchange.communities() == ["baiyang"]
    again = exchange.community("baiyang")
    assert again.community.profile().name == "白羊村"
    assert again.context.zone.key == "Asia/Shanghai"


def test_it_is_founded_once(exchange: Exchange, village: Community) -> None:
    with pytest.raises(CommunityExists, match=r'exchange\.community\("baiyang"\)'):
        exchange.found("baiyang", name="Another")


def test_an_unknown_one_is_answered_with_those_there_are(exchange: Exchange, village: Community) -> None:
    with pytest.raises(CommunityUnknown) as caught:
        exchange.community("nowhere")
    assert caught.value.known == ("baiyang",)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"id": "no spaces"}, BadIdentifier),
        ({"timezone": "Asia/Nowhere"}, UnknownTimezone),
        ({"timezone": "../etc/passwd"}, UnknownTimezone),
        ({"rules": "deeds: none\n"}, RuleSetInvalid),
    ],
)
def test_what_is_wrong_founds_nothing(
    exchange: Exchange, arguments: dict[str, Any], error: type[GridpointsError]
) -> None:
    with pytest.raises(error):
        exchange.found(**{"id": "x", "name": "X", **arguments})
    assert exchange.communities() == []


@pytest.mark.parametrize("url", ["oracle://db", "", "baiyang.db", "mysql://x/y"])
def test_an_unknown_url_names_those_that_work(url: str) -> None:
    with pytest.raises(UnknownStore, match="memory://, sqlite:///, postgresql://"):
        gridpoints.open(url)


def test_communities_never_see_one_another(exchange: Exchange, village: Community) -> None:
    other = exchange.found("xinqi", name="新旗村", rules=RULES)
    member = village.community.enrol("李秀英", number="1", id="shared")
    twin = other.community.enrol("王强", number="1", id="shared")
    village.ledger.post([_gift("t", member.id, 5)])
    other.ledger.post([_gift("t", twin.id, 7)])
    assert village.ledger.balance(Account.member("shared", "points")).posted == 5
    assert other.ledger.balance(Account.member("shared", "points")).posted == 7
    assert [m.name for m in other.community.members()] == ["王强"]


def test_several_calls_are_one(village: Community) -> None:
    def enrol_and_fail() -> None:
        with village.transaction():
            member = village.community.enrol("李秀英", id="li")
            village.ledger.post([_gift("t", member.id, 5)])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        enrol_and_fail()
    assert village.community.members() == []
    assert village.ledger.verify().transactions == 0


def test_a_refusal_inside_leaves_the_rest_standing(village: Community) -> None:
    with village.transaction():
        li = village.community.enrol("李秀英", id="li")
        with pytest.raises(GridpointsError):
            village.community.enrol("Twice", id="li")
        village.ledger.post([_gift("t", li.id, 5)])
    assert village.ledger.balance(Account.member("li", "points")).available == 5


def test_who_acts_is_written_down(village: Community) -> None:
    member = village.acting_as(Actor("clerk-zhang")).community.enrol("李秀英")
    village.community.leave(member.id, reason="moved to the city")
    with village.context.read() as work:
        changes = work.find(Change, {"subject": member.id}, order=("version",))
    assert [(c.version, c.actor, c.status, c.reason) for c in changes] == [
        (1, "clerk-zhang", "active", None),
        (2, "clerk-wang", "left", "moved to the city"),
    ]
    assert changes[1].before == {"status": "active", "left_at": None}


def _gift(id: str, member: str, points: int) -> Transaction:
    legs = (Leg(Account.member(member, "points"), points), Leg(Account.issuance("points"), -points))
    return Transaction(id, legs)


def test_what_is_due_happens_once_in_every_room(village: Community, clock: ManualClock) -> None:
    li, zhao = village.community.enrol("李秀英"), village.community.enrol("赵磊")
    item = village.catalog.publish(village.catalog.draft("Patrol", deed="patrol").id)
    start = clock.now() + timedelta(days=3)
    session = village.catalog.hold_session(item.id, start, start + timedelta(hours=1), places=1)
    first = village.claiming.claim_session(session.id, li.id)
    waiting = village.claiming.claim_session(session.id, zhao.id, wait=True)
    village.claiming.cancel(first.id)
    assert village.claiming.claim(waiting.id).status is ClaimStatus.OFFERED
    village.tick()
    assert village.claiming.claim(waiting.id).status is ClaimStatus.OFFERED
    clock.advance(timedelta(days=2))  # nobody accepted it
    for _ in range(2):
        village.tick()
        assert village.claiming.claim(waiting.id).status is ClaimStatus.LAPSED
        assert village.claiming.claim(waiting.id).version == 3
