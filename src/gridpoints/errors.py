"""Every refusal and every failure, one class each.

The class docstring *is* the message: it says what happened and what to do, with the fields
of the error in braces. ``str(error)`` gives it in English, `gridpoints.i18n.Language.error` in
the reader's language. `code` is stable: portals and scripts may branch on it.

Seven groups say what a caller can do about an error; every error belongs to exactly one:
`InvalidInput` (mend the input), `NotFound`, `Conflict` (somebody was there first), `Refused`
(the community's rules say no), `NotAllowed` (ask somebody else), `RuleSetError` (mend the rule
set) and `StoreError` (mend the installation).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, dataclass_transform

import attrs


@dataclass_transform()
class GridpointsError(Exception):
    """gridpoints could not do what was asked."""

    code: ClassVar[str] = "gridpoints_error"

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls.code = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
        attrs.define(cls, slots=False, eq=False, repr=False, str=False)

    @classmethod
    def template(cls) -> str:
        """The English message with its fields in braces: the key of its translations."""
        return " ".join(inspect.cleandoc(cls.__doc__ or cls.code).split())

    @property
    def fields(self) -> dict[str, Any]:
        """The typed fields of this error, by name."""
        return {a.name: getattr(self, a.name) for a in _fields_of(type(self))}

    def __str__(self) -> str:
        return self.template().format_map({k: _plain(v) for k, v in self.fields.items()})

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in self.fields.items())})"


def _fields_of(cls: type[GridpointsError]) -> tuple[attrs.Attribute[Any], ...]:
    return attrs.fields(cls) if attrs.has(cls) else ()


def _plain(value: object) -> str:
    if isinstance(value, tuple | list | frozenset):
        if value and not any(isinstance(item, str) for item in value):  # messages: one a line
            return "".join(f"\n{item}" for item in value)
        return ", ".join(map(_plain, value)) or "–"
    return "–" if value is None else str(value)


def every_error() -> Iterator[type[GridpointsError]]:
    """All error classes, groups included, breadth first and by name."""
    todo: list[type[GridpointsError]] = [GridpointsError]
    while todo:
        cls = todo.pop(0)
        yield cls
        todo += sorted(cls.__subclasses__(), key=lambda c: c.__name__)


# --- the seven groups -----------------------------------------------------------------------


class InvalidInput(GridpointsError):
    """The input is not usable. Correct it and try again."""


class NotFound(GridpointsError):
    """What was asked for does not exist."""


class Conflict(GridpointsError):
    """Something else stands in the way. Look at the present state and try again."""


class Refused(GridpointsError):
    """The community's rules do not allow this."""


class NotAllowed(GridpointsError):
    """The person who acts may not do this. Ask somebody who may."""


class RuleSetError(GridpointsError):
    """The rule set cannot be used. Correct it and try again."""


class StoreError(GridpointsError):
    """The store cannot be used. Check its URL and its installation."""


# --- the store and its communities ------------------------------------------------------------


class UnknownStore(StoreError):
    """No store is known for the URL {url}. Use one that starts with: {known}."""

    url: str
    known: tuple[str, ...]


class MissingDriver(StoreError):
    """The package {package} is needed and not installed. Install it with:
    pip install "gridpoints-platform[{extra}]"."""

    package: str
    extra: str


class StoreUnavailable(StoreError):
    """The store {url} does not open: {reason}. Check that it exists, is a gridpoints store, and
    that you may read and write it."""

    url: str
    reason: str


class SchemaMismatch(StoreError):
    """The store {url} has schema version {found}; this release of gridpoints knows versions up to
    {known}. Install the newer release that wrote it."""

    url: str
    found: str
    known: str


class CommunityExists(Conflict):
    """The community {community} exists already. Open it with exchange.community("{community}")."""

    community: str


class CommunityUnknown(NotFound):
    """There is no community {community} in this store. It holds: {known}."""

    community: str
    known: tuple[str, ...]


class RecordUnknown(NotFound):
    """There is no {kind} with the id {id}."""

    kind: str
    id: str


class RecordExists(Conflict):
    """The {kind} {id} exists already. Choose another id, or use the one that is there."""

    kind: str
    id: str


class ReferenceUnknown(NotFound):
    """This {kind} refers to something that does not exist in this community: {detail}."""

    kind: str
    detail: str


