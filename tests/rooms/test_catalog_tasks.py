"""Monthly lists of tasks: published together, closed with the month, and carried over."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from gridpoints import Community, Member, ServiceItem
from gridpoints.catalog.model import ItemStatus
from gridpoints.catalog.operations import Catalog
from gridpoints.catalog.places import Taken
from gridpoints.catalog.tasks import Task, TaskList
from gridpoints.errors import DaysReversed, NotPublished, NotWholeNumber
from gridpoints.testing import ManualClock


@pytest.fixture
def item(village: Community) -> ServiceItem:
    return village.catalog.publish(village.catalog.draft("Tasks of the month", deed="patrol"))


@pytest.fixture
def march(village: Community) -> TaskList:
    return village.catalog.draft_task_list({"zh_Hans": "三月任务", "en": "March"}, starts_on=date(2026, 3, 1))


def names(tasks: list[Task]) -> list[tuple[str, int, ItemStatus]]:
    return [(task.name, task.places, task.status) for task in tasks]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (date(2026, 12, 1), date(2026, 12, 31)),
        (date(2028, 2, 1), date(2028, 2, 29)),
        (date(2027, 2, 15), date(2027, 2, 28)),
        (date(2026, 4, 30), date(2026, 4, 30)),
    ],
)
def test_a_list_goes_to_the_end_of_its_month(village: Community, first: date, last: date) -> None:
    assert village.catalog.draft_task_list("x", starts_on=first).ends_on == last


def test_tasks_are_published_with_their_list(village: Community, item: ServiceItem, march: TaskList) -> None:
    draft = village.catalog.add_task(march, item.id, "Sweep the court", places=2)
    assert draft.status is ItemStatus.DRAFT
    with pytest.raises(NotPublished):
        draft.must_take_claims()
    village.catalog.publish(march)
    later = village.catalog.add_task(march, item.id, {"zh_Hans": "查井盖", "en": "Check the manholes"})
    tasks = village.catalog.tasks(march.id)
    assert names(tasks) == [
        ("Sweep the court", 2, ItemStatus.PUBLISHED),
        ("查井盖", 1, ItemStatus.PUBLISHED),
    ]
    tasks[0].must_take_claims()
    done = village.catalog.close(later, reason="done")
    assert village.catalog.task(later.id) == done
    assert [each.id for each in village.catalog.task_lists()] == [march.id]


def test_what_nobody_took_is_carried_over_once(
    village: Community, item: ServiceItem, march: TaskList, clock: ManualClock, li: Member
) -> None:
    catalog = partly_taken(village)
    village.catalog.publish(march)
    for name, places in (("Half taken", 3), ("All taken", 1), ("Done early", 1)):
        village.catalog.add_task(march, item.id, name, places=places)
    village.catalog.close(village.catalog.tasks(march.id)[2], reason="done")
    april = village.catalog.draft_task_list("April", starts_on=date(2026, 4, 1))
    clock.set(datetime(2026, 3, 31, 15, 59, tzinfo=UTC))
    assert catalog.tick() == []
    clock.set(datetime(2026, 3, 31, 16, tzinfo=UTC))
    [closed] = catalog.tick()
    assert (closed.id, closed.status) == (march.id, ItemStatus.CLOSED)
    assert catalog.tick() == []
    assert [(task.name, task.left) for task in catalog.tasks(march.id)] == [
        ("Half taken", 2),
        ("All taken", 0),
        ("Done early", None),
    ]
    assert names(catalog.tasks(april.id)) == [("Half taken", 2, ItemStatus.DRAFT)]
    catalog.publish(april)
    [carried] = catalog.tasks(april.id)
    assert carried.carried_from == catalog.tasks(march.id)[0].id
    assert carried.status is ItemStatus.PUBLISHED
    with pytest.raises(NotPublished):
        catalog.add_task(march, item.id, "Too late")


def partly_taken(village: Community) -> Catalog:
    """The catalog of a village in which one place of each task is taken."""
    taken: Taken = lambda work, kind, ids: dict.fromkeys(ids, int(kind == "task"))  # noqa: E731
    return Catalog(village.context, taken)


def test_a_list_that_is_drafted_late_gets_what_was_left(
    village: Community, item: ServiceItem, march: TaskList, clock: ManualClock
) -> None:
    village.catalog.add_task(march, item.id, "Plant trees")
    village.catalog.publish(march)
    clock.set(datetime(2026, 4, 10, tzinfo=UTC))
    village.catalog.tick()
    bare = village.catalog.draft_task_list("Without", starts_on=date(2026, 4, 1), carry_over=False)
    assert village.catalog.tasks(bare.id) == []
    april = village.catalog.draft_task_list("April", starts_on=date(2026, 4, 1))
    assert names(village.catalog.tasks(april.id)) == [("Plant trees", 1, ItemStatus.DRAFT)]
    again = village.catalog.draft_task_list("April again", starts_on=date(2026, 4, 1))
    assert village.catalog.tasks(again.id) == []


def test_what_cannot_stand_on_a_list(village: Community, item: ServiceItem, march: TaskList) -> None:
    with pytest.raises(DaysReversed):
        village.catalog.draft_task_list("x", starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 1))
    with pytest.raises(NotWholeNumber):
        village.catalog.add_task(march, item.id, "x", places=0)
    draft = village.catalog.draft("Later", deed="care")
    with pytest.raises(NotPublished):
        village.catalog.add_task(march, draft.id, "x")
