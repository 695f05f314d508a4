"""What it is worth: rule sets (积分细则), the deeds they list, and how one deed is judged.

Pure: a rule set is given the facts of a deed and what was counted so far, and answers with a
`Judgement`. Amounts are ints in the smallest part of the deed's unit.
"""

from __future__ import annotations

import difflib
from bisect import bisect_right
from collections.abc import Callable, Mapping, Set
from datetime import date, datetime
from typing import Any

from attrs import field, frozen

from gridpoints.errors import DeedUnknown
from gridpoints.rules.case import Case, Deed, Fact, Scope
from gridpoints.rules.deeds import DeedRule, Wallet
from gridpoints.rules.factors import Campaign, Stacking
from gridpoints.rules.facts import FactRule
from gridpoints.rules.judging import Judgement, fitted, judged
from gridpoints.rules.limits import Bound, Limit
from gridpoints.rules.permissions import Right, allows
from gridpoints.rules.terms import Terms
from gridpoints.values import Names, Unit


@frozen
class Budget:
    """How much may be given in a period: `bound` is what holds in awards.

    From `alarm` per cent on a committee is told. `money` is the currency of one that is in money.
    """

    code: str
    names: Names = field(hash=False)
    bound: Limit
    alarm: int | None = None
    money: str | None = None


@frozen
class RuleSet:
    """A compiled rule set, in force from `starts_on`. Its `id` is ``code@version``.

    Where it is `changed_by_vote`, what follows it is published from an approved draft alone. `facts` are
    those that a report may tell; `untold` is what they are where it does not. Where some of
    its figures change on a later day, `later` holds the same rule set with those. `written` is what its
    file says, in plain mappings, lists and values: nothing judges by it.
    """

    id: str
    names: Names = field(hash=False)
    starts_on: date
    units: Mapping[str, Unit] = field(hash=False)
    deeds: Mapping[str, DeedRule] = field(hash=False)
    wallets: Mapping[str, Wallet] = field(factory=dict, hash=False)
    limits: tuple[Bound, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    stacking: Stacking = Stacking.BEST
    changed_by_vote: bool = False
    budgets: tuple[Budget, ...] = ()
    terms: Terms = field(factory=Terms)
    facts: Mapping[str, FactRule] = field(factory=dict, hash=False)
    source: str = ""
    descriptions: Names = field(factory=dict, hash=False)
    untold: Mapping[str, Fact] = field(factory=dict, hash=False)
    later: tuple[RuleSet, ...] = field(default=(), repr=False)
    written: Mapping[str, Any] = field(factory=dict, eq=False, repr=False)

    def on(self, day: date) -> RuleSet:
        """The rule set with the figures of a day."""
        if not self.later or day < self.later[0].starts_on:
            return self
        return self.later[bisect_right(self.later, day, key=lambda each: each.starts_on) - 1]

    def rule(self, code: str) -> DeedRule:
        """The line for that deed; raises `DeedUnknown` with the code that is most like it."""
        try:
            return self.deeds[code]
        except KeyError:
            close = difflib.get_close_matches(code, self.deeds, 1)
            raise DeedUnknown(deed=code, suggestion=close[0] if close else None) from None

    def permits(self, right: Right, roles: Set[str], deed: str | None = None) -> bool:
        """Whether somebody in those roles may do it; what no role is named for anybody may.

        Who may report a `deed` is said with that deed first. Raises `DeedUnknown`.
        """
        if right is Right.REPORT and deed is not None and (reporters := self.rule(deed).reporters):
            return allows(reporters, roles)
        return self.terms.permissions.permits(right, roles)

    def counted_under(self, deed: Deed, subjects: Mapping[Scope, str]) -> set[str]:
        """The texts of the keys under which the deed may be counted."""
        return self.on(deed.day).rule(deed.code).keys(deed.day, subjects)

    def judge(
        self,
        deed: Deed,
        subjects: Mapping[Scope, str],
        used: Callable[[str], int],
        *,
        balance: Callable[[], int] = int,
        explained: bool = True,
        fits: bool = True,
    ) -> Judgement:
        """Judge one deed.

        `used` tells what was counted under a key so far, `balance` what its holder can spend of its
        unit (asked for deductions and where an account has a cap). Not `explained`, the
        explanation stays empty; not `fits`, neither the cap nor what there is to be taken is looked
        at, which `fitted` does later. Raises `DeedUnknown`, or what its amount and conditions raise:
        `QuantityNeeded`, `FactNeeded`, `AmountNotChosen` and their like.
        """
        rules = self.on(deed.day) if self.later else self
        rule = rules.rule(deed.code)
        if rules.untold:
            deed = deed._replace(facts={**rules.untold, **deed.facts})
        case = Case(
            deed,
            rule.wallet.unit,
            rule.amount.per,
            subjects,
            used,
            balance,
            [] if explained else None,
            deed.quantity,
            fits,
        )
        return judged(rule, case, rules.stacking)

    def fitted(
        self,
        deed: Deed,
        subjects: Mapping[Scope, str],
        amount: int,
        *,
        wanted: int,
        balance: Callable[[], int],
    ) -> Judgement:
        """What becomes of an `amount` that was judged before, now that it is given or taken.

        The cap of the account may leave less of it, or less may be there to be taken. The
        explanation holds these steps alone, `uses` what changes of those that the award had.
        """
        rules = self.on(deed.day)
        rule = rules.rule(deed.code)
        unit, per = rule.wallet.unit, rule.amount.per
        case = Case(deed, unit, per, subjects, lambda key: 0, balance, [], deed.quantity)
        return fitted(rule, case, wanted, amount)


@frozen
class PublishedRules:
    """A version of the rules as it was published: its text is frozen, and in force from a day."""

    id: str
    text: str
    starts_on: date
    published_at: datetime
    published_by: str
