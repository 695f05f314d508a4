"""What every command has at hand: the store, the community, who acts, and where to speak."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import typer
from attrs import define, field

import gridpoints
from gridpoints.catalog.series import local_instant, time_of_day
from gridpoints.cli.output import Output
from gridpoints.community.model import Grid, Household, Member
from gridpoints.errors import CommunityUnclear, NameAmbiguous, NoCommunity, RecordUnknown
from gridpoints.exchange import Community, Exchange
from gridpoints.i18n import Language
from gridpoints.i18n.words import QUANTITIES
from gridpoints.ledger.accounts import Account, AccountKind
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.sheets.cells import read_day, tidy
from gridpoints.values import SYSTEM, Actor, check_one_of, midnight, zone

E = TypeVar("E", bound=StrEnum)


@define
class Desk:
    """Made for one run of one command."""

    language: Language
    out: Output
    store: str
    community: str | None
    actor: Actor = SYSTEM
    #: Names for ids, so that an error can say who is meant.
    known: dict[str, str] = field(factory=dict)

    @contextmanager
    def exchange(self) -> Iterator[Exchange]:
        """The store, opened, and made where there is none."""
        with gridpoints.open(self.store) as exchange:
            yield exchange

    @contextmanager
    def village(self) -> Iterator[Community]:
        """The community that is meant: the one that was named, or the only one in the store.

        Raises `CommunityUnknown`, `CommunityUnclear`, or `NoCommunity` instead of making a store.
        """
        if _is_missing_file(self.store):
            raise NoCommunity(url=self.store)
        with self.exchange() as exchange:
            id = self.community or self._only_one(exchange)
            village = exchange.community(id, actor=self.actor)
            self.language = self.language.at(zone(village.community.profile().timezone))
            for unit in village.rules.units().values():
                if unit.code not in QUANTITIES:  # "1 point" has words of its own
                    self.known[unit.code] = self.language.name(unit.names, unit.code)
            yield village

    def _only_one(self, exchange: Exchange) -> str:
        communities = exchange.communities()
        if not communities:
            raise NoCommunity(url=_without_password(self.store))
        if len(communities) > 1:
            raise CommunityUnclear(known=tuple(communities))
        return communities[0]

    def member(self, village: Community, text: str) -> Member:
        """The member that a number, an id or a name means."""
        member = village.community.identify(text)
        self.known[member.id] = member.name
        return member

    def name_members(self, village: Community, ids: Iterable[str]) -> None:
        """Find out who these are, so that they are shown under their names."""
        with village.context.read() as work:
            self.known |= {each.id: each.name for each in work.find(Member, {"id": sorted(set(ids))})}

    def name_accounts(self, village: Community, accounts: Iterable[Account]) -> None:
        """Find out whose accounts these are, so that they are shown under their names."""
        owners = {kind: sorted({a.owner for a in accounts if a.kind is kind}) for kind in AccountKind}
        self.name_members(village, owners[AccountKind.MEMBER])
        with village.context.read() as work:
            for household in work.find(Household, {"id": owners[AccountKind.HOUSEHOLD]}):
                self.known[household.id] = household.label
            for merchant in work.find(Merchant, {"id": owners[AccountKind.MERCHANT]}):
                self.known[merchant.id] = merchant.name

    def one_of(self, kind: str, things: Sequence[Any], text: str, *, called: str = "name") -> Any:
        """The one of some records that an id or a name means; `called` is the attribute that has the name.

        Raises `RecordUnknown`, and `NameAmbiguous` where several bear the name.
        """
        self.known |= {thing.id: getattr(thing, called) for thing in things}
        found = [thing for thing in things if thing.id == text]
        found = found or [thing for thing in things if getattr(thing, called) == text]
        if not found:
            raise RecordUnknown(kind=kind, id=text)
        if len(found) > 1:
            raise NameAmbiguous(name=text, ids=tuple(thing.id for thing in found))
        return found[0]

    def grid(self, village: Community, text: str) -> Grid:
        """The grid that an id or a name means; raises `RecordUnknown` or `NameAmbiguous`."""
        grids = sorted(village.community.tree().grids.values(), key=lambda grid: grid.id)
        grid: Grid = self.one_of("grid", grids, text)
        return grid

    def name_grids(self, village: Community) -> None:
        """Find out what the grids are called, so that they are shown under their names."""
        self.known |= {grid.id: grid.name for grid in village.community.tree().grids.values()}

    def choice(self, field: str, text: str, kind: type[E]) -> E:
        """The one of an enumeration that its code means, or its word in the reader's language.

        Raises `NotOneOf`.
        """
        by_word = {self.language.word(each): each for each in kind}
        return by_word.get(text) or check_one_of(field, text, kind)


def translations(language: Language, option: str, told: Iterable[str] | None) -> dict[str, str]:
    """What somebody wrote as ``LANG=TEXT``, by language."""
    pairs = [each.partition("=") for each in told or ()]
    for tag, equals, text in pairs:
        if not equals:
            raise typer.BadParameter(
                language.text("Write {option} as LANG=TEXT, not as {text}.", option=option, text=tag + text)
            )
    return {tag.strip(): text.strip() for tag, _, text in pairs}


def beginning_of(village: Community, day: str) -> datetime:
    """The first moment of a day that somebody wrote, where the community lives."""
    return midnight(read_day(day), village.context.zone)


def moment_of(village: Community, text: str, field: str = "instant") -> datetime:
    """The instant of a day and a time of the day, 2026-09-16 09:00, where the community lives.

    A time alone is the next one that is to come: 01:30 is tonight. Raises `BadTimeOfDay`, or what is wrong
    with the day.
    """
    tz, now = village.context.zone, village.context.now()
    day, _, at = tidy(text).replace("T", " ").rpartition(" ")
    clock = time.fromisoformat(time_of_day(field, at.zfill(5)))
    if day:
        return local_instant(read_day(day), clock, tz)
    today = village.context.today()
    tonight = local_instant(today, clock, tz)
    return tonight if tonight > now else local_instant(today + timedelta(days=1), clock, tz)


def end_of(village: Community, day: str) -> datetime:
    """The first moment after it."""
    return midnight(read_day(day) + timedelta(days=1), village.context.zone)


def end_if_given(village: Community, day: str | None) -> datetime | None:
    """The same, where somebody wrote one."""
    return None if day is None else end_of(village, day)


def _is_missing_file(url: str) -> bool:
    path = url.partition("?")[0].removeprefix("sqlite:///")
    return url.startswith("sqlite:///") and path not in ("", ":memory:") and not Path(path).exists()


def _without_password(url: str) -> str:
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:…@", url)
