"""A village of the size that the benchmarks of the rules need: 60 deeds under limits, and a year of them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

CATEGORIES = ("services", "culture", "order", "hygiene", "learning", "charity")
DEEDS = 60
MEMBERS, TO_A_HOUSE = 2_000, 3
#: The limits, in the smallest parts of the unit: of a category a month, of a household and of all a year.
MOST, HOUSE_MOST, EVERYBODY_MOST = 400, 20_000, 900_000_000

_HEAD = """\
gridpoints: 1
code: bench
version: 1
name: {en: Benchmark}
source: written for the benchmark
from: 2020-01-01
units: {points: {name: {en: points}, scale: 1}}
redemption: {points: 10, money: 1, currency: CNY}
"""

_POINTS = (
    "5",
    "{per: hour, amount: 2, round: half}",
    "20",
    "{per: time, amount: 1.5}",
    "{per: hour, brackets: [{up_to: 2, amount: 3}, {amount: 1}]}",
)


def rules() -> str:
    """60 deeds in 6 categories; each counts against limits for its member, its household and everybody."""
    deeds = (
        f"  d{n}: {{name: {{en: Deed {n}}}, category: {CATEGORIES[n % 6]}, points: {_POINTS[n % 5]}}}\n"
        for n in range(DEEDS)
    )
    categories = (f"  {category}: {{name: {{en: {category}}}}}\n" for category in CATEGORIES)
    limits = (
        f"  {category}: {{categories: [{category}], period: month, most: {MOST // 10}, excess: clip}}\n"
        for category in CATEGORIES
    )
    return (
        f"{_HEAD}categories:\n{''.join(categories)}deeds:\n{''.join(deeds)}limits:\n{''.join(limits)}"
        f"  house: {{scope: household, period: year, most: {HOUSE_MOST // 10}, excess: clip}}\n"
        f"  all: {{scope: community, period: year, most: {EVERYBODY_MOST // 10}, excess: reject}}\n"
    )


def deeds(count: int) -> Iterator[tuple[str, date, Decimal | None, str, str]]:
    """So many deeds of one year in order of day: code, day, quantity, member and household."""
    chance = random.Random(1).random  # the quickest there is: who measures waits for it
    days = [date(2025, 1, 1) + timedelta(days=n) for n in range(365)]
    quantities = [Decimal(n) / 4 for n in range(1, 21)]
    for n in range(count):
        number, member = int(chance() * DEEDS), int(chance() * MEMBERS)
        quantity = None if number % 5 in (0, 2) else quantities[int(chance() * len(quantities))]
        yield f"d{number}", days[n * 365 // count], quantity, f"m{member}", f"h{member // TO_A_HOUSE}"
