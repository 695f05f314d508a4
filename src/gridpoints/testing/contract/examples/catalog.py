"""What can be done."""

from __future__ import annotations

from datetime import date

from gridpoints.catalog.index import BLOCK, IndexEntry, IndexPosting, packed
from gridpoints.catalog.model import (
    Category,
    ItemStatus,
    Mode,
    Quorum,
    QuorumStatus,
    ServiceItem,
    Session,
    SessionStatus,
)
from gridpoints.catalog.posts import Errand, Post
from gridpoints.catalog.programmes import Programme
from gridpoints.catalog.series import CalendarDay, DayStatus, OnHoliday, Series
from gridpoints.catalog.tasks import Task, TaskList
from gridpoints.catalog.things import Loan, LoanStatus, Thing
from gridpoints.records import Record
from gridpoints.testing.contract.edges import BEFORE_1970, LATER, MOMENT, TEXT
from gridpoints.values import LONGEST_TEXT


def records() -> list[Record]:
    """Each after those it refers to."""
    names = {"zh_Hans": "法律", "zh_Hant": TEXT, "en": "law"}
    return [
        Category("legal", TEXT, names, 10**9),
        Category("traffic", "交通"),
        ServiceItem(
            id="item",
            name=TEXT,
            deed="巡逻/夜",
            description="长" * LONGEST_TEXT,
            names=names,
            descriptions={"en": TEXT},
            category="legal",
            modes=(Mode.AT_YOUR_DOOR, Mode.FOR_YOU),
            skills=(TEXT, "first-aid"),
            minimum_age=18,
            mandate=True,
            consent=True,
            risk=names,
            place=TEXT,
            status=ItemStatus.CLOSED,
            version=3,
        ),
        ServiceItem("plain", "巡逻", "patrol"),
        CalendarDay("2028-02-29", TEXT, DayStatus.WORKING, 2),
        CalendarDay("2026-10-01"),
        Series(
            id="series",
            item_id="item",
            pattern="FREQ=WEEKLY;BYDAY=WE",
            first_day=date.min,
            begins="22:00",
            ends="06:00",
            places=10**9,
            minimum=1,
            desired=5,
            decide_hours=0,
            place=TEXT,
            on_holiday=OnHoliday.PREVIOUS_WORKING_DAY,
            last_day=date.max,
            announced_until=date.max,
            status=ItemStatus.PUBLISHED,
            version=2,
        ),
        Series("daily", "plain", "FREQ=DAILY", date(2028, 2, 29), "09:00", "10:30", 1, date(2028, 2, 29)),
        Session("session", "item", BEFORE_1970, LATER, 10**9),
        Session(
            id="occasion",
            item_id="item",
            starts_at=MOMENT,
            ends_at=LATER,
            places=3,
            minimum=1,
            desired=2,
            place=TEXT,
            series_id="series",
            occurrence=date(2028, 2, 29),
            status=SessionStatus.CANCELLED,
            version=2,
        ),
        Quorum("occasion", "occasion", MOMENT, 0, QuorumStatus.CALLED_OFF, 3),
        Quorum("session", "session", BEFORE_1970),
        Post(
            "post", "item", TEXT, date.min, 10**9, TEXT, names, date.max, TEXT, TEXT, ItemStatus.PUBLISHED, 2
        ),
        Post("post-2", "plain", "岗", date(2028, 2, 29), 1),
        Errand(
            id="errand",
            item_id="item",
            member_id="nobody",
            mode=Mode.WITH_YOU,
            text=TEXT,
            asked_at=MOMENT,
            asked_by="clerk",
            from_place=TEXT,
            to_place=TEXT,
            mandate=TEXT,
            place=TEXT,
            starts_at=BEFORE_1970,
            ends_at=LATER,
            status=ItemStatus.CLOSED,
            version=3,
        ),
        Errand("errand-2", "plain", "nobody", Mode.FOR_YOU, "x", BEFORE_1970, "nobody"),
        TaskList("2028-02", TEXT, date.min, date.max, names, ItemStatus.CLOSED, 3),
        TaskList("2028-03", "三月", date(2028, 3, 1), date(2028, 3, 31)),
        Task("task", "2028-02", "item", TEXT),
        Task("task-2", "2028-03", "plain", TEXT, 10**9, TEXT, names, TEXT, "task", 3, ItemStatus.CLOSED, 2),
        Thing("umbrella", TEXT, 10**9, 14, TEXT, names, TEXT, ItemStatus.PUBLISHED, 2),
        Thing("book", "书", 0, 1),
        Loan(
            id="loan",
            thing_id="umbrella",
            member_id="nobody",
            lent_at=BEFORE_1970,
            due_at=MOMENT,
            lent_by="clerk",
            returned_at=LATER,
            returned_to="站长",
            status=LoanStatus.RETURNED,
            version=2,
        ),
        Loan("loan-2", "umbrella", "nobody", BEFORE_1970, MOMENT, "clerk"),
        Programme(
            id="programme",
            name=TEXT,
            starts_on=date.min,
            ends_on=date.max,
            description=TEXT,
            names=names,
            item_ids=("item", "plain"),
            status=ItemStatus.PUBLISHED,
            version=2,
        ),
        Programme("programme-2", "一日网格员", date(2028, 2, 29)),
        IndexEntry("0", "service_item/item"),
        IndexPosting("0/t:法律", packed(1 << BLOCK - 1 | 1), 2_000_000_000),
        IndexPosting("0/t:" + TEXT, packed(0)),
    ]
