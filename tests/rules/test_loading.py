"""Texts and files: what is read, and how the rest is refused, quickly and with its place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from gridpoints.errors import RuleSetInvalid, RuleSetNotFound, RuleSetUnreadable
from gridpoints.rules.amounts import Fixed, PerUnit, Rounding
from gridpoints.rules.case import Scope
from gridpoints.rules.file import source
from gridpoints.rules.file.problems import Problem
from gridpoints.rules.file.source import DEEPEST, LONGEST_FILE, MOST_PROBLEMS, parse
from gridpoints.rules.limits import Excess, Limit
from gridpoints.rules.loading import load, load_file, preset_text, read
from gridpoints.rules.shop import load_shop
from gridpoints.values import Period

RULES = """\
gridpoints: 1
code: village
version: 1.10
name: {zh_Hans: 我们村, en: Our village}
source: 'decided: by all'
from: 2026-03-01
units:
  points: {name: {zh_Hans: 积分}, scale: 1}
  hours: {name: {en: hours}}
deeds:
  巡逻: {name: {zh_Hans: 巡逻}, points: 0.5, unit: points}
  care:
    name: {en: Care}
    points: {per: hour, amount: 1, round: half}
    unit: hours
limits:
  care-day: {deeds: [care], period: day, most: 2, excess: reject, scope: household}
