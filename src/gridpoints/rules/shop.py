"""What a points shop gives (积分兑换物品), and for how many points: the file beside a preset's rules."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Annotated

from attrs import frozen
from pydantic import Field

from gridpoints.rules.file.checking import check, read_checked
from gridpoints.rules.file.fields import Amount, Code, Document, FileFormat, Origin, Translations
from gridpoints.rules.loading import preset_text
from gridpoints.values import Names


@frozen
class Goods:
    """One kind of thing that a shop gives for `price`, in decimals of the shop's unit."""

    code: str
    names: Names
    price: Decimal


@frozen
class ShopList:
    """What a shop gives, each priced in the unit of that code."""

    names: Names
    unit: str
    goods: tuple[Goods, ...]
    source: str


class _GoodsEntry(Document):
    name: Translations
    price: Amount


class _ShopDocument(Document):
    gridpoints: FileFormat
    name: Translations
    source: Origin
    unit: Annotated[Code, Field(examples=["points"])]
    offers: Annotated[
        dict[Code, _GoodsEntry],
        Field(min_length=1, examples=[{"broom": {"name": {"zh_Hans": "扫帚"}, "price": 18}}]),
    ]


def load_shop(text: str, source: str = "text") -> ShopList:
    """Read what a shop gives from YAML; raises `RuleSetInvalid` with all that is wrong."""
    document = read_checked(text, source, partial(check, _ShopDocument))
    goods = tuple(Goods(code, entry.name, entry.price) for code, entry in document.offers.items())
    return ShopList(document.name, document.unit, goods, document.source)


def shop(preset: str) -> ShopList:
    """What the shop of a preset gives; raises `RuleSetNotFound` where none was published."""
    name = f"{preset}-shop"
    return load_shop(preset_text(name), name)