class ConcurrentChange(Conflict):
    """The {kind} {id} was changed by somebody else in the meantime. Read it again and repeat."""

    kind: str
    id: str


class IllegalTransition(Conflict):
    """The {kind} {id} is {status}: from there it cannot become {wanted}. Possible now: {allowed}."""

    kind: str
    id: str
    status: str
    wanted: str
    allowed: tuple[str, ...]


# --- values -----------------------------------------------------------------------------------


class NaiveInstant(InvalidInput):
    """{field} has no time zone: {value}. Give an instant with its zone, for example in UTC."""

    field: str
    value: str


class UnknownTimezone(InvalidInput):
    """{timezone} is not an IANA time zone. Write it like Asia/Shanghai."""

    timezone: str


class UnknownLanguage(InvalidInput):
    """gridpoints does not speak {language}. Choose one of: {known}."""

    language: str
    known: tuple[str, ...]


class BadIdentifier(InvalidInput):
    """{value} cannot be used as {field}: use 1 to {longest} letters, digits, and the signs
    . _ : @ / # - without spaces."""

    field: str
    value: str
    longest: int


class BadText(InvalidInput):
    """{field} holds a character that cannot be stored (NUL or half a character). Type it again."""

    field: str


class BlankText(InvalidInput):
    """{field} is empty. Write at least one character."""

    field: str


class TextTooLong(InvalidInput):
    """{field} has {size} characters; {longest} are allowed. Shorten it."""

    field: str
    size: int
    longest: int


class NotWholeNumber(InvalidInput):
    """{field} must be a whole number from {least} to {most}, not {value}."""

    field: str
    value: str
    least: int
    most: int


class NotPositive(InvalidInput):
    """{field} must be a number above 0 with at most {digits} digits after the point, not {value}."""

    field: str
    value: str
    digits: int


class NotAnAmount(InvalidInput):
    """{value} is not an amount of {unit}. Write a number with at most {scale} digits after the
    point."""

    value: str
    unit: str
    scale: int


class EmptyInterval(InvalidInput):
    """The end {end} does not lie after the start {start}."""

    start: datetime
    end: datetime


# --- people, catalog, claiming ----------------------------------------------------------------


class MemberInactive(Refused):
    """{member} has left the community and can neither claim, earn nor redeem."""

    member: str


class MemberUnknown(NotFound):
    """There is no member {member}. Write their number, or their name as it was enrolled."""

    member: str


class MemberAmbiguous(NotFound):
    """Several members are named {name}. Write the number instead: {numbers}."""

    name: str
    numbers: tuple[str, ...]


class NotPublished(Refused):
    """The {kind} {id} is {status}, not published. Publish it first."""

    kind: str
    id: str
    status: str


class SessionFull(Refused):
    """All {places} places of the session {session} are taken."""

    session: str
    places: int


class SessionStarted(Refused):
    """The session {session} began at {starts_at}. Claims and cancellations end there."""

    session: str
    starts_at: datetime


class SessionNotOver(Refused):
    """The session {session} ends at {ends_at}. Hours can be submitted after that."""

    session: str
    ends_at: datetime


class AlreadyClaimed(Conflict):
    """{member} holds a claim on this {kind} already."""

    member: str
    kind: str


class OwnWish(NotAllowed):
    """{member} cannot claim a wish of their own."""

    member: str


class WishTaken(Conflict):
    """The wish {wish} is claimed by somebody else until {until}."""

    wish: str
    until: datetime


class OwnClaim(NotAllowed):
    """{actor} cannot verify their own claim. Somebody else must confirm it."""

    actor: str


class NotTheBeneficiary(NotAllowed):
    """Only the person who made the wish {wish}, or a clerk for them, can confirm that it was
    granted."""

    wish: str


class WrongTarget(InvalidInput):
    """The claim {claim} is on a {target}. Hours are submitted for sessions, deliveries for wishes."""

    claim: str
    target: str


class HoursOutOfRange(InvalidInput):
    """{hours} hours cannot be right for this session, which lasts {longest}. Give more than 0 and
    at most {longest}."""

    hours: Decimal
    longest: Decimal


# --- rules and awards -------------------------------------------------------------------------


class RuleSetInvalid(RuleSetError):
    """{source} cannot be used. Problems found: {count}.{problems}"""

    source: str
    count: int
    problems: tuple[Any, ...]