"""


def problems(text: str, loader: Callable[[str], object] = load) -> tuple[Problem, ...]:
    with pytest.raises(RuleSetInvalid) as refused:
        loader(text)
    return refused.value.problems


def changed(old: str, new: str) -> list[tuple[int, int, str]]:
    """The places and codes of the problems when `old` in the rules becomes `new`."""
    assert old in RULES
    return [(p.line, p.column, p.code) for p in problems(RULES.replace(old, new))]


# --- what is read ---------------------------------------------------------------------------------


def test_a_file_becomes_a_rule_set() -> None:
    rules = load(RULES)
    assert rules.id == "village@1.10"
    assert rules.names == {"zh_Hans": "我们村", "en": "Our village"}
    assert rules.starts_on == date(2026, 3, 1)
    assert rules.source == "decided: by all"
    points, hours = rules.units["points"], rules.units["hours"]
    assert (points.scale, hours.scale) == (1, 0)
    assert (rules.deeds["巡逻"].amount, rules.deeds["巡逻"].unit) == (Fixed(5), points)
    assert (rules.deeds["care"].amount, rules.deeds["care"].unit) == (
        PerUnit("hour", 1, Rounding.HALF),
        hours,
    )
    expected = Limit("care-day", 2, Period.DAY, Scope.HOUSEHOLD, Excess.REJECT, frozenset({"care"}))
    assert rules.limits == (expected,)


def test_scalars_are_what_one_sees() -> None:
    data = parse(
        "[no, 'yes', true, 007, 1_000, 1:30, 0x1F, 1e3, .5, +20, 2026-02-28, 2026-02-30, ~, \"5\", 0.10]"
    ).data
    texts = ["no", "yes", True, "007", "1_000", "1:30", "0x1F", "1e3"]
    assert data == [*texts, Decimal("0.5"), 20, date(2026, 2, 28), "2026-02-30", None, "5", Decimal("0.10")]
    assert not any(isinstance(value, float) for value in data)
    assert str(data[-1]) == "0.10"


def test_every_key_and_value_has_its_place() -> None:
    parsed = parse("units:\n  积分: {scale: 1}\nlist: [a,\n   b]\n")
    assert [(p.line, p.column) for p in parsed.keys.values()] == [(2, 8), (2, 3), (1, 1), (3, 1)]
    scale, second = parsed.values["units", "积分", "scale"], parsed.values["list", 1]
    assert [(p.line, p.column) for p in (scale, second)] == [(2, 15), (4, 4)]


@pytest.mark.parametrize(
    "data",
    [
        RULES.encode(),
        RULES.encode("utf-8-sig"),
        RULES.replace("\n", "\r\n").encode(),
        RULES.encode("utf-16"),
        RULES.replace("\n", "\r\n").encode("utf-16"),
    ],
    ids=["utf-8", "with a mark", "Windows lines", "utf-16", "utf-16 and Windows lines"],
)
def test_a_file_is_read_as_editors_save_it(data: bytes, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes(data)
    assert load_file(file) == load(RULES)
    assert read(file) == (RULES, str(file))


# --- what is not ----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gb18030", "big5"])
def test_another_encoding_is_not_guessed(encoding: str, tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes(
        RULES.replace("我们村", "我家").replace("积分", "分").replace("巡逻", "巡行").encode(encoding)
    )
    with pytest.raises(RuleSetInvalid, match="UTF-8") as refused:
        load_file(file)
    [problem] = refused.value.problems
    assert (problem.line, problem.column, problem.code) == (4, 17, "not_utf8")


def test_half_a_file_in_utf_16(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_bytes(RULES.encode("utf-16")[:-1])
    with pytest.raises(RuleSetInvalid, match="UTF-8"):
        load_file(file)


def test_a_file_that_is_not_there_or_is_none(tmp_path: Path) -> None:
    with pytest.raises(RuleSetNotFound, match="Presets: baiyang"):
        load_file(tmp_path / "rules.yaml")
    with pytest.raises(RuleSetNotFound):
        load_file("rules\0.yaml")
    with pytest.raises(RuleSetUnreadable):
        load_file(tmp_path)


def test_rules_are_a_path_a_preset_or_the_text_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    baiyang = preset_text("baiyang")
    assert read(RULES) == (RULES, "text")
    assert read("baiyang") == (baiyang, "baiyang")
    assert read("baiyang.yaml") == (baiyang, "baiyang.yaml")
    Path("baiyang.yaml").write_text(RULES, "utf-8")
    assert read("baiyang.yaml") == (RULES, "baiyang.yaml")
    with pytest.raises(RuleSetNotFound, match=r"rule set ours\.yaml"):
        read("ours.yaml")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "file_empty"),
        ("# nothing yet\n", "file_empty"),
        ("~\n", "file_empty"),
        ("x" * (LONGEST_FILE + 1), "file_too_long"),
        ("[" * 10_000, "too_deep"),
        ("{a: " * 10_000, "too_deep"),
        ("- " * 10_000, "too_deep"),
        ("\n".join(" " * n + "a:" for n in range(500)), "too_deep"),
        ("a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", "sign_not_allowed"),
        ("a: !!python/object/apply:os.system [ls]\n", "sign_not_allowed"),
        ("a: \0\n", "character_not_allowed"),
        ('a: "\\0"\n', "character_not_allowed"),
        ("a: \ud800\n", "character_not_allowed"),
        ("a: b\u2028c: d\n", "character_not_allowed"),
        ("? [a, b]\n: c\n", "key_not_text"),
        ("a: 1\n---\nb: 2\n", "second_document"),
        ("just some words\n", "not_readable"),
        ("- a\n- list\n", "not_readable"),
        ("code village\nversion: 1\n", "colon_missing"),
        ("code:village\nversion: 1\n", "space_missing"),
        ("a: - b\n", "not_readable"),
        ("a: 'b'c\n", "not_readable"),
        ("a: @b\n", "sign_not_allowed"),
        ('a: "C:\\data"\n', "backslash_found"),
        ("a: b: c\n", "colon_misplaced"),
        ("a: [b\n", "bracket_open"),
        ("a: {b: [c],\n", "bracket_open"),
        ("a: b]\nc: ]\n", "not_readable"),
        ("　a: 1\n", "wide_space"),
    ],
    ids=lambda value: value[:24].encode("unicode_escape").decode() if isinstance(value, str) else None,
)
def test_a_text_that_is_refused(text: str, code: str) -> None:
    assert code in {problem.code for problem in problems(text)}


@pytest.mark.parametrize("loader", [yaml.SafeLoader, getattr(yaml, "CSafeLoader", yaml.SafeLoader)])
@pytest.mark.parametrize("text", ['a: "\\ud800"', 'a: "\\U00110000"', f"%YAML 1.{'9' * 5_000}\n---\na: 1"])
def test_what_pyyaml_and_libyaml_stumble_over(
    text: str, loader: type[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_LOADER", loader)
    found = {problem.code for problem in problems(text)}
    assert found & {"backslash_found", "character_not_allowed", "not_readable"}


def test_a_file_with_very_many_problems_tells_the_first_hundred() -> None:
    many = "".join(f"  deed-{n}: {{name: {{en: Deed {n}}}, points: none}}\n" for n in range(300))
    found = problems(RULES.replace("deeds:\n", f"deeds:\n{many}", 1))
    assert len(found) == MOST_PROBLEMS


def test_deep_enough_is_not_too_deep() -> None:
    assert parse("[" * DEEPEST + "]" * DEEPEST).problems == ()


# --- single values --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("gridpoints: 1", "gridpoints: '1'", (1, 13, "format_unknown")),
        ("gridpoints: 1", "gridpoints: true", (1, 13, "format_unknown")),
        ("code: village", "code: our/village", (2, 7, "code_malformed")),
        ("code: village", f"code: {'v' * 61}", (2, 7, "code_malformed")),
        ("version: 1.10", "version: true", (3, 10, "text_needed")),
        ("version: 1.10", "version: [1]", (3, 10, "text_needed")),
        ("我们村", "' '", (4, 17, "blank_text")),
        ("我们村", "村" * 201, (4, 17, "text_too_long")),
        ("en: Our village", "zh_Hans: 村", (4, 22, "key_doubled")),
        ("{zh_Hans: 我们村, en: Our village}", "{}", (4, 1, "value_missing")),
        ("source: 'decided: by all'", "source: {text: a}", (5, 9, "text_needed")),
        ("2026-03-01", "1 March 2026", (6, 7, "date_needed")),
        ("2026-03-01", "2026", (6, 7, "date_needed")),
        ("scale: 1", "scale: 1.5", (8, 40, "not_whole_number")),
        ("scale: 1", "scale: -1", (8, 40, "not_whole_number")),
        ("points: 0.5", "points: 0", (11, 37, "points_out_of_range")),
        ("points: 0.5", "points: 1e3", (11, 37, "number_needed")),
        ("points: 0.5", "points: '5'", (11, 37, "number_needed")),
        ("points: 0.5", "points: [5]", (11, 38, "entries_needed")),
        ("points: 0.5", f"points: {'9' * 5_000}", (11, 37, "number_needed")),
        ("points: 0.5", "points: 100000001", (11, 37, "points_out_of_range")),
        ("points: 0.5", "points: 0.05", (11, 37, "digits_too_many")),
        ("points: 0.5", "points: 0.00000001", (11, 37, "not_an_amount")),
        ("points: 0.5", "points: {per: kilometre, amount: 1}", (11, 43, "choice_unknown")),
        ("per: hour, amount: 1,", "per: hour,", (14, 5, "key_missing")),
        ("[care]", "[]", (17, 14, "value_missing")),
        ("[care]", "[care，巡逻]", (17, 22, "wide_comma")),
        ("[care]", "[1]", (17, 22, "code_unknown")),
        ("[care]", "", (17, 14, "value_missing")),
    ],
)
def test_a_value_that_is_refused(old: str, new: str, expected: tuple[int, int, str]) -> None:
    assert changed(old, new) == [expected]


def test_a_unit_that_does_not_exist_is_told_of_in_a_deed_that_has_another_fault() -> None:
    found = changed("points: 0.5, unit: points", "points: many, unit: point")
    assert found == [(11, 37, "number_needed"), (11, 49, "code_misspelt")]


def test_a_limit_for_all_deeds_needs_one_unit() -> None:
    assert changed("deeds: [care], ", "") == [(17, 3, "units_mixed")]


def test_problems_stand_in_the_order_of_the_file() -> None:
    places = [(p.line, p.column) for p in problems(RULES.replace(": ", ": !x "))]
    assert len(places) > 20
    assert places == sorted(places)


def test_a_problem_carries_its_path_and_figures() -> None:
    [problem] = problems(RULES.replace("period: day", "period: daily"))
    assert problem.path == ("limits", "care-day", "period")
    assert problem.values == {"found": "daily", "known": tuple(Period)}


def test_a_shop_is_checked_alike() -> None:
    text = preset_text("baiyang-shop").replace("price: 8", "prize: 8").replace("price: 18", "price: free")
    assert [p.code for p in problems(text, load_shop)] == ["key_misspelt", "number_needed"]
