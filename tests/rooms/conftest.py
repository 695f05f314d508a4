"""A founded village on each store, with a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import pytest

import gridpoints
from gridpoints import Actor, Community, Exchange, Member
from gridpoints.storage.memory.store import MemoryStore
from gridpoints.testing import ManualClock
from tests.telling import TellingStore

RULES = """\
gridpoints: 1
code: test
version: "1"
name: {en: Test rules, zh_Hans: 测试细则, zh_Hant: 測試細則}
source: written for the tests
from: 2026-01-01
units:
  points: {name: {en: points, zh_Hans: 积分, zh_Hant: 積分}}
deeds:
  patrol: {name: {en: Patrol, zh_Hans: 巡逻, zh_Hant: 巡邏}, points: 5}
  care:
    name: {en: Elder care, zh_Hans: 助老, zh_Hant: 助老}
    points: {per: hour, amount: 10, round: half}
  wish: {name: {en: A wish granted, zh_Hans: 圆梦, zh_Hant: 圓夢}, points: 30}
limits:
  care-month: {deeds: [care], scope: member, period: month, most: 40, excess: clip}
"""

#: Who approves what the clerk drew up.
TREASURER = Actor("treasurer", frozenset({"treasurer"}))
#: A Monday morning, 9 o'clock in Shanghai.
START = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
def exchange(store_url: str, clock: ManualClock) -> Iterator[Exchange]:
    """On the store in memory, whatever a test does must be told: see `tests.telling`."""
    store = TellingStore(MemoryStore()) if store_url == "memory://" else store_url
    with gridpoints.open(store, clock=clock, random=Random(7)) as exchange:
        yield exchange


@pytest.fixture
def village(exchange: Exchange) -> Community:
    """Acts as a clerk."""
    founded = exchange.found("baiyang", name="白羊村", rules=RULES)
    return founded.acting_as(Actor("clerk-wang", frozenset({"clerk"})))


@pytest.fixture
def li(village: Community) -> Member:
    return village.community.enrol("李秀英", number="1")


@pytest.fixture
def zhao(village: Community) -> Member:
    return village.community.enrol("赵磊", number="2")
