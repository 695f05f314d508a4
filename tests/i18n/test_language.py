"""From codes and figures to sentences, in each language."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import typing
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.claiming.model import ClaimStatus
from gridpoints.errors import (
    BlankText,
    CommunityUnknown,
    DeedUnknown,
    GridpointsError,
    HoldClosed,
    IllegalTransition,
    InsufficientPoints,
    NotPublished,
    RecordUnknown,
    RowRepeated,
    RuleSetInvalid,
    SessionStarted,
    UnknownLanguage,
    every_error,
)
from gridpoints.i18n import Language
from gridpoints.i18n.explanations import STEPS
from gridpoints.i18n.messages import Message
from gridpoints.redemption.offers.model import OfferStatus
from gridpoints.rules.amounts import PerUnit, Rounding
from gridpoints.rules.case import Case, Deed, Scope
from gridpoints.values import Names, Period, Step, Unit

EN, HANS, HANT = Language("en"), Language("zh_Hans"), Language("zh_Hant")
SHANGHAI = ZoneInfo("Asia/Shanghai")
POINTS = Unit("points", 1, {"zh_Hans": "积分", "zh_Hant": "積分", "en": "points"})

in_every_language = pytest.mark.parametrize("language", [EN, HANS, HANT], ids=lambda language: language.code)


# --- which language -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ("zh zh_CN zh-CN zh_CN.UTF-8 zh_SG zh-Hans-HK ZH_HANS zh_CN.GB18030@pinyin", "zh_Hans"),
        ("zh_TW zh-TW zh_HK.Big5 zh-MO zh-Hant zh_hant_cn zh-Hant-HK", "zh_Hant"),
        ("en en_GB en-US.UTF-8", "en"),
    ],
)
def test_a_tag_is_negotiated(tags: str, code: str) -> None:
    assert {tag: Language.of(tag).code for tag in tags.split()} == dict.fromkeys(tags.split(), code)


@pytest.mark.parametrize("tag", ["", "de", "xx", "C", "中文", "zh_Hans_Hans", "1", "en\x00"])
def test_an_unknown_language_is_refused_with_those_that_are_known(tag: str) -> None:
    with pytest.raises(UnknownLanguage, match="zh_Hans, zh_Hant, en"):
        Language.of(tag)


@given(st.text())
def test_no_tag_crashes(tag: str) -> None:
    with suppress(UnknownLanguage):
        assert Language.of(tag).code in Language.KNOWN


@pytest.mark.parametrize(
    ("environ", "code"),
    [
        ({"LANG": "zh_TW.UTF-8"}, "zh_Hant"),
        ({"LANG": "zh_TW.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh_Hans"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANGUAGE": "da:zh_HK:en", "LC_ALL": "en_GB"}, "zh_Hant"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_the_environment_is_asked_in_the_order_of_gettext(environ: Mapping[str, str], code: str) -> None:
    assert Language.of_environment(environ).code == code


# --- figures ------------------------------------------------------------------------------------


def test_numbers_keep_all_their_digits() -> None:
    assert HANS.number(Decimal("1234567.123456")) == "1,234,567.123456"
    assert HANS.number(Decimal("20.00")) == "20"
    assert HANS.number(Decimal("1E+3")) == "1,000"
    assert [EN.signed(n) for n in (Decimal("5.5"), 0, -5)] == ["+5.5", "0", "-5"]


def test_amounts_carry_their_unit() -> None:
    assert [language.amount(12345, POINTS) for language in (EN, HANS, HANT)] == [
        "1,234.5 points",
        "1,234.5 积分",
        "1,234.5 積分",
    ]
    assert EN.amount(1, Unit("points")) == "1 point"
    assert HANS.amount(3, Unit("bi")) == "3 bi"


def test_money_and_shares() -> None:
    assert HANS.money(Decimal("1234.5"), "CNY") == "¥1,234.50"
    assert HANT.money(Decimal("1234.5"), "CNY") == "CN¥1,234.50"
    assert EN.percent(Decimal("0.1234")) == "12.3%"


def test_days_and_instants_are_shown_where_the_reader_lives() -> None:
    late = datetime(2026, 3, 5, 17, 30, tzinfo=UTC)
    assert HANS.at(SHANGHAI).instant(late) == "2026年3月6日 01:30"
    assert HANT.instant(late, SHANGHAI) == "2026年3月6日 01:30"
    assert EN.at(SHANGHAI).instant(late) == "Mar 6, 2026, 01:30"
    assert HANS.instant(late) == "2026年3月5日 17:30 UTC"
    assert HANT.date(date(2026, 3, 5)) == "2026年3月5日"
    assert [language.month(date(2026, 3, 5)) for language in (EN, HANS)] == ["Mar 2026", "2026年3月"]


# --- words and texts ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "seen"),
    [
        ({"zh_Hans": "简", "zh_Hant": "繁", "en": "e"}, "简 繁 e"),
        ({"zh_Hans": "简", "en": "e"}, "简 简 e"),
        ({"zh_Hans": "简"}, "简 简 简"),
        ({"en": "e"}, "e e e"),
        ({"bo": "b", "en": ""}, "b b b"),
        ({"zh": "中", "en": "e"}, "中 中 e"),
        ({}, "? ? ?"),
    ],
)
def test_a_name_falls_back_to_one_that_its_readers_can_read(names: Names, seen: str) -> None:
    assert " ".join(language.name(names, "?") for language in (HANS, HANT, EN)) == seen


def test_one_code_can_need_two_words() -> None:
    assert HANS.word(OfferStatus.WITHDRAWN) == "已下架"
    assert HANS.word("withdrawn", "wish_status") == HANS.word("withdrawn", "status") == "已撤回"
    assert HANT.word(ClaimStatus.NO_SHOW) == "未到場"
    assert EN.word("never_heard_of", "status") == "never_heard_of"


def test_values_are_shown_as_their_type_asks() -> None:
    text = "{count} {day} {status} {names} {many} {nobody}"
    values = {
        "count": 1234,
        "day": date(2026, 3, 5),
        "status": ClaimStatus.VERIFIED,
        "names": {"zh_Hans": "巡逻"},
        "many": ("a", Decimal(2), "c"),
        "nobody": (),
    }
    assert HANS.text(text, **values) == "1,234 2026年3月5日 已核实 巡逻 a、2、c 无"


def test_plurals() -> None:
    def hours(language: Language, n: int | Decimal) -> str:
        return language.plural("{n} hour", "{n} hours", n)

    assert [hours(EN, n) for n in (0, 1, Decimal("1.0"), Decimal("0.5"), Decimal("1.5"), 2)] == [
        "0 hours",
        "1 hour",
        "1 hour",
        "0.5 hours",
        "1.5 hours",
        "2 hours",
    ]
    assert [hours(HANT, n) for n in (1, Decimal("1.5"))] == ["1 小時", "1.5 小時"]


# --- errors -------------------------------------------------------------------------------------


def sample(hint: Any) -> Any:
    """A value of an error's field."""
    if typing.get_origin(hint) is tuple:
        return (sample(typing.get_args(hint)[0]), "zz")
    samples = {
        str: "x7",
        int: 3,
        Decimal: Decimal("2.5"),
        date: date(2026, 3, 5),
        datetime: datetime(2026, 3, 5, 9, tzinfo=UTC),
    }
    return next(samples.get(option, "x7") for option in (*typing.get_args(hint), hint) if option)


