"""What is found out about a wish before it is published (审核), and personal data left in a text.

What is found is for a person to decide on: no list knows every name, nor whether a number is a house.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from attrs import frozen


class Personal(StrEnum):
    """Kinds of personal data that a public text should not hold."""

    PHONE = "phone"
    ID_NUMBER = "id_number"
    EMAIL = "email"
    ADDRESS = "address"
    NAME = "name"


@frozen(order=True)
class Leftover:
    """Personal data from `start` to before `end` of a text."""

    start: int
    end: int
    kind: Personal

    def of(self, whole: str) -> str:
        """The words themselves."""
        return whole[self.start : self.end]


@frozen
class Screening:
    """What somebody found out about a wish. Each is kept; the last one counts. Never changes.

    `need` says why, `consent` how it was given (on paper, by telephone…); None where it was not noted.
    `leftovers` counts what was found in the text by kind; `despite` is the reason for which it may
    stand there all the same.
    """

    id: str
    wish_id: str
    at: datetime
    by: str
    text: str
    need: str | None = None
    consent: str | None = None
    value: Decimal | None = None
    leftovers: tuple[Personal, ...] = ()
    despite: str | None = None


#: Signs that stand for digits, one for one: full width, and those of numbers that are spelt out.
_DIGITS = str.maketrans(
    "０１２３４５６７８９〇零○一二三四五六七八九幺壹贰叁肆伍陆柒捌玖－＠．",
    "01234567890001234567891123456789-@.",
)
_NUMBER = re.compile(r"(?<![\d.])\+?\d(?:[\s().·—-]{0,2}\d){6,}[Xx]?")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_COUNTED = r"(?:\d{1,5}|[十百]{1,3}\d?)(?:[-—]\d{1,4})?\s?"
_ADDRESS = re.compile(
    rf"(?:{_COUNTED}(?:号楼|號樓|栋|棟|幢|单元|單元|门牌|弄|室|组|組)"
    rf"|[\w]{{1,6}}[路街道巷里村弄]\s?{_COUNTED}[号號]"
    rf"|(?<![月\d]){_COUNTED}[号號]院?(?=\s?{_COUNTED})|\d{{1,3}}-\d{{1,2}}-\d{{2,4}})+"
)
_LONGEST_PHONE = 14
_TITLES = (
    "奶奶|爷爷|爺爺|大爷|大爺|大妈|大媽|阿姨|叔叔|大叔|伯伯|婆婆|家"
    "|师傅|師傅|老师|老師|先生|女士|小姐|同学|同學"
)
_DOUBLE_SURNAMES = frozenset({"欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容"})


def leftovers(text: str, names: Iterable[str] = (), places: Iterable[str] = ()) -> tuple[Leftover, ...]:
    """Personal data left in a text, where it stands: numbers, addresses, and these names and places.

    A name counts without its surname too, and a surname with a title (李奶奶, 老李). Digits count in
    full width and spelt out.
    """
    plain = text.translate(_DIGITS)
    found = [
        *_numbers(plain),
        *(Leftover(*match.span(), Personal.EMAIL) for match in _EMAIL.finditer(plain)),
        *(Leftover(*match.span(), Personal.ADDRESS) for match in _ADDRESS.finditer(plain)),
        *_words(text, (re.escape(place) for place in places if len(place) > 1), Personal.ADDRESS),
        *_words(text, (form for name in names for form in _forms(name)), Personal.NAME),
    ]
    apart: list[Leftover] = []
    for each in sorted(found, key=lambda one: (one.start, -one.end)):
        if not apart or each.start >= apart[-1].end:
            apart.append(each)
    return tuple(apart)


def _numbers(plain: str) -> Iterator[Leftover]:
    for match in _NUMBER.finditer(plain):
        digits = sum(sign.isdigit() for sign in match.group())
        kind = Personal.PHONE if digits <= _LONGEST_PHONE else Personal.ID_NUMBER
        yield Leftover(*match.span(), kind)


def _words(text: str, forms: Iterable[str], kind: Personal) -> Iterator[Leftover]:
    for form in dict.fromkeys(forms):
        yield from (Leftover(*match.span(), kind) for match in re.finditer(form, text, re.IGNORECASE))


def _forms(name: str) -> Iterator[str]:
    """What of a name gives it away, as patterns."""
    name = name.strip()
    if not name:
        return
    yield re.escape(name)
    if name.isascii():
        yield from (rf"\b{re.escape(part)}\b" for part in name.split() if len(part) > 2)
        return
    surname = name[:2] if name[:2] in _DOUBLE_SURNAMES else name[:1]
    given = name[len(surname) :]
    if len(given) > 1:
        yield re.escape(given)
    yield rf"{re.escape(surname)}(?:{_TITLES})"
    yield rf"[老小阿]{re.escape(surname)}(?!\w)"


def redacted(text: str, found: Iterable[Leftover]) -> str:
    """The text with what was found taken out of it: a proposal for whoever screens it."""
    parts, at = [], 0
    for each in found:
        parts += [text[at : each.start], "…"]
        at = each.end
    return "".join([*parts, text[at:]])
