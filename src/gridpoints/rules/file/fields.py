"""The values that stand in the project's YAML files, and how each is checked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar
from unicodedata import normalize

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from gridpoints.errors import GridpointsError
from gridpoints.rules.file.problems import (
    AmountOutOfRange,
    ChoiceUnknown,
    CodeMalformed,
    DateNeeded,
    FactorOutOfRange,
    FormatUnknown,
    LanguageMalformed,
    NumberNeeded,
    PointsOutOfRange,
    TextNeeded,
    YesOrNoNeeded,
)
from gridpoints.rules.file.problems_of_sense import CountNeeded
from gridpoints.rules.file.problems_of_text import WideComma
from gridpoints.values import check_text, check_whole

#: The format of the files that this release reads.
FORMAT = 1

#: More than anybody gives or counts at once; in the smallest unit it is an amount still.
MOST_AMOUNT = 100_000_000
MOST_SCALE = 6
MOST_FACTOR = 1_000
MOST_COUNT = 10_000
LONGEST_CODE = 60

_CODE = re.compile(r"[\w.-]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z][a-z]{3})?(_[A-Z]{2}|_[0-9]{3})?")

C = TypeVar("C", bound=StrEnum)


class Document(BaseModel):
    """A part of a file: only the keys it names, and each value of its own type."""

    # Built when a file is first read: by then it is known which kinds of rule are installed.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


def checked(check: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`check` for pydantic: the error it raises is carried along, to be told with its place."""

    def validate(value: Any) -> Any:
        try:
            return check(value)
        except GridpointsError as error:
            raise PydanticCustomError("gridpoints", "{error}", {"error": error}) from None

    return validate


def one_of(choices: type[C]) -> Callable[[Any], C]:
    """A check for a value of that enum; raises `ChoiceUnknown`."""

    def check(value: Any) -> C:
        try:
            return choices(value)
        except ValueError:
            raise ChoiceUnknown(found=shown(value), known=tuple(choices)) from None

    return checked(check)


def shown(value: Any) -> str:
    """A value as it stood in the file, for a message."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{…}"
        case list():
            return "[…]"
        case str() if len(value) > 40:
            return f"{value[:40]}…"
    return str(value)


def _format(value: Any) -> int:
    if value != FORMAT or isinstance(value, bool):
        raise FormatUnknown(found=shown(value), known=str(FORMAT))
    return FORMAT


def _as_text(value: Any) -> str:
    """Codes and versions may look like a number or a day."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal | date):
        raise TextNeeded(found=shown(value))
    return str(value)


def _code(value: Any) -> str:
    text = _as_text(value)
    if wide := re.search("[，、；]", text):
        raise WideComma(character=wide.group())
    if len(text) > LONGEST_CODE or not _CODE.fullmatch(text):
        raise CodeMalformed(found=shown(text), longest=LONGEST_CODE)
    return text


def _language(value: Any) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise LanguageMalformed(found=shown(value))
    return str(value)


def _text(name: str, longest: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str):
            raise TextNeeded(found=shown(value))
        return check_text(name, value, longest=longest)

    return checked(check)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise NumberNeeded(found=shown(value), example=_number_like(str(value)))
    return Decimal(value)


def _number_like(text: str) -> str:
    """The number that was meant by ３分, 1,000 or 扣5分; else any number."""
    plain = normalize("NFKC", text).replace(",", "")
    digits = re.search(r"[0-9]+(\.[0-9]+)?", plain)
    if digits is None:
        return "20"
    sign = "-" if re.search("^ *[-−–—]|minus|扣|减|減|负|負", plain) else ""
    return sign + digits.group()[:40]


def _amount(value: Decimal) -> Decimal:
    if not 0 < value <= MOST_AMOUNT:
        raise AmountOutOfRange(found=shown(value), most=MOST_AMOUNT)
    return value


def _points(value: Decimal) -> Decimal:
    if not value or abs(value) > MOST_AMOUNT:
        raise PointsOutOfRange(found=shown(value), most=MOST_AMOUNT)
    return value


def _factor(value: Decimal) -> Decimal:
    if not 0 <= value <= MOST_FACTOR:
        raise FactorOutOfRange(found=shown(value), most=MOST_FACTOR)
    return value


def _count(value: Any) -> int:
    if type(value) is not int or not 1 <= value <= MOST_COUNT:
        raise CountNeeded(found=shown(value), most=MOST_COUNT)
    return value


