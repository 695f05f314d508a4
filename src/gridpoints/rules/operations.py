"""Rule sets of a community: published from a day, frozen, and found again by the day of a deed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path

from attrs import field, frozen

from gridpoints.context import Context
from gridpoints.errors import NoRulesInForce, RecordUnknown, RightForNobody, RightReserved, VoteNeeded
from gridpoints.rules.drafts import Drafts
from gridpoints.rules.expression.model import Evaluator
from gridpoints.rules.life import Draft, Version, VersionStatus, beginning, status_of
from gridpoints.rules.loading import load, read
from gridpoints.rules.model import PublishedRules, RuleSet
from gridpoints.rules.permissions import OPEN_AT_FIRST, Permissions, Right, naming
from gridpoints.rules.publishing import publish, publishing
from gridpoints.storage.port import Range, Sought, Work
from gridpoints.values import SYSTEM, Unit

#: Of two that begin on the same day the later published one applies.
_CALENDAR = ("starts_on", "published_at", "id")
_LATEST_FIRST = tuple(f"-{name}" for name in _CALENDAR)


@lru_cache(maxsize=64)
def _loaded(text: str, id: str, evaluator: Evaluator) -> RuleSet:
    """A published text never changes, so it is compiled once by each engine."""
    return load(text, source=id, evaluator=evaluator)


def _compiled(published: PublishedRules, evaluator: Evaluator) -> RuleSet:
    return beginning(_loaded(published.text, published.id, evaluator), published.starts_on)


def in_force_on(day: date) -> Sought:
    """What asks for the version of a day alone: see `Rules.of_found`."""
    return Sought(PublishedRules, {"starts_on": Range(at_most=day)}, order=_LATEST_FIRST, limit=1)


def _with_ends(published: Sequence[PublishedRules]) -> Iterator[tuple[PublishedRules, date | None]]:
    """Versions in the order of the calendar, each with the day on which the next one begins."""
    return zip_longest(published, (each.starts_on for each in published[1:]))


def _version(
    published: PublishedRules, rules: RuleSet, ends_on: date | None, draft: Draft | None, today: date
) -> Version:
    return Version(
        rules=rules,
        starts_on=published.starts_on,
        ends_on=ends_on,
        published_at=published.published_at,
        published_by=published.published_by,
        status=status_of(published.starts_on, ends_on, today),
        approved_by=draft.approved_by if draft else None,
        vote=draft.vote if draft else None,
    )


@frozen
class RulesCalendar:
    """The published rule sets by the day they began to apply."""

    rule_sets: tuple[RuleSet, ...]
    _starts: list[date] = field(init=False, eq=False, repr=False)

    @classmethod
    def of_published(cls, published: Iterable[PublishedRules], evaluator: Evaluator) -> RulesCalendar:
        """Compile what stands in a store, in the order of the calendar, with a context's engine."""
        return cls(tuple(_compiled(each, evaluator) for each in published))

    @_starts.default
    def _days(self) -> list[date]:
        return [rules.starts_on for rules in self.rule_sets]

    def on(self, day: date) -> RuleSet:
        """The rule set in force on a local day; raises `NoRulesInForce`."""
        index = bisect_right(self._starts, day)
        if not index:
            raise NoRulesInForce(day=day, first=self.rule_sets[0].starts_on if self.rule_sets else None)
        return self.rule_sets[index - 1]

    def extend_days(self, unit: str, day: date) -> int:
        """For how many days points of a unit live on that come back after their date, by the rules of a day.

        0 as well where these say nothing of the unit, or there are none.
        """
        try:
            wallet = self.on(day).on(day).wallets.get(unit)
        except NoRulesInForce:
            return 0
        return 0 if wallet is None else wallet.extend_days

    def of(self, id: str) -> RuleSet:
        """The rule set of that id; raises `RecordUnknown`."""
        for rules in self.rule_sets:
            if rules.id == id:
                return rules
        raise RecordUnknown(kind="published_rules", id=id)


