"""The people: made-up standard grids (网格), their households (户) and residents, from a seed.

A standard grid has about 300 households and 1,000 residents; the names are Faker's for zh_CN.
Everything but the names comes from `random.Random`, so that another release of Faker changes
names and no figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from attrs import frozen

from gridpoints.errors import MissingDriver

#: Households for each resident, and households in a grid.
HOUSEHOLDS_PER_RESIDENT = 0.3
HOUSEHOLDS_PER_GRID = 300
#: Village groups (村民小组) that the doors are numbered by.
GROUPS = 8


@frozen
class Person:
    """Somebody who lives there. `zeal` says how often they take part, as a weight around 1."""

    number: str
    name: str
    zeal: float


@frozen
class Home:
    """A household and the people in it; `grid` counts from 0."""

    label: str
    grid: int
    people: tuple[Person, ...]


@frozen
class Population:
    """Everybody, by households."""

    grids: tuple[str, ...]
    homes: tuple[Home, ...]

    @property
    def residents(self) -> int:
        """How many people live there."""
        return sum(len(home.people) for home in self.homes)


def make(residents: int, seed: int) -> Population:
    """Make up so many residents. The same numbers give the same people.

    Raises `MissingDriver` where Faker is not installed.
    """
    dice = Random(f"{seed}/population")
    households = max(1, round(residents * HOUSEHOLDS_PER_RESIDENT))
    sizes = [1] * households
    for household in dice.choices(range(households), k=residents - households):
        sizes[household] += 1
    names = _names(sizes, seed)
    numbers = iter(range(1, residents + 1))
    homes = tuple(
        Home(
            label=f"{place % GROUPS + 1}组{place // GROUPS + 1}号",
            grid=place // HOUSEHOLDS_PER_GRID,
            people=tuple(
                Person(f"{next(numbers):04}", next(names), dice.lognormvariate(0, 0.8)) for _ in range(size)
            ),
        )
        for place, size in enumerate(sizes)
    )
    return Population(tuple(f"第{grid + 1}网格" for grid in range(homes[-1].grid + 1)), homes)


def _names(sizes: list[int], seed: int) -> Iterator[str]:
    """A name for each person: every second one in a household bears its family name."""
    try:
        from faker import Faker
    except ImportError:
        raise MissingDriver(package="faker", extra="demo") from None
    fake = Faker("zh_CN")
    fake.seed_instance(seed)
    for size in sizes:
        family = fake.last_name()
        for person in range(size):
            first = fake.first_name_female() if person % 2 else fake.first_name_male()
            yield (fake.last_name() if person % 2 else family) + first
