"""A till that may be killed at any statement of what it does: see `tests.ledger.killing`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random

import gridpoints
from gridpoints import Account, Community, Leg, Transaction
from gridpoints.redemption.model import RESERVATION
from gridpoints.redemption.offers.model import OfferLimit
from gridpoints.testing import START, ManualClock
from tests.ledger.killing import Statements, main
from tests.rooms.conftest import TREASURER

RULES = """\
gridpoints: 1
code: killed
version: 1
name: {en: Killed}
source: written for the tests
from: 2020-01-01
units: {points: {name: {en: points}, pooling: true}}
deeds: {plain: {name: {en: Plain}, points: 20}}
redemption: {points: 10, money: 1, currency: CNY, limits: [{most: 90, period: year}]}
"""
BASKET = {"bag": 2, "cup": 3}


def lived(url: str) -> None:
    """A shop with one redemption in every state, and a statement that waits for the treasurer."""
    with opened(url, ManualClock(START, tick=timedelta(milliseconds=1))) as exchange:
        village = exchange.found("baiyang", name="白羊村", rules=RULES)
        grid = village.community.add_grid("g", id="g")
        home = village.community.add_household(grid.id, "1-101", id="h")
        for id, points in (("li", 30), ("zhao", 60)):
            village.community.enrol(id, id=id, household_id=home.id)
            account = Account.member(id, "points")
            legs = (
                Leg(account, points // 2, START + timedelta(days=300)),
                Leg(account, points // 2),
                Leg(Account.issuance("points"), -points),
            )
            village.ledger.post_one(Transaction(f"rich-{id}", legs))
        room = village.redemption
        room.register_merchant("shop", unit="points", rate="1", id="shop")
        room.activate_merchant("shop")
        for id, price in (("bag", 4), ("cup", 2)):
            limits = [OfferLimit(20)]
            room.draft_offer("shop", id, price=price, stock=20, cash="1.5", limits=limits, id=id)
            room.publish_offer(id)
        mine, yours = (Account.member(id, "points") for id in ("li", "zhao"))
        room.redeem(BASKET, "li", shares={mine: 4, yours: 10}, id="settled")
        bonus = (Leg(yours, 5), Leg(Account.issuance("points"), -5))
        village.ledger.post_one(Transaction("bonus", bonus))
        room.note_earned("settled", "bonus")
        treasurer = village.acting_as(TREASURER).redemption
        treasurer.approve_settlement(room.settle("shop", id="first").id)
        room.redeem("cup", "li", id="taken")
        room.settle("shop", id="second")
        room.authorise(BASKET, "zhao", pooled=True, id="waiting")


def opened(url: str, clock: ManualClock) -> gridpoints.Exchange:
    return gridpoints.open(url, clock=clock, random=Random(7))


def authorise(village: Community) -> None:
    village.redemption.authorise(BASKET, "li", pooled=True, id="new")


def capture(village: Community) -> None:
    village.redemption.capture("waiting", {"bag": 1, "cup": 3})


def redeem(village: Community) -> None:
    village.redemption.redeem("bag", "zhao", id="new")


def void(village: Community) -> None:
    village.redemption.void("waiting")


def expire(village: Community) -> None:
    assert village.redemption.expire() == 1


def refund(village: Community) -> None:
    village.redemption.refund("settled", {"bag": 2}, reason="broken", id="back")


def approve(village: Community) -> None:
    village.acting_as(TREASURER).redemption.approve_settlement("second")


ACTS: dict[str, Callable[[Community], None]] = {
    act.__name__: act for act in (authorise, capture, redeem, void, expire, refund, approve)
}


def run(url: str, act: str, at: int, file: str) -> int:
    """Do it, in this process; answers how many statements that took."""
    later = START + (2 * RESERVATION if act == "expire" else timedelta(minutes=10))
    with opened(url, ManualClock(later, tick=timedelta(milliseconds=1))) as exchange:
        village = exchange.community("baiyang")
        statements = Statements(at)
        statements.watch(url)
        ACTS[act](village)
        return statements.begun


if __name__ == "__main__":
    main(run, lived)