class RuleSetNotFound(NotFound):
    """There is no rule set {source}: no file has this name, and no preset. Presets: {known}."""

    source: str
    known: tuple[str, ...]


class RuleSetUnreadable(RuleSetError):
    """The rule set {source} cannot be opened. Check that it is a file and that you may read it."""

    source: str


class RuleSetFrozen(Conflict):
    """Version {version} of the rules is published with another text. Give the changed file a new
    version."""

    version: str


class NoRulesInForce(Refused):
    """No rule set was in force on {day}. First day of the first rule set: {first}."""

    day: date
    first: date | None


class UnitChanged(Conflict):
    """The unit {unit} is in use with {scale} digits after the point. Give the new unit another
    code."""

    unit: str
    scale: int


class DeedUnknown(NotFound):
    """The rules know no deed {deed}. Most like it: {suggestion}."""

    deed: str
    suggestion: str | None


class QuantityNeeded(InvalidInput):
    """The deed {deed} is paid per {per}: say how many, with a number above 0."""

    deed: str
    per: str


class QuantityNotTaken(InvalidInput):
    """The deed {deed} gives a fixed number of points each time: leave the quantity empty or write
    1."""

    deed: str


class DeedInFuture(InvalidInput):
    """The day {day} lies in the future. Check the year, the month and the day."""

    day: date


class DeedConflict(Conflict):
    """The deed {deed} was recorded before with other particulars. Give a different deed its own
    id."""

    deed: str


# --- the ledger -------------------------------------------------------------------------------


class TransactionEmpty(InvalidInput):
    """The transaction {transaction} has no legs. It needs at least two."""

    transaction: str


class TransactionUnbalanced(InvalidInput):
    """The legs of the transaction {transaction} add up to {total} in {unit}. They must add up to
    0."""

    transaction: str
    unit: str
    total: int


class BadLegAmount(InvalidInput):
    """A leg of {transaction} on {account} moves {amount}. Use a whole number other than 0, with at
    most 15 digits."""

    transaction: str
    account: str
    amount: str


class UnitUnknown(InvalidInput):
    """No published rule set declares the unit {unit}."""

    unit: str


class MetadataUnusable(InvalidInput):
    """The metadata of {transaction} cannot be stored: {problem}. Use text, whole numbers, true,
    false, lists and objects, up to {most} bytes together."""

    transaction: str
    problem: str
    most: int


class TransactionConflict(Conflict):
    """The transaction {transaction} was sent before with another content. A new transaction needs
    a new id."""

    transaction: str


class BatchNotPosted(Conflict):
    """The transaction {transaction} was not posted because another one of its group was
    refused."""

    transaction: str


class InsufficientPoints(Refused):
    """{account} has {available} {unit} available; {wanted} are needed."""

    account: str
    unit: str
    available: Decimal
    wanted: Decimal


class HoldConflict(Conflict):
    """The hold {hold} was placed before with other particulars. A new hold needs a new id."""

    hold: str


class HoldClosed(Conflict):
    """The hold {hold} is {status}: nothing can be captured from it or released."""

    hold: str
    status: str


class HoldExceeded(Refused):
    """The hold {hold} has {remaining} left; {wanted} cannot be captured."""

    hold: str
    remaining: Decimal
    wanted: Decimal


# --- redemption -------------------------------------------------------------------------------


class MerchantNotActive(Refused):
    """The merchant {merchant} is {status} and takes no points now."""

    merchant: str
    status: str


class OutOfStock(Refused):
    """{left} of {offer} are left; {wanted} were asked for."""

    offer: str
    left: int
    wanted: int


class RedemptionExpired(Refused):
    """The redemption {redemption} expired at {expired_at}. Authorise it again."""

    redemption: str
    expired_at: datetime


class RedemptionConflict(Conflict):
    """The redemption {redemption} was asked for before with other particulars. A new one needs a
    new id."""

    redemption: str


class NothingToSettle(Refused):
    """{merchant} took no points up to {until} that are not settled yet."""

    merchant: str
    until: datetime


class SamePerson(NotAllowed):
    """{actor} drew up this statement. Somebody else must approve it."""

    actor: str


# --- table files ------------------------------------------------------------------------------


class FileUnreadable(InvalidInput):
    """{file} cannot be read as a table. Save it as CSV (UTF-8) or XLSX."""

    file: str


