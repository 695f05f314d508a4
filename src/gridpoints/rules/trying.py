"""A rule set tried out on deeds in order of day: what is counted, and what everybody then holds.

Nothing is kept beside the counters of the periods that are running and the accounts, so that it
takes memory for the members, not for the deeds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple, Protocol

from attrs import define, field

from gridpoints.errors import DaysNotInOrder
from gridpoints.rules.case import Deed, Scope, UsageKey
from gridpoints.rules.deeds import DeedRule, Holder
from gridpoints.rules.judging import Judgement
from gridpoints.rules.model import RuleSet
from gridpoints.values import Step


class Calendar(Protocol):
    """Which rules hold on a day: published ones, or one rule set with its later figures."""

    def on(self, day: date) -> RuleSet:
        """The rule set of a local day; raises `NoRulesInForce`."""


@define
class Purse:
    """What one account holds of one unit, by the first day on which it is gone (None: it stays).

    What is owed after a deduction is taken from what comes in next.
    """

    lots: dict[date | None, int] = field(factory=dict)
    debt: int = 0

    def balance(self, day: date) -> int:
        """What can be spent on a day."""
        for expires in [expires for expires in self.lots if expires is not None and expires <= day]:
            del self.lots[expires]
        return sum(self.lots.values())

    def give(self, amount: int, expires: date | None) -> None:
        """Put something in."""
        if self.debt:
            paid = min(amount, self.debt)
            self.debt -= paid
            amount -= paid
        self.lots[expires] = self.lots.get(expires, 0) + amount

    def take(self, amount: int, day: date) -> None:
        """Take something out, first what expires first; what is not there is owed."""
        self.balance(day)
        for expires in sorted(self.lots, key=lambda expires: expires or date.max):
            taken = min(amount, self.lots[expires])
            self.lots[expires] -= taken
            amount -= taken
        self.debt += amount


#: Members of an enumeration are slow to find.
_MEMBER = Scope.MEMBER

#: What the holders of one kind have of one unit, by the subject.
_Purses = defaultdict[str, Purse]


class _Keeping(NamedTuple):
    """Where what a deed gives today is kept: whose it is, and when it is gone."""

    scope: Scope
    purses: _Purses
    expires: date | None


@define
class Trial:
    """Judges deed after deed, counts what they use, and keeps what they give."""

    rules: Calendar
    used: defaultdict[str, int] = field(factory=lambda: defaultdict(int), init=False)
    #: By the unit and the holder.
    purses: dict[tuple[str, Holder], _Purses] = field(factory=dict, init=False)
    #: The rules of the day.
    now: RuleSet = field(init=False)
    day: date = field(default=date.min, init=False)
    _purse: Purse = field(factory=Purse, init=False)
    #: By the deed.
    _kept: dict[str, _Keeping] = field(factory=dict, init=False)

    def begin(self, day: date) -> None:
        """Go on to a day; raises `DaysNotInOrder` for one before, and what the calendar raises."""
        if day < self.day:
            raise DaysNotInOrder(day=day, before=self.day)
        self.now = self.rules.on(day).on(day)
        if (day.year, day.month) != (self.day.year, self.day.month):
            self._forget(day)
        self.day = day
        self._kept.clear()

    def _forget(self, day: date) -> None:
        """Drop what was counted in periods that are over."""
        counters = {c.code: c for rule in self.now.deeds.values() for c in rule.counters}
        running = {code: counter.period.first_day(day) for code, counter in counters.items()}
        keys = {text: UsageKey.parse(text) for text in self.used}
        over = [text for text, key in keys.items() if key.since < running.get(key.limit, key.since)]
        for text in over:
            del self.used[text]

    def judge(self, deed: Deed, subjects: Mapping[Scope, str]) -> Judgement:
        """Judge a deed of the day, count it, and keep what it gives; raises as `RuleSet.judge` does."""
        if (kept := self._kept.get(deed.code)) is None:
            kept = self._kept[deed.code] = self._keeping(self.now.rule(deed.code))
        scope, purses, expires = kept
        purse = self._purse = purses[subjects.get(scope) or subjects[_MEMBER]]
        used = self.used
        judged = self.now.judge(deed, subjects, used.__getitem__, balance=self._balance, explained=False)
        for key, amount in judged.uses.items():
            used[key] += amount
        if (awarded := judged.awarded) > 0:
            purse.give(awarded, expires)
        elif awarded:
            purse.take(-awarded, self.day)
        return judged

    def why(self, deed: Deed, subjects: Mapping[Scope, str]) -> Step:
        """The last step of the explanation of a deed that was just refused."""
        judged = self.now.judge(deed, subjects, self.used.__getitem__, balance=self._balance)
        return judged.explanation[-1]

    def _balance(self) -> int:
        return self._purse.balance(self.day)

    def _keeping(self, rule: DeedRule) -> _Keeping:
        scope = Scope.HOUSEHOLD if rule.holder is Holder.HOUSEHOLD else Scope.MEMBER
        purses = self.purses.setdefault((rule.unit.code, rule.holder), defaultdict(Purse))
        return _Keeping(scope, purses, rule.wallet.expiry.after(self.day))

    def held(self) -> dict[str, int]:
        """What all accounts hold at the end of the last day, by unit."""
        held: dict[str, int] = defaultdict(int)
        for (unit, _), purses in self.purses.items():
            held[unit] += sum(purse.balance(self.day) for purse in purses.values())
        return dict(held)