def errors() -> list[type[GridpointsError]]:
    return [error for error in every_error() if error.__module__.startswith("gridpoints.")]


@in_every_language
@pytest.mark.parametrize("error", errors(), ids=lambda error: f"{error.__module__}:{error.code}")
def test_every_error_is_a_sentence(language: Language, error: type[GridpointsError]) -> None:
    hints = typing.get_type_hints(error)
    fields = attrs.fields(error) if attrs.has(error) else ()
    sentence = language.error(error(**{field.name: sample(hints[field.name]) for field in fields}))
    assert sentence.strip()
    assert not re.search(r"{\w+}", sentence)
    assert language is EN or not sentence.isascii()


def test_codes_in_errors_are_put_into_words() -> None:
    moved = IllegalTransition(
        kind="redemption", id="r7", status="captured", wanted="voided", allowed=("expired", "authorised")
    )
    assert EN.error(moved) == (
        "The redemption r7 is handed over: from there it cannot become called off. "
        "Possible now: expired, reserved."
    )
    assert (
        HANS.error(moved) == "兑换 r7 目前的状态是“已领取”，不能改为“已撤销”。现在可以改为：已过期、已预留。"
    )
    assert HANS.error(HoldClosed(hold="h", status="captured")).startswith("预留 h 的状态是“已用完”")
    assert HANT.error(NotPublished(kind="offer", id="o", status="withdrawn")) == (
        "兌換物品 o 的狀態是「已下架」，現在不能用，發布以後才可以。"
    )
    assert EN.error(RecordUnknown(kind="service_item", id="x")) == "There is no service item with the id x."
    assert EN.error(BlankText(field="starts_at")) == "The start is empty. Write at least one character."
    assert HANS.error(BlankText(field="name")) == "名称是空的。请至少写一个字。"


