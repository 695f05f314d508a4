"""How one deed is judged: condition, quantity, amount, coefficients, campaigns, limits, approval."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum

from attrs import field, frozen

from gridpoints.rules.amounts import Chosen, Reset, quantity_of, whole
from gridpoints.rules.approval import Approval
from gridpoints.rules.case import BILLION, Case, UsageKey
from gridpoints.rules.conditions import failing
from gridpoints.rules.deeds import DeedRule, Holder, Shortfall
from gridpoints.rules.factors import Stacking, adjusted, campaigned
from gridpoints.rules.limits import Bound, Counted, allowed, billionths, count
from gridpoints.values import Explanation, Step, Unit


class Refusal(StrEnum):
    """Why a deed gives nothing: a condition, a limit, the cap of the account, too few to take."""

    CONDITION = "condition"
    LIMIT = "limit"
    CAP = "cap"
    SHORTFALL = "shortfall"


@frozen
class Judgement:
    """What a deed is worth under one rule set: what it asked for, what it gets, and why.

    `wanted` is what it asked for before any limit; below 0 both are a deduction. `uses` is what the
    award adds to the counters; giving it back undoes the award there. `bound_by` names the limits
    that gave less. `approval` is what the points wait for. Of a deduction, `owed` is what is not
    there to be taken now (at most as much as `awarded`, above 0).
    """

    rule_set: str
    unit: Unit
    holder: Holder
    wanted: int
    awarded: int
    explanation: Explanation
    uses: Mapping[UsageKey, int] = field(factory=dict, hash=False)
    bound_by: tuple[str, ...] = ()
    refusal: Refusal | None = None
    approval: Approval = ()
    owed: int = 0


@frozen
class _Verdict:
    wanted: int
    awarded: int
    refusal: Refusal | None = None
    owed: int = 0


def judged(rule: DeedRule, case: Case, rule_set: str, stacking: Stacking) -> Judgement:
    """The judgement of a case under one line of the rules."""
    if case.steps is not None:
        case.say("rule", {"rule_set": rule_set, "deed": rule.code, "names": rule.names})
    verdict = _verdict(rule, case, stacking)
    counts = verdict.awarded != 0
    if counts and case.steps is not None:
        for stage in rule.approval:
            case.say(stage.kind.value, stage.figures())
    return Judgement(
        rule_set=rule_set,
        unit=rule.unit,
        holder=rule.holder,
        wanted=verdict.wanted,
        awarded=verdict.awarded,
        explanation=tuple(case.steps or ()),
        uses=case.uses if counts else {},
        bound_by=tuple(case.bound_by),
        refusal=verdict.refusal,
        approval=rule.approval if counts else (),
        owed=verdict.owed,
    )


def fitted(rule: DeedRule, case: Case, rule_set: str, wanted: int, amount: int) -> Judgement:
    """An amount that was judged before, as the account has room for it, or has it to be taken, by now.

    The explanation holds what is to be added; `uses` what changes of those the award had before.
    """
    if isinstance(rule.amount, Reset):
        amount = whole(rule.amount.worth(case))
    verdict = _fitted(rule, case, wanted, amount) if amount else _Verdict(wanted, 0)
    return Judgement(
        rule_set=rule_set,
        unit=rule.unit,
        holder=rule.holder,
        wanted=verdict.wanted,
        awarded=verdict.awarded,
        explanation=tuple(case.steps or ()),
        uses=case.uses,
        bound_by=tuple(case.bound_by),
        refusal=verdict.refusal,
        owed=verdict.owed,
    )


def unchosen(rule: DeedRule, amount: Chosen, rule_set: str) -> Judgement:
    """What a deed comes to for which a panel has still to choose the amount: nothing yet."""
    unit = rule.unit
    bounds = {"least": unit.decimal(amount.least), "most": unit.decimal(amount.most), "unit": unit.code}
    return Judgement(
        rule_set=rule_set,
        unit=unit,
        holder=rule.holder,
        wanted=0,
        awarded=0,
        explanation=(
            Step("rule", {"rule_set": rule_set, "deed": rule.code, "names": rule.names}),
            Step("to_choose", bounds),
            *(Step(stage.kind.value, stage.figures()) for stage in rule.approval),
        ),
        approval=rule.approval,
    )


def _verdict(rule: DeedRule, case: Case, stacking: Stacking) -> _Verdict:
    if rule.conditions and (failed := failing(rule.conditions, case)) is not None:
        case.say(*failed.why_not(case))
        return _Verdict(0, 0, Refusal.CONDITION)
    bounds = rule.bounds
    if (on_quantity := bounds.get(Counted.QUANTITY)) and rule.amount.per is not None:
        wanted = _within_quantity(rule, case, stacking, on_quantity)
        if not case.quantity:
            return _Verdict(wanted, 0, Refusal.LIMIT)
        amount = _worth(rule, case, stacking)
    else:
        wanted = amount = _worth(rule, case, stacking)
    if not amount:
        return _Verdict(wanted, 0)
    for counts in (Counted.TIMES, Counted.POINTS):
        if on := bounds.get(counts):
            size = 1 if counts is Counted.TIMES else abs(amount)
            given = allowed(on, case, size)
            if not given:
                return _Verdict(wanted, 0, Refusal.LIMIT)
            count(on, case, given)
            if given != size:
                amount = given if amount > 0 else -given
    return _fitted(rule, case, wanted, amount) if case.fits else _Verdict(wanted, amount)


def _fitted(rule: DeedRule, case: Case, wanted: int, amount: int) -> _Verdict:
    return _taken(rule, case, wanted, amount) if amount < 0 else _given(rule, case, wanted, amount)


def _within_quantity(rule: DeedRule, case: Case, stacking: Stacking, bounds: tuple[Bound, ...]) -> int:
    """What the whole quantity asks for; the case goes on with what the limits leave of it."""
    assert rule.amount.per is not None  # noqa: S101  # else nothing of it is counted
    asked = billionths(quantity_of(case, rule.amount.per))
    given = allowed(bounds, case, asked)
    if given == asked:
        count(bounds, case, given)
        return _worth_unsaid(rule, case, stacking)
    wanted = _worth_unsaid(rule, case, stacking)
    case.limit_quantity(Decimal(given) / BILLION)
    count(bounds, case, given)
    return wanted


def _worth_unsaid(rule: DeedRule, case: Case, stacking: Stacking) -> int:
    steps, case.steps = case.steps, None
    try:
        return _worth(rule, case, stacking)
    finally:
        case.steps = steps


def _worth(rule: DeedRule, case: Case, stacking: Stacking) -> int:
    """What the deed asks for before the limits on points; what is less than a point is cut off."""
    worth = rule.amount.worth(case)
    if rule.coefficients:
        worth = adjusted(worth, rule.coefficients, case)
    if rule.campaigns:
        worth = campaigned(worth, rule.campaigns, stacking, case)
    return whole(worth)


def _given(rule: DeedRule, case: Case, wanted: int, amount: int) -> _Verdict:
    if (cap := rule.wallet.cap) is None:
        return _Verdict(wanted, amount)
    room = max(0, cap - case.balance())
    if amount > room:
        unit = case.unit
        case.bound_by.append("cap")
        figures = {"most": unit.decimal(cap), "points": unit.decimal(room), "unit": unit.code}
        case.say("capped", figures)
        if not room:
            return _Verdict(wanted, 0, Refusal.CAP)
        count(rule.bounds.get(Counted.POINTS, ()), case, room)
        amount = room
    return _Verdict(wanted, amount)


def _taken(rule: DeedRule, case: Case, wanted: int, amount: int) -> _Verdict:
    """A deduction: what is not there is let go, owed, or a reason to take nothing."""
    unit, there = case.unit, max(0, case.balance())
    short = -amount - there
    if short <= 0:
        return _Verdict(wanted, amount)
    figures = {"points": unit.decimal(there), "left": unit.decimal(there), "unit": unit.code}
    case.say(f"short_{rule.shortfall.value}", {**figures, "owed": unit.decimal(short)})
    match rule.shortfall:
        case Shortfall.ZERO:
            return _Verdict(wanted, -there, None if there else Refusal.SHORTFALL)
        case Shortfall.DEBT:
            return _Verdict(wanted, amount, owed=short)
        case Shortfall.REJECT:
            return _Verdict(wanted, 0, Refusal.SHORTFALL)
