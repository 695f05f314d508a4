"""What came of the year: figures, all read back from the store, that a program can use too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from attrs import frozen
from cattrs.preconf.json import make_converter

from gridpoints.claiming.wishes import WishStatus
from gridpoints.demo.customs import COUNTERS, OFFICES, SERVICES, VILLAGE
from gridpoints.demo.population import Population
from gridpoints.demo.stage import Refusals
from gridpoints.demo.year import Year
from gridpoints.errors import GridpointsError
from gridpoints.exchange import Community
from gridpoints.ledger.model import Account, Verification
from gridpoints.notices.operations import Deeds, Figures, Month, StatementLine, Tally
from gridpoints.redemption.statements.model import Settlement
from gridpoints.rules.shop import ShopList
from gridpoints.values import Names

#: A statement that a reader takes in at a glance has at most so many lines.
MOST_LINES = 12


@frozen
class MerchantTotals:
    """What a merchant was settled altogether; `points` is an amount of the report's unit."""

    name: str
    statements: int
    redemptions: int
    points: int
    rate: Decimal
    money: Decimal
    currency: str


@frozen
class Resident:
    """Somebody of whom the year can be told, with the reason for each entry."""

    name: str
    number: str | None
    household: str
    lines: tuple[StatementLine, ...]


@frozen
class Report:
    """The whole year. `names` has a name for what refusals and entries mention by an id or a code."""

    community: str
    name: str
    rules: str
    source: str
    first_day: date
    months: tuple[Month, ...]
    seed: int
    residents: int
    households: int
    figures: Figures
    deeds: tuple[Deeds, ...]
    merchants: tuple[MerchantTotals, ...]
    settlements: tuple[Settlement, ...]
    resident: Resident
    tallies: tuple[Tally, ...]
    refusals: Mapping[str, Refusals]
    repeated: int
    verification: Verification
    names: Mapping[str, Names]

    def as_json(self) -> dict[str, Any]:
        """The report, less `names`, in JSON's own types: amounts as ints, decimals and dates as text."""
        converter = make_converter()
        converter.register_unstructure_hook(Decimal, str)
        converter.register_unstructure_hook(Account, str)
        converter.register_unstructure_hook_func(
            lambda cls: isinstance(cls, type) and issubclass(cls, GridpointsError),
            lambda error: {"code": error.code, "message": str(error)},
        )
        document: dict[str, Any] = converter.unstructure(self)
        del document["names"]
        return document


def report(year: Year, population: Population, shop: ShopList) -> Report:
    """Read the year back from its store."""
    village, unit = year.stories.stage.village, year.stories.unit
    settlements = tuple(village.redemption.settlements())
    return Report(
        community=village.id,
        name=village.community.profile().name,
        rules=year.rules.id,
        source=year.rules.source,
        first_day=year.first_day,
        months=tuple(village.notices.months(unit.code, year.first_day, year.months)),
        seed=year.seed,
        residents=population.residents,
        households=len(population.homes),
        figures=village.notices.figures(unit.code),
        deeds=tuple(village.notices.frequent_deeds(unit.code)),
        merchants=tuple(_totals(village, settlements)),
        settlements=settlements,
        resident=_resident(year, population),
        tallies=tuple(village.notices.tallies()),
        refusals=year.stories.stage.refusals,
        repeated=year.stories.repeated,
        verification=village.ledger.verify(),
        names=_names(year, shop),
    )


def _totals(village: Community, settlements: Sequence[Settlement]) -> Iterator[MerchantTotals]:
    for merchant in village.redemption.merchants():
        own = [each for each in settlements if each.merchant_id == merchant.id]
        yield MerchantTotals(
            name=merchant.name,
            statements=len(own),
            redemptions=sum(each.redemptions for each in own),
            points=sum(each.points for each in own),
            rate=merchant.rate,
            money=sum((each.money for each in own), Decimal(0)),
            currency=merchant.currency,
        )


def _resident(year: Year, population: Population) -> Resident:
    """Of the most zealous, the one whose entries are few and tell of the most different things."""
    notices, unit = year.stories.stage.village.notices, year.stories.unit.code
    zealous = sorted(year.stories.villagers, key=lambda villager: -villager.zeal)[:80]
    told = [(villager.member, notices.statement(villager.id, unit)) for villager in zealous]
    member, lines = max(
        told, key=lambda pair: (len(pair[1]) <= MOST_LINES, len({line.entry.reason for line in pair[1]}))
    )
    homes = {person.number: home.label for home in population.homes for person in home.people}
    return Resident(member.name, member.number, homes[member.number or ""], tuple(lines))


def _names(year: Year, shop: ShopList) -> dict[str, Names]:
    """Names for all that refusals and entries mention by an id, a code, or its Chinese name."""
    village = year.stories.stage.village
    names: dict[str, Names] = {code: rule.names for code, rule in year.rules.deeds.items()}
    names |= {unit.code: unit.names for unit in year.rules.units.values()}
    for each in (*(goods.names for goods in shop.goods), *(counter.names for counter in COUNTERS), VILLAGE):
        names[each["zh_Hans"]] = each
    names |= OFFICES
    for member in village.community.members():
        names[member.id] = {"zh": member.name}
    for item in village.catalog.items(status=None):
        service = next(each.names for each in SERVICES if each.names["zh_Hans"] == item.name)
        names |= {session.id: service for session in village.catalog.sessions(item.id)}
    for status in WishStatus:
        names |= {wish.id: {"zh": wish.text} for wish in village.claiming.wishes(status)}
    return names