def test_ids_in_errors_are_shown_under_the_names_that_are_known() -> None:
    error = InsufficientPoints(
        account="points/member/0190-af", unit="points", available=Decimal(3), wanted=Decimal("1234.5")
    )
    assert HANT.error(error, {"0190-af": "王小明"}) == "成員帳戶（王小明）可用 3 積分，需要 1,234.5，不夠。"
    assert HANS.error(error, {"points": "文明币"}) == "成员账户（0190-af）可用 3 文明币，需要 1,234.5，不够。"


def test_what_is_not_there_is_said_to_be_none() -> None:
    assert HANS.error(CommunityUnknown(community="b", known=())).endswith("现有：无。")
    assert EN.error(DeedUnknown(deed="b", suggestion=None)).endswith("Most like it: none.")


def test_a_row_is_numbered_as_the_spreadsheet_numbers_it() -> None:
    assert "row 1234." in EN.error(RowRepeated(row=1234, accepted=("id", "no")))


def test_instants_in_errors_are_local() -> None:
    error = SessionStarted(session="s1", starts_at=datetime(2026, 3, 5, 1, tzinfo=UTC))
    assert "2026年3月5日 09:00" in HANS.at(SHANGHAI).error(error)


def test_an_error_may_hold_errors() -> None:
    problems = (DeedUnknown(deed="a", suggestion="b"), BlankText(field="name"))
    assert isinstance(problems[0], Message)
    assert HANS.error(RuleSetInvalid(source="r.yaml", count=2, problems=problems)).splitlines() == [
        "r.yaml 不能用。发现 2 处问题。",
        "积分细则里没有事项“a”。最接近的：b。",
        "名称是空的。请至少写一个字。",
    ]


# --- explanations -------------------------------------------------------------------------------

STEP_VALUES = {
    "rule_set": "baiyang@2",
    "deed": "patrol",
    "names": {"zh_Hans": "巡逻", "zh_Hant": "巡邏", "en": "Patrol"},
    "points": Decimal(5),
    "rate": Decimal(2),
    "most": Decimal(20),
    "left": Decimal(5),
    "quantity": Decimal("2.8"),
    "counted": Decimal("2.5"),
    "per": "hour",
    "period": "month",
    "scope": "member",
    "limit": "monthly",
    "unit": "points",
    "reason": "洗洁精",
    "settlement": "s7",
}


