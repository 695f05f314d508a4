"""Searches over 100,000 service items, and what a tick costs when nothing is due.

Names and descriptions are put together from words of the field, in Chinese and English, so that some
terms are in nearly all items and some in a few. Each search is asked for as a portal does it, with the
first twenty results, and must take less than 20 ms; the scan of all names by the database itself
(``LIKE``), which knows no fields, days or free places, is measured beside it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial
from statistics import median
from time import perf_counter
from typing import Any

from attrs import evolve
from sqlalchemy import create_engine, text

import gridpoints
from gridpoints.catalog.model import ItemStatus, Mode, ServiceItem, Session
from gridpoints.catalog.operations import Catalog
from gridpoints.exchange import Community
from gridpoints.testing import ManualClock
from tests.benchmarks.measure import COMMUNITY, RULES, Figure, Run, batches

ITEMS, QUICK_ITEMS = 100_000, 2_000
#: Milliseconds.
MOST = 20
TIMES = 15
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
DAY = date(2026, 3, 4)

WHAT = (
    "法律咨询",
    "心理疏导",
    "矛盾调解",
    "义诊",
    "血压测量",
    "政策宣讲",
    "就业指导",
    "交通劝导",
    "治安巡逻",
    "绿化养护",
)
WHOM = ("老人", "儿童", "残障人士", "新居民", "孕产妇", "困难家庭", "退役军人", "外卖骑手", "商户", "党员")
HOW = ("上门", "陪同", "代办", "每周", "周末", "夜间", "线上", "集中", "结对", "应急")
ENGLISH = ("legal advice", "counselling", "mediation", "free clinic", "blood pressure", "policy talk")
RARE = "非物质文化遗产缂丝技艺"

SEARCHES: Mapping[str, Mapping[str, Any]] = {
    "one character in a tenth": {"text": "诊"},
    "two characters in a tenth": {"text": "法律"},
    "two characters in all": {"text": "服务"},
    "three words": {"text": "心理 老人 上门"},
    "a word of one item": {"text": "缂丝"},
    "a word of none": {"text": "龘龘"},
    "a part of an English word": {"text": "ediatio"},
    "field, way and skill": {"category": "legal-aid", "mode": Mode.AT_YOUR_DOOR, "skill": "skill-3"},
    "a day": {"day": DAY},
    "a word on a day": {"text": "法律", "day": DAY},
    "a word on a day, with free places": {"text": "法律", "day": DAY, "free": True},
    "with free places at any time": {"text": "法律", "free": True},
    "a place": {"place": "Station 7"},
}


def run(bench: Run) -> Iterator[Figure]:
    """A figure for each search on each store."""
    size = QUICK_ITEMS if bench.quick else ITEMS
    for store, url in bench.stores("catalog"):
        with gridpoints.open(url, clock=ManualClock(NOW)) as exchange:
            village = exchange.found(COMMUNITY, name="Bench", timezone="Asia/Shanghai", rules=RULES)
            for each in _figures(village, url, size):
                yield evolve(each, what=f"{store}, {each.what}")


def _figures(village: Community, url: str, size: int) -> Iterator[Figure]:
    start = perf_counter()
    fill(village, size)
    yield Figure("items entered with their index", size / (perf_counter() - start), "items/s")
    catalog = village.catalog
    for what, asked in SEARCHES.items():
        found = len(catalog.search(**asked))
        took = _milliseconds(partial(catalog.search, **asked))
        yield Figure(what, took, "ms", at_most=MOST, note=f"{found} found")
    scan = _milliseconds(partial(_scan, url, "法律"))
    took = _milliseconds(partial(catalog.search, "法律"))
    yield Figure("two characters, against a scan", took, "ms", limit=scan, at_most=1)
    yield Figure("an item published", _publishing(catalog), "ms")
    yield Figure("a tick with nothing due", _milliseconds(catalog.tick), "ms", at_most=MOST)


def fill(village: Community, size: int) -> None:
    """So many published items, one in ten with a session on each of two days; half of these are full."""
    chance = random.Random(7)
    village.catalog.adopt_categories()
    categories = [category.id for category in village.catalog.categories()]
    items = [_item(n, categories, chance) for n in range(size)]
    with village.transaction() as work:
        for batch in batches(items, 10_000):
            work.add(*batch)
        for batch in batches(items[::10], 5_000):
            work.add(*(_session(item, day) for item in batch for day in (0, 2)))
        village.catalog.reindex()


def _item(n: int, categories: list[str], chance: random.Random) -> ServiceItem:
    what, whom, how = chance.choice(WHAT), chance.choice(WHOM), chance.choice(HOW)
    name = f"{how}{whom}{what}服务{n}"
    return ServiceItem(
        id=f"i{n}",
        name=RARE + name if n == 1_234 else name,
        deed="deed",
        description=f"{whom}可预约{how}{what}，由志愿服务队{chance.randrange(500)}提供，请提前三天登记",
        names={"en": f"{chance.choice(ENGLISH)} {n % 1000}"},
        category=chance.choice(categories),
        modes=(chance.choice(list(Mode)),),
        skills=(f"skill-{chance.randrange(20)}",),
        place=f"Station {n % 50}",
        status=ItemStatus.PUBLISHED,
    )


def _session(item: ServiceItem, day: int) -> Session:
    starts_at = NOW + timedelta(days=day, hours=1)
    return Session(f"{item.id}@{day}", item.id, starts_at, starts_at + timedelta(hours=2), places=3)


def _publishing(catalog: Catalog) -> float:
    drafts = iter([catalog.draft(f"新的法律咨询服务{n}", deed="deed") for n in range(TIMES)])
    return _milliseconds(lambda: catalog.publish(next(drafts)), times=TIMES)


def _scan(url: str, word: str) -> None:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        statement = text("SELECT id FROM gridpoints_service_item WHERE name LIKE :word ORDER BY id LIMIT 20")
        connection.execute(statement, {"word": f"%{word}%"}).all()
    engine.dispose()


def _milliseconds(act: Callable[[], object], times: int = TIMES) -> float:
    """The median; the first time is part of it, for a portal asks for something else each time."""
    measured = []
    for _ in range(times):
        start = perf_counter()
        act()
        measured.append(1_000 * (perf_counter() - start))
    return median(measured)
