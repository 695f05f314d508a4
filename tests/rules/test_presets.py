"""The published tables, by the figures that were published."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml

from gridpoints.errors import ChoiceOutOfRange, RuleSetInvalid, RuleSetNotFound
from gridpoints.rules.approval import Notice, Panel, StageKind
from gridpoints.rules.case import Deed
from gridpoints.rules.deeds import Holder
from gridpoints.rules.judging import Refusal
from gridpoints.rules.loading import load, preset, preset_names, preset_text
from gridpoints.rules.redemption import Redeemable, Redeeming, RedemptionTerms, redeemable
from gridpoints.rules.shop import shop
from tests.rules.counting import Counted

DAY = date(2026, 3, 5)

#: Who has read the published table at its source, and who in a repost.
AT_SOURCE = ("baiyang", "kunshan", "langao", "meilin", "wubao", "xinyang")
IN_A_REPOST = ("changning", "gujing", "hailin", "wuzhishan", "xinqi")


def gives(
    name: str, deed: str, quantity: str | None = None, *, chosen: int | None = None, balance: int = 0
) -> Decimal:
    """What one deed gives or takes under a preset, in decimals of its unit."""
    reported = Deed(
        deed,
        DAY,
        None if quantity is None else Decimal(quantity),
        chosen=None if chosen is None else Decimal(chosen),
    )
    judged = preset(name).judge(reported, Counted.subjects("li"), lambda _: 0, balance=lambda: balance)
    return judged.unit.decimal(judged.awarded)


def redemption(name: str) -> RedemptionTerms:
    terms = preset(name).terms.redemption
    assert terms is not None
    return terms


def redeem(name: str, price: int, day: date = DAY, *, balance: int = 10_000, **more: Any) -> Redeemable:
    return redeemable(redemption(name), Redeeming(price, day, balance, Counted.subjects("li"), **more))


def test_there_is_a_preset_for_each_of_the_eleven_published_tables() -> None:
    assert preset_names() == tuple(sorted((*AT_SOURCE, *IN_A_REPOST)))


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_loads_and_says_where_it_is_from(name: str) -> None:
    rules = preset(name)
    assert rules.id.startswith(f"{name}@")
    assert rules.source


@pytest.mark.parametrize("name", preset_names())
def test_every_name_in_a_preset_stands_in_three_languages(name: str) -> None:
    rules = preset(name)
    named = [rules.names, *(u.names for u in rules.units.values()), *(d.names for d in rules.deeds.values())]
    assert all(set(names) == {"zh_Hans", "zh_Hant", "en"} for names in named)
    assert set(rules.descriptions) in ({"zh_Hans", "zh_Hant", "en"}, set())


@pytest.mark.parametrize("name", preset_names())
def test_a_table_that_was_read_in_a_repost_says_so(name: str) -> None:
    assert ("read in a repost (转载)" in preset(name).source) == (name in IN_A_REPOST)


@pytest.mark.parametrize("name", preset_names())
def test_every_preset_states_figures_as_examples(name: str) -> None:
    examples = yaml.safe_load(preset_text(name))["examples"]
    assert {example["deed"] for example in examples} == preset(name).deeds.keys()


@pytest.mark.parametrize("name", preset_names())
def test_an_example_that_states_another_figure_is_told(name: str) -> None:
    text = preset_text(name)
    head, examples = text.split("\nexamples:")
    wrong = f"{head}\nexamples:{examples.replace('gives: ', 'gives: 7', 1)}"
    with pytest.raises(RuleSetInvalid) as refused:
        load(wrong)
    assert [problem.code for problem in refused.value.problems] == ["example_fails"]


# --- 1. Xinqi -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "points"), [("return-to-start-a-business", 30), ("clear-river", 3), ("swear", -2)]
)
def test_xinqi_gives_and_takes_what_was_published(deed: str, points: int) -> None:
    assert gives("xinqi", deed, balance=100) == points


def test_xinqi_gives_three_each_time_that_the_river_is_cleared() -> None:
    counted = Counted(preset("xinqi"))
    assert [counted.credit("clear-river", DAY) for _ in range(30)] == [3] * 30


def test_in_xinqi_a_panel_of_at_most_five_decides_and_it_is_made_public() -> None:
    panel, notice = preset("xinqi").rule("clear-river").approval
    assert isinstance(panel, Panel)
    assert (panel.seats, isinstance(notice, Notice)) == (5, True)


def test_a_point_of_xinqi_is_a_yuan() -> None:
    assert (redemption("xinqi").rate, redemption("xinqi").currency) == (1, "CNY")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("xinqi", ("52 ways to earn", "36 to lose", "7 special", "3 to 5", "every Friday", "on the 25th")),
        ("xinqi", ("every month it is made public", "a subsidy fills up what is short")),
        ("gujing", ("vouchers", "named merchants")),
        ("wubao", ("27 goods", "contracted supermarket", "card")),
        ("kunshan", ("a pick-up code of its own",)),
        ("hailin", ("the hours served stay",)),
    ],
)
def test_what_was_published_and_is_no_rule_is_told_in_the_file(name: str, told: tuple[str, ...]) -> None:
    text = " ".join(preset_text(name).replace("# ", "").split())
    assert [words for words in told if words not in text] == []


# --- 2. Baiyang -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "points"),
    [
        ("take-part", 1),
        ("perform", 20),
        ("good-deed", 50),
        ("mediate", 20),
        ("simple-customs", 20),
        ("volunteer", 20),
        ("clean-month", 50),
        ("clean-quarter", 80),
        ("clean-year", 100),
    ],
)
def test_baiyang_gives_what_was_published(deed: str, points: int) -> None:
    assert Counted(preset("baiyang")).credit(deed, DAY) == points


def test_baiyang_gives_twenty_each_time_that_somebody_performs() -> None:
    counted = Counted(preset("baiyang"))
    assert [counted.credit("perform", DAY) for _ in range(30)] == [20] * 30


@pytest.mark.parametrize(
    ("star", "points", "same", "next_one"),
    [
        ("clean-month", 50, date(2026, 3, 31), date(2026, 4, 1)),
        ("clean-quarter", 80, date(2026, 1, 1), date(2026, 4, 1)),
        ("clean-year", 100, date(2026, 12, 31), date(2027, 1, 1)),
    ],
)
def test_baiyang_names_the_same_star_once_in_its_period(
    star: str, points: int, same: date, next_one: date
) -> None:
    counted = Counted(preset("baiyang"))
    assert counted.credit(star, DAY) == points
    assert counted.credit(star, same) == 0
    assert counted.credit(star, DAY, member="wang") == points
    assert counted.credit(star, next_one) == points


def test_the_shop_of_baiyang_takes_what_was_published() -> None:
    goods = shop("baiyang")
    assert {each.code: each.price for each in goods.goods} == {"washing-up-liquid": 2, "bin": 8, "broom": 18}
    assert goods.unit in preset("baiyang").units


# --- 3. Gujing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("deed", "points"),
    [
        ("patrol", "0.5"),
        ("give-blood", "0.5"),
        ("bravery", "5"),
        ("pollute-water", "-5"),
        ("break-rules", "-5"),
        ("neglect-parents", "-10"),
    ],
)
def test_gujing_gives_and_takes_what_was_published(deed: str, points: str) -> None:
    assert gives("gujing", deed, balance=1000) == Decimal(points)


def test_half_a_point_of_gujing_is_counted_to_the_last() -> None:
    counted = Counted(preset("gujing"))
    assert sum(counted.credit("patrol", DAY) for _ in range(3)) == 15


# --- 4. Hailin ------------------------------------------------------------------------------------


def test_an_hour_in_hailin_gives_one_point_and_a_referral_two() -> None:
    assert gives("hailin", "volunteer", "1") == 1
    assert gives("hailin", "refer") == 2


def test_hailin_counts_at_most_two_hours_per_activity() -> None:
    counted = Counted(preset("hailin"))
    assert [counted.credit("volunteer", DAY, hours) for hours in ("2", "2.5", "8")] == [2, 2, 2]


def test_a_complaint_in_hailin_makes_the_activity_no_hours() -> None:
    reported = Deed("volunteer", DAY, Decimal(2), {"complaint": True})
    judged = preset("hailin").judge(reported, Counted.subjects("li"), lambda _: 0)
    assert (judged.awarded, judged.refusal) == (0, Refusal.CONDITION)


@pytest.mark.parametrize("name", ["hailin", "wuzhishan"])
def test_points_are_redeemed_once_a_quarter(name: str) -> None:
    used = Counter(redeem(name, 10).uses)
    assert not redeem(name, 10, date(2026, 3, 31), used=used.__getitem__).allowed
    assert redeem(name, 10, date(2026, 4, 1), used=used.__getitem__).allowed


def test_hours_survive_redemption_in_hailin() -> None:
    """What is taken is points; the hours served are no unit that could be spent."""
    rules = preset("hailin")
    assert set(rules.units) == {redemption("hailin").unit.code} == {"points"}


# --- 5. Changning ---------------------------------------------------------------------------------


def test_an_hour_in_changning_is_a_time_coin() -> None:
    assert gives("changning", "serve", "1") == 1


def test_changning_counts_at_most_two_hours_a_day() -> None:
    counted = Counted(preset("changning"))
    assert counted.credit("serve", DAY, "1") == 1
    assert counted.credit("serve", DAY, "1.5") == 1
    assert counted.credit("serve", DAY, "3") == 0
    assert counted.credit("serve", date(2026, 3, 6), "3") == 2


def test_changning_counts_at_most_six_hundred_a_person() -> None:
    counted = Counted(preset("changning"))
    days = [date.fromordinal(DAY.toordinal() + n) for n in range(302)]
    assert [counted.credit("serve", day, "2") for day in days] == [2] * 300 + [0, 0]
    assert counted.credit("serve", DAY, "2", member="zhao") == 2


# --- 6. Wubao -------------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [30, 45, 60])
def test_an_activity_in_wubao_gives_thirty_to_sixty_points(points: int) -> None:
    assert gives("wubao", "activity", chosen=points) == points


@pytest.mark.parametrize("points", [29, 61])
def test_an_activity_in_wubao_gives_no_less_and_no_more(points: int) -> None:
    with pytest.raises(ChoiceOutOfRange):
        gives("wubao", "activity", chosen=points)


def test_ten_points_of_wubao_are_a_yuan() -> None:
    assert (redemption("wubao").rate, redemption("wubao").currency) == (Decimal("0.1"), "CNY")


def test_no_goods_of_wubao_are_made_up() -> None:
    with pytest.raises(RuleSetNotFound):
        shop("wubao")


# --- 7. Kunshan -----------------------------------------------------------------------------------


def test_an_hour_in_kunshan_gives_ten_points() -> None:
    assert gives("kunshan", "volunteer", "1") == 10
    assert gives("kunshan", "volunteer", "2.5") == 25


def test_goods_in_kunshan_cost_from_800_to_3800_points() -> None:
    assert [redeem("kunshan", price).allowed for price in (799, 800, 3800, 3801)] == [
        False,
        True,
        True,
        False,
    ]


# --- 8. Langao ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("deed", "points"), [("thrift", 10), ("help-the-poor", 10), ("rescue", 20)])
def test_langao_gives_what_was_published(deed: str, points: int) -> None:
    assert gives("langao", deed) == points


@pytest.mark.parametrize("deed", ["return-lost-property", "mediate"])
def test_in_langao_a_panel_chooses_from_five_to_ten(deed: str) -> None:
    assert [gives("langao", deed, chosen=points) for points in (5, 7, 10)] == [5, 7, 10]
    for points in (4, 11):
        with pytest.raises(ChoiceOutOfRange):
            gives("langao", deed, chosen=points)
    assert [stage.kind for stage in preset("langao").rule(deed).approval] == [StageKind.PANEL]


# --- 9. Xinyang -----------------------------------------------------------------------------------


def test_a_household_of_xinyang_has_a_base_of_fifty_points_once() -> None:
    counted = Counted(preset("xinyang"))
    assert preset("xinyang").rule("base").holder is Holder.HOUSEHOLD
    assert counted.credit("base", DAY, member="li") == 50
    assert counted.credit("base", date(2036, 1, 1), member="zhao") == 0  # of the same household
    assert counted.credit("base", DAY, member="wang") == 50


# --- 10. Wuzhishan --------------------------------------------------------------------------------


def test_in_wuzhishan_cash_tops_up_missing_points() -> None:
    answer = redeem("wuzhishan", 120, balance=100)
    assert (answer.allowed, answer.points, answer.missing) == (True, 100, 20)


# --- 11. Meilin -----------------------------------------------------------------------------------


@pytest.mark.parametrize("points", [300, 450, 600])
def test_a_wish_in_meilin_is_worth_300_to_600_points_to_the_family(points: int) -> None:
    assert preset("meilin").rule("fulfil-wish").holder is Holder.HOUSEHOLD
    assert gives("meilin", "fulfil-wish", chosen=points) == points


@pytest.mark.parametrize("points", [299, 601])
def test_a_wish_in_meilin_is_worth_no_less_and_no_more(points: int) -> None:
    with pytest.raises(ChoiceOutOfRange):
        gives("meilin", "fulfil-wish", chosen=points)


# --- presets as such ------------------------------------------------------------------------------


def test_an_unknown_preset_names_those_there_are() -> None:
    with pytest.raises(RuleSetNotFound, match="baiyang, changning, gujing, hailin, kunshan"):
        preset("beiyang")


@pytest.mark.parametrize("name", ["../presets/baiyang", "", "baiyang.yaml", "__init__"])
def test_a_preset_is_a_name_and_no_path(name: str) -> None:
    with pytest.raises(RuleSetNotFound):
        preset_text(name)