@frozen
class Rules(Drafts):
    """The room ``rules``: what the community decided that deeds are worth."""

    context: Context

    def publish(self, source: str | Path) -> RuleSet:
        """Publish a rule set: a file, the name of a preset, or the YAML text itself.

        This is the short way, for those who vote elsewhere; a version of which there is a draft is
        published as it was approved. The same text again changes nothing. Raises `RuleSetInvalid`,
        `RuleSetFrozen` where the version stands with another text, `NotApproved`, `UnitChanged`, and
        `VoteNeeded` where rules that are in force, or will be, say that they are changed by a vote alone.
        """
        self.require(Right.PUBLISH)
        text, name = read(source)
        rules = load(text, source=name, evaluator=self.context.evaluator)
        return publishing(self.context, lambda work: self._publish(work, rules, text))

    def _publish(self, work: Work, rules: RuleSet, text: str) -> RuleSet:
        for found in work.find(Draft, {"id": rules.id}):
            draft = work.get(Draft, found.id, lock=True)
            draft.must_decide_on(text)
            return self._publish_draft(work, draft, None)
        published = work.find(PublishedRules, order=_CALENDAR)
        if rules.id not in (each.id for each in published):
            self._refuse_without_vote(rules.id, published)
        publish(self.context, work, rules, text)
        return rules

    def _refuse_without_vote(self, version: str, published: Sequence[PublishedRules]) -> None:
        today = self.context.today()
        for each, ends_on in _with_ends(published):
            over = status_of(each.starts_on, ends_on, today) is VersionStatus.SUPERSEDED
            if not over and _compiled(each, self.context.evaluator).changed_by_vote:
                raise VoteNeeded(version=version, rules=each.id)

    def calendar(self) -> RulesCalendar:
        """All published rule sets by the day they began to apply.

        Of two that begin on the same day the later published one applies.
        """
        with self.context.read() as work:
            published = work.find(PublishedRules, order=_CALENDAR)
        return RulesCalendar.of_published(published, self.context.evaluator)

    def versions(self) -> tuple[Version, ...]:
        """Every published version with its days, as they stand today: the calendar of the rules."""
        with self.context.read() as work:
            published = work.find(PublishedRules, order=_CALENDAR)
            drafts = {draft.id: draft for draft in work.find(Draft, {"id": [p.id for p in published]})}
        today = self.context.today()
        return tuple(
            _version(each, _compiled(each, self.context.evaluator), ends_on, drafts.get(each.id), today)
            for each, ends_on in _with_ends(published)
        )

    def version(self, id: str) -> RuleSet:
        """The published version of that id (``code@version``); raises `RecordUnknown`."""
        with self.context.read() as work:
            return _compiled(work.get(PublishedRules, id), self.context.evaluator)

    def in_force(self, day: date | None = None) -> RuleSet:
        """The rule set of a local day (None: today); raises `NoRulesInForce`."""
        day = self.context.day("day", day)
        with self.context.read() as work:
            [found] = work.find_all(in_force_on(day))
            return self.of_found(found, day)

    def of_found(self, found: Sequence[PublishedRules], day: date) -> RuleSet:
        """The rule set of a day from what `in_force_on` asked for; raises `NoRulesInForce`."""
        if not found:
            return self.calendar().on(day)  # which refuses, and says when the first one begins
        return _compiled(found[0], self.context.evaluator)

    def must_know(self, deed: str) -> None:
        """Raise `DeedUnknown` for a deed that is not in the rules of today, nor in any to come.

        Where there are none, every deed may come to be known.
        """
        with suppress(NoRulesInForce):
            if deed in self.in_force().deeds:
                return
        standing = [each.rules for each in self.versions() if each.status is not VersionStatus.SUPERSEDED]
        if standing and not any(deed in rules.deeds for rules in standing):
            standing[0].rule(deed)

    def permits(self, right: Right) -> bool:
        """Whether the rules of today give a right to whoever acts; before there are any, `OPEN_AT_FIRST`."""
        roles = self.context.actor.roles
        if not roles.isdisjoint(SYSTEM.roles):
            return True
        try:
            return self.in_force().permits(right, roles)
        except NoRulesInForce:
            return right in OPEN_AT_FIRST or Permissions().permits(right, roles)

    def require(self, right: Right) -> None:
        """Raise `RightReserved` where the rules of today reserve a right for others than who acts."""
        if not self.permits(right):
            actor = self.context.actor.id
            if roles := self.roles_with(right):
                raise RightReserved(actor=actor, right=right, roles=roles)
            raise RightForNobody(actor=actor, right=right, roles=(), line=naming(right))

    def roles_with(self, right: Right) -> tuple[str, ...]:
        """The roles that a right is reserved for today, sorted; none: anybody has it, or nobody."""
        return tuple(sorted(self._permissions().holders(right) or ()))

    def _permissions(self) -> Permissions:
        """Those of today; before there are any rules, nothing is said."""
        try:
            return self.in_force().terms.permissions
        except NoRulesInForce:
            return Permissions()

    def units(self) -> dict[str, Unit]:
        """Every unit that was ever declared, by its code."""
        with self.context.read() as work:
            return {unit.code: unit for unit in work.find(Unit, order=("code",))}
