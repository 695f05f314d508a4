"""What the catalog says, checked: texts in the community's language, and the same in others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar

from gridpoints.errors import DaysReversed, NotOneOf, NotUsable
from gridpoints.values import LONGEST_TEXT, Names, check_day, check_identifier, check_text, shown

C = TypeVar("C", bound=StrEnum)

LONGEST_NAME = 200
MOST_LANGUAGES = 50
MOST_CODES = 50

_LANGUAGE = re.compile(r"[a-z]{2,3}(_[A-Z][a-z]{3})?(_([A-Z]{2}|[0-9]{3}))?")


def worded(text: str | Names) -> tuple[str, Names]:
    """A text and its translations, from one text, or from a mapping whose first is the community's own."""
    if isinstance(text, Mapping):
        return next(iter(text.values()), ""), dict(text)
    return text, {}


def check_name(name: str) -> str:
    """A name without outer blanks; raises as `check_text`."""
    return check_text("name", name, longest=LONGEST_NAME)


def check_days(**days: date | None) -> None:
    """Raise `WrongType` for what is no day, `DaysReversed` where the second lies before the first.

    The second may be None: there is no end.
    """
    first, last = (day if day is None else check_day(name, day) for name, day in days.items())
    if first is not None and last is not None and last < first:
        raise DaysReversed(first=first, last=last)


def check_optional(field: str, text: str, *, longest: int = LONGEST_TEXT) -> str:
    """A text that may be empty, without outer blanks."""
    return check_text(field, text, longest=longest) if text else ""


def check_names(field: str, names: Names, *, longest: int = LONGEST_NAME) -> Names:
    """Translations, each a text under the code of a language such as ``zh_Hans``."""
    if len(names) > MOST_LANGUAGES:
        raise NotUsable(field="language", value=shown(list(names)))
    for language in names:
        if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
            raise NotUsable(field="language", value=shown(language))
    return {language: check_text(field, text, longest=longest) for language, text in names.items()}


def check_codes(field: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Codes in their order, each once."""
    found = tuple(dict.fromkeys(check_identifier(field, code) for code in codes))
    if len(found) > MOST_CODES:
        raise NotUsable(field=field, value=shown(found))
    return found


def check_choice(field: str, value: str, choices: type[C]) -> C:
    """One of the choices; raises `NotOneOf`."""
    try:
        return choices(value)
    except ValueError:
        raise NotOneOf(field=field, value=shown(value), known=tuple(choices)) from None
