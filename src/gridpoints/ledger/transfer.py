"""A whole ledger as a file, and back: everything that is known, to the last byte. A part of `Ledger`.

As JSON, one record on each line; as CSV, one record in each row, for spreadsheets. Both hold the same:
what it is a ledger of, its units, every line of its journal, and its seals. Everything else is made
again from these.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, TextIO

from attrs import frozen

from gridpoints.context import Context
from gridpoints.errors import LedgerFileUnusable, LedgerNotEmpty, NotOneOf
from gridpoints.exact_json import canonical
from gridpoints.ledger.checkpoint import from_base64, to_base64
from gridpoints.ledger.journal import Line, instant, instant_text
from gridpoints.ledger.merkle import Growth, Node, leaf_hash
from gridpoints.ledger.proving import Proving
from gridpoints.ledger.replay import Place, Projection
from gridpoints.ledger.seals import Seal
from gridpoints.ledger.verification import UNREADABLE, verify
from gridpoints.storage.port import Work
from gridpoints.values import Unit, shown

VERSION = 1
FORMATS = ("json", "csv")

#: No store keeps a balance that is as large.
_TOO_MUCH = 2**63
#: Lines that are kept at once.
_CHUNK = 5_000
_SEAL = ("size", "root", "sealed_at", "note")
_UNIT = ("code", "scale", "names")
_HEAD = ("version", "community")
_FIELDS = {"ledger": _HEAD, "unit": _UNIT, "line": Line._fields, "seal": _SEAL}
_COLUMNS = ("record", *(name for names in _FIELDS.values() for name in names))
_NUMBERS = {"version", "scale", "number", "size"}
#: Empty in CSV where they are None: they are never empty texts.
_OPTIONAL = {"subject", "lots", "refusal", "refusal_fields"}

#: A record: what it is, and its fields.
Record = tuple[str, Mapping[str, Any]]


@frozen
class Transfer(Proving):
    """A ledger that leaves its store, and one that comes."""

    def export(self, file: TextIO, format: str = "json") -> int:
        """Write the whole ledger to a text file, as ``json`` or ``csv``; answers how many lines it has.

        Open a file for CSV with ``newline=""``. What is written is one consistent state.
        """
        _must_be_known(format)
        self.fold()
        with self.context.read() as work:
            records = self._records(work)
            return _WRITERS[format](file, records)

    def restore(self, file: TextIO, format: str = "json") -> int:
        """Take in a ledger that `export` wrote; answers how many lines it has.

        The community is to have the id that it had, and no ledger yet: it may have been founded in a
        store of another kind. Nothing is kept unless everything agrees, the seals included. Raises
        `LedgerNotEmpty`, or `LedgerFileUnusable`, which says in which line of the file.
        """
        self.guard.adjusting()
        _must_be_known(format)
        with self.context.begin() as work:
            if next(work.ledger.lines(0, 1), None) is not None or work.ledger.fold():
                raise LedgerNotEmpty(community=self.context.community)
            reading = _Reading(self.context, work)
            reading.take(_READERS[format](file))
            return reading.projection.lines

    def _records(self, work: Work) -> Iterator[Record]:
        yield "ledger", {"version": VERSION, "community": self.context.community}
        for unit in work.find(Unit):
            yield "unit", {"code": unit.code, "scale": unit.scale, "names": canonical(dict(unit.names))}
        for line in work.ledger.lines():
            yield "line", line._asdict()
        for seal in work.ledger.seals():
            yield (
                "seal",
                {
                    "size": seal.size,
                    "root": to_base64(seal.root),
                    "sealed_at": instant_text(seal.sealed_at),
                    "note": seal.note,
                },
            )


# --- writing and reading --------------------------------------------------------------------------


def _write_json(file: TextIO, records: Iterable[Record]) -> int:
    lines = 0
    for record, fields in records:
        file.write(f"{canonical({record: dict(fields)})}\n")
        lines += record == "line"
    return lines


def _write_csv(file: TextIO, records: Iterable[Record]) -> int:
    lines = 0
    writer = csv.DictWriter(file, _COLUMNS)
    writer.writeheader()
    for record, fields in records:
        writer.writerow({"record": record, **fields})
        lines += record == "line"
    return lines


def _read_json(file: TextIO) -> Iterator[tuple[int, Record]]:
    for place, text in enumerate(file, 1):
        try:
            [(record, fields)] = json.loads(text).items()
        except (ValueError, AttributeError, RecursionError):
            raise LedgerFileUnusable(line=place, problem="it is not a record in JSON") from None
        yield place, (record, fields)


def _read_csv(file: TextIO) -> Iterator[tuple[int, Record]]:
    reader = csv.DictReader(file, strict=True)
    try:
        for row in reader:
            record = row.pop("record", None) or ""
            names = _FIELDS.get(record, ())
            fields = {name: _from_cell(name, row.get(name)) for name in names}
            yield reader.line_num, (record, fields)
    except (csv.Error, ValueError) as error:
        raise LedgerFileUnusable(line=reader.reader.line_num, problem=str(error)[:100]) from None


def _from_cell(name: str, cell: str | None) -> Any:
    if not cell and name in _OPTIONAL:
        return None
    return int(cell or "") if name in _NUMBERS else cell


_WRITERS: Mapping[str, Callable[[TextIO, Iterable[Record]], int]] = {"json": _write_json, "csv": _write_csv}
_READERS: Mapping[str, Callable[[TextIO], Iterator[tuple[int, Record]]]] = {
    "json": _read_json,
    "csv": _read_csv,
}


def _must_be_known(format: str) -> None:
    if format not in FORMATS:
        raise NotOneOf(field="format", value=shown(format), known=FORMATS)


class _Reading:
    """Takes records into an empty ledger, in the order in which they were written."""

    def __init__(self, context: Context, work: Work) -> None:
        self.context = context
        self.community = context.community
        self.work = work
        self.projection = Projection()
        self._growth = Growth(0, work.ledger.node)
        self._nodes: list[Node] = []
        self._places: list[Place] = []

    def take(self, records: Iterator[tuple[int, Record]]) -> None:
        place = 0
        try:
            place, (record, fields) = next(records, (1, ("", {})))
            if (record, dict(fields)) != ("ledger", {"version": VERSION, "community": self.community}):
                raise ValueError(f"it does not begin the ledger of {self.community}, version {VERSION}")
            while chunk := list(islice(records, _CHUNK)):
                lines: list[Line] = []
                for place, (record, fields) in chunk:  # noqa: B007 -- told where it fails
                    self._take(record, fields, lines)
                self._keep(lines)
        except LedgerFileUnusable:
            raise
        except UNREADABLE as error:
            raise LedgerFileUnusable(line=place, problem=str(error)[:200]) from None
        self.work.ledger.restore_projection(self.projection)
        if found := verify(self.work.ledger, self.community).differences:
            problem = f"{found[0].what} {found[0].where}: {found[0].stored} ≠ {found[0].rebuilt}"
            raise LedgerFileUnusable(line=place, problem=problem)

    def _take(self, record: str, fields: Mapping[str, Any], lines: list[Line]) -> None:
        if record == "line":
            lines.append(self._line(Line(**fields)))
        elif record == "unit":
            unit = Unit(fields["code"], fields["scale"], json.loads(fields["names"]))
            known = {unit.code: unit for unit in self.work.find(Unit)}
            if unit.code not in known:
                self.context.keep(self.work, unit)
            elif known[unit.code].scale != unit.scale:
                raise ValueError(f"the unit {unit.code} has another scale here")
        elif record == "seal":
            self._keep(lines)
            lines.clear()
            seal = Seal(
                fields["size"],
                from_base64(fields["root"]),
                instant(fields["sealed_at"]),
                fields["note"],
            )
            self.work.ledger.add_seal(seal, self._nodes)
            self.context.tell(self.work, None, seal)
            self._nodes = []
        else:
            raise ValueError(f"there is no record of the sort {record[:40]!r}")

    def _line(self, line: Line) -> Line:
        if line.number != self.projection.lines + 1:
            raise ValueError(f"the line after {self.projection.lines} has the number {line.number}")
        places = list(self.projection.apply(line))
        if any(abs(place.balance) >= _TOO_MUCH for place in places):
            raise ValueError(f"{line.id} takes an account beyond what can be kept")
        self._places += places
        return line

    def _keep(self, lines: list[Line]) -> None:
        self.work.ledger.restore(lines, self._places)
        leaves = (leaf_hash(line.sealed_bytes(self.community)) for line in lines)
        self._nodes += self._growth.add(leaves)
        self._places = []
