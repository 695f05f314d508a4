"""Whatever stands in a file, it becomes a rule set or a typed error that can be shown."""

from __future__ import annotations

import copy
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridpoints.errors import RuleSetInvalid
from gridpoints.i18n import Language
from gridpoints.rules.file import source
from gridpoints.rules.file.problems import Path as Path_
from gridpoints.rules.file.problems import Problem
from gridpoints.rules.file.source import decode, parse
from gridpoints.rules.loading import check, load, preset_names, preset_text
from tests.rules.test_loading import RULES

RICH = Path(__file__).with_name("rich.yaml").read_text("utf-8")
OTHERS = Path(__file__).with_name("others.yaml").read_text("utf-8")
GOOD = [RULES, RICH, OTHERS, *map(preset_text, preset_names())]
TODAY = date(2026, 6, 1)

LANGUAGES = [Language.of(code) for code in Language.KNOWN]

#: What one types by mistake, and what means something to YAML.
SIGNS = st.sampled_from(
    [
        *"：，、“”（　\t\n:,[]{}#&*!|>'\"%@`?-~<=\\０５\x00\x85\u2028\ud800\ufeff",
        "- ",
        ": ",
        "\n  ",
        "null",
        "0.5",
    ]
)


def refused_or_loaded(text: str) -> None:
    """Nothing but typed errors, each with a place in the file; and `check` finds what `load` does."""
    lines = [*re.split("\r\n?|\n", text.removeprefix("\ufeff")), ""]
    found = problems(text)
    checked = check(text, today=TODAY)
    assert list(map(str, checked.problems)) == list(map(str, found))
    assert (checked.rules is None) == bool(found)
    for problem in (*found, *checked.warnings):
        assert 1 <= problem.line <= len(lines)
        assert 1 <= problem.column <= len(lines[problem.line - 1]) + 1
        str(problem).encode()
        for language in LANGUAGES:
            assert language.error(problem)


def problems(text: str) -> tuple[Problem, ...]:
    try:
        load(text)
    except RuleSetInvalid as refused:
        return refused.problems
    return ()


@given(st.text())
@example("{a: 1}}")
@example("{a: [}")
@example('"\\x')
@example("a: {b: 1,\n")
def test_any_text(text: str) -> None:
    refused_or_loaded(text)


@given(st.text(alphabet="a1: \n-[]{},'\"#&*!|>%@?", max_size=60))
def test_any_text_that_looks_like_yaml(text: str) -> None:
    refused_or_loaded(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(source, "_LOADER", yaml.SafeLoader)  # where there is no libyaml
        refused_or_loaded(text)


@given(text=st.sampled_from(GOOD), data=st.data())
@settings(max_examples=300)
def test_a_good_file_with_slips_of_the_keyboard(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 12)))
        text = text[:start] + data.draw(st.just("") | SIGNS) + text[end:]
    refused_or_loaded(text)


_scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), st.decimals().map(str), st.dates().map(str), st.text(max_size=5)
)
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner), max_leaves=6
)


#: What stands in a file of rules, in some other place.
_words = st.sampled_from(
    [
        *("hour", "month", "clip", "points", "patrol", "help", "kind", "elder_care", "member.stars", "CNY"),
        *("hours > 1", "kind == 1", "min(hours, 2)", "1 / 0", "(", "automatic", "never", "all", "zh_Hans"),
        *(-1, 0, 1, 10**9, Decimal("0.001"), Decimal("1e-30"), True, date(2026, 2, 1), date(9999, 12, 31)),
    ]
)
_KEYS = sorted({str(path[-1]) for path in parse(RICH).keys})


@pytest.mark.parametrize("text", [RULES, RICH], ids=["small", "rich"])
@given(data=st.data())
@settings(max_examples=200)
def test_a_good_file_with_other_values(text: str, data: st.DataObject) -> None:
    """Some values of the file become something else, written as JSON, which is YAML."""
    parsed = parse(text)
    tree, paths = parsed.data, [path for path in parsed.values if path]
    for _ in range(data.draw(st.integers(1, 3))):
        _change(tree, data.draw(st.sampled_from(paths)), data)
    refused_or_loaded(_flow(tree))


