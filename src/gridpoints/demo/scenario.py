"""Which year is played, where, and from beginning to end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from pathlib import Path
from random import Random

from attrs import frozen

import gridpoints
from gridpoints.demo.customs import VILLAGE
from gridpoints.demo.population import make
from gridpoints.demo.report import Report, report
from gridpoints.demo.stage import SimulatedClock, Stage
from gridpoints.demo.stories import Stories
from gridpoints.demo.year import Year, served_as
from gridpoints.exchange import Exchange
from gridpoints.rules.loading import load, read
from gridpoints.rules.model import RuleSet
from gridpoints.rules.shop import shop
from gridpoints.storage.port import Store
from gridpoints.values import check_whole, midnight, zone

#: Whose prices the goods have, whatever the rules.
SHOP = "baiyang"
TIMEZONE = "Asia/Shanghai"
#: The year in which Baiyang published its table; the demo begins there, or where the rules do.
FIRST_YEAR = 2023

#: Told after each day: the day, and how many of how many are over.
OnDay = Callable[[date, int, int], object]


@frozen
class Scenario:
    """What is played. The same scenario gives the same report, on every store.

    `rules` is a file, the name of a preset, or YAML text.
    """

    residents: int = 1_000
    months: int = 12
    seed: int = 1
    rules: str | Path = "baiyang"

    def __attrs_post_init__(self) -> None:
        check_whole("residents", self.residents, most=100_000)
        check_whole("months", self.months, most=120)


def run(scenario: Scenario, store: str | Store = "memory://", *, on_day: OnDay | None = None) -> Report:
    """Play the scenario in a new community of the store, each day one transaction.

    What else is in the store stays as it is: the community is called ``demo``, or ``demo-2`` where
    there is one already, and so on. The store is closed at the end. Raises `RuleSetInvalid`,
    `MissingDriver` where Faker is not installed, and what `gridpoints.open` raises.
    """
    rules = load(*read(scenario.rules))
    goods = shop(SHOP)
    population = make(scenario.residents, scenario.seed)
    first_day = _first_day(rules)
    clock = SimulatedClock(midnight(first_day, zone(TIMEZONE)))
    with gridpoints.open(store, clock=clock, random=Random(f"{scenario.seed}/ids")) as exchange:
        village = exchange.found(
            _unused(exchange), name=VILLAGE["zh_Hans"], timezone=TIMEZONE, rules=scenario.rules
        )
        stories = Stories(Stage(village, clock), rules.rule(served_as(rules, "volunteer")).unit)
        year = Year(stories, rules, scenario.residents, scenario.seed, first_day, scenario.months)
        year.open(population, goods)
        days = year.days()
        for done, day in enumerate(stories.stage.play(days), 1):
            if on_day is not None:
                on_day(day, done, len(days))
        return report(year, population, goods)


def _first_day(rules: RuleSet) -> date:
    """The first New Year's Day from `FIRST_YEAR` on at which the rules are in force."""
    starts_on = rules.starts_on
    return date(max(FIRST_YEAR, starts_on.year + (starts_on > date(starts_on.year, 1, 1))), 1, 1)


def _unused(exchange: Exchange) -> str:
    taken = set(exchange.communities())
    return next(id for id in _numbered("demo") if id not in taken)


def fresh_file(path: Path) -> Path:
    """`path`, or where there is such a file already, the same with ``-2``, ``-3`` … in its name."""
    return next(new for name in _numbered(path.stem) if not (new := path.with_stem(name)).exists())


def _numbered(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in count(2))
