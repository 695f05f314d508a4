"""Personal data left in a text: what is found, in whatever disguise, and what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.claiming.wishes.screenings import Personal, leftovers, redacted


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("电话13800138000", [("13800138000", "phone")]),
        ("电话１３８００１３８０００", [("１３８００１３８０００", "phone")]),
        ("打 138-0013-8000 找我", [("138-0013-8000", "phone")]),
        ("打 1 3 8 0 0 1 3 8 0 0 0", [("1 3 8 0 0 1 3 8 0 0 0", "phone")]),
        ("幺三八零零幺三八零零零", [("幺三八零零幺三八零零零", "phone")]),
        ("+86 138 0013 8000", [("+86 138 0013 8000", "phone")]),
        ("座机 (0593) 2876543", [("0593) 2876543", "phone")]),
        ("身份证 11010519491231002X", [("11010519491231002X", "id_number")]),
        ("卡号 6222 0212 3456 7890 123", [("6222 0212 3456 7890 123", "id_number")]),
        ("li@example.com 收", [("li@example.com", "email")]),
        ("住3号楼2单元201室", [("3号楼2单元201室", "address")]),
        ("家在三号楼", [("三号楼", "address")]),
        ("送到幸福路12号", [("送到幸福路12号", "address")]),
        ("住 3-1-201", [("3-1-201", "address")]),
        ("李秀英想要台灯", [("李秀英", "name")]),
        ("秀英想要台灯", [("秀英", "name")]),
        ("李奶奶想要台灯", [("李奶奶", "name")]),
        ("老李想要台灯", []),
        ("老李, 想要台灯", [("老李", "name")]),
        ("给白羊小区的", [("白羊小区", "address")]),
    ],
)
def test_what_is_found(text: str, found: list[tuple[str, str]]) -> None:
    assert [(each.of(text), each.kind.value) for each in leftovers(text, ["李秀英"], ["白羊小区"])] == found


@pytest.mark.parametrize(
    "text",
    [
        "想要一盏台灯, 200元左右",
        "3月8日过生日, 想要一个蛋糕",
        "5个人每人200元",
        "2026年的春联",
        "A lamp, about 200 yuan",
        "行李箱坏了",
        "",
    ],
)
def test_what_is_not(text: str) -> None:
    assert leftovers(text, ["李秀英", "Li Na"]) == ()


def test_latin_names_are_words() -> None:
    text = "Maria needs a lamp; marias lamp broke"
    assert [each.of(text) for each in leftovers(text, ["Maria Li"])] == ["Maria"]


TEXTS = st.text(alphabet=st.sampled_from("0123 -一二三幺零１李秀英奶号楼室@.xX\n月路a"), max_size=60)


@given(TEXTS, st.lists(st.text(max_size=6), max_size=3), st.lists(st.text(max_size=6), max_size=3))
def test_places_are_apart_and_in_order(text: str, names: list[str], places: list[str]) -> None:
    found = leftovers(text, names, places)
    edges = [edge for each in found for edge in (each.start, each.end)]
    assert edges == sorted(edges)
    assert all(0 <= each.start < each.end <= len(text) for each in found)
    assert len(redacted(text, found)) <= len(text)


@given(st.text(max_size=20), st.integers(10**10, 10**11 - 1), st.sampled_from(["", " ", "-", "  "]))
def test_no_separator_hides_a_number(before: str, number: int, between: str) -> None:
    text = f"{before}电{between.join(str(number))}话"
    assert any(each.kind in (Personal.PHONE, Personal.ID_NUMBER) for each in leftovers(text))
