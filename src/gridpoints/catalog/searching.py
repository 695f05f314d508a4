"""What is listed is found by words of any language, field, way, skill, day and place. A part of `Catalog`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain, islice

from attrs import frozen

from gridpoints.catalog import indexing
from gridpoints.catalog.index import IndexEntry, folded, word_terms
from gridpoints.catalog.indexing import FINDABLE, Findable
from gridpoints.catalog.listing import Listing
from gridpoints.catalog.model import ItemStatus, Mode, ServiceItem, Session, SessionStatus
from gridpoints.catalog.posts import Errand
from gridpoints.catalog.wording import check_choice, check_optional
from gridpoints.records import kind_of
from gridpoints.storage.port import Range, Work
from gridpoints.values import check_day, check_whole, midnight

LONGEST_QUERY = 200
MOST_FOUND = 1_000
#: Without a day, sessions with free places are looked for so far ahead.
AHEAD = timedelta(days=60)


@frozen
class Found:
    """What a search found, the newest first.

    `number` leads to what comes after it (`before` in `Catalog.search`). Of a service item, `sessions`
    are those of the day that was asked for, or those of the next 60 days, with free places, where only
    these were asked for.
    """

    number: int
    record: Findable
    sessions: tuple[Session, ...] = ()


@frozen
class _Query:
    """What is asked for."""

    words: tuple[str, ...]
    category: str | None
    mode: Mode | None
    skill: str | None
    place: str
    day: date | None
    free: bool

    @property
    def terms(self) -> list[str]:
        """Under which terms it stands in the index, all of them together; the rarest kinds first."""
        facets = {"d": self.day, "c": self.category, "m": self.mode, "s": self.skill, "p": self.place}
        asked = [f"{name}:{value}" for name, value in facets.items() if value]
        free = [indexing.MAY_BE_FREE] if self.free else []
        return [*asked, *free, *sorted(word_terms(self.words))]

    def fits(self, record: Findable, item: ServiceItem | None) -> bool:
        """Whether a record is what is asked for, days and free places apart."""
        if record.status is not ItemStatus.PUBLISHED:
            return False
        texts = [folded(text) for text in indexing.texts_of(record)]
        if not all(any(word in text for text in texts) for word in self.words):
            return False
        wanted = (("c", self.category), ("m", self.mode), ("s", self.skill))
        terms = {f"{name}:{value}" for name, value in wanted if value}
        return terms <= indexing.facets_of(record, item)


@frozen
class _Candidates:
    """Some of what the index nominates, with what is needed to decide on it."""

    records: Mapping[int, Findable]
    items: Mapping[str, ServiceItem]
    sessions: Mapping[str, Sequence[Session]]
    #: The ids of sessions and other records that have free places; empty where nobody asked.
    free: frozenset[str]


@frozen
class Searching(Listing):
    """The search."""

    def search(
        self,
        text: str = "",
        *,
        kinds: Sequence[type[Findable]] = FINDABLE,
        category: str | None = None,
        mode: Mode | str | None = None,
        skill: str | None = None,
        day: date | None = None,
        place: str = "",
        free: bool = False,
        limit: int = 20,
        before: int | None = None,
    ) -> list[Found]:
        """What is published and has all that is asked for, the newest first.

        Each word of `text` must stand somewhere in it, in any language, as a part of a word as well:
        ``法律`` is found in 法律咨询, ``法`` too. `day` is a day on which there is a session, or on which an
        errand can be done; `free` leaves out where no place is left, or no thing. The next page comes
        `before` the number of the last one found. Raises `TextTooLong`, `NotOneOf`, `NotWholeNumber`.
        """
        query = _Query(
            words=tuple(folded(check_optional("text", text.strip(), longest=LONGEST_QUERY)).split()),
            category=category,
            mode=None if mode is None else check_choice("mode", mode, Mode),
            skill=skill,
            place=folded(place),
            day=None if day is None else check_day("day", day),
            free=free,
        )
        check_whole("limit", limit, most=MOST_FOUND)
        with self.context.read() as work:
            of_kinds = [f"k:{kind_of(kind)}" for kind in dict.fromkeys(kinds)]
            numbers = indexing.nominated(work, of_kinds, query.terms, before)
            return list(islice(self._decided(work, query, numbers, limit), limit))

    def _decided(self, work: Work, query: _Query, numbers: Iterator[int], limit: int) -> Iterator[Found]:
        """Those of the nominated that are what is asked for."""
        while page := list(islice(numbers, limit)):
            candidates = self._candidates(work, query, page)
            for number in page:
                record = candidates.records.get(number)
                if record is None or not query.fits(record, candidates.items.get(record.id)):
                    continue
                if (sessions := self._offers(query, record, candidates)) is not None:
                    shown = self._shown(record) if isinstance(record, Errand) else record
                    yield Found(number, shown, sessions)

    def _candidates(self, work: Work, query: _Query, numbers: Sequence[int]) -> _Candidates:
        """The records of these numbers, with their items, the sessions that may count, and what is free."""
        by_kind: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for entry in work.find(IndexEntry, {"id": [str(number) for number in numbers]}):
            kind, _, id = entry.subject.partition("/")
            by_kind[kind][id] = int(entry.id)
        records: dict[int, Findable] = {}
        items: dict[str, ServiceItem] = {}
        for cls in FINDABLE:
            if ids := by_kind.get(kind_of(cls)):
                found = work.find(cls, {"id": list(ids)})
                records |= {ids[record.id]: record for record in found}
                items |= indexing.item_of(work, found)
        sessions: defaultdict[str, list[Session]] = defaultdict(list)
        offered = [r.id for r in records.values() if isinstance(r, ServiceItem)]
        if offered and (query.day or query.free or query.place):
            for session in work.find(Session, self._dated(query, offered), order=("starts_at", "id")):
                sessions[session.item_id].append(session)
        offering = chain(records.values(), *sessions.values()) if query.free else ()
        return _Candidates(records, items, sessions, self._free(work, offering))

    def _dated(self, query: _Query, item_ids: list[str]) -> Mapping[str, object]:
        """The sessions that may count: those of the day, else those that are to come."""
        now, zone = self.context.now(), self.context.zone
        if query.day is None:
            when = Range(above=now, below=now + AHEAD)
        else:
            following = query.day + timedelta(days=1) if query.day < date.max else query.day
            first = midnight(query.day, zone)
            when = Range(at_least=max(now, first) if query.free else first, below=midnight(following, zone))
        status = SessionStatus.OPEN if query.free else (SessionStatus.OPEN, SessionStatus.CLOSED)
        return {"item_id": item_ids, "starts_at": when, "status": status}

    def _free(self, work: Work, records: Iterable[Findable | Session]) -> frozenset[str]:
        """The ids of those that have a free place, or a thing on the shelf."""
        offered: defaultdict[type[Findable | Session], dict[str, int]] = defaultdict(dict)
        for record in records:
            if (places := self._offered(record)) is not None:
                offered[type(record)][record.id] = places
        taken = {kind: self._held_by(work, kind, list(places)) for kind, places in offered.items()}
        return frozenset(
            id for kind, of in offered.items() for id, places in of.items() if taken[kind][id] < places
        )

    def _offers(self, query: _Query, record: Findable, candidates: _Candidates) -> tuple[Session, ...] | None:
        """The sessions for which a record is found; None: it is not, for its day, place, or free places."""
        here = indexing.place_of(record, candidates.items.get(record.id)) == query.place or not query.place
        if isinstance(record, ServiceItem):
            sessions = [
                session
                for session in candidates.sessions.get(record.id, ())
                if (folded(session.place) == query.place if session.place and query.place else here)
                and (not query.free or session.id in candidates.free)
            ]
            if query.day or query.free:
                return tuple(sessions) or None
            return () if here or sessions else None
        if not here or (query.day and query.day not in indexing.days_of(record, self.context.zone)):
            return None
        return () if not query.free or record.id in candidates.free else None