@in_every_language
@pytest.mark.parametrize("code", [*STEPS, "never_heard_of"])
@pytest.mark.parametrize("values", [STEP_VALUES, {}], ids=["all", "none"])
def test_every_step_says_something(language: Language, code: str, values: Mapping[str, Any]) -> None:
    sentence = language.step(Step(code, values))
    assert sentence.strip()
    assert not re.search(r"{\w+}", sentence)


def test_an_explanation_is_read_line_by_line() -> None:
    steps = [
        Step("rule", STEP_VALUES),
        Step("per_unit", STEP_VALUES),
        Step("clipped", {**STEP_VALUES, "points": Decimal(1), "left": Decimal(1)}),
    ]
    assert EN.explanation(steps) == [
        "Patrol, by rule set baiyang@2",
        "2.8 hours, counted as 2.5 hours, at 2 points per hour: 5 points",
        "The limit monthly is 20 points per month for each member; only 1 point remained to be credited",
    ]
    assert HANS.explanation(steps) == [
        "巡逻（积分细则 baiyang@2）",
        "2.8 小时，按 2.5 小时计，每小时 2 积分：共 5 积分",
        "限额“monthly”：每位成员每月最多 20 积分，当时只剩 1 积分可计",
    ]


def test_campaigns_and_limits_are_called_by_their_names() -> None:
    points = {"points": Decimal(5), "unit": "points"}
    spring = {"campaign": "spring", "names": {"en": "Spring cleaning", "zh_Hans": "春季大扫除"}}
    assert EN.step(Step("campaign", {**spring, **points})).startswith("Spring cleaning, in addition: 5")
    hours = {"most": Decimal(2), "quantity": Decimal(1), "per": "hour", "period": Period.DAY}
    named = {"limit": "a-day", "names": {"en": "Hours a day", "zh_Hans": "每日时长"}, "scope": Scope.MEMBER}
    assert "每日时长" in HANS.step(Step("clipped_quantity", {**hours, **named, "left": Decimal(1)}))


def test_a_quantity_that_was_not_rounded_is_said_once() -> None:
    deed = Deed("d", date(2026, 3, 5), Decimal("1.5"))
    case = Case(deed, POINTS, "hour", {}, lambda key: 0, lambda: 0, [], deed.quantity)
    PerUnit("hour", 10, Rounding.HALF).worth(case)
    [step] = case.steps or []
    assert HANT.step(step) == "1.5 小時，每小時 1 積分：共 1.5 積分"


def test_units_in_steps_are_shown_under_the_names_that_are_known() -> None:
    step = Step("fixed", {"points": Decimal("0.5"), "unit": "bi"})
    assert HANS.step(step, {"bi": "时间币"}) == "每次 0.5 时间币"
    assert HANS.step(step) == "每次 0.5 bi"


def test_entries_without_an_award_are_told_from_their_transaction() -> None:
    assert HANT.step(Step("redemption", {"reason": "洗碗精", "quantity": 2})) == "兌換：洗碗精 × 2"
    assert HANS.step(Step("adjustment", {"reason": ""})) == "调整"
    assert EN.step(Step("never_heard_of", {"reason": "a gift"})) == "never_heard_of: a gift"


# --- Typer --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tag", "options"), [("zh_HK", "選項"), ("zh", "选项"), ("en", "Options")])
def test_typer_speaks_the_language_that_was_installed(tag: str, options: str) -> None:
    pytest.importorskip("typer", reason="Typer is not installed: install the extra cli")
    program = (
        "from gridpoints.i18n import Language\n"
        f"Language.of({tag!r}).install()\n"
        "from typer import rich_utils\n"
        "print(rich_utils.OPTIONS_PANEL_TITLE)"
    )
    environ = {**os.environ, "LANGUAGE": "de", "LC_ALL": "zh_TW.UTF-8", "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, check=True)
    assert run.stdout.decode().strip() == options
