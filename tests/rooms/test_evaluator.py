"""A community whose expressions are read by another engine than the one that comes with the library."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

import gridpoints
from gridpoints import Community, Exchange, Report
from gridpoints.errors import RuleSetInvalid
from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.expression.model import Facts, Program, Schema, Type, Value
from gridpoints.rules.life import Ballot
from gridpoints.testing import ManualClock

DAY = date(2026, 3, 2)
TEXT = """\
gridpoints: 1
code: polish
version: "{version}"
name: {{en: Operators last}}
source: written for the tests
from: 2026-01-0{version}
units: {{points: {{name: {{en: points}}}}}}
deeds:
  care:
    name: {{en: Care}}
    when: "hours {least} >="
    points: {{expression: "hours 10 *", per: hour}}
"""


class OperatorsLast:
    """``hours 2 >=``, ``hours 10 *``: a fact, a number, an operator."""

    def compile(self, source: str, schema: Schema, expects: Type) -> Program:
        fact, number, operator = source.split()

        def evaluate(facts: Facts) -> Value:
            value = facts[fact]
            assert not isinstance(value, str | date)
            return value >= int(number) if operator == ">=" else value * int(number)

        return Program(source, frozenset({fact}), evaluate)


@pytest.fixture
def exchange(store_url: str, clock: ManualClock) -> Iterator[Exchange]:
    with gridpoints.open(store_url, clock=clock, evaluator=OperatorsLast()) as exchange:
        yield exchange


@pytest.fixture
def village(exchange: Exchange) -> Community:
    return exchange.found("baiyang", name="白羊村", rules=TEXT.format(version=1, least=2))


def test_a_community_publishes_and_judges_by_another_engine(village: Community) -> None:
    li = village.community.enrol("李秀英", number="1")
    credit = village.awards.credit
    assert [credit(Report(f"d{n}", li.id, "care", DAY, Decimal(n))).awarded for n in (1, 2, 3)] == [0, 20, 30]
    assert village.rules.versions()[0].rules == village.rules.in_force(DAY)


def test_a_draft_is_checked_and_published_by_it(village: Community) -> None:
    rules = village.rules
    draft = rules.draft(TEXT.format(version=2, least=3))
    rules.check_draft(draft.id)
    rules.approve_draft(draft.id, Ballot(9, 0))
    assert rules.publish_draft(draft.id).id == rules.publish_draft(draft.id).id == "polish@2"
    li = village.community.enrol("李秀英", number="1")
    assert village.awards.credit(Report("d", li.id, "care", DAY, Decimal(2))).awarded == 0


def test_what_one_engine_compiled_is_not_taken_for_anothers(village: Community, exchange: Exchange) -> None:
    assert village.rules.in_force(DAY).id == "polish@1"
    ours = gridpoints.open(exchange.store, evaluator=Expressions()).community("baiyang")
    with pytest.raises(RuleSetInvalid):
        ours.rules.in_force(DAY)
    with pytest.raises(RuleSetInvalid):
        ours.rules.publish(TEXT.format(version=2, least=2))
    with pytest.raises(RuleSetInvalid):
        gridpoints.open(exchange.store).found("heiyang", name="黑羊村", rules=TEXT.format(version=1, least=2))
