"""``rules check``, ``schema`` and ``examples``: what a committee does with a file before it is law."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gridpoints.rules.loading import json_schema
from tests.cli.conftest import Ran, keys, run_here

RICH = Path(__file__).parents[1] / "rules" / "rich.yaml"


@pytest.fixture
def draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of a good file, in an empty folder without a store."""
    monkeypatch.chdir(tmp_path)
    path = Path("draft.yaml")
    path.write_text(RICH.read_text("utf-8"), "utf-8")
    return path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def lines(ran: Ran) -> list[str]:
    return [line.rstrip() for line in ran.out.splitlines()]


def test_a_file_in_which_all_is_well(draft: Path) -> None:
    ran = run_here("rules", "check", draft, "--strict")
    assert (ran.code, ran.err) == (0, "")
    assert lines(ran) == ["draft.yaml can be used.", "", "Examples that give what they say: 10 of 10."]
    asked = run_here("rules", "check", draft, "--json")
    assert asked.document["rule_set"] == "rich-village@2026.1"
    assert (asked.document["examples"], asked.document["passed"]) == (10, 10)
    keys(asked.document, "rules check")


def test_a_preset_is_known_by_its_name(draft: Path) -> None:
    assert run_here("rules", "check", "baiyang").code == 0


def test_every_problem_has_its_place(draft: Path) -> None:
    change(draft, "round: half", "rond: half")
    change(draft, "currency: CNY", "curency: CNY")
    ran = run_here("rules", "check", draft)
    assert (ran.code, ran.err) == (3, "")
    assert lines(ran) == [
        "Wrong in draft.yaml",
        "Line  Column  What",
        "  62      37  “rond” is not known here. Did you mean “round”?",
        " 155      36  “curency” is not known here. Did you mean “currency”?",
    ]
    asked = run_here("rules", "check", draft, "--json")
    assert (asked.code, asked.document["rule_set"]) == (3, None)
    first = {"line": 62, "column": 37, "code": "key_misspelt"}
    assert asked.document["problems"][0] == first | {
        "message": "“rond” is not known here. Did you mean “round”?",
        "fields": {"key": "rond", "suggestion": "round"},
    }


def test_warnings_count_only_where_they_shall(draft: Path) -> None:
    change(draft, "review_by: 2027-12-31\ndescription", "review_by: 2020-12-31\ndescription")
    ran = run_here("rules", "check", draft)
    assert ran.code == 0
    title, _, warning, *_ = lines(ran)
    assert title == "To be looked at in draft.yaml"
    assert warning.startswith("   9      12  This was to be reviewed by Dec 31, 2020, which has passed.")
    assert run_here("rules", "check", draft, "--strict").code == 1


def test_an_example_that_fails_says_what_it_gives_and_why(draft: Path) -> None:
    change(draft, "gives: 37.5", "gives: 25")
    ran = run_here("rules", "check", draft)
    assert ran.code == 3
    assert "This example must give 25, and the rules give 37.5. Correct the rules or the example." in ran.out
    assert "2.8 hours, counted as 2.5 hours, at 10 points per hour: 25 points" in ran.out
    assert "Examples that give what they say: 9 of 10." in ran.out
    [problem] = run_here("rules", "check", draft, "--json").document["problems"]
    assert problem["fields"]["given"] == "37.5"
    assert "Times 1.5, because kind is elder_care: 37.5 points" in problem["fields"]["explanation"]


def test_the_examples_are_shown_step_by_step(draft: Path) -> None:
    ran = run_here("rules", "examples", draft)
    assert (ran.code, ran.err) == (0, "")
    start = lines(ran).index("Line 161: help")
    assert lines(ran)[start + 1 : start + 3] == [
        "It gives 37.5, as it must",
        "Help, by rule set rich-village@2026.1",
    ]
    asked = run_here("rules", "examples", draft, "--json")
    assert [each["passed"] for each in asked.document["examples"]] == [True] * 10
    assert asked.document["examples"][3]["gives"] == "37.5"
    keys(asked.document, "rules examples")


def test_an_example_that_fails_is_shown_as_one(draft: Path) -> None:
    change(draft, "gives: 37.5", "gives: 25")
    change(draft, "- {deed: mediate, chosen: 8, gives: 8}", "- {deed: mediate, gives: 8}")
    ran = run_here("rules", "examples", draft)
    assert ran.code == 3
    assert "It gives 37.5, and must give 25" in ran.out
    assert "It cannot be judged" in ran.out
    assert [
        each["passed"] for each in run_here("rules", "examples", draft, "--json").document["examples"]
    ].count(False) == 2


def test_examples_of_a_file_that_is_wrong_are_not_run(draft: Path) -> None:
    change(draft, "round: half", "rond: half")
    ran = run_here("rules", "examples", draft, "--json")
    assert (ran.code, ran.out, ran.error["code"]) == (3, "", "rule_set_invalid")


def test_a_file_without_examples(draft: Path) -> None:
    text = draft.read_text("utf-8")
    draft.write_text(text[: text.index("\nexamples:") + 1], "utf-8")
    ran = run_here("rules", "examples", draft)
    assert (ran.code, lines(ran)) == (0, ["There are no examples in draft.yaml."])


def test_a_file_that_is_not_there(draft: Path) -> None:
    for command in ("check", "examples"):
        ran = run_here("rules", command, "rules.yaml")
        assert (ran.code, ran.out) == (4, "")
        assert "There is no rule set rules.yaml" in ran.err


def test_the_schema_is_written_for_an_editor(draft: Path) -> None:
    ran = run_here("rules", "schema")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == json_schema()
    assert run_here("rules", "schema", "--json").document == json_schema()
    written = run_here("rules", "schema", "--out", "rules.json")
    assert (written.code, lines(written)) == (0, ["rules.json"])
    assert json.loads(Path("rules.json").read_text("utf-8")) == json_schema()
