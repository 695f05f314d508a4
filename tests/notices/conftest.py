"""A village whose figures are small enough to be added up by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random

import pytest

import gridpoints
from gridpoints import Community
from gridpoints.testing import ManualClock

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
  care: {name: {en: Elder care, zh_Hans: 助老, zh_Hant: 助老}, points: {per: hour, amount: 10}}
limits:
  patrols: {deeds: [patrol], period: month, most: 12, excess: clip}
"""


def found(store: str, clock: ManualClock) -> Community:
    exchange = gridpoints.open(store, clock=clock, random=Random(7))
    return exchange.found("baiyang", name="白羊村", rules=RULES)


@pytest.fixture
def clock() -> ManualClock:
    """The last morning but one of 2026, 9 o'clock in Shanghai."""
    return ManualClock(datetime(2026, 12, 30, 1, tzinfo=UTC))


@pytest.fixture
def village(store_url: str, clock: ManualClock) -> Iterator[Community]:
    village = found(store_url, clock)
    yield village
    village.context.store.close()
