"""How values are kept in columns: the same on SQLite and PostgreSQL, exact, and in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import chain, repeat
from json.encoder import encode_basestring_ascii
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Integer, LargeBinary, types
from sqlalchemy.dialects.postgresql import JSONB, TEXT
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType

from gridpoints.exact_json import exact_text, from_json
from gridpoints.ledger.journal import instant_text
from gridpoints.values import check_instant

__all__ = [
    "Amount",
    "Bytes",
    "Day",
    "ExactDecimal",
    "ExactJson",
    "Flag",
    "Instant",
    "Json",
    "Text",
    "TextSet",
    "Whole",
    "among",
    "exact_sum",
    "this_transaction",
]

#: Sorted by code point everywhere, as Python does, whatever the locale of the database.
Text = types.Text().with_variant(TEXT(collation="C"), "postgresql")
#: Canonical JSON: the engine is given `gridpoints.exact_json.canonical` to write it with.
Json = types.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
Amount = BigInteger()
Whole = Integer()
Flag = Boolean()
Bytes = LargeBinary()
Flag = Boolean()


class Instant(types.TypeDecorator[datetime]):
    """An aware instant, read back in UTC; a naive one raises `NaiveInstant`.

    On SQLite it is text of a fixed width, so that it sorts: ``2026-03-02T01:00:00.000000Z``.
    """

    impl = types.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> types.TypeEngine[Any]:
        """Text where the database has no type for it."""
        return dialect.type_descriptor(types.Text() if dialect.name == "sqlite" else self.impl_instance)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        """To UTC, and to text on SQLite."""
        return _utc_text if dialect.name == "sqlite" else _utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """From text, or from the time zone of the connection."""
        return _parsed if dialect.name == "sqlite" else _from_zone


def _utc(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo is UTC else check_instant("instant", value)


def _utc_text(value: datetime | None) -> str | None:
    return None if value is None else instant_text(check_instant("instant", value))


def _from_zone(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


@lru_cache(maxsize=4_096)  # the rows of a batch have few instants among them
def _parsed(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


class _Day(types.TypeDecorator[date]):
    """A local day; on SQLite text, as SQLAlchemy writes it, which takes five times as long to do so."""

    impl = Date
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[date | None], Any] | None:
        """As text on SQLite."""
        return _day_text if dialect.name == "sqlite" else None


def _day_text(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


Day = _Day()


class ExactDecimal(types.TypeDecorator[Decimal]):
    """A decimal as text, with the digits that it was written with."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        """``1.50`` stays ``1.50``."""
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """From text."""
        return None if value is None else Decimal(value)


class ExactJson(types.TypeDecorator[Any]):
    """JSON in which decimals, dates, instants and tuples keep their type."""

    impl = Json
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """As text, which PostgreSQL reads as JSON: written without going through what JSON has types for."""
        return _exact_text

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """See `gridpoints.exact_json`."""
        return from_json(value)


def _exact_text(value: Any) -> str | None:
    return None if value is None else exact_text(value)


class TextSet(types.TypeDecorator[Any]):
    """Any number of texts in one parameter: the text of an array, or JSON where there are no arrays."""

    impl = types.Text
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Iterable[str] | None], str]:
        """One text for all of them."""
        write = _json_of_texts if dialect.name == "sqlite" else array_of_texts
        return lambda texts: write(list(texts or ()))


def array_literal(items: Iterable[str]) -> str:
    """An array in the words of PostgreSQL; the driver would write it too, several times slower."""
    return f"{{{','.join(items)}}}"


def array_of_texts(texts: Sequence[str]) -> str:
    """An array of texts; most have nothing in them that must be quoted, and are joined as they are."""
    joined = '","'.join(texts)
    if "\\" in joined or joined.count('"') != 2 * max(0, len(texts) - 1):
        return array_literal(map(quoted, texts))
    return f'{{"{joined}"}}' if texts else "{}"


def all_same(column: Sequence[Any]) -> bool:
    """Whether a column has the same value in all rows."""
    return bool(column[0] == column[-1] and column.count(column[0]) == len(column))


def copied(columns: Sequence[Sequence[str | int | None]]) -> str:
    """Rows with these columns, in the text format of COPY; the driver would write it ten times slower."""
    size = len(columns[0])
    parts: list[Iterable[str]] = []
    same = ""  # what all rows have between the values in which they differ
    for column in columns:
        if all_same(column):
            same += f"{_copied(column[0])}\t"
        else:
            parts += repeat(same, size), _all_copied(column)
            same = "\t"
    parts.append(repeat(f"{same[:-1]}\n", size))
    return "".join(chain.from_iterable(zip(*parts, strict=True)))


def _all_copied(column: Sequence[str | int | None]) -> Iterable[str]:
    """The values as COPY reads them: most are numbers, or texts with nothing in them that must be quoted."""
    kinds = set(map(type, column))
    if kinds == {int}:
        return map(str, column)
    if kinds == {str}:
        texts: Sequence[str] = column  # type: ignore[assignment]  # that is what was found out
        joined = "".join(texts)
        if not any(special in joined for special in "\\\t\n\r"):
            return texts
    return map(_copied, column)


def _copied(value: str | int | None) -> str:
    return r"\N" if value is None else str(value).translate(_SPECIAL)


_SPECIAL = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _json_of_texts(texts: Sequence[str]) -> str:
    joined = '","'.join(texts)
    if "\\" in joined or joined.count('"') != 2 * max(0, len(texts) - 1) or not joined.isprintable():
        return f"[{','.join(map(encode_basestring_ascii, texts))}]"
    return f'["{joined}"]' if texts else "[]"


def quoted(text: str) -> str:
    """A text as an item of an array."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


