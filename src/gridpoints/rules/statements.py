"""What a rule set says, taken apart into statements: each has a place, and steps that tell it.

Pure, and made from `RuleSet.written`, which has everything that stands in the file: a rule that is
not known here, of another package or of a later release, is told by its keys and values. So nothing
that a file says is without a statement, but its examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from attrs import frozen

from gridpoints.rules.permissions import Right
from gridpoints.values import Step

#: The keys that lead to a statement from its entry: ``("points", "rows", "elder_care")``.
Aspect = tuple[str, ...]
Steps = tuple[Step, ...]
Written = Mapping[str, Any]

#: What the file's own checks read, and no rule.
_NO_RULE = frozenset({"gridpoints", "examples"})
#: Keys whose numbers are amounts of the entry's unit.
_AMOUNTS = frozenset({"points", "amount", "most", "plus", "cap"})
_FIGURE = frozenset({"value", "from", "source", "review_by"})
#: What the file says of all stars together.
_OF_STARS = ("review", "over", "demotion", "suspension")


@frozen
class Place:
    """Where in a file something is said. Without an `entry`, of the section; without both, of all."""

    section: str = ""
    entry: str = ""
    aspect: Aspect = ()


Statements = dict[Place, Steps]


def statements(written: Written) -> Statements:
    """Everything that a file says, by its place. An entry itself has an empty aspect, and a summary."""
    said: Statements = {}
    for key, value in _sections(written):
        if key == "permissions":
            said |= {Place(key, "", (right,)): (_reserved(value.get(right)),) for right in Right}
        elif _is_table(key, value):
            for code, entry in value.items():
                unit = code if key == "units" else _unit(key, entry, written)
                for aspect, steps in _entry(key, entry, unit, written):
                    said[Place(key, code, aspect)] = steps
        elif key in _OF_STARS:
            said |= {Place("stars", "", at): steps for at, steps in _part((key,), value, "")}
        elif key in ("redemption", "grids") and value:
            unit = "" if key == "grids" else value.get("unit") or next(iter(written["units"]))
            said |= {Place(key, "", at): steps for at, steps in _parts((), value, unit)}
        else:
            said |= {Place("", "", at): steps for at, steps in _part((key,), value, "")}
    if len(campaigns := written.get("campaigns", {})) > 1 and written.get("stacking") == "first":
        said[Place("", "", ("campaigns",))] = (_value(tuple(campaigns)),)
    return said


def table(written: Written, section: str) -> Any:
    """The entries of a section, by code; the reasons to exclude somebody stand among the stars."""
    stars = written.get("stars") or {}
    if section == "stars" and "levels" in stars:
        return stars["levels"]
    return stars.get("exclusion") if section == "exclusions" else written.get(section)


def _sections(written: Written) -> Iterator[tuple[str, Any]]:
    """What stands in a file by its key, that of the stars in the parts that it has."""
    for key, value in written.items():
        if key == "stars" and value and "levels" in value:
            yield key, value["levels"]
            yield "exclusions", value["exclusion"]
            yield from ((inner, value[inner]) for inner in _OF_STARS)
        elif key not in _NO_RULE:
            yield key, value


def _is_table(key: str, value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and key not in ("name", "description", "redemption", "approval", "grids")
        and all(isinstance(entry, Mapping) for entry in value.values())
    )


def _unit(section: str, entry: Written, written: Written) -> str:
    """What an entry counts in: its own unit, that of the deeds that it is for, or the only one.

    Of a budget in money its currency; of a limit that counts no points: times, or what these deeds
    are counted in.
    """
    units, deeds = written["units"], written["deeds"]
    only = next(iter(units)) if len(units) == 1 else ""
    if section == "deeds" or entry.get("money") or entry.get("unit"):
        return str(entry.get("money") or entry.get("unit") or only)
    covered = [deeds[code] for code in entry.get("deeds", ()) if code in deeds]
    covered += [deed for deed in deeds.values() if deed["category"] in entry.get("categories", ())]
    if section == "limits" and entry.get("counts", "points") != "points":
        pers = [d["points"].get("per") for d in covered if isinstance(d["points"], Mapping)]
        per = next((per for per in pers if per), "")
        return "time" if entry["counts"] == "times" else str(per)
    return str(next((deed["unit"] for deed in covered if deed["unit"]), only))


def _entry(section: str, entry: Written, unit: str, written: Written) -> Iterator[tuple[Aspect, Steps]]:
    parts = dict(entry)
    if len(written["units"]) == 1 and section != "units":
        parts.pop("unit", None)  # whether it is named or not
    told = list(_points(parts.pop("points"), unit)) if section == "deeds" else []
    told += _parts((), parts, unit)
    yield (), _summary(section, entry, dict(told))
    yield from told


def _summary(section: str, entry: Written, told: Mapping[Aspect, Steps]) -> Steps:
    keys = {
        "deeds": ("points",),
        "limits": ("most",),
        "budgets": ("most",),
        "campaigns": ("times", "plus"),
        "stars": ("needs",),
        "exclusions": ("days",),
    }
    steps = [step for key in keys.get(section, ()) for step in told.get((key,), ())]
    if section in ("limits", "budgets"):
        steps.append(Step("in_each", {k: v for k, v in entry.items() if k in ("period", "scope")}))
    if section == "campaigns":
        steps.append(Step("lasting", {"starts_on": entry["from"], "until": entry["until"]}))
    return tuple(steps)


# --- the parts of an entry ------------------------------------------------------------------------


def _parts(at: Aspect, parts: Written, unit: str) -> Iterator[tuple[Aspect, Steps]]:
    for key, value in parts.items():
        yield from _part((*at, str(key)), value, unit)


def _part(at: Aspect, value: Any, unit: str) -> Iterator[tuple[Aspect, Steps]]:
    key = at[-1]
    if value is None or value == "" or (isinstance(value, Sequence | Mapping) and not value):
        return
    if key == "when":
        yield at, tuple(_conditions(value))
    elif at == ("coefficients",):
        yield at, tuple(_coefficients(value))
    elif at == ("approval",):
        yield at, tuple(_stages(value))
    elif at == ("expires",):
        yield at, _expiry(value)
    elif (teller := _TELLERS.get(key)) is not None and isinstance(value, list | Mapping):
        yield at, tuple(teller(value))
    elif _is_figure(value):
        yield from _figure(at, value, Step("amount" if key in _AMOUNTS and unit else "value"), unit)
    else:
        yield from _any(at, value, unit)


def _any(at: Aspect, value: Any, unit: str) -> Iterator[tuple[Aspect, Steps]]:
    if isinstance(value, Mapping):
        yield from _parts(at, value, unit)
    elif isinstance(value, list) and any(isinstance(each, Mapping | list) for each in value):
        yield from _parts(at, {str(n): each for n, each in enumerate(value, 1)}, unit)
    else:
        yield at, (_value(tuple(value) if isinstance(value, list) else value),)


def _value(value: Any) -> Step:
    if isinstance(value, bool):
        return Step("yes" if value else "no")
    return Step("value", {"value": value})


# --- figures --------------------------------------------------------------------------------------


def _is_figure(value: Any) -> bool:
    if isinstance(value, list):
        return all(isinstance(each, Mapping) and "value" in each and each.keys() <= _FIGURE for each in value)
    if isinstance(value, Mapping):
        return "value" in value and value.keys() <= _FIGURE
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _entries(figure: Any) -> list[Written]:
    if isinstance(figure, list):
        return figure
    return [figure if isinstance(figure, Mapping) else {"value": figure}]


def _timeline(figure: Any, like: Step, unit: str) -> Steps:
    """A figure in the words of `like`: one step for each day from which it has another value."""
    name = {"value": "value", "amount": "points", "fixed": "points"}.get(like.code, "rate")
    steps = []
    for entry in _entries(figure):
        values = {**like.values, name: entry["value"], "unit": unit, "since": entry.get("from")}
        steps.append(Step(like.code, {name: value for name, value in values.items() if value is not None}))
    return tuple(steps)


def _figure(at: Aspect, figure: Any, like: Step, unit: str) -> Iterator[tuple[Aspect, Steps]]:
    yield at, _timeline(figure, like, unit)
    yield from _origins(at, figure)


def _origins(at: Aspect, figure: Any) -> Iterator[tuple[Aspect, Steps]]:
    """The sources of a figure, and the days on which it is to be looked at again."""
    for key in ("source", "review_by"):
        steps = []
        for entry in _entries(figure):
            if (value := entry.get(key)) is not None:
                since = {"since": entry["from"]} if entry.get("from") else {}
                steps.append(Step("value", {"value": value, **since}))
        if steps:
            yield (*at, key), tuple(steps)


# --- points ---------------------------------------------------------------------------------------

_FORMS = ("brackets", "range", "table", "expression", "reset")


def _points(points: Any, unit: str) -> Iterator[tuple[Aspect, Steps]]:
    at = ("points",)
    if _is_figure(points):
        yield from _figure(at, points, Step("fixed"), unit)
        return
    rest = dict(points)
    per = rest.pop("per", None)
    each = Step("rate_per", {"per": str(per)}) if per else Step("fixed")
    form = next((form for form in _FORMS if form in rest), "amount" if per else "")
    told = rest.pop(form, None)
    match form:
        case "amount":
            yield from _figure(at, told, each, unit)
        case "brackets":
            yield at, tuple(step for bracket in told for step in _bracket(bracket, each, unit))
            for n, bracket in enumerate(told, 1):
                yield from _origins((*at, f"{form} {n}"), bracket["amount"])
        case "range":
            least, most = told
            yield at, (Step("from_range", {"least": least, "most": most, "unit": unit}),)
        case "table":
            yield at, (Step("from_table", {"fact": told}),)
            rows: dict[Aspect, Any] = {("rows", value): row for value, row in rest.pop("rows").items()}
            rows |= {("otherwise",): other} if (other := rest.pop("otherwise", None)) is not None else {}
            for key, row in rows.items():
                yield from _figure((*at, *key), row, each, unit)
        case "expression":
            values = {"expression": told, "per": str(per)} if per else {"expression": told}
            yield at, (Step("from_expression", values),)
        case "reset":
            yield at, (Step("all_taken"),)
        case _:
            rest |= {"per": per} if per else {}
    yield from _parts(at, rest, unit)


def _bracket(bracket: Written, each: Step, unit: str) -> Steps:
    up_to = bracket.get("up_to")
    code = "rate_above" if up_to is None else "rate_up_to"
    more = {} if up_to is None else {"quantity": up_to}
    return _timeline(bracket["amount"], Step(code, {**each.values, **more}), unit)


# --- conditions, coefficients, approval, expiry ---------------------------------------------------


def _conditions(when: Any) -> Iterator[Step]:
    if isinstance(when, list):
        for each in when:
            yield from _conditions(each)
    elif not isinstance(when, Mapping):
        yield Step("needs", {"expression": when})
    else:
        for fact, test in when.items():
            yield from _test(str(fact), test)


def _test(fact: str, test: Any) -> Iterator[Step]:
    if isinstance(test, Mapping) and test.keys() <= {"at_least", "at_most"}:
        for bound, needed in test.items():
            if needed is not None:
                yield Step(f"needs_{bound}", {"fact": fact, "needed": needed})
    elif isinstance(test, Mapping):
        for at, steps in _parts((fact,), test, ""):
            yield from (Step("needs_of", {"fact": " ".join(at), "needed": step}) for step in steps)
    else:
        values = tuple(test) if isinstance(test, list) else (test,)
        yield Step("needs_one_of", {"fact": fact, "needed": tuple(map(_plain, values))})


def _plain(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _coefficients(coefficients: Sequence[Written]) -> Iterator[Step]:
    for each in coefficients:
        if "by" not in each:
            told = tuple(_conditions(each["when"]))
            yield from _factor(each["times"], Step("times_where", {"conditions": told}))
            continue
        for value, factor in each["values"].items():
            yield from _factor(factor, Step("times_for", {"fact": each["by"], "found": value}))
        if (factor := each.get("otherwise")) is not None:
            yield from _factor(factor, Step("times_otherwise", {"fact": each["by"]}))


def _factor(figure: Any, like: Step) -> Iterator[Step]:
    for entry in _entries(figure):
        values = {**like.values, "factor": entry["value"], "since": entry.get("from")}
        values |= {"source": entry.get("source"), "review_by": entry.get("review_by")}
        yield Step(like.code, {name: value for name, value in values.items() if value is not None})


def _stages(approval: Any) -> Iterator[Step]:
    if not isinstance(approval, Mapping):
        yield Step("at_once" if approval == "automatic" else "confirmed_by_another")
        return
    codes = {"confirmer": "confirmed_by", "panel": "panel_of", "notice": "public_for"}
    for kind, stage in approval.items():
        if stage is not None:
            values = {key: tuple(value) if isinstance(value, list) else value for key, value in stage.items()}
            yield Step(codes[kind], values)


def _expiry(expires: Any) -> Steps:
    if not isinstance(expires, Mapping):
        return (Step(f"stays_{expires}"),)
    [(term, value)] = [(term, value) for term, value in expires.items() if value is not None]
    return (Step(f"stays_{term}", {"value": value}),)


# --- stars, grades, permissions -------------------------------------------------------------------


def _needs(needs: Written) -> Iterator[Step]:
    for metric, figure in needs.items():
        for entry in _entries(figure):
            values = {"fact": metric, "needed": entry["value"], "since": entry.get("from")}
            values |= {"source": entry.get("source"), "review_by": entry.get("review_by")}
            yield Step("needs_at_least", {name: value for name, value in values.items() if value is not None})


def _suspensions(suspensions: Sequence[Written]) -> Iterator[Step]:
    for each in suspensions:
        code = "suspended_for_good" if each["days"] is None else "suspended"
        yield Step(code, {name: value for name, value in each.items() if value is not None})


def _publishing(publish: Written) -> Iterator[Step]:
    if publish["top"] is not None:
        yield Step("only_the_first", {"top": publish["top"]})
    if publish["agreed"]:
        yield Step("only_who_agreed")
    yield _value(publish["names"])


def _benefits(benefits: Sequence[Written]) -> Iterator[Step]:
    for names in benefits:
        yield Step("benefit", {"names": names})


def _reserved(roles: Sequence[str] | None) -> Step:
    return Step("reserved_for", {"roles": tuple(roles)}) if roles else Step("for_everybody")


_TELLERS: Mapping[str, Callable[[Any], Iterator[Step]]] = {
    "needs": _needs,
    "suspension": _suspensions,
    "publish": _publishing,
    "benefits": _benefits,
}
