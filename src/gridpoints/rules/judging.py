"""How one deed is judged: condition, quantity, amount, coefficients, campaigns, limits, approval."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from gridpoints.rules.amounts import Chosen, Reset, quantity_of, whole
from gridpoints.rules.approval import Approval
from gridpoints.rules.case import BILLION, Case
from gridpoints.rules.conditions import failing
from gridpoints.rules.deeds import DeedRule, Holder, Shortfall
from gridpoints.rules.factors import Stacking, adjusted, campaigned
from gridpoints.rules.limits import Bounds, allowed, billionths, count
from gridpoints.values import Explanation, Step, Unit


class Refusal(StrEnum):
    """Why a deed gives nothing: a condition, a limit, the cap of the account, too few to take."""

    CONDITION = "condition"
    LIMIT = "limit"
    CAP = "cap"
    SHORTFALL = "shortfall"


class Judgement(NamedTuple):  # as quick to make as it is to read: one for each deed
    """What a deed is worth under one rule set: what it asked for, what it gets, and why.

    `wanted` is what it asked for before any limit; below 0 both are a deduction. `uses` is what the
    award adds to the counters, by the text of their `UsageKey`; giving it back undoes the award there.
    `bound_by` names the limits that gave less, each with how much less in the unit: of several on the
    quantity, the last has it all. `approval` is what the points wait for. Of a deduction, `owed` is
    what is not there to be taken now (at most as much as `awarded`, above 0).
    """

    rule_set: str
    unit: Unit
    holder: Holder
    wanted: int
    awarded: int
    explanation: Explanation
    uses: Mapping[str, int]
    bound_by: Mapping[str, int]
    refusal: Refusal | None
    approval: Approval
    owed: int


#: The four of a `Judgement`: wanted, awarded, refusal, owed.
_Verdict = tuple[int, int, Refusal | None, int]


def judged(rule: DeedRule, case: Case, stacking: Stacking) -> Judgement:
    """The judgement of a case under one line of the rules."""
    steps = case.steps
    if steps is not None:
        steps.append(rule.heading)
    wanted, awarded, refusal, owed = _verdict(rule, case, stacking)
    if awarded and steps is not None:
        for stage in rule.approval:
            case.say(stage.kind, stage.figures())
    return Judgement(
        rule.rule_set,
        case.unit,
        rule.holder,
        wanted,
        awarded,
        () if steps is None else tuple(steps),
        # What gives no whole point counts as well: the next part of it may.
        case.uses if refusal is None else {},
        case.bound_by,
        refusal,
        rule.approval if awarded else (),
        owed,
    )


def fitted(rule: DeedRule, case: Case, wanted: int, amount: int) -> Judgement:
    """An amount that was judged before, as the account has room for it, or has it to be taken, by now.

    The explanation holds what is to be added; `uses` what changes of those the award had before.
    """
    if isinstance(rule.amount, Reset):
        amount = whole(rule.amount.worth(case))
    wanted, awarded, refusal, owed = _fitted(rule, case, wanted, amount) if amount else (wanted, 0, None, 0)
    explanation = tuple(case.steps or ())
    return Judgement(
        rule.rule_set,
        rule.unit,
        rule.holder,
        wanted,
        awarded,
        explanation,
        case.uses,
        case.bound_by,
        refusal,
        (),
        owed,
    )


def unchosen(rule: DeedRule, amount: Chosen) -> Judgement:
    """What a deed comes to for which a panel has still to choose the amount: nothing yet."""
    unit = rule.unit
    bounds = {"least": unit.decimal(amount.least), "most": unit.decimal(amount.most), "unit": unit.code}
    explanation = (
        rule.heading,
        Step("to_choose", bounds),
        *(Step(stage.kind.value, stage.figures()) for stage in rule.approval),
    )
    return Judgement(rule.rule_set, unit, rule.holder, 0, 0, explanation, {}, {}, None, rule.approval, 0)


def _verdict(rule: DeedRule, case: Case, stacking: Stacking) -> _Verdict:
    if rule.conditions and (failed := failing(rule.conditions, case)) is not None:
        case.say(*failed.why_not(case))
        return 0, 0, Refusal.CONDITION, 0
    bounds = rule.bounds
    if bounds.quantity and rule.amount.per is not None:
        wanted, amount = _within_quantity(rule, case, stacking)
        if not case.quantity:
            return wanted, 0, Refusal.LIMIT, 0
    else:
        wanted = amount = _worth(rule, case, stacking)
    given = _within(bounds, case, amount) if amount else 0
    if not given:
        return wanted, 0, Refusal.LIMIT if amount else None, 0
    if case.fits and (given < 0 or rule.wallet.cap is not None):
        return _fitted(rule, case, wanted, given)
    return wanted, given, None, 0


def _fitted(rule: DeedRule, case: Case, wanted: int, amount: int) -> _Verdict:
    """What there is room for of an amount, or what is there to be taken."""
    if amount < 0:
        return _taken(rule, case, wanted, amount)
    if (cap := rule.wallet.cap) is not None:
        return _capped(rule, case, wanted, amount, cap)
    return wanted, amount, None, 0


def _within(bounds: Bounds, case: Case, amount: int) -> int:
    """What the limits on times and on points leave of an amount."""
    size = abs(amount)
    if bounds.times and not allowed(bounds.times, case, 1):
        _cut(case, size)
        return 0
    if bounds.points:
        size = allowed(bounds.points, case, size)
    return size if amount > 0 else -size


def _within_quantity(rule: DeedRule, case: Case, stacking: Stacking) -> tuple[int, int]:
    """What the whole quantity asks for, and what the limits leave of it, with which the case goes on."""
    assert rule.amount.per is not None  # noqa: S101  # else nothing of it is counted
    asked = billionths(quantity_of(case, rule.amount.per))
    given = allowed(rule.bounds.quantity, case, asked)
    if given == asked:
        amount = _worth(rule, case, stacking)
        return amount, amount
    steps, case.steps = case.steps, None
    wanted = _worth(rule, case, stacking)
    case.steps = steps
    case.limit_quantity(Decimal(given) / BILLION)
    amount = _worth(rule, case, stacking) if given else 0
    _cut(case, abs(wanted) - abs(amount))
    return wanted, amount


def _cut(case: Case, less: int) -> None:
    """Note how much less the last of the limits gave; those on points have noted it themselves."""
    case.bound_by[next(reversed(case.bound_by))] = less


def _worth(rule: DeedRule, case: Case, stacking: Stacking) -> int:
    """What the deed asks for before the limits on points; what is less than a point is cut off."""
    worth = rule.amount.worth(case)
    if rule.coefficients:
        worth = adjusted(worth, rule.coefficients, case)
    if rule.campaigns:
        worth = campaigned(worth, rule.campaigns, stacking, case)
    return whole(worth)


def _capped(rule: DeedRule, case: Case, wanted: int, amount: int, cap: int) -> _Verdict:
    room = max(0, cap - case.balance())
    if amount > room:
        unit = case.unit
        case.bound_by["cap"] = amount - room
        figures = {"most": unit.decimal(cap), "points": unit.decimal(room), "unit": unit.code}
        case.say("capped", figures)
        if not room:
            return wanted, 0, Refusal.CAP, 0
        count(rule.bounds.points, case, room)
        amount = room
    return wanted, amount, None, 0


def _taken(rule: DeedRule, case: Case, wanted: int, amount: int) -> _Verdict:
    """A deduction: what is not there is let go, owed, or a reason to take nothing."""
    unit, there = case.unit, max(0, case.balance())
    short = -amount - there
    if short <= 0:
        return wanted, amount, None, 0
    figures = {"points": unit.decimal(there), "left": unit.decimal(there), "unit": unit.code}
    case.say(f"short_{rule.shortfall.value}", {**figures, "owed": unit.decimal(short)})
    match rule.shortfall:
        case Shortfall.ZERO:
            return wanted, -there, None if there else Refusal.SHORTFALL, 0
        case Shortfall.DEBT:
            return wanted, amount, None, short
        case Shortfall.REJECT:
            return wanted, 0, Refusal.SHORTFALL, 0
