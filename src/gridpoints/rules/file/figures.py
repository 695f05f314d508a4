"""Figures of a file: a number, or one with its source and its day of review, or several by day.

``points: 20``, ``points: {value: 20, source: …, review_by: 2026-12-31}``, or, where it changes::

    points:
      - {from: 2026-01-01, value: 20}
      - {from: 2026-07-01, value: 25, source: decided by the village assembly on 5 May}
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, Discriminator, Field, RootModel, Tag

from gridpoints.rules.file.fields import Amount, Day, Document, Factor, Origin, PointsAmount
from gridpoints.rules.file.problems import Path

N = TypeVar("N", bound=Decimal)


class Sourced(Document, Generic[N]):
    """A number with what is known of it."""

    value: N
    starts_on: Annotated[Day | None, Field(alias="from")] = None
    source: Origin | None = None
    review_by: Day | None = None


def _form(value: Any) -> str:
    if isinstance(value, list):
        return "<dated>"
    return "<sourced>" if isinstance(value, dict | Sourced) else "<plain>"


class Figure(
    RootModel[
        Annotated[
            Annotated[N, Tag("<plain>")]
            | Annotated[Sourced[N], Tag("<sourced>")]
            | Annotated[list[Sourced[N]], Tag("<dated>"), Field(min_length=1)],
            Discriminator(_form),
        ]
    ],
    Generic[N],
):
    """A number of the file. Which value holds depends on the day where it is dated."""

    @property
    def entries(self) -> list[Sourced[N]]:
        """Its values with what is said of them; none where it is a mere number."""
        match self.root:
            case list() as entries:
                return entries
            case Sourced() as entry:
                return [entry]
        return []

    def values(self, path: Path = ()) -> Iterator[tuple[Path, Decimal]]:
        """Each of its values with the path that leads there from `path`."""
        match self.root:
            case list() as entries:
                yield from (((*path, n, "value"), entry.value) for n, entry in enumerate(entries))
            case Sourced() as entry:
                yield (*path, "value"), entry.value
            case number:
                yield path, number

    def on(self, day: date) -> Decimal:
        """The value that holds on a day."""
        entries = self.entries
        if not entries:
            return self.root  # type: ignore[return-value]  # a mere number
        begun = [entry for entry in entries[1:] if entry.starts_on is not None and entry.starts_on <= day]
        return [entries[0], *begun][-1].value


#: Of points or any other unit: above 0; and the same for a deed, which may take points as well.
AmountFigure = Annotated[Figure[Amount], Field(examples=[20])]
PointsFigure = Annotated[Figure[PointsAmount], Field(examples=[20])]
FactorFigure = Annotated[Figure[Factor], Field(examples=[1.5])]


def parts_in(value: Any, kinds: tuple[type, ...], path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every part of a document that is of one of `kinds`, with the path that leads there from `path`."""
    if isinstance(value, BaseModel):
        if isinstance(value, kinds):
            yield path, value
        for name, key in _fields(type(value)):
            inner = getattr(value, name)
            if isinstance(inner, BaseModel | dict | list):
                yield from parts_in(inner, kinds, path if key is None else (*path, key))
    elif isinstance(value, dict | list):
        for step, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(inner, BaseModel | dict | list):
                yield from parts_in(inner, kinds, (*path, step))


@lru_cache(maxsize=256)
def _fields(model: type[BaseModel]) -> tuple[tuple[str, str | None], ...]:
    """The fields of a model with their keys in the file; None where it has no keys of its own."""
    return tuple(
        (name, None if name == "root" else info.alias or name) for name, info in model.model_fields.items()
    )
