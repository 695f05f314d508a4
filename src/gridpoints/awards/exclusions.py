"""Members excluded by a decision (取消资格): why, for how long, how it is undone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum

from attrs import define, field, frozen

from gridpoints.records import Lifecycle
from gridpoints.rules.expression.model import Type
from gridpoints.rules.model import RuleSet
from gridpoints.rules.stars import Excluded
from gridpoints.storage.port import Work
from gridpoints.values import Step

#: The fact that tells a deed whether who did it was excluded on its day.
EXCLUDED_FACT = "member.excluded"


class ExclusionStatus(StrEnum):
    """An exclusion stands, over or not, until somebody decides that it does not."""

    STANDING = "standing"
    LIFTED = "lifted"


EXCLUSION = Lifecycle.of({ExclusionStatus.STANDING: {ExclusionStatus.LIFTED}})


@frozen
class Exclusion:
    """A decision that a member takes no part, from `since` until before `until` (None: for good).

    `reason` is one of those that the rules list, by its code, and `note` is what was found. One that was
    lifted holds for the days before `lifted_on`. It holds for as long as the rules know its reason.
    """

    id: str
    member_id: str
    reason: str
    since: date
    until: date | None
    note: str
    decided_by: str
    decided_at: datetime
    lifted_on: date | None = None
    status: ExclusionStatus = ExclusionStatus.STANDING
    version: int = 1

    @property
    def decided(self) -> Excluded:
        """What the rules are told of it."""
        ends = [day for day in (self.until, self.lifted_on) if day is not None]
        return Excluded(self.reason, self.since, min(ends, default=None))


def decided_on(work: Work, member_ids: Collection[str]) -> Mapping[str, Sequence[Exclusion]]:
    """Every decision there ever was about these members, by member and first day."""
    found: defaultdict[str, list[Exclusion]] = defaultdict(list)
    where = {"member_id": tuple(sorted(member_ids))}
    for each in work.find(Exclusion, where, order=("member_id", "since", "id")) if member_ids else ():
        found[each.member_id].append(each)
    return found


@define
class Exclusions:
    """The decisions about some members, read when one of them is first asked for."""

    work: Work
    member_ids: Collection[str]
    _found: Mapping[str, Sequence[Exclusion]] | None = field(default=None, init=False)

    def step(self, member_id: str, day: date, rules: RuleSet) -> Step | None:
        """What is to be told of it to rules that ask whether a member was excluded; None: they do not."""
        asked = rules.facts.get(EXCLUDED_FACT)
        if asked is None or asked.type is not Type.TRUTH or rules.terms.stars is None:
            return None
        if self._found is None:
            self._found = decided_on(self.work, self.member_ids)
        decided = [each.decided for each in self._found.get(member_id, ())]
        barred = rules.terms.stars.barred(day, excluded=decided)
        return Step("not_excluded") if barred is None else Step("was_excluded", barred.explanation[0].values)
