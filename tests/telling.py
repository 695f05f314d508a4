"""A store that lets nothing be written of which nobody is told: what is kept has its page in the journal."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from attrs import field, frozen

from gridpoints.awards.model import Award
from gridpoints.catalog.index import IndexEntry, IndexPosting
from gridpoints.community.files import FileEntry, HouseholdFile
from gridpoints.records import Change, Record, kind_of
from gridpoints.storage.port import Store, Work


def _derived(work: Work, record: Any) -> bool:
    """Made again from the catalog at any time: who follows the index follows the items themselves."""
    return True


def _by_its_transaction(work: Work, award: Any) -> bool:
    """A deed that is credited at once: told by the line of the ledger that carries its id, and not twice."""
    return work.ledger.line(f"award:{award.id}") is not None


def _by_its_file(work: Work, entry: Any) -> bool:
    """Told as a version of the household's file: who writes, and when, is in it; what it says, never."""
    [file] = work.find(HouseholdFile, {"id": entry.household_id})
    told = {"kind": "household_file", "subject": file.id, "version": file.version}
    return work.count(Change, told) == 1


#: What has no page of its own, and how else it is told. It is the whole list.
TOLD_OTHERWISE: Mapping[type[Record], Callable[[Work, Any], bool]] = {
    IndexEntry: _derived,
    IndexPosting: _derived,
    Award: _by_its_transaction,
    FileEntry: _by_its_file,
}


@frozen
class TellingWork:
    """A unit of work that remembers what was written in it."""

    work: Work
    written: list[Record] = field(factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.work, name)

    def add(self, *records: Record) -> None:
        self.work.add(*records)
        self.written.extend(records)

    def replace(self, old: Record, new: Record) -> None:
        self.work.replace(old, new)
        self.written.append(new)

    def replace_all(self, changes: Iterable[tuple[Record, Record]]) -> None:
        changes = list(changes)
        self.work.replace_all(changes)
        self.written.extend(new for _, new in changes)

    def write(
        self,
        added: Collection[Record],
        changed: Collection[tuple[Record, Record]],
        *,
        at_end: bool = False,
    ) -> None:
        self.work.write(added, changed, at_end=at_end)
        self.written.extend([*added, *(new for _, new in changed)])

    def untold(self) -> list[Record]:
        """What was written, and nothing tells of."""
        told = {(c.kind, c.subject, c.version) for c in self.written if isinstance(c, Change)}
        return [
            record
            for record in self.written
            if not isinstance(record, Change)
            and (kind_of(record), record.id, getattr(record, "version", 1)) not in told
            and not (type(record) in TOLD_OTHERWISE and TOLD_OTHERWISE[type(record)](self.work, record))
        ]


@frozen
class TellingStore:
    """Any store, that fails where something was written in silence."""

    store: Store

    @contextmanager
    def begin(self, community: str, *, write: bool = True, snapshot: bool = True) -> Iterator[Any]:
        with self.store.begin(community, write=write, snapshot=snapshot) as work:
            watched = TellingWork(work)
            yield watched if write else work
            if untold := watched.untold():
                raise AssertionError(f"nobody is told of {untold}")

    def communities(self) -> list[str]:
        return self.store.communities()

    def close(self) -> None:
        self.store.close()
