"""Receipts: what a resident can prove with one, and that nothing else passes for one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridpoints.errors import (
    BadIdentifier,
    CheckpointsContradict,
    CheckpointsUnlinked,
    CheckpointUnusable,
    ForeignCheckpoint,
    GridpointsError,
    LineForged,
    LineNotSealed,
    NoteUnusable,
    NotProven,
    NotSigned,
    ReceiptUnusable,
    ReceiptVersionUnknown,
    SignatureForged,
)
from gridpoints.ledger.accounts import Account
from gridpoints.ledger.checkpoint import Checkpoint, PrivateKey, origin_of, sign_note
from gridpoints.ledger.journal import Line, instant_text
from gridpoints.ledger.merkle import Tree, leaf_hash
from gridpoints.ledger.model import Leg
from gridpoints.ledger.receipt import Receipt, verify

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
DATED = datetime(2027, 3, 2, tzinfo=UTC)
KEY = PrivateKey("gridpoints/baiyang", bytes(range(32)))
OTHER = PrivateKey("gridpoints/baiyang", bytes(range(1, 33)))
LI, ISSUANCE = Account.member("li", "points"), Account.issuance("points")


def line(number: int, **changed: Any) -> Line:
    fields: dict[str, Any] = {
        "number": number,
        "id": f"deed-{number}",
        "act": "post",
        "kind": "award",
        "reason": "协调邻里矛盾",
        "subject": None,
        "effective_at": instant_text(NOW + timedelta(minutes=number)),
        "recorded_at": instant_text(NOW + timedelta(hours=1)),
        "legs": '[["points/issuance",-20],["points/member/li",20,"2027-03-02T00:00:00.000000Z"]]',
        "lots": '[["points/member/li","2027-03-02T00:00:00.000000Z",20]]',
        "metadata": '{"award":"a1"}',
        "refusal": None,
        "refusal_fields": None,
    }
    return Line(**fields | changed)


def journal(community: str = "baiyang", **changed: Any) -> list[bytes]:
    """The hashes of twelve lines, of which the fourth may differ."""
    lines = [line(number, **(changed if number == 4 else {})) for number in range(1, 13)]
    return [leaf_hash(each.sealed_bytes(community)) for each in lines]


def tree(size: int, leaves: list[bytes]) -> Tree:
    def no_node(level: int, index: int) -> bytes:
        raise AssertionError("a tree as small as this has no stored nodes")

    return Tree(size, no_node, lambda first, count: leaves[first : first + count])


def checkpoint(size: int, leaves: list[bytes] | None = None, community: str = "baiyang") -> Checkpoint:
    root = tree(size, journal(community) if leaves is None else leaves).root()
    return Checkpoint(origin_of(community), size, root, NOW + timedelta(days=1))


def receipt(number: int = 7, size: int = 12, *, published: int | None = None) -> Receipt:
    leaves = journal()
    old, new = sorted((size, size if published is None else published))
    return Receipt(
        community="baiyang",
        line=line(number),
        path=tree(size, leaves).inclusion(number - 1),
        note=checkpoint(size).sign(KEY),
        consistency=None if published is None else tree(new, leaves).consistency(old),
    )


RECEIPT = receipt()
DOCUMENT: dict[str, Any] = json.loads(RECEIPT.to_json())


# --- what a receipt is ----------------------------------------------------------------------------


def test_a_receipt_proves_its_line() -> None:
    for size in range(1, 13):
        for number in range(1, size + 1):
            assert verify(receipt(number, size), KEY.public) == checkpoint(size)


def test_a_receipt_comes_back_from_its_document() -> None:
    for each in (RECEIPT, receipt(1, 1), receipt(published=5)):
        again = Receipt.from_json(each.to_json())
        assert again == each
        assert Receipt.from_json(each.to_json().encode()) == each
        assert verify(again, KEY.public) == verify(each, KEY.public)


def test_a_document_can_be_read_by_people() -> None:
    assert DOCUMENT["version"] == 1
    assert '"reason": "协调邻里矛盾"' in RECEIPT.to_json()
    assert DOCUMENT["line"]["effective_at"] == "2026-03-02T01:07:00.000000Z"
    assert DOCUMENT["checkpoint"].startswith("gridpoints/baiyang\n12\n")


def test_a_receipt_tells_who_was_given_what() -> None:
    assert RECEIPT.legs() == (Leg(ISSUANCE, -20), Leg(LI, 20, DATED))
    assert RECEIPT.details() == {"award": "a1"}


INSTANTS = st.datetimes(min_value=datetime(2, 1, 1), timezones=st.just(UTC)).map(instant_text)  # noqa: DTZ001
FIELDS = {
    "number": st.integers(1, 2**63 - 1),
    "effective_at": INSTANTS,
    "recorded_at": INSTANTS,
}
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
OPTIONAL = {"subject", "lots", "refusal", "refusal_fields"}
LINES = st.builds(
    Line,
    **{name: FIELDS.get(name, TEXTS | st.none() if name in OPTIONAL else TEXTS) for name in Line._fields},
)
PATHS = st.lists(st.binary(min_size=32, max_size=32), max_size=5).map(tuple)


@given(st.builds(Receipt, community=st.just("白羊"), line=LINES, path=PATHS, note=TEXTS))
def test_any_line_comes_back_to_the_byte(any_receipt: Receipt) -> None:
    again = Receipt.from_json(any_receipt.to_json())
    assert again == any_receipt
    assert again.line.sealed_bytes("白羊") == any_receipt.line.sealed_bytes("白羊")


# --- published checkpoints ------------------------------------------------------------------------


@pytest.mark.parametrize("published", [0, 1, 5, 8, 10, 11, 12])
@pytest.mark.parametrize("size", [8, 10])
def test_a_checkpoint_published_before_or_later_is_linked(size: int, published: int) -> None:
    note = checkpoint(published).sign(KEY)
    assert verify(receipt(7, size, published=published), KEY.public, note) == checkpoint(size)
    if size == published:
        assert verify(receipt(7, size), KEY.public, note) == checkpoint(size)
    else:
        with pytest.raises(CheckpointsUnlinked) as error:
            verify(receipt(7, size), KEY.public, note)
        assert (error.value.size, error.value.published) == (size, published)


def test_the_same_lines_may_be_sealed_twice() -> None:
    later = attrs.evolve(checkpoint(12), sealed_at=NOW + timedelta(days=9))
    assert verify(RECEIPT, KEY.public, later.sign(KEY)) == checkpoint(12)


@pytest.mark.parametrize("published", [5, 8, 12])
def test_a_journal_that_was_rewritten_is_found(published: int) -> None:
    rewritten = checkpoint(published, journal(reason="a bribe")).sign(KEY)
    with pytest.raises(CheckpointsContradict) as error:
        verify(receipt(7, 8, published=published), KEY.public, rewritten)
    assert (error.value.size, error.value.published) == (8, published)


def test_a_path_between_other_checkpoints_links_nothing() -> None:
    for consistency in [(), receipt(7, 8, published=5).consistency, (bytes(32),) * 4]:
        spoilt = attrs.evolve(receipt(7, 8), consistency=consistency)
        with pytest.raises(CheckpointsContradict):
            verify(spoilt, KEY.public, checkpoint(12).sign(KEY))


def test_a_published_checkpoint_must_be_of_the_community_and_signed() -> None:
    published: dict[str, type[GridpointsError]] = {
        checkpoint(12).sign(OTHER): NotSigned,
        checkpoint(12, community="hailin").sign(KEY): ForeignCheckpoint,
        checkpoint(12).sign(KEY).replace("sealed-at 2026", "sealed-at 2027"): SignatureForged,
        checkpoint(12).text: NotSigned,
        f"{checkpoint(12).text}\n": NoteUnusable,
        sign_note("anything\n", KEY): CheckpointUnusable,
    }
    for note, error in published.items():
        with pytest.raises(error):
            verify(RECEIPT, KEY.public, note)


# --- forgeries ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", Line._fields)
def test_no_field_of_the_line_can_be_changed(name: str) -> None:
    changed: dict[str, Any] = {
        "number": 6,
        **dict.fromkeys(("effective_at", "recorded_at"), instant_text(NOW)),
    }
    for value in (changed.get(name, "x"), *((None,) if name == "lots" else ())):
        forged = attrs.evolve(RECEIPT, line=RECEIPT.line._replace(**{name: value}))
        with pytest.raises(LineForged) as error:
            verify(Receipt.from_json(forged.to_json()), KEY.public)
        assert error.value.line == forged.line.number
        assert isinstance(error.value, NotProven)


def test_every_bit_of_the_path_matters() -> None:
    for at, step in enumerate(RECEIPT.path):
        for bit in range(256):
            flipped = (int.from_bytes(step) ^ 1 << bit).to_bytes(32)
            path = (*RECEIPT.path[:at], flipped, *RECEIPT.path[at + 1 :])
            with pytest.raises(LineForged):
                verify(attrs.evolve(RECEIPT, path=path), KEY.public)
    for path in (RECEIPT.path[1:], RECEIPT.path[:-1], (*RECEIPT.path, bytes(32)), ()):
        with pytest.raises(LineForged):
            verify(attrs.evolve(RECEIPT, path=path), KEY.public)


def test_a_line_after_the_checkpoint_is_not_sealed() -> None:
    early = attrs.evolve(RECEIPT, note=checkpoint(6).sign(KEY))
    with pytest.raises(LineNotSealed) as error:
        verify(early, KEY.public)
    assert (error.value.line, error.value.size) == (7, 6)


def test_a_checkpoint_that_was_changed_is_forged() -> None:
    for old, new in [("\n12\n", "\n13\n"), ("sealed-at 2026", "sealed-at 2027")]:
        with pytest.raises(SignatureForged):
            verify(attrs.evolve(RECEIPT, note=RECEIPT.note.replace(old, new)), KEY.public)


def test_a_foreign_key_signs_nothing() -> None:
    with pytest.raises(NotSigned):
        verify(RECEIPT, OTHER.public)
    forged = attrs.evolve(RECEIPT, note=checkpoint(12).sign(OTHER))
    with pytest.raises(NotSigned):
        verify(forged, KEY.public)


def test_a_receipt_of_another_community_is_refused() -> None:
    """Though one key signs for both."""
    with pytest.raises(ForeignCheckpoint) as error:
        verify(attrs.evolve(RECEIPT, community="hailin"), KEY.public)
    assert error.value.wanted == "gridpoints/hailin"
    hailin = checkpoint(12, journal("hailin"), "hailin").sign(KEY)
    with pytest.raises(ForeignCheckpoint):
        verify(attrs.evolve(RECEIPT, note=hailin), KEY.public)
    with pytest.raises(LineForged):  # and its line is another leaf
        verify(attrs.evolve(RECEIPT, community="hailin", note=hailin), KEY.public)


def test_something_else_that_the_key_signed_is_no_checkpoint() -> None:
    with pytest.raises(CheckpointUnusable):
        verify(attrs.evolve(RECEIPT, note=sign_note("gridpoints/baiyang\n", KEY)), KEY.public)


# --- hostile documents ----------------------------------------------------------------------------


def with_value(at: tuple[str, ...], value: object) -> str:
    """The document with another value there."""
    document = json.loads(RECEIPT.to_json())
    place = document
    for key in at[:-1]:
        place = place[key]
    place[at[-1]] = value
    return json.dumps(document)


NO_VERSION = ("{}", '{"version": NaN}', '{"version": 1000000}')


def _plain(text: str) -> str:
    """What a command line can name a test by: pytest escapes a backslash anew each time it collects."""
    return text.replace("\n", " ").replace("\\", "/")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        '"receipt"',
        "1",
        "not JSON",
        "{" * 100_000,
        "[" * 100_000,
        '{"a":' * 100_000,
        f'{{"version": {"1" * 10_000}}}',
        '{"version": 1}',
        '{"version": NaN}',
        '{"version": 1000000}',
        RECEIPT.to_json()[:-3],
        RECEIPT.to_json() + "{}",
        RECEIPT.to_json().replace('"community"', '"community": "hailin", "community"'),
        RECEIPT.to_json().replace('"kind": "award"', '"kind": "award", "kind": "award"'),
        b"\xff\xfe\xfa",
        b"\x80",
        b"",
    ],
    ids=lambda text: f"{_plain(str(text[:12]))} {len(text)}",
)
def test_what_is_no_receipt_is_refused(text: str | bytes) -> None:
    with pytest.raises(ReceiptUnusable) as error:
        Receipt.from_json(text)
    assert error.value.part == ("version" if text in NO_VERSION else "JSON")


def test_a_community_has_an_identifier() -> None:
    with pytest.raises(BadIdentifier) as error:
        Receipt.from_json(with_value(("community",), "bai yang"))
    assert error.value.fields["field"] == "community"


@pytest.mark.parametrize("number", [1, 2**63 - 1])
def test_a_line_may_have_any_number_that_a_store_gives(number: int) -> None:
    assert Receipt.from_json(with_value(("line", "number"), number)).line.number == number


PLACES = [(key,) for key in DOCUMENT] + [("line", key) for key in DOCUMENT["line"]]
WRONG: list[Any] = [
    True,
    1.5,
    -1,
    0,
    2**63,
    10**400,
    {"a": 1},
    ["AAAA"],
    [[]],
    [None],
    "\ud800",
    "a\x00",
]


@pytest.mark.parametrize("place", PLACES, ids=".".join)
def test_a_value_of_another_type_is_refused(place: tuple[str, ...]) -> None:
    for value in WRONG:
        with pytest.raises((ReceiptUnusable, BadIdentifier)) as error:
            Receipt.from_json(with_value(place, value))
        assert str(error.value).encode()
        told = error.value.fields
        assert told.get("part", told.get("field")) == ".".join(place)


@pytest.mark.parametrize("place", PLACES, ids=".".join)
def test_a_field_more_or_less_is_refused(place: tuple[str, ...]) -> None:
    for more in (False, True):
        document = json.loads(RECEIPT.to_json())
        inner = document["line"] if len(place) == 2 else document
        if more:
            inner["more"] = None
        else:
            del inner[place[-1]]
        with pytest.raises(ReceiptUnusable) as error:
            Receipt.from_json(json.dumps(document))
        whole = "line" if len(place) == 2 else "JSON"
        assert error.value.part == ("version" if place == ("version",) and not more else whole)


@pytest.mark.parametrize(
    "instant",
    [
        "2026-03-02T01:00:00Z",
        "2026-03-02T01:00:00.000000+00:00",
        "2026-03-02T01:00:00.000000",
        "2026-02-30T01:00:00.000000Z",
        "0001-01-01T00:00:00+14:00",
        "99999-01-01T00:00:00.000000Z",
    ],
)
def test_an_instant_is_written_in_one_way(instant: str) -> None:
    with pytest.raises(ReceiptUnusable) as error:
        Receipt.from_json(with_value(("line", "recorded_at"), instant))
    assert error.value.part == "line.recorded_at"


@pytest.mark.parametrize("version", [2, 999_999])
def test_a_receipt_of_a_later_release_is_told(version: int) -> None:
    with pytest.raises(ReceiptVersionUnknown) as error:
        Receipt.from_json(f'{{"version": {version}, "anything": "else"}}')
    assert error.value.fields == {"found": str(version), "known": "1"}


@pytest.mark.parametrize(
    "legs",
    [
        "",
        "{}x",
        "5",
        "[5]",
        '["ab"]',
        '[["points/member/li"]]',
        '[["points/member/li",true]]',
        '[["points/member/li",1.5]]',
        '[["points/nobody/li",1]]',
        '[["points",1]]',
        "[[1,1]]",
        '[["points/member/\\ud800",1]]',
        '[["points/member/li",1,5]]',
        '[["points/member/li",1,"2027-03-02T00:00:00"]]',
        "[" * 100_000,
        "1" * 10_000,
    ],
    ids=lambda legs: f"{_plain(legs[:40])} {len(legs)}",
)
def test_legs_that_cannot_be_read_are_refused(legs: str) -> None:
    spoilt = Receipt.from_json(with_value(("line", "legs"), legs))
    with pytest.raises(ReceiptUnusable) as error:
        spoilt.legs()
    assert error.value.part == "line.legs"


@pytest.mark.parametrize(
    "metadata", ["", "[]", "[[1,2]]", "5", '{"a":NaN}', '{"a":"\\ud800"}', "[" * 100_000]
)
def test_metadata_that_cannot_be_read_is_refused(metadata: str) -> None:
    with pytest.raises(ReceiptUnusable) as error:
        Receipt.from_json(with_value(("line", "metadata"), metadata)).details()
    assert error.value.part == "line.metadata"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def readings(text: str) -> Iterator[Callable[[], object]]:
    receipt = Receipt.from_json(text)
    yield receipt.legs
    yield receipt.details
    yield lambda: verify(receipt, KEY.public)
    yield lambda: verify(receipt, KEY.public, RECEIPT.note)


@given(place=st.sampled_from(PLACES), value=JSON)
def test_any_value_anywhere_gives_typed_errors_alone(place: tuple[str, ...], value: object) -> None:
    with suppress(GridpointsError):
        for read in readings(with_value(place, value)):
            read()


@given(st.text() | JSON.map(json.dumps))
def test_any_text_is_refused_by_a_typed_error(text: str) -> None:
    with pytest.raises(ReceiptUnusable):
        Receipt.from_json(text)
