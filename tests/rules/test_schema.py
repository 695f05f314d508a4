"""The JSON Schema of a rule set's file, as an editor uses it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from gridpoints.rules.loading import json_schema, preset_names, preset_text
from tests.rules.test_loading import RULES

jsonschema = pytest.importorskip("jsonschema")

RICH = Path(__file__).with_name("rich.yaml").read_text("utf-8")
GOOD = {"rich": RICH, "small": RULES} | {name: preset_text(name) for name in preset_names()}

SCHEMA = json_schema()
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def seen(value: Any) -> Any:
    """YAML as an editor sees it: numbers, texts, true and false; days are texts, keys are texts."""
    match value:
        case date():
            return value.isoformat()
        case dict():
            return {str(key): seen(inner) for key, inner in value.items()}
        case list():
            return [seen(inner) for inner in value]
    return value


def wrong(text: str) -> list[tuple[str | int, ...]]:
    return [tuple(error.absolute_path) for error in VALIDATOR.iter_errors(seen(yaml.safe_load(text)))]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from nodes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nodes(inner)


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"] == "urn:gridpoints:rule-set:1"
    assert json.loads(json.dumps(SCHEMA)) == SCHEMA


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_valid(name: str) -> None:
    assert wrong(GOOD[name]) == []


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("gridpoints: 1", "gridpoints: 2", ("gridpoints",)),
        ("version: \"2026.1\"\n", "", ()),
        ("source: decided", "sorce: decided", ()),
        ("from: 2026-01-01", "from: 1 January", ("from",)),
        ("name: {zh_Hans: 富村积分细则, ", "name: {zh_Hans: 1, ", ("name", "zh_Hans")),
        ("scale: 1", "scale: 9", ("units", "points", "scale")),
        ("expires: end_of_year", "expires: sometimes", ("units", "points", "expires")),
        ("transfer: true", "transfer: maybe", ("units", "points", "transfer")),
        ("type: text\n    one_of", "type: word\n    one_of", ("facts", "kind", "type")),
        ("for: household", "for: family", ("deeds", "clean", "for")),
        ("    points: -5", "    points: 0", ("deeds", "noise", "points")),
        ("    points: -5", "    points: five", ("deeds", "noise", "points")),
        ("    points: -5\n", "", ("deeds", "noise")),
        ("{per: hour, amount: 10, round: half}", "{per: day, amount: 10}", ("deeds", "help", "points")),
        ("{per: hour, amount: 10, round: half}", "{per: hour}", ("deeds", "help", "points")),
        ("{per: hour, amount: 10, round: half}", "{per: hour, amuont: 10}", ("deeds", "help", "points")),
        ("hours: {at_least: 0.5, at_most: 8}", "hours: {atleast: 0.5}", ("deeds", "help", "when")),
        ("shortfall: debt", "shortfall: dept", ("deeds", "noise", "shortfall")),
        ("appeal_days: 15", "appeal_days: 0", ("deeds", "noise", "appeal_days")),
        ("extend_days: 30", "extend_days: 0", ("units", "points", "extend_days")),
        ("approval: confirmer", "approval: somebody", ("deeds", "help", "approval")),
        ("seats: 5, quorum: 3", "seats: 5", ("deeds", "mediate", "approval")),
        ("period: month, most: 60", "period: monthly, most: 60", ("limits", "patrols", "period")),
        ("period: month, most: 60", "period: month, most: -1", ("limits", "patrols", "most")),
        ("most: [{value: 500}, {from: 2027-01-01, value: 600}]", "most: []", ("limits", "caring", "most")),
        ("until: 2026-04-01", "until: 2026/4/1", ("campaigns", "spring", "until")),
        ("alarm: 80", "alarm: eighty", ("budgets", "yearly", "alarm")),
        ("currency: CNY, ", "curency: CNY, ", ("redemption",)),
        ("- {deed: patrol, gives: 5}", "- {deed: patrol}", ("examples", 0)),
        ("- {deed: patrol, gives: 5}", "- {deed: patrol, gives: five}", ("examples", 0, "gives")),
        ("stacking: best", "stacking: all", ("stacking",)),
        ("    when: trained and member.stars >= 3\n", "    when:\n", ("deeds", "serve", "when")),
    ],
)  # fmt: skip
def test_an_editor_underlines_what_is_wrong(old: str, new: str, place: tuple[str | int, ...]) -> None:
    assert old in RICH
    assert set(wrong(RICH.replace(old, new, 1))) == {place}


def test_an_editor_completes_keys_with_what_they_mean() -> None:
    """Every mapping lists its keys, and says what it is."""
    deed = SCHEMA["$defs"]["deed"]
    assert deed["title"] == "Deed"
    assert deed["description"]
    assert {"points", "when", "approval", "for"} <= deed["properties"].keys()
    assert SCHEMA["properties"].keys() >= {
        "from",
        "units",
        "deeds",
        "limits",
        "campaigns",
        "budgets",
        "examples",
    }
    assert [
        each for each in nodes(SCHEMA) if each.get("properties") and each["additionalProperties"] is not False
    ] == []


def test_names_of_python_stay_out_of_it() -> None:
    text = json.dumps({**SCHEMA, "properties": SCHEMA["properties"]}, ensure_ascii=False)
    assert not re.search(r"Entry|Document|Annotated|Decimal|RootModel|gridpoints\.rules|None|``", text)
    titles = [each["title"] for each in nodes(SCHEMA["$defs"]) if isinstance(each.get("title"), str)]
    assert all(re.fullmatch("[A-Z][a-z]*( [a-z]+)*", title) for title in titles)
    assert all(re.fullmatch("[a-z]+(-[a-z0-9]+)*", name) for name in SCHEMA["$defs"])


def test_every_example_is_valid_where_it_stands() -> None:
    for node in nodes(SCHEMA):
        if isinstance(examples := node.get("examples"), list):
            asked = {key: value for key, value in node.items() if key != "examples"}
            alone = jsonschema.Draft202012Validator({**asked, "$defs": SCHEMA["$defs"]})
            assert [example for example in examples if not alone.is_valid(example)] == []
