"""The gallery of the presets, from their files: ``python -m gridpoints.cli.gallery``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from gridpoints.i18n import Language
from gridpoints.i18n.words import QUANTITIES
from gridpoints.rules.amounts import Amount, Chosen, Fixed, PerUnit
from gridpoints.rules.approval import Approval, Confirmer, Notice, Panel
from gridpoints.rules.case import BILLION
from gridpoints.rules.deeds import DeedRule, Holder
from gridpoints.rules.file.checks.trials import Trial
from gridpoints.rules.file.examples import DeedExample
from gridpoints.rules.limits import Bound, Counted, Limit
from gridpoints.rules.loading import check, preset_names, preset_text, shop_names
from gridpoints.rules.model import RuleSet
from gridpoints.rules.redemption import RedemptionTerms
from gridpoints.rules.shop import ShopList, shop
from gridpoints.values import Unit

INTRODUCTION = """\
# The presets

Made from the files themselves by `python -m gridpoints.cli.gallery`.

Rule sets that communities published, to begin with or to compare with. What was not published is said in
the comments of each file; where a file needs such a figure, it has the mildest one. A community begins with
one of them as it is, or makes it its own:

```sh
gridpoints init our-village --name 我们村 --preset baiyang
gridpoints rules presets baiyang --write our-village.yaml
```
"""

_ENGLISH = Language.of("en")


def gallery() -> str:
    """The whole page, in Markdown."""
    return "\n".join([INTRODUCTION, *(line for name in preset_names() for line in _section(name))])


def _section(name: str) -> Iterator[str]:
    checked = check(preset_text(name), name, today=date.min)
    rules = checked.rules
    assert rules is not None  # noqa: S101  # every preset is checked by a test
    yield from (
        f"## {name}",
        "",
        f"{rules.names['en']} ({rules.names['zh_Hans']}). Source: {rules.source}.",
        "",
    )
    if rules.descriptions:
        yield from (rules.descriptions["en"], "")
    yield from _table(("Deed", "名称", "Code", "Points"), (_deed(rule) for rule in rules.deeds.values()))
    if special := [*_special(rules)]:
        yield from (*(f"- {line}" for line in special), "")
    yield from ("What the file says of what was published:", "")
    yield from (*(f"- {remark}" for remark in _remarks(preset_text(name))), "")
    if name in shop_names():
        yield from _goods(shop(name), rules)
    yield "Examples in the file, which run at every check:"
    yield ""
    rows = (_example(trial, rules) for trial in checked.trials)
    yield from _table(("Deed", "Before it", "Gives", "Because"), rows)


def _remarks(text: str) -> Iterator[str]:
    """The comments of a file that tell what was published and what was not."""
    remarks: list[tuple[str, str]] = []
    within = False
    for line in text.splitlines():
        beside, mark, comment = line.strip().partition("# ")
        if mark and not beside and within:  # a remark of several lines
            remarks[-1] = ("", f"{remarks[-1][1]} {comment}")
        elif mark:
            remarks.append((beside.strip(), comment))
        within = bool(mark) and not beside
    for beside, remark in remarks:
        if re.search("publish|repost", remark):
            yield f"`{beside}`: {remark}" if beside else remark


def _table(heads: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    for row in (heads, ("---",) * len(heads), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def _amount(points: int, unit: Unit) -> str:
    if unit.code in QUANTITIES:
        return _ENGLISH.plural(*QUANTITIES[unit.code], unit.decimal(points))
    return _ENGLISH.amount(points, unit)


def _times(most: int) -> str:
    return "once" if most == 1 else f"{most} times"


# --- what it says ---------------------------------------------------------------------------------


def _deed(rule: DeedRule) -> tuple[str, ...]:
    points = _points(rule.amount, rule.unit)
    for_whom = ", for the household" if rule.holder is Holder.HOUSEHOLD else ""
    return rule.names["en"], rule.names["zh_Hans"], f"`{rule.code}`", f"{points}{for_whom}"


def _points(amount: Amount, unit: Unit) -> str:
    """The amounts of the presets in words; a preset with another kind needs its words here."""
    match amount:
        case Fixed(points=points):
            return _amount(points, unit)
        case PerUnit(per=per, points=points):
            return f"{_amount(points, unit)} per {per}"
        case Chosen(least=least, most=most):
            return f"{_ENGLISH.number(unit.decimal(least))} to {_amount(most, unit)}, as chosen"
    raise TypeError(amount)


def _special(rules: RuleSet) -> Iterator[str]:
    """Limits, who must agree, and what points buy."""
    for bound in rules.limits:
        yield _limit(bound, rules)
    for approval in dict.fromkeys(rule.approval for rule in rules.deeds.values()):
        if approval:
            yield _approval(approval, rules)
    if terms := rules.terms.redemption:
        yield from _redemption(terms)


def _limit(bound: Bound, rules: RuleSet) -> str:
    if not isinstance(bound, Limit):
        raise TypeError(bound)
    most = {
        Counted.POINTS: _amount(bound.most, next(iter(rules.units.values()))),
        Counted.QUANTITY: f"{bound.most // BILLION} hours",
        Counted.TIMES: _times(bound.most),
    }[bound.counts]
    names = ", ".join(rules.deeds[code].names["en"] for code in sorted(bound.deeds))
    period, scope = _ENGLISH.word(bound.period, "period"), _ENGLISH.word(bound.scope, "scope")
    return f"{names or 'All deeds'}: {most} {period} at most for {scope}"


def _approval(approval: Approval, rules: RuleSet) -> str:
    those = [rule for rule in rules.deeds.values() if rule.approval == approval]
    names = "All deeds" if len(those) == len(rules.deeds) else ", ".join(rule.names["en"] for rule in those)
    said = []
    for stage in approval:
        match stage:
            case Confirmer():
                said.append("somebody confirms it")
            case Panel(quorum=quorum, seats=seats):
                panel = f"it takes {quorum} votes of a panel of {seats}"
                said.append(panel if seats > 1 else "somebody decides")
            case Notice(days=days):
                said.append(f"it is public for {days} {'day' if days == 1 else 'days'}")
    return f"{names}: {'; then '.join(said)}"


def _redemption(terms: RedemptionTerms) -> Iterator[str]:
    if terms.points and terms.money:
        points = _amount(terms.unit.amount(terms.points), terms.unit)
        yield f"Redemption: {points} = {terms.money} {terms.currency}"
    if terms.most is not None:
        least = _ENGLISH.number(terms.unit.decimal(terms.least))
        yield f"Redemption: {least} to {_amount(terms.most, terms.unit)} at once"
    for limit in terms.limits:
        period, scope = _ENGLISH.word(limit.period, "period"), _ENGLISH.word(limit.scope, "scope")
        times = _times(limit.most)
        most = times if limit.counts is Counted.TIMES else _amount(limit.most, terms.unit)
        yield f"Redemption: {most} {period} at most for {scope}"
    if terms.cash:
        yield "Redemption: cash makes up for points that are missing"


def _goods(goods: ShopList, rules: RuleSet) -> Iterator[str]:
    yield from (f"{goods.names['en']} ({goods.names['zh_Hans']}), with `--shop`:", "")
    unit = rules.units[goods.unit].names["en"]
    rows = ((g.names["en"], g.names["zh_Hans"], f"{g.price} {unit}") for g in goods.goods)
    yield from _table(("Goods", "名称", "Price"), rows)


# --- its examples ---------------------------------------------------------------------------------


def _example(trial: Trial, rules: RuleSet) -> tuple[str, ...]:
    example, judged = trial.example, trial.judgement
    assert judged is not None  # noqa: S101  # it was checked
    before = [_reported(each, rules) for each in example.after]
    if example.balance is not None:
        before.append(f"a balance of {example.balance}")
    known = {code: unit.names["en"] for code, unit in rules.units.items() if code not in QUANTITIES}
    why = ". ".join(_ENGLISH.explanation(judged.explanation[1:], known))
    return _reported(example, rules), "; ".join(before), _amount(judged.awarded, judged.unit), f"{why}."


def _reported(deed: DeedExample, rules: RuleSet) -> str:
    rule = rules.rule(deed.deed)
    told = [f"{name}: {str(value).lower()}" for name, value in deed.facts.items()]
    if deed.quantity is not None:
        told.insert(0, _ENGLISH.plural(*QUANTITIES["hour"], deed.quantity))
    if deed.chosen is not None:
        told.append(f"{deed.chosen} chosen")
    if deed.day is not None:
        told.append(f"on {deed.day}")
    if deed.times > 1:
        told.append(f"{deed.times} times")
    return ", ".join([rule.names["en"], *told])


if __name__ == "__main__":
    print(gallery(), end="")  # noqa: T201  # its work is to print