def whole(name: str, least: int, most: int) -> Callable[[Any], int]:
    """A check for a whole number of that size; raises `NotWholeNumber`."""
    return checked(lambda value: check_whole(name, value, least=least, most=most))


def _yes(value: Any) -> bool:
    if not isinstance(value, bool):
        raise YesOrNoNeeded(found=shown(value))
    return value


def _scale(value: Any) -> int:
    return check_whole("scale", value, least=0, most=MOST_SCALE)


def _day(value: Any) -> date:
    if isinstance(value, date):
        return value
    raise DateNeeded(found=shown(value), example=_day_like(str(value)))


def _day_like(text: str) -> str:
    """The day that was meant by 2026/1/5, 2026年1月5日 or 2026-13-01; else any day."""
    numbers = [int(digits) for digits in re.findall(r"[0-9]{1,4}", normalize("NFKC", text))[:4]]
    if len(numbers) == 3:
        year, month, day = numbers
        for attempt in ((year, month, day), (year, day, month), (day, month, year)):
            try:
                return date(*attempt).isoformat()
            except ValueError:
                continue
    return "2026-01-01"


FileFormat = Annotated[
    int, BeforeValidator(checked(_format)), WithJsonSchema({"const": FORMAT}), Field(examples=[FORMAT])
]
#: To whoever reads YAML, ``2026.1`` is a number.
_TEXT_OR_NUMBER = WithJsonSchema({"type": ["string", "number"]})
Code = Annotated[str, BeforeValidator(checked(_code)), _TEXT_OR_NUMBER, Field(examples=["perform"])]
Version = Annotated[str, BeforeValidator(checked(_code)), _TEXT_OR_NUMBER, Field(examples=["2026.1"])]
Language = Annotated[str, BeforeValidator(checked(_language))]
Origin = Annotated[
    str, BeforeValidator(_text("source", 2_000)), Field(examples=["decided by the village assembly on 5 May"])
]
Translations = Annotated[
    dict[Language, Annotated[str, BeforeValidator(_text("name", 200))]],
    Field(min_length=1, examples=[{"zh_Hans": "表演", "zh_Hant": "表演", "en": "Performing"}]),
]
_NUMBER = BeforeValidator(checked(_number))
Number = Annotated[Decimal, _NUMBER, WithJsonSchema({"type": "number"})]
#: A number of points, or of any other unit: above 0, in the decimals of the file.
Amount = Annotated[
    Decimal,
    _NUMBER,
    AfterValidator(checked(_amount)),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": MOST_AMOUNT}),
    Field(examples=[20]),
]
#: The same for a deed, which may take points as well: any number but 0.
PointsAmount = Annotated[
    Decimal,
    _NUMBER,
    AfterValidator(checked(_points)),
    WithJsonSchema({"type": "number", "minimum": -MOST_AMOUNT, "maximum": MOST_AMOUNT, "not": {"const": 0}}),
    Field(examples=[20]),
]
#: What an amount is multiplied by.
Factor = Annotated[
    Decimal,
    _NUMBER,
    AfterValidator(checked(_factor)),
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": MOST_FACTOR}),
    Field(examples=[1.5]),
]
#: How many days, months, people or times: a whole number above 0.
Count = Annotated[
    int,
    BeforeValidator(checked(_count)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST_COUNT}),
    Field(examples=[3]),
]
#: Weekdays count from 1, Monday, to 7, Sunday.
Weekday = Annotated[
    int,
    BeforeValidator(whole("weekday", 1, 7)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 7}),
    Field(examples=[5]),
]
DayOfMonth = Annotated[
    int,
    BeforeValidator(whole("day_of_month", 1, 31)),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 31}),
    Field(examples=[25]),
]
Roles = Annotated[list[Code], Field(min_length=1, examples=[["panel"]])]
Note = Annotated[str, BeforeValidator(_text("text", 2_000)), Field(examples=["a photograph"])]
Yes = Annotated[bool, BeforeValidator(checked(_yes)), Field(examples=[True])]
Scale = Annotated[
    int,
    BeforeValidator(checked(_scale)),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": MOST_SCALE}),
    Field(examples=[1]),
]
Day = Annotated[
    date,
    BeforeValidator(checked(_day)),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
    Field(examples=["2026-01-01"]),
]


class Named(Document):
    """A part of a file that people know by a name, and that may be described."""

    name: Translations
    description: Translations | None = None
