"""What two rule sets differ in, told in words; and nothing that changed is left out."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from pydantic import ValidationError

from gridpoints.i18n import Language
from gridpoints.rules.difference import Altered, Difference, difference
from gridpoints.rules.expression.evaluator import Expressions
from gridpoints.rules.file.compiling import rule_set
from gridpoints.rules.file.document import RuleSetDocument
from gridpoints.rules.file.source import parse
from gridpoints.rules.loading import load, preset, preset_names
from gridpoints.rules.model import RuleSet

FULL = """\
gridpoints: 1
code: village
version: "1"
name: {en: Village, zh_Hans: 本村}
source: written for the tests
description: {en: All of it}
from: 2020-01-01
review_by: 2030-12-31
approval: {panel: {seats: 5, quorum: 3, roles: [panel]}}
stacking: first
facts:
  category: {type: text, one_of: [elder_care, child_care], name: {en: category of care}}
  member.stars: {type: number}
  place: {type: text}
units:
  points:
    name: {en: points}
    expires: {months: 12}
    cap: {value: 500, source: the assembly, review_by: 2027-01-01}
    transfer: true
    extend_days: 30
  coins: {name: {en: coins}, scale: 1, expires: end_of_year, pooling: true}
categories:
  care: {name: {en: Care}}
deeds:
  patrol:
    name: {en: Evening patrol}
    unit: points
    points: 5
    description: {en: Around the lane}
    reporters: [clerk]
    evidence: [a photograph]
    source: the notice board
    approval: {confirmer: {roles: [grid_worker]}, notice: {days: 7, roles: [panel]}}
  care:
    name: {en: Care for an elder}
    unit: points
    category: care
    points: {per: hour, amount: [{from: 2020-01-01, value: 10}, {from: 2021-07-01, value: 12}], round: half}
    when: {category: elder_care, hours: {at_least: 1, at_most: 8}}
    coefficients:
      - {by: category, values: {elder_care: 1.5, child_care: 1.2}, otherwise: 1}
      - {when: "member.stars >= 3", times: 2}
  teach:
    name: {en: Teaching}
    unit: coins
    for: household
    points:
      per: hour
      brackets: [{up_to: 10, amount: 2}, {amount: 1}]
      over: year
      scope: household
  help: {name: {en: Helping out}, unit: points, points: {range: [2, 5]}}
  inspect:
    name: {en: Inspection}
    unit: points
    points: {table: category, rows: {elder_care: 20, child_care: {value: 10, source: the plan}}, otherwise: 3}
  sort:
    name: {en: Sorting}
    unit: points
    points: {expression: "quantity * 2", per: item}
    when: ["member.stars >= 1", {category: [elder_care, child_care]}]
  litter: {name: {en: Litter}, unit: points, points: -5, shortfall: debt, appeal_days: 15}
  fraud: {name: {en: Fraud}, unit: points, points: {reset: all}}
limits:
  care-month: {deeds: [care], most: 200, period: month, excess: clip, scope: household}
  care-hours: {deeds: [care], most: 40, period: quarter, excess: reject, counts: quantity}
  patrols: {deeds: [patrol], most: 3, period: week, excess: reject, counts: times}
campaigns:
  spring: {name: {en: Spring}, from: 2020-03-01, until: 2020-04-01, times: 2, categories: [care]}
  flood: {name: {en: Flood}, from: 2020-06-01, until: 2020-07-01, plus: 5, emergency: true, deeds: [patrol]}
budgets:
  year: {name: {en: Budget}, most: 100000, period: year, at_ceiling: report, alarm: 80, unit: points}
  cash: {name: {en: Cash}, most: 5000, period: year, money: CNY, unit: points}