def _change(tree: Any, path: Path_, data: st.DataObject) -> None:
    """Put another value at `path`, or another part of the file; take it away, or give it another key."""
    last: Any
    *parents, last = path
    node: Any = tree
    step: Any
    for step in parents:
        if not isinstance(node, dict | list) or (isinstance(node, list) and step not in range(len(node))):
            return
        node = node.get(step) if isinstance(node, dict) else node[step]
    if not isinstance(node, dict) or last not in node:
        if isinstance(node, list) and last in range(len(node)):
            node[int(last)] = data.draw(_values | _words)
        return
    match data.draw(st.integers(0, 4)):
        case 0:
            node[last] = data.draw(_values)
        case 1:
            node[last] = data.draw(_words)
        case 2:
            del node[last]
        case 3:
            node[data.draw(st.sampled_from(_KEYS))] = node.pop(last)
        case 4:
            node[last] = copy.deepcopy(tree[data.draw(st.sampled_from(sorted(tree)))])


def _flow(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(f"{_quoted(k)}: {_flow(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case Decimal():
            return f"{value:f}"
        case str():
            return _quoted(value)
    return str(value)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@given(st.binary())
def test_any_bytes(data: bytes) -> None:
    text = decode(data)
    if isinstance(text, str):
        refused_or_loaded(text)


@pytest.mark.parametrize("text", GOOD)
def test_a_file_cut_off_anywhere(text: str) -> None:
    for end in range(0, len(text), max(7, len(text) // 60)):
        refused_or_loaded(text[:end])


# --- files that are made to take long --------------------------------------------------------------

_HEAD = RULES.partition("units:")[0]
_DEED = "  d{n}: {{name: {{en: Deed {n}}}, points: {points}}}\n"
_UNITS = "units: {points: {name: {en: points}}}\n"


def _deeds(count: int, points: str = "1") -> str:
    lines = (_DEED.format(n=n, points=points.replace("#", str(n))) for n in range(count))
    return f"{_HEAD}{_UNITS}deeds:\n{''.join(lines)}"


#: Each far longer than anything that is written by hand; all are refused or read in moments.
HOSTILE = {
    "ten megabytes": "a: " + "x" * 10_000_000,
    "ten megabytes of brackets": "[" * 10_000_000,
    "ten thousand levels": "{a: " * 10_000,
    "ten thousand levels of lists": "- " * 10_000,
    "laughs": "a: &a [x]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{f'*{chr(97 + n)}, ' * 9}]\n" for n in range(20)),
    "an alias of itself": "a: &a [*a]\n",
    "merge keys": "a: &a {b: 1}\nc: {<<: [*a, *a]}\n",
    "a long number": _deeds(1, "9" * 400_000),
    "a long key": _deeds(1).replace("d0", "d" * 400_000),
    "many keys that are not known": _HEAD + "".join(f"key{n}: 1\n" for n in range(30_000)),
    "many names that are alike": _deeds(4_000).replace("points: 1}", "points: 1, unit: pints}"),
    "many days": _deeds(2_000, "[{value: 1}, {from: 2027-01-01, value: #}, {from: 20#-01-01, value: 1}]"),
    "many brackets": _deeds(1, "{per: hour, brackets: [" + "{amount: 1}, " * 20_000 + "{amount: 1}]}"),
    "many signs": _deeds(1, "{expression: " + "-" * 300_000 + "1}"),
    "many operations": _deeds(1, "{expression: " + "1 + " * 100_000 + "1}"),
    "many examples": _deeds(1)
    + "examples:\n"
    + "  - {deed: d0, after: [{deed: d0, times: 9999}], gives: 1}\n" * 5_000,
    "an example of many": _deeds(1)
    + "examples:\n  - {deed: d0, gives: 1, after: ["
    + "{deed: d0, times: 9999}, " * 9_000
    + "]}\n",
    "many limits": _deeds(300)
    + "limits:\n"
    + "".join(f"  l{n}: {{most: {n + 1}, period: day, excess: clip}}\n" for n in range(300)),
    "many campaigns": _deeds(300)
    + "campaigns:\n"
    + "".join(
        f"  c{n}: {{name: {{en: C{n}}}, from: 2026-03-01, until: 2026-04-01, plus: 1}}\n" for n in range(300)
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_dealt_with(name: str) -> None:
    """Where one of these takes long, the whole suite stands still: that is how it shows."""
    text = HOSTILE[name]
    found = check(text, today=TODAY)
    assert (found.rules is None) == bool(found.problems)
    assert len(found.problems) <= source.MOST_PROBLEMS
    for problem in (*found.problems, *found.warnings):
        assert len(str(problem)) < 3_000
