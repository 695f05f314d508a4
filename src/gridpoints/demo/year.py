"""The year: what is set up at its beginning, and what each month brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random

from attrs import frozen

from gridpoints.catalog.model import ServiceItem
from gridpoints.demo.customs import (
    CHAIR,
    CLERK,
    COUNTERS,
    GRID_WORKER,
    HABITS,
    OTHER,
    PANEL,
    SERVICES,
    SHOPKEEPER,
    STARS,
    WISHES,
    WISHES_A_MONTH,
    YUAN_PER_POINT,
    Counter,
    Habit,
    Service,
)
from gridpoints.demo.population import Population
from gridpoints.demo.stage import Story
from gridpoints.demo.stories import Outlet, Stories, Villager
from gridpoints.redemption.merchants.model import StaffRole
from gridpoints.rules.model import RuleSet
from gridpoints.rules.shop import ShopList


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

    def open(self, population: Population, shop: ShopList) -> None:
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
            (
                each,
                catalog.draft(
                    each.names["zh_Hans"], deed=served_as(self.rules, each.deed), description=each.description
                ),
            )
            for each in SERVICES
        ]
        for service, item in items:
            if service.times:
                self.stories.as_(CHAIR).catalog.publish(item.id)
        return items

    def _sign_on(self, counter: Counter, shop: ShopList) -> Outlet:
        """Register a merchant with its offers; it takes points once it is activated."""
        keeper = self.stories.as_(SHOPKEEPER).redemption
        unit = self.stories.unit
        merchant = keeper.register_merchant(counter.names["zh_Hans"], unit=unit.code, rate=YUAN_PER_POINT)
        self.stories.as_(CHAIR).redemption.name_staff(merchant.id, SHOPKEEPER.id, StaffRole.OWNER)
        offers = [
            keeper.draft_offer(merchant.id, each.names["zh_Hans"], price=each.price, stock=0)
            for each in shop.goods
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
        served = {served_as(self.rules, service.deed) for service in SERVICES}
        for deed in self.rules.deeds:
            if deed in STARS:
                stage.add(*self._stars(deed, last, dice))
            elif deed not in served:
                stage.add(*self._deeds(deed, HABITS.get(deed, OTHER), first, dice))
        for counter, outlet in zip(COUNTERS, outlets, strict=True):
            stage.add(*self._trade(counter, outlet, first, last, dice))

    def _sessions(self, service: Service, item: ServiceItem, first: date, dice: Random) -> Iterator[Story]:
        places = min(service.places, max(2, self.residents // 10))
        for _ in range(self._scaled(service.times) if service.times else 0):
            day = first + timedelta(days=dice.randint(2, 26))
            starts_at = self.stories.at(day, service.hour)
            yield self.stories.occasion(item, starts_at, service.hours, places, _own(dice))

    def _wishes(self, first: date, dice: Random) -> Iterator[Story]:
        # Nobody counts the hours that a wish took.
        deeds = [code for code, rule in self.rules.deeds.items() if rule.amount.per != "hour"]
        if not deeds:
            return
        deed = "volunteer" if "volunteer" in deeds else deeds[0]
        for villager in self.stories.some(dice, self._scaled(WISHES_A_MONTH)):
            made_at = self.stories.at(first + timedelta(days=dice.randint(0, 12)), 15)
            yield self.stories.wish(villager, dice.choice(WISHES), deed, made_at, _own(dice))

    def _deeds(self, deed: str, habit: Habit, first: date, dice: Random) -> Iterator[Story]:
        for _ in range(self._scaled(habit.times)):
            day = first + timedelta(days=dice.randint(0, 27))
            people = self.stories.some(dice, dice.randint(-(-habit.people // 2), habit.people))
            at = self.stories.at(day, 20, dice.randint(0, 59))
            yield self.stories.deeds(deed, people, at, by=habit.by, twice=dice.random() < 0.1)

    def _stars(self, deed: str, last: date, dice: Random) -> Iterator[Story]:
        """The panel gives the star of a period; some names stand on a second list as well."""
        star, after = STARS[deed], last + timedelta(days=1)
        if star.period.first_day(after) == after:
            winners = self.stories.some(dice, self._scaled(star.people))
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
            for villager in self.stories.some(dice, self._scaled(counter.people if first >= opens else 8)):
                at = self.stories.at(first.replace(day=day), 9) + timedelta(minutes=dice.randrange(420))
                yield self.stories.errand(villager, outlet, at, _own(dice))

    # --- numbers ------------------------------------------------------------------------------

    def _scaled(self, count: int) -> int:
        """A number that is meant for 1,000 residents, for as many as there are; at least 1."""
        return max(1, round(count * self.residents / 1_000))

    def _dice(self, name: object) -> Random:
        """Chance that depends on the seed and on what it is for, and on nothing else."""
        return Random(f"{self.seed}/{name}")

    def _some_day(self, dice: Random) -> datetime:
        """A morning of the year after the first day."""
        return self.stories.at(dice.choice(self.days()[1:]), 9)


def served_as(rules: RuleSet, deed: str) -> str:
    """The deed that a service counts as: `deed`, or where the rules do not list it, one they do."""
    by_the_hour = [code for code, rule in rules.deeds.items() if rule.amount.per == "hour"]
    return deed if deed in rules.deeds else (by_the_hour or list(rules.deeds))[0]


def _month_after(day: date, count: int) -> date:
    """The first day of the month that comes `count` months after that of `day`."""
    years, month = divmod(day.month - 1 + count, 12)
    return date(day.year + years, month + 1, 1)


def _own(dice: Random) -> Random:
    """Chance of its own for one story, whatever the others draw."""
    return Random(dice.getrandbits(64))
