"""What can be done: the tables of `gridpoints.catalog`."""

from __future__ import annotations

from gridpoints.catalog.index import IndexEntry, IndexPosting
from gridpoints.catalog.model import Category, Quorum, ServiceItem, Session
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.programmes import Programme
from gridpoints.catalog.series import CalendarDay, Series
from gridpoints.catalog.tasks import Task, TaskList
from gridpoints.catalog.things import Loan, Thing
from gridpoints.storage.sql.tables.base import (
    Bytes,
    Day,
    DayOrNone,
    ExactJson,
    Flag,
    Instant,
    InstantOrNone,
    Json,
    Key,
    Row,
    Text,
    TextOrNone,
    Whole,
    WholeOrNone,
    index,
    kept,
)


class CategoryRow(Row, table=True):
    """See `gridpoints.catalog.model.Category`."""

    __tablename__ = "gridpoints_category"
    __table_args__ = kept(Category)
    id: Key
    name: Text
    names: Json
    position: Whole


class ServiceItemRow(Row, table=True):
    """See `gridpoints.catalog.model.ServiceItem`."""

    __tablename__ = "gridpoints_service_item"
    __table_args__ = kept(ServiceItem, index("status", "name"))
    id: Key
    name: Text
    deed: Text
    description: Text
    status: Text
    version: Whole
    names: Json
    descriptions: Json
    category: TextOrNone
    modes: ExactJson
    skills: ExactJson
    minimum_age: WholeOrNone
    mandate: Flag
    consent: Flag
    risk: Json
    place: Text


class CalendarDayRow(Row, table=True):
    """See `gridpoints.catalog.series.CalendarDay`."""

    __tablename__ = "gridpoints_calendar_day"
    __table_args__ = kept(CalendarDay)
    id: Key
    name: Text
    status: Text
    version: Whole


class SeriesRow(Row, table=True):
    """See `gridpoints.catalog.series.Series`."""

    __tablename__ = "gridpoints_series"
    __table_args__ = kept(Series, index("item_id"), index("status", "announced_until"))
    id: Key
    item_id: Text
    pattern: Text
    first_day: Day
    begins: Text
    ends: Text
    places: Whole
    minimum: Whole
    desired: WholeOrNone
    decide_hours: Whole
    place: Text
    on_holiday: Text
    last_day: DayOrNone
    announced_until: Day
    status: Text
    version: Whole


class SessionRow(Row, table=True):
    """See `gridpoints.catalog.model.Session`."""

    __tablename__ = "gridpoints_session"
    __table_args__ = kept(
        Session, index("item_id", "starts_at"), index("series_id", "occurrence"), index("starts_at")
    )
    id: Key
    item_id: Text
    starts_at: Instant
    ends_at: Instant
    places: Whole
    status: Text
    version: Whole
    minimum: Whole
    desired: WholeOrNone
    place: Text
    series_id: TextOrNone
    occurrence: DayOrNone


class QuorumRow(Row, table=True):
    """See `gridpoints.catalog.model.Quorum`."""

    __tablename__ = "gridpoints_quorum"
    __table_args__ = kept(Quorum, index("status", "due_at"))
    id: Key
    session_id: Text
    due_at: Instant
    taken: WholeOrNone
    status: Text
    version: Whole


class PostRow(Row, table=True):
    """See `gridpoints.catalog.posts.Post`."""

    __tablename__ = "gridpoints_post"
    __table_args__ = kept(Post, index("status", "ends_on"), index("item_id", "status"))
    id: Key
    item_id: Text
    name: Text
    starts_on: Day
    places: Whole
    duties: Text
    names: Json
    ends_on: DayOrNone
    place: Text
    defined_by: Text
    status: Text
    version: Whole


class ErrandRow(Row, table=True):
    """See `gridpoints.catalog.posts.Errand`."""

    __tablename__ = "gridpoints_errand"
    __table_args__ = kept(
        Errand, index("status", "asked_at"), index("member_id", "asked_at"), index("item_id", "status")
    )
    id: Key
    item_id: Text
    member_id: Text
    mode: Text
    text: Text
    asked_at: Instant
    asked_by: Text
    from_place: Text
    to_place: Text
    mandate: Text
    place: Text
    starts_at: InstantOrNone
    ends_at: InstantOrNone
    status: Text
    version: Whole


class TaskListRow(Row, table=True):
    """See `gridpoints.catalog.tasks.TaskList`."""

    __tablename__ = "gridpoints_task_list"
    __table_args__ = kept(TaskList, index("status", "ends_on"))
    id: Key
    name: Text
    starts_on: Day
    ends_on: Day
    names: Json
    status: Text
    version: Whole


class TaskRow(Row, table=True):
    """See `gridpoints.catalog.tasks.Task`."""

    __tablename__ = "gridpoints_task"
    __table_args__ = kept(Task, index("list_id", "status"), index("carried_from"), index("item_id", "status"))
    id: Key
    list_id: Text
    item_id: Text
    name: Text
    places: Whole
    description: Text
    names: Json
    place: Text
    carried_from: TextOrNone
    left: WholeOrNone
    status: Text
    version: Whole


class ThingRow(Row, table=True):
    """See `gridpoints.catalog.things.Thing`."""

    __tablename__ = "gridpoints_thing"
    __table_args__ = kept(Thing, index("status", "name"))
    id: Key
    name: Text
    stock: Whole
    days: Whole
    description: Text
    names: Json
    place: Text
    status: Text
    version: Whole


class LoanRow(Row, table=True):
    """See `gridpoints.catalog.things.Loan`."""

    __tablename__ = "gridpoints_loan"
    __table_args__ = kept(
        Loan, index("thing_id", "status"), index("member_id", "lent_at"), index("status", "due_at")
    )
    id: Key
    thing_id: Text
    member_id: Text
    lent_at: Instant
    due_at: Instant
    lent_by: Text
    returned_at: InstantOrNone
    returned_to: TextOrNone
    status: Text
    version: Whole


class ProgrammeRow(Row, table=True):
    """See `gridpoints.catalog.programmes.Programme`."""

    __tablename__ = "gridpoints_programme"
    __table_args__ = kept(Programme, index("status", "ends_on"))
    id: Key
    name: Text
    starts_on: Day
    ends_on: DayOrNone
    description: Text
    names: Json
    item_ids: ExactJson
    status: Text
    version: Whole


class IndexEntryRow(Row, table=True):
    """See `gridpoints.catalog.index.IndexEntry`."""

    __tablename__ = "gridpoints_index_entry"
    __table_args__ = kept(IndexEntry)
    id: Key
    subject: Text


class IndexPostingRow(Row, table=True):
    """See `gridpoints.catalog.index.IndexPosting`."""

    __tablename__ = "gridpoints_index_posting"
    __table_args__ = kept(IndexPosting)
    id: Key
    bits: Bytes
    version: Whole
