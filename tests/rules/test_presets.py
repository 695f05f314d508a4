"""The published tables, by the figures that were published."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from gridpoints.errors import RuleSetNotFound
from gridpoints.rules.case import Deed
from gridpoints.rules.loading import load, preset, preset_names, preset_text
from gridpoints.rules.model import RuleSet
from gridpoints.rules.shop import shop
from tests.rules.counting import Counted

DAY = date(2026, 3, 5)


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


@pytest.mark.parametrize("name", ["changning", "hailin"])
def test_a_table_that_was_read_in_a_repost_says_so(name: str) -> None:
    assert "repost" in preset(name).source


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


def test_an_hour_in_kunshan_gives_ten_points() -> None:
    counted = Counted(preset("kunshan"))
    assert counted.credit("volunteer", DAY, "1") == 10
    assert counted.credit("volunteer", DAY, "2.5") == 25


def test_changning_counts_at_most_two_hours_a_day() -> None:
    counted = Counted(preset("changning"))
    assert counted.credit("serve", DAY, "1") == 1
    assert counted.credit("serve", DAY, "1.5") == 1
    assert counted.credit("serve", DAY, "3") == 0
    assert counted.credit("serve", date(2026, 3, 6), "3") == 2


def test_changning_counts_at_most_six_hundred_in_all() -> None:
    counted = Counted(preset("changning"))
    days = [date.fromordinal(DAY.toordinal() + n) for n in range(302)]
    assert [counted.credit("serve", day, "2") for day in days] == [2] * 300 + [0, 0]


def test_an_hour_in_hailin_gives_one_point_and_a_referral_two() -> None:
    counted = Counted(preset("hailin"))
    assert counted.credit("volunteer", DAY, "2") == 2
    assert counted.credit("refer", DAY) == 2


def test_an_unknown_preset_names_those_there_are() -> None:
    with pytest.raises(RuleSetNotFound, match="baiyang, changning, hailin, kunshan"):
        preset("beiyang")


@pytest.mark.parametrize("name", ["../presets/baiyang", "", "baiyang.yaml", "__init__"])
def test_a_preset_is_a_name_and_no_path(name: str) -> None:
    with pytest.raises(RuleSetNotFound):
        preset_text(name)


def test_a_preset_with_half_points() -> None:
    """Gujing gives half a point for a patrol: a village that starts from a preset may do the same."""
    text = preset_text("hailin").replace("points: 2\n", "points: 0.5\n")
    rules: RuleSet = load(text.replace("units:\n  points:\n", "units:\n  points:\n    scale: 1\n"))
    judged = rules.judge(Deed("refer", DAY), Counted.subjects("li"), lambda _: 0)
    assert judged.awarded == 5
    assert judged.unit.decimal(judged.awarded) == Decimal("0.5")