grids: {households: 300, people: 1000, tolerance: 20, cadres: 6, volunteers: 30, source: the plan}
redemption: {points: 10, money: 1, currency: CNY, unit: points}
roles: {clerk: {name: {en: Clerk}}, grid_worker: {name: {en: Grid worker}}, panel: {name: {en: Panel}}}
permissions: {report: [clerk]}
stars:
  levels:
    one: {name: {en: One star}, needs: {hours: 100, points: 50}, benefits: [{en: A card}]}
    two: {name: {en: Two stars}, needs: {hours: 200}}
  suspension: [{no_shows: 3, period: quarter, days: 30}]
  exclusion: {cheating: {name: {en: Cheating}, days: 365}}
grades:
  lanes:
    name: {en: Lanes}
    of: grid
    period: quarter
    by: points
    classes: {A: {name: {en: Class A}, needs: {points: 90}}, B: {name: {en: Class B}, top: 50}}
    publish: {top: 10, agreed: false, names: masked}
examples:
  - {deed: litter, balance: 50, gives: -5}
"""

Path = tuple[str | int, ...]


def told(old: str, new: str) -> list[str]:
    return [Language.of("en").difference(each) for each in difference(load(old), load(new))]


def changed(*replacements: tuple[str, str]) -> str:
    text = FULL
    for old, new in replacements:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


# --- nothing that changed is left out -------------------------------------------------------------


def scalars(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    match data:
        case dict():
            for key, inner in data.items():
                yield from scalars(inner, (*path, key))
        case list():
            for n, inner in enumerate(data):
                yield from scalars(inner, (*path, n))
        case _:
            yield path, data


#: Of a text that is one of few, another one.
OTHERS: dict[str, tuple[str, ...]] = {
    "half": ("up",),
    "hour": ("item",),
    "item": ("time",),
    "year": ("month",),
    "month": ("week",),
    "quarter": ("day", "month"),
    "week": ("lifetime",),
    "household": ("community", "member"),
    "clip": ("reject",),
    "reject": ("clip",),
    "debt": ("zero",),
    "first": ("sum",),
    "end_of_year": ("never",),
    "report": ("clip",),
    "grid": ("household",),
    "masked": ("whole",),
    "quantity": ("points",),
    "times": ("points",),
    "points": ("coins",),
    "coins": ("points",),
    "elder_care": ("child_care",),
    "child_care": ("elder_care",),
    "category": ("deed",),
    "care": ("patrol", "other"),
    "patrol": ("litter",),
    "member.stars >= 3": ("member.stars >= 4",),
    "member.stars >= 1": ("member.stars > 1",),
    "quantity * 2": ("quantity * 3",),
    "number": ("text",),
    "text": ("number",),
}


def alternatives(value: Any) -> tuple[Any, ...]:
    match value:
        case bool():
            return (not value,)
        case int() | Decimal():
            return (value + 1, value * 2)
        case date():
            return (value + timedelta(days=1),)
    return (*OTHERS.get(value, ()), f"{value}x")


def with_(data: Any, path: Path, value: Any) -> Any:
    data = deepcopy(data)
    inner = data
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return data


def compiled(data: Any) -> RuleSet | None:
    """The rule set, or None where the change makes it none."""
    try:
        return rule_set(RuleSetDocument.model_validate(data), Expressions())
    except (ValidationError, LookupError, ValueError, AssertionError):  # what the checks would find
        return None
    except Exception as error:  # an expression that names what is not there
        if type(error).__module__.startswith("gridpoints."):
            return None
        raise


def test_any_change_of_one_scalar_is_told() -> None:
    data = parse(FULL).data
    old = compiled(data)
    assert old is not None
    silent, tried = [], set()
    for path, value in scalars(data):
        for other in alternatives(value):
            new = compiled(with_(data, path, other))
            if new is None:
                continue
            tried.add(path)
            forth, back = difference(old, new), difference(new, old)
            sentences = [Language.of("en").difference(each) for each in (*forth, *back)]
            assert all("{" not in sentence for sentence in sentences)
            if not (forth and back) and path[0] not in ("examples", "gridpoints"):
                silent.append((path, other))
    assert silent == []
    untried = {path for path, _ in scalars(data)} - tried
    # A fact that is in use keeps its type, and there is one format, and one word for all that there is.
    assert {path[-1] for path in untried} <= {"gridpoints", "reset", "type"}, untried
    assert ("facts", "place", "type") in tried


def test_whatever_is_left_out_is_told() -> None:
    data = parse(FULL).data
    old = compiled(data)
    assert old is not None
    for section in data:
        for key in data[section] if isinstance(data[section], dict) else ():
            less = {**data, section: {k: v for k, v in data[section].items() if k != key}}
            if (new := compiled(less)) is not None:
                assert difference(old, new), (section, key)
                assert difference(new, old), (section, key)


@pytest.mark.parametrize("name", preset_names())
def test_a_rule_set_does_not_differ_from_itself(name: str) -> None:
    assert difference(preset(name), preset(name)) == ()


@pytest.mark.parametrize("one", preset_names())
def test_any_two_are_told_apart(one: str) -> None:
    for other in preset_names():
        for code in Language.KNOWN:
            sentences = [Language(code).difference(each) for each in difference(preset(one), preset(other))]
            assert bool(sentences) == (one != other)


def test_comments_order_and_examples_do_not_count() -> None:
    data = parse(FULL).data
    turned = {key: dict(reversed(v.items())) if key == "deeds" else v for key, v in reversed(data.items())}
    one, other = compiled(data), compiled({**turned, "examples": []})
    assert one is not None
    assert other is not None
    assert difference(one, other) == difference(load(FULL), load("# more\n" + FULL)) == ()


def test_how_something_is_written_does_not_count() -> None:
    old = changed(
        ("points: 5\n", "points: {value: 5.0}\n"), ("hours: {at_least: 1,", "hours: {at_least: 1.0,")
    )
    assert told(FULL, old) == []


# --- in words -------------------------------------------------------------------------------------

GOLDEN = [
    (("points: 5\n", "points: 8\n"), ["Evening patrol: 5 points each time → 8 points each time"]),
    (
        ("points: 5\n", "points: [{value: 5}, {from: 2026-07-01, value: 8, source: the assembly}]\n"),
        [
            "Evening patrol: 5 points each time → 5 points each time, 8 points each time from Jul 1, 2026",
            "Evening patrol, points source: none → the assembly from Jul 1, 2026",
        ],
    ),
    (
        ("value: 12}", "value: 15}"),
        [
            (
                "Care for an elder: 10 points per hour from Jan 1, 2020, 12 points per hour from Jul 1, 2021"
                " → 10 points per hour from Jan 1, 2020, 15 points per hour from Jul 1, 2021"
            )
        ],
    ),
    (
        ("{up_to: 10, amount: 2}", "{up_to: 12, amount: 2.5}"),
        [
            (
                "Teaching: 2 coins per hour up to 10 hours, 1 coins per hour above that"
                " → 2.5 coins per hour up to 12 hours, 1 coins per hour above that"
            )
        ],
    ),
    (
        ("round: half", "round: up"),
        ["Care for an elder, points rounding: down to halves → up to whole numbers"],
    ),
    (("over: year", "over: month"), ["Teaching, points counted together: all of a year → all of a month"]),
    (
        ("[2, 5]", "[2, 6]"),
        [
            (
                "Helping out: from 2 points to 5 points, as the panel chooses"
                " → from 2 points to 6 points, as the panel chooses"
            )
        ],
    ),
    (
        ("{elder_care: 20,", "{elder_care: 25,"),
        ["Inspection, points of elder_care: 20 points each time → 25 points each time"],
    ),
    (
        ('"quantity * 2"', '"quantity * 3"'),
        ["Sorting: calculated as “quantity * 2” → calculated as “quantity * 3”"],
    ),
    (
        ("points: {reset: all}", "points: -50"),
        ["Fraud: all that there is is taken away → -50 points each time"],
    ),
    (
        ("elder_care: 1.5", "elder_care: 1.6"),
        [
            (
                "Care for an elder, coefficients: times 1.5 where category is elder_care"
                " → times 1.6 where category is elder_care"
            )
        ],
    ),
    (
        ("times: 2}\n  teach", "times: 3}\n  teach"),
        [
            (
                "Care for an elder, coefficients: times 2 where member.stars >= 3"
                " → times 3 where member.stars >= 3"
            )
        ],
    ),
    (
        ("at_least: 1,", "at_least: 2,"),
        ["Care for an elder, condition: hours is 1 or more → hours is 2 or more"],
    ),
    (
        ("notice: {days: 7,", "notice: {days: 5,"),
        [
            (
                "Evening patrol, approval: one of these confirms it: grid_worker, made public for 7 days,"
                " objections judged by: panel → one of these confirms it: grid_worker,"
                " made public for 5 days,"
                " objections judged by: panel"
            )
        ],
    ),
    (
        ("seats: 5", "seats: 7"),
        [
            "Approval: a panel of 5, of whom 3 must vote: panel → a panel of 7, of whom 3 must vote: panel",
        ],
    ),
    (("most: 200", "most: 150"), ["Limit care-month, at most: 200 points → 150 points"]),
    (("most: 40", "most: 50"), ["Limit care-hours, at most: 40 hours → 50 hours"]),
    (("most: 3,", "most: 4,"), ["Limit patrols, at most: 3 times → 4 times"]),
    (
        ("excess: clip", "excess: reject"),
        ["Limit care-month, what is above it: credit what is left → credit nothing"],
    ),
    (("times: 2, cat", "times: 3, cat"), ["Campaign Spring, times: 2 → 3"]),
    (("until: 2020-04-01", "until: 2020-05-01"), ["Campaign Spring, end: Apr 1, 2020 → May 1, 2020"]),
    (("stacking: first", "stacking: sum"), ["Campaigns at once: the first one applies → all apply"]),
    (
        ("months: 12", "months: 24"),
        ["Unit points, expiry: 12 months after they were earned → 24 months after they were earned"],
    ),
    (("transfer: true", "transfer: false"), ["Unit points, may be transferred: yes → no"]),
    (("alarm: 80", "alarm: 90"), ["Budget Budget, alarm from, per cent: 80 → 90"]),
    (("most: 5000", "most: 6000"), ["Budget Cash, at most: 5,000 CNY → 6,000 CNY"]),
    (
        ("redemption: {points: 10", "redemption: {points: 12"),
        ["Redemption, points: 10 points → 12 points"],
    ),
    (
        ("shortfall: debt", "shortfall: zero"),
        ["Litter, where less is there: the rest is taken from what is earned next → what there is is taken"],
    ),
    (
        ("{en: Evening patrol}", "{en: Night patrol}"),
        ["Night patrol, name en: Evening patrol → Night patrol"],
    ),
    (
        ("source: the notice board", "source: the website"),
        ["Evening patrol, source: the notice board → the website"],
    ),
    (('version: "1"', 'version: "2"'), ["Version: 1 → 2"]),
    (("from: 2020-01-01\nreview", "from: 2020-02-01\nreview"), ["First day: Jan 1, 2020 → Feb 1, 2020"]),
    (
        ("  fraud:", "  choir: {name: {en: Choir}, unit: points, points: 4}\n  fraud:"),
        ["Choir is new: 4 points each time"],
    ),
    (
        ("  help: {name: {en: Helping out}, unit: points, points: {range: [2, 5]}}\n", ""),
        ["Helping out is gone; it was: from 2 points to 5 points, as the panel chooses"],
    ),
    (
        ("  patrols: {deeds: [patrol], most: 3, period: week, excess: reject, counts: times}\n", ""),
        ["Limit patrols is gone; it was: 3 times, per week for each member"],
    ),
    (
        ("hours: 100, points: 50", "hours: 120, points: 50"),
        [
            (
                "Star One star, needed: hours is 100 or more, points is 50 or more"
                " → hours is 120 or more, points is 50 or more"
            )
        ],
    ),
    (
        ("    two: {name: {en: Two stars}, needs: {hours: 200}}\n", ""),
        ["Star Two stars is gone; it was: hours is 200 or more"],
    ),
    (("[{en: A card}]", "[{en: A card}, {en: A mug}]"), ["Star One star, benefits: A card → A card, A mug"]),
    (
        ("days: 30}", "days: 60}"),
        [
            (
                "Star, suspension: suspended for 30 days after 3 no-shows (per quarter)"
                " → suspended for 60 days after 3 no-shows (per quarter)"
            )
        ],
    ),
    (
        ("  suspension:", "  demotion: never\n  suspension:"),
        ["Star, stars that are lost: one star is lost → no star is lost"],
    ),
    (("days: 365", "days: 100"), ["Reason of exclusion Cheating, days: 365 → 100"]),
    (
        ("{points: 90}", "{points: 95}"),
        ["Classification Lanes, class A needed: points is 90 or more → points is 95 or more"],
    ),
    (
        ("{top: 10, agreed: false, names: masked}", "{agreed: true, names: whole}"),
        [
            (
                "Classification Lanes, what is made public: the first 10 alone, under masked names"
                " → those alone who agreed, under whole names"
            )
        ],
    ),
    (
        ("{report: [clerk]}", "{confirm: [clerk, panel]}"),
        [
            "Permission, report deeds: these roles alone: clerk → everybody",
            "Permission, confirm deeds: everybody → these roles alone: clerk, panel",
        ],
    ),
    (("panel: {name: {en: Panel}}}", "panel: {name: {en: Jury}}}"), ["Role Jury, name en: Panel → Jury"]),
]


@pytest.mark.parametrize(
    ("replacement", "sentences"),
    GOLDEN,
    ids=[new.strip()[:40] or old.strip()[:40] for (old, new), _ in GOLDEN],
)
def test_it_is_told_in_words(replacement: tuple[str, str], sentences: list[str]) -> None:
    assert told(FULL, changed(replacement)) == sentences


def test_codes_and_figures() -> None:
    [found] = difference(load(FULL), load(changed(("points: 5\n", "points: 8\n"))))
    assert isinstance(found, Difference)
    assert (found.altered, found.section, found.entry, found.aspect) == (
        Altered.CHANGED,
        "deeds",
        "patrol",
        ("points",),
    )
    assert [dict(step.values) for step in (*found.old, *found.new)] == [
        {"points": 5, "unit": "points"},
        {"points": 8, "unit": "points"},
    ]


def test_an_amount_that_takes_another_form_has_no_more_lines_than_it_needs() -> None:
    assert told(FULL, changed(("points: 5\n", "points: {per: hour, amount: 5}\n"))) == [
        "Evening patrol: 5 points each time → 5 points per hour"
    ]


def test_a_rule_of_another_package_is_told_by_its_keys_and_values() -> None:
    old = load(FULL)

    def with_more(distance: int, kind: str, hours: int) -> RuleSet:
        written = deepcopy(dict(old.written))
        written["deeds"]["patrol"] |= {
            "points": {"distance": Decimal(distance), "per": "time", "bonus": {"night": True}},
            "when": {"holiday": {"kind": kind}},
        }
        written["clubs"] = {"three": {"name": {"en": "Three stars"}, "hours": hours}}
        return evolve(old, written=written)

    one = with_more(2, "spring", 30)
    said = [Language.of("en").difference(each) for each in difference(one, with_more(3, "autumn", 50))]
    assert said == [
        "Evening patrol, points distance: 2 → 3",
        "Evening patrol, condition: holiday kind: spring → holiday kind: autumn",
        "Clubs Three stars, hours: 30 → 50",
    ]
    assert "Clubs Three stars is new" in [Language.of("en").difference(each) for each in difference(old, one)]
