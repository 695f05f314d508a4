"""Whatever stands in a file, it becomes a rule set or a typed error that can be shown."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridpoints.errors import RuleSetInvalid
from gridpoints.rules.file import source
from gridpoints.rules.file.problems import Problem
from gridpoints.rules.file.source import decode, parse
from gridpoints.rules.loading import load, preset_names, preset_text
from tests.rules.test_loading import RULES

OTHERS = Path(__file__).with_name("others.yaml").read_text("utf-8")
GOOD = [RULES, OTHERS, *map(preset_text, preset_names())]

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
    lines = len(text.splitlines())
    for problem in problems(text):
        assert 1 <= problem.line <= lines + 1
        assert problem.column >= 1
        assert "\n" not in str(problem) or problem.code == "example_fails"  # it says why, step by step
        str(problem).encode()


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


@given(data=st.data())
def test_a_good_file_with_other_values(data: st.DataObject) -> None:
    """Every value of the file in turn becomes something else, written as JSON, which is YAML."""
    text = data.draw(st.sampled_from([RULES, OTHERS]))
    tree = parse(text).data
    paths = [path for path in parse(text).values if path]
    *parents, last = data.draw(st.sampled_from(paths))
    node = tree
    for step in parents:
        node = node[step]
    node[last] = data.draw(_values)
    refused_or_loaded(_flow(tree))


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
    for end in range(0, len(text), 7 if len(text) < 3_000 else 49):
        refused_or_loaded(text[:end])
