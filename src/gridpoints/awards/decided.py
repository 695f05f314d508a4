"""What was decided about members, as deeds and standings are told of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

from attrs import define, field

from gridpoints.awards.exclusions import Exclusion
from gridpoints.rules.expression.model import Type
from gridpoints.rules.model import RuleSet
from gridpoints.storage.port import Work
from gridpoints.values import Step

#: The fact that tells a deed whether who did it was excluded on its day.
EXCLUDED_FACT = "member.excluded"


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
