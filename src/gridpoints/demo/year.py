"""The year: what is set up at its beginning, and what each month brings.

The rules and the shop's prices are those that Baiyang village published. Everything else in this
file, the times and numbers above all, is made up for the demo.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from attrs import frozen

from gridpoints.catalog.model import ServiceItem
from gridpoints.demo.population import Population
from gridpoints.demo.stage import Story
from gridpoints.demo.stories import (
    CHAIR,
    CLERK,
    GRID_WORKER,
    PANEL,
    SHOPKEEPER,
    Outlet,
    Stories,
    Villager,
)
from gridpoints.presets.shop import Shop
from gridpoints.rules.model import RuleSet
from gridpoints.values import Actor, Period

#: What a merchant is paid for a point, in yuan. Baiyang published no rate; Xinqi village did.
YUAN_PER_POINT = Decimal(1)


@frozen
class Service:
    """A service item: how often a month it is held for 1,000 residents, when, and its places.

    One that is held 0 times stays a draft.
    """

    name: str
    description: str
    deed: str
    times: int
    hour: int
    hours: int
    places: int


SERVICES = (
    Service("河道保洁", "清理河道和沟渠里的垃圾", "volunteer", 2, 8, 3, 16),
    Service("助老送餐", "给独居老人送午饭，聊聊天", "volunteer", 6, 11, 2, 5),
    Service("义务巡逻", "夜间巡逻，查看消防隐患", "volunteer", 4, 19, 2, 6),
    Service("四点半课堂", "放学后陪孩子们写作业", "volunteer", 4, 16, 2, 5),
    Service("文艺演出", "在村文化广场演出", "perform", 1, 18, 2, 12),
    Service("上门理发", "给行动不便的老人理发", "volunteer", 0, 9, 2, 4),
)


@frozen
class Custom:
    """How often a month a deed is reported for 1,000 residents, of how many people at once."""

    times: int
    people: int = 1
    by: Actor = CLERK


CUSTOMS = {
    "take-part": Custom(4, 90, GRID_WORKER),
    "good-deed": Custom(4),
    "mediate": Custom(3),
    "simple-customs": Custom(2),
}

#: Deeds of a rule set that is not known here.
OTHER = Custom(2, 3)


@frozen
class Star:
    """At the end of which period so many households of 300 are given the star."""

    period: Period
    households: int


#: The cleanliness star (环境整治).
STARS = {
    "clean-month": Star(Period.MONTH, 14),
    "clean-quarter": Star(Period.QUARTER, 8),
    "clean-year": Star(Period.YEAR, 5),
}


@frozen
class Counter:
    """Where points are redeemed: from which month, on which days, and by how many of 1,000.

    `delivered` is how many pieces come each month, from the cheapest goods to the dearest.
    """

    name: str
    from_month: int
    days: tuple[int, ...]
    people: int
    delivered: tuple[int, ...]


COUNTERS = (
    Counter("积分兑换超市", 1, (10, 25), 55, (120, 40, 20)),
    Counter("流动兑换车", 2, (18,), 25, (30, 12, 5)),
)

WISHES = (
    "想要一副老花镜",
    "院子里的灯坏了，想请人换一盏",
    "想学会用手机和孙子视频",
    "想要一把结实的拐杖",
    "想请人帮忙整理菜地",
    "想要一套小学四年级的课外书",
    "想拍一张全家福",
    "自行车坏了，想请人修一修",
    "想有人陪我去镇上看一次牙",
    "想要一个新书包",
    "腿脚不便，想请人帮忙晒被子",
    "想听一场淮剧",
    "想要一床厚一点的棉被",
    "想请人教我写毛笔字",
    "窗户漏风，想请人补一补",
    "想和人下一盘象棋",
)


@frozen
class Year:
    """The demo's year on a stage: so many `months` from `first_day`."""

    stories: Stories
    rules: RuleSet
    residents: int
    seed: int
    first_day: date
    months: int

    def first_days(self) -> list[date]:
        """The first day of each month."""
        return [_month_after(self.first_day, count) for count in range(self.months)]

    def days(self) -> list[date]:
        """All its days."""
        end = _month_after(self.first_day, self.months)
        return [self.first_day + timedelta(days=count) for count in range((end - self.first_day).days)]

    # --- the beginning ------------------------------------------------------------------------

    def open(self, population: Population, shop: Shop) -> None:
        """Enrol the people, publish the list of services, sign on with the merchants."""
        with self.stories.stage.village.transaction():
            self._move_in(population)
            services = self._list_services()
            outlets = [self._sign_on(counter, shop) for counter in COUNTERS]
        for first_day in self.first_days():
            self.stories.stage.add(self._month(first_day, services, outlets))

    def _move_in(self, population: Population) -> None:
        """Most people are enrolled at once; some join later, some leave for a while or for good."""
        clerk = self.stories.as_(CLERK).community
        grids = [clerk.add_grid(name) for name in population.grids]
        everybody = [
            (person, household)
            for home in population.homes
            for household in [clerk.add_household(grids[home.grid].id, home.label)]
            for person in home.people
        ]
        dice = self._dice("moves")
        late = set(dice.sample(range(len(everybody)), k=len(everybody) // 25))
        present = [pair for place, pair in enumerate(everybody) if place not in late]
        members = clerk.enrol_all(
            clerk.applicant(person.name, household_id=household.id, number=person.number)
            for person, household in present
        )
        villagers = [Villager(m, person.zeal) for m, (person, _) in zip(members, present, strict=True)]
        self.stories.villagers += villagers
        for place in sorted(late):
            self.stories.stage.add(self.stories.join(*everybody[place], self._some_day(dice)))
        for villager in dice.sample(villagers, k=len(villagers) // 40):
            back_after = timedelta(days=dice.randint(20, 90)) if dice.random() < 0.5 else None
            self.stories.stage.add(self.stories.move_away(villager, self._some_day(dice), back_after))

    def _list_services(self) -> list[tuple[Service, ServiceItem]]:
        """Draft the service items and publish them; one stays a draft."""
        catalog = self.stories.as_(GRID_WORKER).catalog
        items = [
            (each, catalog.draft(each.name, deed=self._served(each.deed), description=each.description))
            for each in SERVICES
        ]
        for service, item in items:
            if service.times:
                self.stories.as_(CHAIR).catalog.publish(item.id)
        return items

    def _sign_on(self, counter: Counter, shop: Shop) -> Outlet:
        """Register a merchant with its offers; it takes points once it is activated."""
        keeper = self.stories.as_(SHOPKEEPER).redemption
        unit = self.stories.unit
        merchant = keeper.register_merchant(counter.name, unit=unit.code, rate=YUAN_PER_POINT)
        offers = [
            keeper.draft_offer(merchant.id, each.names["zh_Hans"], price=each.price, stock=0)
            for each in shop.offers
        ]
        for offer in offers:
            keeper.publish_offer(offer.id)
        return Outlet(merchant, tuple(sorted(offers, key=lambda offer: (offer.price, offer.name))))

    # --- a month ------------------------------------------------------------------------------

    def _month(
        self, first: date, services: Sequence[tuple[Service, ServiceItem]], outlets: Sequence[Outlet]
    ) -> Story:
        """Everything that a month brings begins on its first morning."""
        yield self.stories.at(first, 6)
        dice = self._dice(first)
        last = _month_after(first, 1) - timedelta(days=1)
        stage = self.stories.stage
        for service, item in services:
            stage.add(*self._sessions(service, item, first, dice))
        stage.add(*self._wishes(first, dice))
        served = {self._served(service.deed) for service in SERVICES}
        for deed in self.rules.deeds:
            if deed in STARS:
                stage.add(*self._stars(deed, last, dice))
            elif deed not in served:
                stage.add(*self._deeds(deed, CUSTOMS.get(deed, OTHER), first, dice))
        for counter, outlet in zip(COUNTERS, outlets, strict=True):
            stage.add(*self._trade(counter, outlet, first, last, dice))

    def _sessions(self, service: Service, item: ServiceItem, first: date, dice: Random) -> Iterator[Story]:
        places = min(service.places, max(2, self.residents // 10))
        for _ in range(self._scaled(service.times) if service.times else 0):
            day = first + timedelta(days=dice.randint(2, 26))
            starts_at = self.stories.at(day, service.hour)
            yield self.stories.occasion(item, starts_at, service.hours, places, _own(dice))

    def _wishes(self, first: date, dice: Random) -> Iterator[Story]:
        for villager in self.stories.some(dice, self._scaled(9)):
            made_at = self.stories.at(first + timedelta(days=dice.randint(0, 12)), 15)
            text = dice.choice(WISHES)
            yield self.stories.wish(villager, text, self._served("volunteer"), made_at, _own(dice))

    def _deeds(self, deed: str, custom: Custom, first: date, dice: Random) -> Iterator[Story]:
        for _ in range(self._scaled(custom.times)):
            day = first + timedelta(days=dice.randint(0, 27))
            people = self.stories.some(dice, dice.randint(-(-custom.people // 2), custom.people))
            at = self.stories.at(day, 20, dice.randint(0, 59))
            yield self.stories.deeds(deed, people, at, by=custom.by, twice=dice.random() < 0.1)

    def _stars(self, deed: str, last: date, dice: Random) -> Iterator[Story]:
        """The panel stars households; some names stand on a second list as well."""
        star, after = STARS[deed], last + timedelta(days=1)
        if star.period.first_day(after) == after:
            winners = self.stories.some(dice, self._scaled(star.households))
            yield self.stories.deeds(deed, winners, self.stories.at(last, 16), by=PANEL)
            yield self.stories.deeds(deed, winners[::7], self.stories.at(last, 16, 30), by=PANEL)

    def _trade(
        self, counter: Counter, outlet: Outlet, first: date, last: date, dice: Random
    ) -> Iterator[Story]:
        """Goods come, people redeem them, and the merchant is settled."""
        opens = _month_after(self.first_day, counter.from_month - 1)
        if first == opens:
            yield self.stories.opening(outlet, self.stories.at(first, 7))
        if first >= opens:
            yield self.stories.restock(
                outlet, [self._scaled(n) for n in counter.delivered], self.stories.at(first, 8)
            )
            yield self.stories.books(outlet, last)
        for day in counter.days:
            for villager in self.stories.some(dice, self._scaled(counter.people if first >= opens else 3)):
                at = self.stories.at(first.replace(day=day), 9) + timedelta(minutes=dice.randrange(420))
                yield self.stories.errand(villager, outlet, at, _own(dice))

    # --- numbers ------------------------------------------------------------------------------

    def _served(self, deed: str) -> str:
        """The deed that a service counts as; where the rules do not list it, one that they do."""
        deeds = self.rules.deeds
        by_the_hour = [code for code, rule in deeds.items() if rule.amount.per == "hour"]
        return deed if deed in deeds else (by_the_hour or list(deeds))[0]

    def _scaled(self, count: int) -> int:
        """A number that is meant for 1,000 residents, for as many as there are; at least 1."""
        return max(1, round(count * self.residents / 1_000))

    def _dice(self, name: object) -> Random:
        """Chance that depends on the seed and on what it is for, and on nothing else."""
        return Random(f"{self.seed}/{name}")

    def _some_day(self, dice: Random) -> datetime:
        """A morning of the year after the first day."""
        return self.stories.at(dice.choice(self.days()[1:]), 9)


def _month_after(day: date, count: int) -> date:
    """The first day of the month that comes `count` months after that of `day`."""
    years, month = divmod(day.month - 1 + count, 12)
    return date(day.year + years, month + 1, 1)


def _own(dice: Random) -> Random:
    """Chance of its own for one story, whatever the others draw."""
    return Random(dice.getrandbits(64))
