"""What verification finds is named: what differs, where, what stands there and what should."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Connection, and_, delete, text, update

from gridpoints.errors import CheckpointUnusable
from gridpoints.ledger.model import Difference
from gridpoints.ledger.verification import MOST
from gridpoints.storage.sql import tables
from gridpoints.storage.sql.tables import (
    AccountRow,
    BookRow,
    EntryRow,
    HoldRow,
    JournalRow,
    LotRow,
    NodeRow,
    SealRow,
)
from tests.ledger.full import FUND, LI, SHOP, ZHAO
from tests.ledger.tampering import LINES, Village

pytest.importorskip("cryptography", reason="nothing can be signed: install the extra proof")

M1 = "points/member/m1"
LAST = 81  # the lines of the journal, the last of which gives Li a point

#: Which rows, their new values (None: they are removed), and what is found: what, where, stored, rebuilt.
Example = tuple[type[tables.Row], dict[str, Any], dict[str, Any] | None, list[tuple[str, str, str, str]]]
EXAMPLES: dict[str, Example] = {
    # An account, and each figure of it
    "account removed": (AccountRow, {"id": M1}, None, [("account", M1, "", M1)]),
    "account renamed": (
        AccountRow,
        {"id": M1},
        {"id": f"{M1}x"},
        [("account", M1, "", M1), ("account", f"{M1}x", f"{M1}x", "")],
    ),
    "account in another unit": (
        AccountRow,
        {"id": M1},
        {"unit": "hours"},
        [("account", M1, "hours/member/m1", M1)],
    ),
    "account that cannot be read": (
        AccountRow,
        {"id": M1},
        {"kind": "king"},
        [("unreadable", "account", "'king' is not a valid AccountKind", "")],
    ),
    "balance": (AccountRow, {"id": SHOP.key}, {"posted": 330}, [("balance", SHOP.key, "330", "331")]),
    "floor": (AccountRow, {"id": LI.key}, {"floor": None}, [("floor", LI.key, "", "-50")]),
    "held": (AccountRow, {"id": FUND.key}, {"held": 99}, [("held", FUND.key, "99", "100")]),
    "dated": (AccountRow, {"id": ZHAO.key}, {"dated": 1}, [("dated", ZHAO.key, "1", "0")]),
    "when it moved": (
        AccountRow,
        {"id": LI.key},
        {"moved_at": None},
        [("moved_at", LI.key, "", "2026-04-11 05:02:02+00:00")],
    ),
    # Lots and holds
    "lots": (
        LotRow,
        {"account_id": ZHAO.key},
        {"remaining": 2},
        [
            ("lot", f"{ZHAO.key} 2026-04-21T03:01:10+00:00", "2", "0"),
            ("lot", f"{ZHAO.key} 2026-05-21T03:01:10+00:00", "2", "0"),
        ],
    ),
    "lots removed": (
        LotRow,
        {"account_id": ZHAO.key},
        None,
        [
            ("lot", f"{ZHAO.key} 2026-04-21T03:01:10+00:00", "", "0"),
            ("lot", f"{ZHAO.key} 2026-05-21T03:01:10+00:00", "", "0"),
        ],
    ),
    "hold removed": (HoldRow, {"id": "part"}, None, [("hold", "part", "", "part")]),
    "hold renamed": (
        HoldRow,
        {"id": "part"},
        {"id": "parted"},
        [("hold", "part", "", "part"), ("hold", "parted", "parted", "")],
    ),
    "hold on another account": (
        HoldRow,
        {"id": "part"},
        {"account_id": M1},
        [("hold", "part", M1, LI.key)],
    ),
    "hold that cannot be read": (
        HoldRow,
        {"id": "part"},
        {"status": "away"},
        [("unreadable", "hold", "'away' is not a valid HoldStatus", "")],
    ),
    "what a hold is over": (
        HoldRow,
        {"id": "part"},
        {"remaining": 14, "status": "open"},
        [("hold_remaining", "part", "14", "15"), ("hold_status", "part", "open", "expired")],
    ),
    # The book
    "fewer lines sealed": (BookRow, {}, {"sealed": LAST - 1}, [("sealed", "", "80", "81")]),
    "more lines than there are": (BookRow, {}, {"folded": LAST + 1}, [("lines", "", "82", "81")]),
    "no period closed": (
        BookRow,
        {},
        {"closed_until": None},
        [("closed_until", "", "", "2026-02-10 01:00:00+00:00")],
    ),
    # Statements
    "entry": (
        EntryRow,
        {"account_id": ZHAO.key, "sequence": 5},
        {"amount": -61},
        [("entry", f"{ZHAO.key}#5", "-61 = 9 (71)", "-60 = 9 (71)")],
    ),
    "entry removed": (
        EntryRow,
        {"account_id": ZHAO.key, "sequence": 5},
        None,
        [("entry", f"{ZHAO.key}#5", "", "-60 = 9 (71)")],
    ),
    "entry elsewhere in the statement": (
        EntryRow,
        {"account_id": ZHAO.key, "sequence": 5},
        {"sequence": 10},
        [("entry", f"{ZHAO.key}#5", "", "-60 = 9 (71)"), ("entry", f"{ZHAO.key}#10", "-60 = 9 (71)", "")],
    ),
    "entry of another account": (
        EntryRow,
        {"account_id": "points/settled"},
        {"account_id": f"{M1}x"},
        [("entry", f"{M1}x#1", "+50 = 50 (75)", ""), ("entry", "points/settled#1", "", "+50 = 50 (75)")],
    ),
}


def tampered(
    village: Village, row: type[tables.Row], which: dict[str, Any], values: dict[str, Any] | None
) -> tuple[Difference, ...]:
    """What is found where these rows have other values, or none."""
    with village.tampering() as connection:
        change(connection, row, which, values)
        return village.verification().differences


def change(
    connection: Connection, row: type[tables.Row], which: dict[str, Any], values: dict[str, Any] | None
) -> None:
    table = tables.table_of(row)
    which = {"community_id": "baiyang", **which}
    here = and_(*(table.c[name].in_(v if isinstance(v, list) else [v]) for name, v in which.items()))
    connection.execute(
        delete(table).where(here) if values is None else update(table).where(here).values(values)
    )


def on_postgres(village: Village) -> bool:
    return village.store._engines.writing.dialect.name == "postgresql"


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_was_changed_is_named(village: Village, example: str) -> None:
    row, which, values, named = EXAMPLES[example]
    assert tampered(village, row, which, values) == tuple(_here(village, *each) for each in named)


def _here(village: Village, what: str, *texts: str) -> Difference:
    """The clock moves on by a second with each look. On PostgreSQL, two posts begin again, and look twice."""
    seconds = 0 if village.store._trusts else 2
    ticked = re.compile(r"(:\d\d:)(?!00)(\d\d)(?=\+00:00)")
    return Difference(
        what, *(ticked.sub(lambda at: f"{at[1]}{int(at[2]) + seconds:02}", each) for each in texts)
    )


#: What a column of PostgreSQL never holds.
UNDECODABLE = "CAST(x'ff00fe' AS TEXT)"
IN_A_FILE = pytest.mark.parametrize("village", ["sqlite"], indirect=True)

#: A column of each sort, and what is not compared where it cannot be read.
UNREADABLE: dict[str, tuple[type[tables.Row], str, set[str]]] = {
    "journal": (JournalRow, "legs", set()),
    "entry": (EntryRow, "amount", set()),
    "account": (AccountRow, "posted", {"account"}),
    "lot": (LotRow, "remaining", {"lot"}),
    "hold": (HoldRow, "amount", {"hold"}),
    "book": (BookRow, "closed_until", {"closed_until", "sealed"}),
    "node": (NodeRow, "hash", set()),
    "seal": (SealRow, "note", set()),
}


@IN_A_FILE
@pytest.mark.parametrize("sort", UNREADABLE)
def test_what_cannot_be_read_is_named(village: Village, sort: str) -> None:
    row, column, not_compared = UNREADABLE[sort]
    found = tampered(village, row, {}, {column: text(UNDECODABLE)})
    told = [difference for difference in found if difference.what == "unreadable"]
    assert {(difference.where, difference.rebuilt) for difference in told} == {(sort, "")}
    assert told[0].stored.startswith("Could not decode to UTF-8")
    assert not_compared.isdisjoint(difference.what for difference in found)


@IN_A_FILE
def test_values_of_other_types_are_named(village: Village) -> None:
    bytes_ = text("x'ff'")
    [unsealed, *_] = tampered(village, JournalRow, {"id": "last"}, {"act": bytes_})
    assert (unsealed.what, unsealed.where, unsealed.rebuilt) == ("line", "81 last", "")
    assert unsealed.stored.startswith("AttributeError")
    unnumbered = tampered(village, JournalRow, {"id": "last"}, {"number": None, "legs": text(UNDECODABLE)})
    assert ("unreadable", "journal") in {(d.what, d.where) for d in unnumbered}
    with village.tampering() as connection:
        change(connection, NodeRow, {"level": 6}, {"level": bytes_})
        change(connection, NodeRow, {"level": 5, "index": 1}, {"index": 2})
        found = [(d.what, d.where) for d in village.verification().differences]
    assert found[2:] == [("node", "65–96"), ("node", "b'\\xff', 0")]


# --- lines ----------------------------------------------------------------------------------------


def test_a_line_that_is_gone_is_missed_everywhere(village: Village) -> None:
    found = tampered(village, JournalRow, {"id": "last"}, None)
    named = [(d.what, d.where) for d in found]
    assert named == [
        ("seal", f"1–{LAST}"),
        ("lines", ""),
        ("entry", "points/issuance#50"),
        ("entry", f"{LI.key}#14"),
        ("balance", "points/issuance"),
        ("balance", LI.key),
        ("moved_at", LI.key),
    ]
    told = {d.what: (d.stored, d.rebuilt) for d in found}
    assert (told["seal"], told["lines"]) == (("81", "80"), ("81", "80"))
    assert (told["entry"], told["balance"]) == (("+1 = -39 (81)", ""), ("-39", "-40"))


def test_a_line_with_another_number(village: Village) -> None:
    found = tampered(village, JournalRow, {"id": "last"}, {"number": LAST + 9})
    assert Difference("number", "last", "90", "81") in found
    assert Difference("entry", f"{LI.key}#14", "+1 = -39 (81)", "+1 = -39 (90)") in found


def test_a_line_that_does_not_balance(village: Village) -> None:
    legs = f'[["points/issuance",-1],["{LI.key}",2]]'
    found = tampered(village, JournalRow, {"id": "last"}, {"legs": legs})
    assert found[1:] == (
        Difference("total", "last points", "1", "0"),
        Difference("entry", f"{LI.key}#14", "+1 = -39 (81)", "+2 = -38 (81)"),
        Difference("balance", LI.key, "-39", "-38"),
    )


def test_a_line_that_cannot_be_read(village: Village) -> None:
    found = tampered(village, JournalRow, {"id": "last"}, {"legs": "junk"})
    assert (found[1].what, found[1].where, found[1].rebuilt) == ("line", "81 last", "")
    assert found[1].stored.startswith("JSONDecodeError")


def test_what_comes_after_a_line_that_cannot_be_read_is_compared(village: Village) -> None:
    with village.tampering() as connection:
        change(connection, JournalRow, {"id": "payout"}, {"legs": "junk"})
        change(connection, EntryRow, {"account_id": LI.key, "sequence": 14}, {"amount": 2})
        found = village.verification().differences
    assert Difference("entry", f"{LI.key}#14", "+2 = -39 (81)", "+1 = -39 (81)") in found


def test_a_line_without_a_number(village: Village) -> None:
    """On PostgreSQL it is one that was not sealed yet."""
    found = tampered(village, JournalRow, {"id": "last"}, {"number": None})
    assert (Difference("number", "last", "0", "") in found) is not on_postgres(village)
    assert Difference("seal", f"1–{LAST}", "81", "80") in found


def test_lines_that_are_in_no_statement_yet(village: Village) -> None:
    found = tampered(village, BookRow, {}, {"folded": LAST - 2})
    assert found == (
        Difference("statement", "points/issuance", "", ""),
        Difference("statement", LI.key, "", ""),
        Difference("balance", "points/issuance", "-1072", "-1071"),
    )


# --- seals ----------------------------------------------------------------------------------------


def short(hash: bytes | None) -> str:
    """As hashes are told."""
    return (hash or b"").hex()[:16]


def test_a_node_that_is_gone_or_was_made_up(village: Village) -> None:
    table = tables.table_of(NodeRow)
    [top] = [row for row in village.rows(table) if row.level == 6]
    assert tampered(village, NodeRow, {"level": 6}, None) == (
        Difference("node", "1–64", "", short(top.hash)),
    )
    assert tampered(village, NodeRow, {"level": 6}, {"index": 1}) == (
        Difference("node", "1–64", "", short(top.hash)),
        Difference("node", "65–128", short(top.hash), ""),
    )
    leaf = tampered(village, NodeRow, {"level": 6}, {"level": 0})[-1]
    assert (leaf.what, leaf.where) == ("node", "1–1")
    [nowhere] = tampered(village, NodeRow, {"level": 6}, {"level": 64})[1:]
    assert (nowhere.what, nowhere.where) == ("node", "64, 0")


def test_a_seal_that_is_gone(village: Village) -> None:
    [first, second, _] = village.community.ledger.seals()
    previous = (short(second.checkpoint.hash), short(first.checkpoint.hash))
    assert tampered(village, SealRow, {"size": second.size}, None) == (
        Difference("previous_seal", str(LAST), *previous),
    )
    found = tampered(village, SealRow, {"size": LAST}, None)
    assert [(d.what, d.where) for d in found[:-1]] == [
        ("node", f"{n}") for n in ("49–64", "65–80", "33–64", "1–64")
    ]
    assert found[-1] == Difference("sealed", "", str(LAST), str(second.size))


def test_each_figure_of_a_seal_is_in_its_note(village: Village) -> None:
    [first, second, _] = village.community.ledger.seals()
    size, root = str(second.size), (short(first.root), short(second.root))
    assert tampered(village, SealRow, {"size": second.size}, {"root": first.root}) == (
        Difference("seal_root", size, *root),
        Difference("seal", f"1–{size}", *root),
    )
    assert tampered(village, SealRow, {"size": second.size}, {"sealed_at": first.sealed_at}) == (
        Difference("sealed_at", size, str(first.sealed_at), str(second.sealed_at)),
    )
    assert tampered(village, SealRow, {"size": LAST}, {"size": LAST + 1}) == (
        Difference("seal_size", "82", "82", "81"),
        Difference("seal", "1–82", "82", "81"),
        Difference("sealed", "", "81", "82"),
    )


def test_a_seal_over_less_than_nothing(village: Village) -> None:
    found = tampered(village, SealRow, {"size": 58}, {"size": -58})
    assert found[0] == Difference("seal_size", "-58", "-58", "58")
    assert found[-1] == Difference("seal", "1–-58", "-58", str(LAST))


def test_a_note_that_is_another_one(village: Village) -> None:
    [first, second, third] = village.community.ledger.seals()
    size, third_follows = str(second.size), short(third.checkpoint.previous)
    assert tampered(village, SealRow, {"size": second.size}, {"note": first.note}) == (
        Difference("seal_size", size, size, str(first.size)),
        Difference("seal_root", size, short(second.root), short(first.root)),
        Difference("sealed_at", size, str(second.sealed_at), str(first.sealed_at)),
        Difference("previous_seal", size, "", short(first.checkpoint.hash)),
        Difference("previous_seal", str(third.size), third_follows, short(first.checkpoint.hash)),
    )
    unread = str(CheckpointUnusable(part="lines"))
    assert tampered(village, SealRow, {"size": second.size}, {"note": "three lines"}) == (
        Difference("note", size, "three lines", unread),
        Difference("previous_seal", str(third.size), third_follows, ""),
    )
    foreign = second.note.replace("baiyang", "heiyang")
    unsigned, origin, _ = tampered(village, SealRow, {"size": second.size}, {"note": foreign})
    assert (unsigned.what, unsigned.where, unsigned.stored) == ("note", size, foreign[:400])
    assert unsigned.rebuilt.startswith("There is no signature by gridpoints/baiyang")
    assert origin == Difference("seal_origin", size, "gridpoints/heiyang", "gridpoints/baiyang")


def test_of_each_sort_a_hundred_are_told_and_how_many_more_there_are(village: Village) -> None:
    entries = village.verification().entries
    found = tampered(village, EntryRow, {}, {"amount": 0})
    assert len(found) == MOST + 1
    assert found[-1] == Difference("entry", f"+ {entries - MOST}", "", "")
    numbers = [*range(1, LINES + 1), 44, 45, 46, 47, 54, 55, 58, 59, 60, 61]  # lines of two legs
    assert len(tampered(village, EntryRow, {"number": numbers}, {"amount": 0})) == 2 * len(numbers) == MOST


# --- what was published ---------------------------------------------------------------------------


def test_a_published_checkpoint_holds_beyond_the_last_seal(village: Village) -> None:
    last = village.community.ledger.seals()[-1]
    with village.tampering() as connection:
        change(connection, SealRow, {"size": LAST}, None)
        found = village.community.ledger.verify(checkpoint=last.note).differences
        assert "checkpoint" not in {difference.what for difference in found}
        change(connection, JournalRow, {"id": "last"}, {"reason": "another"})
        [differs] = [
            difference
            for difference in village.community.ledger.verify(checkpoint=last.note).differences
            if difference.what == "checkpoint"
        ]
    assert (differs.where, differs.stored) == (f"1–{LAST}", short(last.root))
    assert differs.rebuilt not in ("", differs.stored)