class among(FunctionElement[bool]):  # noqa: N801 -- reads as a function
    """``among(column, texts)``: whether the column is one of a `TextSet`.

    One statement for any number of texts: it is prepared once and has no limit of parameters.
    """

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> among:
        """Itself: SQLAlchemy would write ``… = 1`` for SQLite, which then reads the whole table."""
        return self


class ExactSum(types.TypeDecorator[int]):
    """What `exact_sum` answers, as an int: beyond 2^63, databases know no whole numbers."""

    impl = types.Text
    cache_ok = True

    def process_result_value(self, value: Any | None, dialect: Dialect) -> int:
        """From the sums of the upper and the lower halves, or from a decimal."""
        if isinstance(value, str):
            upper, lower = value.split()
            return (int(upper) << 32) + int(lower)
        return int(value or 0)


class exact_sum(FunctionElement[int]):  # noqa: N801 -- reads as a function
    """``exact_sum(column)``: the sum of any number of amounts, however large it is; 0 of none."""

    type = ExactSum()
    inherit_cache = True


@compiles(exact_sum, "postgresql")
def _sum_decimal(element: exact_sum, compiler: SQLCompiler, **kw: Any) -> str:
    return f"sum({compiler.process(element.clauses, **kw)})"


@compiles(exact_sum, "sqlite")
def _sum_halves(element: exact_sum, compiler: SQLCompiler, **kw: Any) -> str:
    amount = compiler.process(element.clauses, **kw)
    return f"(sum(({amount}) >> 32) || ' ' || sum(({amount}) & 4294967295))"


class this_transaction(FunctionElement[int]):  # noqa: N801 -- reads as a function
    """``this_transaction()``: the number of the transaction that asks; null on SQLite, which has none."""

    type = BigInteger()
    inherit_cache = True


@compiles(this_transaction, "postgresql")
def _own_number(element: this_transaction, compiler: SQLCompiler, **kw: Any) -> str:
    return "((pg_current_xact_id())::text)::bigint"


@compiles(this_transaction, "sqlite")
def _no_number(element: this_transaction, compiler: SQLCompiler, **kw: Any) -> str:
    return "NULL"


@compiles(among, "postgresql")
def _among_array(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    column, texts = element.clauses
    # In a query of its own, the text is read once, and not for every row that is looked at.
    array = f"SELECT CAST({compiler.process(texts, **kw)} AS TEXT[])"
    return f"{compiler.process(column, **kw)} = ANY (CAST(({array}) AS TEXT[]))"


@compiles(among, "sqlite")
def _among_json(element: among, compiler: SQLCompiler, **kw: Any) -> str:
    column, texts = element.clauses
    each = f"json_each({compiler.process(texts, **kw)})"
    return f"{compiler.process(column, **kw)} IN (SELECT value FROM {each})"  # noqa: S608 -- no input