class FileMissing(FileUnreadable):
    """There is no file {file}. Check its name and its folder."""


class FileIsFolder(FileUnreadable):
    """{file} is a folder. Name the file in it."""


class FileNotOpened(FileUnreadable):
    """{file} cannot be opened: {reason}. Check that you may read and write it."""

    reason: str


class TableEmpty(FileUnreadable):
    """{file} is empty. It needs a row of headings, and the rows below it."""


class FileNotText(FileUnreadable):
    """{file} is no workbook, and no text in UTF-8 or GB18030. Save it as CSV (UTF-8) or XLSX."""


class FileLocked(FileUnreadable):
    """{file} is protected by a password, or in the old format .xls. Save it as XLSX without a
    password."""


class FileDamaged(FileUnreadable):
    """{file} is damaged, or not a workbook. Open it in a spreadsheet program and save it again as
    XLSX."""


class FileTooLarge(FileUnreadable):
    """{file} holds more than a table of people or deeds can hold. Save only the table, as CSV
    (UTF-8)."""


class QuotesUnbalanced(FileUnreadable):
    """A quotation mark is opened and not closed in {file}, in row {row}. Close it, or remove it."""

    row: int


class SheetUnknown(FileUnreadable):
    """{file} has no sheet named {sheet}. It has: {known}."""

    sheet: str
    known: tuple[str, ...]


class SheetUnclear(FileUnreadable):
    """Several sheets of {file} hold such a table: {sheets}. Name the one to read."""

    sheets: tuple[str, ...]


class ColumnMissing(InvalidInput):
    """{file} has no column for {column}. Give one of its columns the heading: {accepted}."""

    file: str
    column: str
    accepted: tuple[str, ...]


class ColumnDoubled(InvalidInput):
    """{file} has more than one column for {column}: {found}. Keep one of them."""

    file: str
    column: str
    found: tuple[str, ...]


# --- their rows -------------------------------------------------------------------------------


class RowHidden(InvalidInput):
    """This row is hidden. Show it, so that it is read, or delete it."""


class RowTooLong(InvalidInput):
    """This row has {found} cells under {expected} headings. Put a text that holds a comma between
    quotation marks."""

    found: int
    expected: int


class RowRepeated(InvalidInput):
    """This row says the same as row {row}. If both are meant, give each a number of its own, in a
    column with the heading: {accepted}."""

    row: int
    accepted: tuple[str, ...]


class CellMerged(InvalidInput):
    """This cell is merged with others. Separate them and fill in each one."""


class FormulaWithoutResult(InvalidInput):
    """This cell holds a formula whose result was not saved. Open the file in a spreadsheet program
    and save it, or write the result itself."""


class FormulaFailed(InvalidInput):
    """This cell shows {shown}. Correct its formula, or write the value itself."""

    shown: str


class DayUnreadable(InvalidInput):
    """{value} is not a day. Write the year, the month and the day, like 2024-03-05."""

    value: str


class DayUnclear(InvalidInput):
    """{value} can be {first} or {second}. Write the year first, like 2024-03-05."""

    value: str
    first: date
    second: date


class DayImpossible(InvalidInput):
    """{value} is not in the calendar. Check the month and the day."""

    value: str


class QuantityTooLarge(InvalidInput):
    """{value} cannot be right: at most {most} is taken at once. Check the quantity."""

    value: Decimal
    most: int


class DeedAmbiguous(NotFound):
    """Several deeds are named {deed}. Write the code instead: {codes}."""

    deed: str
    codes: tuple[str, ...]


class MemberMismatch(InvalidInput):
    """The number {number} belongs to {name}, not to {written}. Correct the number or the name."""

    number: str
    name: str
    written: str


class HouseholdMismatch(InvalidInput):
    """{name} is enrolled in the household {household}, not in {written}. Moving house is not read
    from a file."""

    name: str
    household: str
    written: str


# --- the command line -------------------------------------------------------------------------


class NoCommunity(NotFound):
    """The store {url} holds no community yet. Found one with: gridpoints init"""

    url: str


class CommunityUnclear(InvalidInput):
    """The store holds several communities: {known}. Name one with --community."""

    known: tuple[str, ...]


class NameAmbiguous(NotFound):
    """Several have the name {name}. Write the id instead: {ids}."""

    name: str
    ids: tuple[str, ...]
