"""How what is listed gets into the index, and which numbers have a term."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from attrs import evolve, frozen

from gridpoints.catalog.index import BLOCK, IndexEntry, IndexPosting, folded, packed, text_terms
from gridpoints.catalog.model import ItemStatus, ServiceItem
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.programmes import Programme
from gridpoints.catalog.tasks import Task
from gridpoints.catalog.things import Thing
from gridpoints.errors import RecordExists, RecordUnknown
from gridpoints.records import kind_of
from gridpoints.storage.port import Work

#: What is found by a search.
Findable = ServiceItem | Post | Errand | Task | Thing | Programme
FINDABLE: tuple[type[Findable], ...] = (ServiceItem, Post, Errand, Task, Thing, Programme)

#: The posting that whoever writes the index locks first: its bits are the next number.
_GATE = "gate"
#: An errand that can be done for longer than this is found by its first days only.
_MOST_DAYS = 31


@frozen
class Document:
    """What is to stand in the index: a record under terms, or no longer listed."""

    kind: str
    id: str
    terms: frozenset[str]
    listed: bool = True

    @property
    def subject(self) -> str:
        """What an entry of the index calls it."""
        return f"{self.kind}/{self.id}"


def texts_of(record: Findable) -> Iterator[str]:
    """Everything in it that people search for, in all languages."""
    for field in ("name", "description", "duties", "text"):
        if text := getattr(record, field, ""):
            yield text
    for field in ("names", "descriptions"):
        yield from getattr(record, field, {}).values()


def place_of(record: Findable, item: ServiceItem | None) -> str:
    """Where it is, as a search compares it: its own place, else that of its service item."""
    return folded(getattr(record, "place", "") or (item.place if item else ""))


def facets_of(record: Findable, item: ServiceItem | None) -> set[str]:
    """Category, ways of giving, skills and place, as terms; most are those of the service item."""
    facets = {f"p:{place}"} if (place := place_of(record, item)) else set()
    if item is not None:
        modes = [record.mode] if isinstance(record, Errand) else item.modes
        facets |= {f"m:{mode}" for mode in modes} | {f"s:{skill}" for skill in item.skills}
        if item.category is not None:
            facets.add(f"c:{item.category}")
    return facets


def days_of(record: Findable, tz: ZoneInfo) -> set[date]:
    """The local days on which an errand can be done; of others, the sessions have days."""
    if not isinstance(record, Errand) or record.starts_at is None:
        return set()
    last_moment = record.starts_at if record.ends_at is None else record.ends_at - timedelta(microseconds=1)
    first, last = (instant.astimezone(tz).date() for instant in (record.starts_at, last_moment))
    return {first + timedelta(days=n) for n in range(min(_MOST_DAYS, (last - first).days + 1))}


def item_of(work: Work, records: Sequence[Findable]) -> Mapping[str, ServiceItem]:
    """The service items of these records, by the id of the record."""
    found = {record.id: record for record in records if isinstance(record, ServiceItem)}
    if ids := {record.id: record.item_id for record in records if isinstance(record, Post | Errand | Task)}:
        items = {item.id: item for item in work.find(ServiceItem, {"id": sorted(set(ids.values()))})}
        found |= {id: items[item_id] for id, item_id in ids.items()}
    return found


def documents(work: Work, records: Sequence[Findable], tz: ZoneInfo) -> list[Document]:
    """These records as the index has them; all of one kind."""
    items = item_of(work, records)
    return [
        Document(
            kind_of(record),
            record.id,
            frozenset(
                text_terms(texts_of(record))
                | facets_of(record, items.get(record.id))
                | {f"d:{day}" for day in days_of(record, tz)}
            ),
            listed=record.status is ItemStatus.PUBLISHED,
        )
        for record in records
    ]


def enter(work: Work, documents: Iterable[Document]) -> None:
    """Let documents stand in the index under their terms; what stood there under others, does so still."""
    documents = list(documents)
    if not documents:
        return
    numbers = _numbered(work, documents)
    set_bits: defaultdict[str, int] = defaultdict(int)
    cleared: defaultdict[str, int] = defaultdict(int)
    for document in documents:
        block, place = divmod(numbers[document.subject], BLOCK)
        for term in document.terms:
            set_bits[IndexPosting.key(term, block)] |= 1 << place
        listed = set_bits if document.listed else cleared
        listed[IndexPosting.key(f"k:{document.kind}", block)] |= 1 << place
    keys = sorted({*set_bits, *cleared})
    standing = {p.id: p for p in work.find(IndexPosting, {"id": keys})}
    changes, new = [], []
    for key in keys:
        posting = standing.get(key)
        before = posting.numbers if posting else 0
        after = (before | set_bits.get(key, 0)) & ~cleared.get(key, 0)
        if posting is None:
            new.append(IndexPosting(key, packed(after)))
        elif after != before:
            changes.append((posting, evolve(posting, bits=packed(after), version=posting.version + 1)))
    work.add(*new)
    work.replace_all(changes)


def _numbered(work: Work, documents: Sequence[Document]) -> dict[str, int]:
    """The number of each subject; whoever has none gets the next. One writer at a time from here on."""
    gate = _gate(work)
    subjects = sorted({document.subject for document in documents})
    numbers = {e.subject: int(e.id) for e in work.find(IndexEntry, {"subject": subjects})}
    following = gate.numbers
    new = [subject for subject in dict.fromkeys(d.subject for d in documents) if subject not in numbers]
    if new:
        numbers |= {subject: following + n for n, subject in enumerate(new)}
        work.add(*(IndexEntry(str(numbers[subject]), subject) for subject in new))
        passed = evolve(gate, bits=packed(following + len(new)), version=gate.version + 1)
        work.replace(gate, passed)
    return numbers


def _gate(work: Work) -> IndexPosting:
    try:
        return work.get(IndexPosting, _GATE, lock=True)
    except RecordUnknown:
        with suppress(RecordExists):  # somebody else came first
            work.add(IndexPosting(_GATE, packed(0)))
        return work.get(IndexPosting, _GATE, lock=True)


def nominated(work: Work, any_of: Sequence[str], all_of: Iterable[str], below: int | None) -> Iterator[int]:
    """The numbers that have one term of `any_of` and all of `all_of`, the newest first.

    Those below a number, where one is given.
    """
    [gate] = work.find(IndexPosting, {"id": _GATE}) or [IndexPosting(_GATE, packed(0))]
    size = gate.numbers if below is None else min(below, gate.numbers)
    blocks = range((size + BLOCK - 1) // BLOCK)
    terms = list(dict.fromkeys(all_of))
    keys = [IndexPosting.key(term, block) for term in chain(any_of, terms) for block in blocks]
    found = {p.id: p for p in work.find(IndexPosting, {"id": keys})}

    def numbers(term: str, block: int) -> int:
        posting = found.get(IndexPosting.key(term, block))
        return posting.numbers if posting else 0

    for block in reversed(blocks):
        bits = 0
        for term in any_of:
            bits |= numbers(term, block)
        bits &= (1 << max(0, size - block * BLOCK)) - 1
        for term in terms:
            if not bits:
                break
            bits &= numbers(term, block)
        while bits:
            place = bits.bit_length() - 1
            yield block * BLOCK + place
            bits ^= 1 << place
