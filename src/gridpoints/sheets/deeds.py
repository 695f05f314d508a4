"""Deeds from a clerk's table (积分登记表): each row a report, credited in batches.

Every batch is one unit of work, and every row has an identity of its own, so that a run that was
killed half-way can be started again: what was credited stays credited, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import partial
from typing import NamedTuple, TypeVar

from attrs import evolve, field, frozen

from gridpoints.awards.model import Award, Report
from gridpoints.awards.operations import AwardOutcome, Awards
from gridpoints.community.model import Member
from gridpoints.community.operations import Membership
from gridpoints.context import Context
from gridpoints.errors import (
    AmountNotChosen,
    BadIdentifier,
    BlankText,
    ChoiceOutOfRange,
    DeedAmbiguous,
    DeedConflict,
    DeedInFuture,
    DeedUnknown,
    EvidenceNeeded,
    GridpointsError,
    MemberMismatch,
    NoRulesInForce,
    NotAnAmount,
    QuantityNeeded,
    QuantityNotTaken,
    RowRepeated,
)
from gridpoints.rules.model import RuleSet
from gridpoints.rules.operations import Rules, RulesCalendar
from gridpoints.sheets.cells import read_day, read_quantity, tidy
from gridpoints.sheets.facts import FactColumns
from gridpoints.sheets.headings import plain_heading
from gridpoints.sheets.identity import content_id
from gridpoints.sheets.layouts import DEEDS, WHO
from gridpoints.sheets.reading import Table
from gridpoints.sheets.rows import Misread, Row, RowProblem
from gridpoints.values import Unit, check_identifier

T = TypeVar("T")

#: Rows that are made reports together. With all that is made of so many, they stay in a processor's cache.
READ_AT_ONCE = 500

#: The column that an error of crediting is about.
_ABOUT: Mapping[type[GridpointsError], tuple[str, ...]] = {
    AmountNotChosen: ("chosen",),
    ChoiceOutOfRange: ("chosen",),
    BadIdentifier: ("id",),
    DeedConflict: ("id",),
    DeedInFuture: ("day",),
    EvidenceNeeded: ("evidence", "deed"),
    NoRulesInForce: ("day",),
    QuantityNeeded: ("quantity",),
    QuantityNotTaken: ("quantity",),
}


@frozen
class DeedNames:
    """The deeds of one rule set by everything that a clerk may call them: code, or any name."""

    codes: Mapping[str, tuple[str, ...]]
    written: Mapping[str, str]

    @classmethod
    def of(cls, rules: RuleSet) -> DeedNames:
        """All of `rules`, with names in every language."""
        codes: dict[str, tuple[str, ...]] = {}
        written: dict[str, str] = {}
        for rule in rules.deeds.values():
            for name in (rule.code, *rule.names.values()):
                plain = plain_heading(name)
                written.setdefault(plain, name)
                codes[plain] = tuple(sorted({*codes.get(plain, ()), rule.code}))
        return cls(codes, written)

    def code(self, text: str) -> str:
        """The code that `text` means; case and blanks do not matter.

        Raises `DeedAmbiguous`, or `DeedUnknown` with the name that is most like it.
        """
        plain = plain_heading(text)
        codes = self.codes.get(plain, ())
        if not codes:
            close = get_close_matches(plain, self.codes, 1)
            raise DeedUnknown(deed=text[:80], suggestion=self.written[close[0]] if close else None)
        if len(codes) > 1:
            raise DeedAmbiguous(deed=text[:80], codes=codes)
        return codes[0]


@frozen(slots=False)  # of which there is one for each row: see `Award`
class DeedOutcome:
    """What became of a row: an award (`repeated`: it stood already), or a problem."""

    row: Row
    award: Award | None = None
    repeated: bool = False
    problem: RowProblem | None = None


#: For each row there is one: a third of the time of ``_Draft(…)``.
_new = tuple.__new__


class _Draft(NamedTuple):
    """A row whose cells could be read; who and what is meant was not looked up yet."""

    row: Row
    member: str
    name: str
    deed: str
    day: date
    quantity: Decimal | None
    id: str | None
    chosen: str
    evidence: str


def credit(context: Context, table: Table, *, size: int = 20_000) -> Iterator[DeedOutcome]:
    """Credit the rows of a table with the layout `DEEDS`, `size` in one unit of work.

    Answers one outcome for each row, in order, as soon as it stands in the ledger; a row that
    cannot be credited has its problem, and the others are credited. A row with an id of its own
    is known again by that; one without, by its content, so that the same file again credits
    nothing, and a row that says the same as an earlier one of the file is a `RowRepeated`.

    The larger `size`, the fewer times is a page of an index written; while a batch is at it, each of its rows
    holds about 10 KB of memory.
    """
    crediting = _Crediting(context, table)
    for rows in table.batches(size):
        yield from crediting.batch(rows)


@frozen
class _Crediting:
    context: Context
    table: Table
    #: The first row of each content that had no id of its own.
    seen: dict[int, int] = field(factory=dict)
    #: Whom the texts mean that were met so far.
    members: dict[str, Member] = field(factory=dict)
    names: dict[str, DeedNames] = field(factory=dict)
    facts: dict[str, FactColumns] = field(factory=dict)

    def batch(self, rows: Sequence[Row]) -> Iterator[DeedOutcome]:
        calendar = Rules(self.context).calendar()
        read: list[Report | DeedOutcome] = []
        for start in range(0, len(rows), READ_AT_ONCE):
            read += self._reports(rows[start : start + READ_AT_ONCE], calendar)
        credited = iter(Awards(self.context).credit_all(each for each in read if isinstance(each, Report)))
        for row, each in zip(rows, read, strict=True):
            yield each if isinstance(each, DeedOutcome) else self._outcome(row, next(credited))

    def _reports(self, rows: Sequence[Row], calendar: RulesCalendar) -> list[Report | DeedOutcome]:
        """What each row reports, or what is wrong with it."""
        drafts: list[_Draft | DeedOutcome] = []
        for row in rows:
            try:
                drafts.append(self._draft(row))
            except Misread as misread:
                drafts.append(DeedOutcome(row, problem=misread.problem))
        unknown = self._look_up({draft.member for draft in drafts if isinstance(draft, _Draft)})
        read: list[Report | DeedOutcome] = []
        for draft in drafts:
            if isinstance(draft, DeedOutcome):
                read.append(draft)
                continue
            try:
                member = self.members.get(draft.member) or unknown[draft.member]
                read.append(self._report(draft, member, calendar))
            except Misread as misread:
                read.append(DeedOutcome(draft.row, problem=misread.problem))
        return read

    def _look_up(self, texts: set[str]) -> Mapping[str, GridpointsError]:
        """Find those who are meant and were not met in the file before; answers of whom, why nobody is."""
        unknown: dict[str, GridpointsError] = {}
        if not (new := {text for text in texts if text not in self.members}):
            return unknown
        for text, member in Membership(self.context).identify_all(new).items():
            if isinstance(member, Member):
                self.members[text] = member
            else:
                unknown[text] = member
        return unknown

    def _draft(self, row: Row) -> _Draft:
        if row.flaw is not None:
            raise Misread(RowProblem(row.number, None, row.flaw))
        cell = self.table.value
        number, member, name = [cell(row, key, str) for key in WHO]
        if not (number or member or name):
            raise self._misread(row, WHO, BlankText(field="member"))
        draft = (
            row,
            number or member or name,
            name,
            cell(row, "deed", _read_deed),
            cell(row, "day", _read_day),
            cell(row, "quantity", read_quantity),
            cell(row, "id", _read_id),
            cell(row, "chosen", str),
            cell(row, "evidence", str),
        )
        return _new(_Draft, draft)

    def _report(self, draft: _Draft, member: Member | GridpointsError, calendar: RulesCalendar) -> Report:
        row = draft.row
        if not isinstance(member, Member):
            raise self._misread(row, WHO, member)
        if draft.name and draft.name not in (draft.member, tidy(member.name)):
            mismatch = MemberMismatch(number=draft.member, name=member.name, written=draft.name)
            raise self._misread(row, ("name",), mismatch)
        try:
            rules = calendar.on(draft.day)
            deed = self._names(rules).code(draft.deed)
        except NoRulesInForce as error:
            raise self._misread(row, ("day",), error) from None
        except GridpointsError as error:
            raise self._misread(row, ("deed",), error) from None
        rule = rules.deeds[deed]
        fixed = rule.amount.per is None
        report = Report(
            id=draft.id or "",
            member_id=member.id,
            deed=deed,
            day=draft.day,
            # once is what a fixed deed is: with 1 or without, it is the same deed
            quantity=None if fixed and draft.quantity == 1 else draft.quantity,
            source=f"file/{self.table.file[:80]}#{row.number}",
            facts=self._facts(rules).read(row),
            chosen=self._chosen(draft, rule.unit),
            evidence=(draft.evidence,) if draft.evidence else (),
        )
        return report if draft.id else self._identified(report, row)

    def _names(self, rules: RuleSet) -> DeedNames:
        if (names := self.names.get(rules.id)) is None:
            names = self.names[rules.id] = DeedNames.of(rules)
        return names

    def _facts(self, rules: RuleSet) -> FactColumns:
        if (facts := self.facts.get(rules.id)) is None:
            facts = self.facts[rules.id] = FactColumns.of(self.table, rules.facts.values())
        return facts

    def _chosen(self, draft: _Draft, unit: Unit) -> Decimal | None:
        if not draft.chosen:
            return None
        try:
            return unit.decimal(unit.amount(draft.chosen))
        except NotAnAmount as error:
            raise self._misread(draft.row, ("chosen",), error) from None

    def _identified(self, report: Report, row: Row) -> Report:
        """`report` under an id made of its content; raises `RowRepeated` for the second such row."""
        content = (report.member_id, report.deed, report.day.isoformat(), str(report.quantity or ""))
        told = [f"{name}={value}" for name, value in sorted(report.facts.items())]
        if report.chosen is not None:
            told.append(str(report.chosen))
        id = content_id("row", *content, *told)
        # half of the id is enough to tell a million rows apart, and smaller to remember
        if (first := self.seen.setdefault(int(id[-16:], 16), row.number)) != row.number:
            repeated = RowRepeated(row=first, accepted=DEEDS.column("id").recommended)
            raise Misread(RowProblem(row.number, None, repeated))
        return evolve(report, id=id)

    def _outcome(self, row: Row, outcome: AwardOutcome) -> DeedOutcome:
        if (error := outcome.error) is None:
            return DeedOutcome(row, outcome.award, outcome.repeated)
        return DeedOutcome(row, problem=self._misread(row, _ABOUT.get(type(error), WHO), error).problem)

    def _misread(self, row: Row, keys: Sequence[str], error: GridpointsError) -> Misread:
        return Misread(RowProblem(row.number, self.table.heading(*keys), error))


def filled(name: str, read: Callable[[str], T], text: str) -> T:
    """What `read` makes of a cell; raises `BlankText` for an empty one."""
    if not text:
        raise BlankText(field=name)
    return read(text)


_read_deed = partial(filled, "deed", str)
_read_day = partial(filled, "day", read_day)


def _read_id(text: str) -> str | None:
    return check_identifier("id", text) if text else None
