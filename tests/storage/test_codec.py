"""Records to rows and back, the JSON that keeps its types, and the columns that keep their order."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Dialect, MetaData, Table, Text
from sqlalchemy.dialects import postgresql, sqlite

from gridpoints.awards.model import AwardStatus
from gridpoints.claiming.model import Claim, ClaimStatus
from gridpoints.community.model import Profile
from gridpoints.errors import NaiveInstant
from gridpoints.exact_json import canonical, exact_text, from_json, to_json
from gridpoints.records import Record
from gridpoints.storage.integrity import KINDS
from gridpoints.storage.sql import kept, types
from gridpoints.storage.sql.codec import RowCodec
from gridpoints.testing.contract.examples import anatomy, examples
from gridpoints.values import Period, Step, Unit

NAIVE = datetime(2026, 3, 2)  # noqa: DTZ001 -- what is to be refused

# --- records --------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", examples("baiyang"), ids=lambda r: f"{type(r).__name__}-{r.id[:12]}")
def test_a_record_comes_back_from_its_row(record: Record) -> None:
    codec = kept.KEPT[type(record)]
    values = {name: column[0] for name, column in codec.values([record]).items()}
    for column in codec.columns:
        if isinstance(column.type, types.ExactJson):
            values[column.name] = from_json(to_json(values[column.name]))
    assert codec.record(values[column.name] for column in codec.columns) == record


def test_every_kind_has_a_codec() -> None:
    assert set(kept.KEPT) == set(KINDS)


def table(*columns: str) -> Table:
    return Table("t", MetaData(), *(Column(name, Text) for name in columns))


def test_a_column_that_no_field_fills_is_refused() -> None:
    with pytest.raises(TypeError, match="Profile and the table t differ in: colour"):
        RowCodec(Profile, table("community_id", "id", "name", "timezone", "founded_at", "colour"))


def test_a_field_without_a_column_is_refused() -> None:
    with pytest.raises(TypeError, match="Profile and the table t differ in: founded_at, timezone"):
        RowCodec(Profile, table("community_id", "id", "name"))


def test_a_renamed_field_is_refused_by_both_names() -> None:
    @attrs.frozen
    class Lane:
        id: str
        label: str

    with pytest.raises(TypeError, match="differ in: label, name"):
        RowCodec(Lane, table("community_id", "id", "name"))


def test_the_id_may_have_a_column_of_another_name() -> None:
    units = RowCodec(Unit, table("community_id", "code", "scale", "names"), key="code")
    assert units.column("id") is units.column("code") is units.table.c.code
    communities = RowCodec(
        Profile, table("community_id", "name", "timezone", "founded_at"), key="community_id"
    )
    assert communities.column("id") is communities.table.c.community_id


def test_enumerations_are_stored_as_their_text() -> None:
    claim = next(record for record in examples("baiyang") if isinstance(record, Claim))
    stored = kept.KEPT[Claim].values([claim])["status"][0]
    assert type(stored) is str
    assert kept.KEPT[Claim].value("status", ClaimStatus.NO_SHOW) == "no_show"


# --- JSON -----------------------------------------------------------------------------------------

instants = st.datetimes(timezones=st.just(UTC))
plain = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(st.characters(exclude_categories=["Cs"]))
    | st.decimals(allow_nan=False)
    | st.dates()
    | instants
)
keys = st.sampled_from(["$decimal", "$date", "$tuple", "$$", "$", "a"]) | st.text(max_size=3)
trees = st.recursive(
    plain,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(keys, inner),
    max_leaves=10,
)


@given(trees)
def test_json_comes_back_as_it_went_in(tree: Any) -> None:
    returned = from_json(json.loads(canonical(to_json(tree))))
    assert returned == tree
    assert anatomy(returned) == anatomy(tree)  # 1, True and Decimal("1.0") are equal
    assert exact_text(tree) == canonical(to_json(tree))


def test_a_step_keeps_its_text_and_is_no_other_step_for_it() -> None:
    values = {"left": Decimal("1.0"), "names": {"en": "Month"}}
    step, same = Step("within", values), Step("within", values)
    text = exact_text(step)
    assert exact_text(step) is text
    assert exact_text([step, step]) == f"[{text},{text}]"
    assert text == canonical(to_json(step))
    assert (step, hash(step), repr(step)) == (same, hash(same), repr(same))
    assert exact_text(attrs.evolve(step, code="clipped")) == text.replace("within", "clipped")


def test_sets_and_enumerations_in_json() -> None:
    assert from_json(to_json(frozenset({"clerk", "verifier"}))) == {"clerk", "verifier"}
    for write in (exact_text, lambda value: canonical(to_json(value))):
        assert write({Period.MONTH: AwardStatus.REFUSED}) == '{"month":"refused"}'


def test_what_json_looks_like() -> None:
    step = {"left": Decimal("1.50"), "day": date(2026, 3, 2), "$note": "说明"}
    assert canonical(to_json(step)) == (
        '{"$$note":"说明","day":{"$date":"2026-03-02"},"left":{"$decimal":"1.50"}}'
    )


@pytest.mark.parametrize("value", [object(), {"a": b""}, [NAIVE]], ids=["object", "bytes", "naive"])
def test_what_could_not_come_back_is_refused(value: Any) -> None:
    for write in (to_json, exact_text):
        with pytest.raises((TypeError, NaiveInstant)):
            write(value)


# --- columns --------------------------------------------------------------------------------------

DIALECTS: dict[str, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]
}


def stored(type: Any, value: Any, dialect: Dialect = DIALECTS["sqlite"]) -> Any:
    return type.dialect_impl(dialect).bind_processor(dialect)(value)


def read(type: Any, value: Any) -> Any:
    return type.dialect_impl(DIALECTS["sqlite"]).result_processor(DIALECTS["sqlite"], None)(value)


@given(instants, instants)
def test_instants_on_sqlite_sort_as_text(one: datetime, other: datetime) -> None:
    first, second = stored(types.Instant(), one), stored(types.Instant(), other)
    assert (first < second) == (one < other)
    assert len(first) == len(second) == 27
    assert read(types.Instant(), first) == one


def test_an_instant_is_kept_in_utc() -> None:
    shanghai = datetime(2026, 3, 2, 9, tzinfo=timezone(timedelta(hours=8)))
    assert stored(types.Instant(), shanghai) == "2026-03-02T01:00:00.000000Z"
    assert read(types.Instant(), "2026-03-02T01:00:00.000000Z").tzinfo is UTC


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_naive_instant_is_refused(dialect: str) -> None:
    with pytest.raises(NaiveInstant):
        stored(types.Instant(), NAIVE, DIALECTS[dialect])


@given(st.decimals(allow_nan=False))
def test_a_decimal_keeps_its_digits(value: Decimal) -> None:
    assert str(read(types.ExactDecimal(), stored(types.ExactDecimal(), value))) == str(value)
