"""What all tables share: names of constraints, types of columns, and the leading `community_id`."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, cast

from sqlalchemy import (
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    inspect,
    text,
)
from sqlalchemy.orm import Mapper, registry
from sqlalchemy.schema import SchemaItem
from sqlmodel import Field, SQLModel

from gridpoints.records import Record, kind_of
from gridpoints.storage.integrity import NEVER_NEGATIVE, REFERENCES, UNIQUE
from gridpoints.storage.sql import types

PREFIX = "gridpoints_"

metadata = MetaData(
    # No name depends on the database, so that a migration can speak of every constraint.
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_1_name)s",
        "fk": "fk_%(table_name)s_%(column_1_name)s",
        "ix": "ix_%(table_name)s_%(column_1_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

Key = Annotated[str, Field(primary_key=True, sa_type=types.Text)]
InstantKey = Annotated[datetime, Field(primary_key=True, sa_type=types.Instant)]
NumberKey = Annotated[int, Field(primary_key=True, sa_type=types.Amount)]
Text = Annotated[str, Field(sa_type=types.Text)]
TextOrNone = Annotated[str | None, Field(sa_type=types.Text)]
Instant = Annotated[datetime, Field(sa_type=types.Instant)]
InstantOrNone = Annotated[datetime | None, Field(sa_type=types.Instant)]
Day = Annotated[date, Field(sa_type=types.Day)]
DayOrNone = Annotated[date | None, Field(sa_type=types.Day)]
Flag = Annotated[bool, Field(sa_type=types.Flag)]
Whole = Annotated[int, Field(sa_type=types.Whole)]
WholeOrNone = Annotated[int | None, Field(sa_type=types.Whole)]
Amount = Annotated[int, Field(sa_type=types.Amount)]
AmountOrNone = Annotated[int | None, Field(sa_type=types.Amount)]
Exact = Annotated[Decimal, Field(sa_type=types.ExactDecimal)]
ExactOrNone = Annotated[Decimal | None, Field(sa_type=types.ExactDecimal)]
Json = Annotated[dict[str, Any], Field(sa_type=types.Json)]
ExactJson = Annotated[Any, Field(sa_type=types.ExactJson, nullable=False)]
#: A list that tables got later than their rows: empty for those.
ExactList = Annotated[
    Any, Field(sa_type=types.ExactJson, nullable=False, sa_column_kwargs={"server_default": text("'[]'")})
]
#: In a table that is parted, the part that the row is in: see `gridpoints.storage.sql.parts`.
Part = Annotated[int, Field(sa_type=types.Whole, sa_column_kwargs={"server_default": text("0")})]
ExactJsonOrNone = Annotated[Any, Field(sa_type=types.ExactJson, nullable=True)]
Bytes = Annotated[bytes, Field(sa_type=types.Bytes)]

#: Found by their keys, with rows that are short: on SQLite they are kept in the tree of the key.
BY_KEY = {"sqlite_with_rowid": False}


def table_of(row: type[SQLModel]) -> Table:
    """The table of a row class."""
    return cast(Table, cast("Mapper[Any]", inspect(row)).local_table)


def refers(column: str, table: str, key: str = "id") -> ForeignKeyConstraint:
    """A foreign key within the community; `table` without its prefix."""
    return ForeignKeyConstraint(
        ["community_id", column], [f"{PREFIX}{table}.community_id", f"{PREFIX}{table}.{key}"]
    )


def index(*columns: str, **options: Any) -> Index:
    """An index within the community."""
    return Index(None, "community_id", *columns, **options)


def where(condition: str) -> dict[str, Any]:
    """The options of an index over some rows only."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def kept(
    kind: type[Record],
    *more: SchemaItem,
    key: str = "id",
    own: Collection[str] = (),
    parted_by: str | None = None,
) -> tuple[SchemaItem | dict[str, Any], ...]:
    """What every store refuses for this kind of record, as constraints, and `more`.

    The table says in its `info` what it keeps, in which column the id, and which columns are its
    `own`: those that no field of the record is kept in. Where it is `parted_by` a column, it has a `Part`,
    and an index by that column in each.
    """
    if parted_by is not None:
        more, own = (index("part", parted_by), *more), {"part", *own}
    return (
        *(refers(column, kind_of(target)) for column, target in REFERENCES.get(kind, {}).items()),
        *(UniqueConstraint("community_id", column) for column in UNIQUE.get(kind, ())),
        *(CheckConstraint(f"{column} >= 0", name=column) for column in NEVER_NEGATIVE.get(kind, ())),
        *more,
        {"info": {"kind": kind, "key": key, "own": frozenset(own), "parted_by": parted_by}},
    )


class Row(SQLModel, registry=registry(metadata=metadata)):
    """What all rows have. With a registry of its own, it meets no model of the embedding program."""

    metadata: ClassVar[MetaData] = metadata
    community_id: Key
