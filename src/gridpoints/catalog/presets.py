"""Fields of service and calendars of holidays that come with gridpoints, as files."""

from __future__ import annotations

from datetime import date
from functools import partial
from importlib.resources import files
from typing import TypeVar

from gridpoints.catalog.model import Category
from gridpoints.catalog.series import CalendarDay, DayStatus
from gridpoints.errors import PresetUnknown
from gridpoints.rules.file.checking import check, read_checked
from gridpoints.rules.file.fields import Code, Day, Document, FileFormat, Origin, Translations

_PRESETS = files("gridpoints.presets")
_SUFFIX = ".yaml"

D = TypeVar("D", bound=Document)


class _CategoryEntry(Document):
    name: Translations


class _CategoriesDocument(Document):
    gridpoints: FileFormat
    name: Translations
    source: Origin
    categories: dict[Code, _CategoryEntry]


class _DayEntry(Document):
    first: Day
    last: Day | None = None
    name: Translations


class _CalendarDocument(Document):
    gridpoints: FileFormat
    name: Translations
    source: Origin
    off: list[_DayEntry]
    working: list[_DayEntry]


def preset_names(folder: str) -> tuple[str, ...]:
    """The presets in ``catalogs`` (fields of service) or ``calendars`` (holidays), sorted."""
    found = (file.name for file in (_PRESETS / folder).iterdir())
    return tuple(sorted(name.removesuffix(_SUFFIX) for name in found if name.endswith(_SUFFIX)))


def categories_of(preset: str) -> list[Category]:
    """The fields of service of a preset, in their order; raises `PresetUnknown`."""
    document = _read("catalogs", preset, _CategoriesDocument)
    return [
        Category(code, _own(entry.name), dict(entry.name), position)
        for position, (code, entry) in enumerate(document.categories.items(), 1)
    ]


def calendar_of(preset: str) -> list[CalendarDay]:
    """The days of a calendar that are not what the week says; raises `PresetUnknown`."""
    document = _read("calendars", preset, _CalendarDocument)
    return [
        CalendarDay(date.fromordinal(day).isoformat(), _own(entry.name), status)
        for status, entries in ((DayStatus.OFF, document.off), (DayStatus.WORKING, document.working))
        for entry in entries
        for day in range(entry.first.toordinal(), (entry.last or entry.first).toordinal() + 1)
    ]


def _read(folder: str, name: str, document: type[D]) -> D:
    if name not in (known := preset_names(folder)):
        raise PresetUnknown(name=name, known=known)
    text = (_PRESETS / folder / f"{name}{_SUFFIX}").read_text("utf-8")
    return read_checked(text, name, partial(check, document))


def _own(names: Translations) -> str:
    """The name in the language of the preset, which is the first."""
    return next(iter(names.values()))
