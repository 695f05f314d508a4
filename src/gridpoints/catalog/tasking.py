"""Monthly lists of tasks, taken on freely and carried over. A part of `Catalog`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from attrs import evolve, frozen

from gridpoints.catalog.listing import Listed, Listing
from gridpoints.catalog.model import ITEM, ItemStatus, ServiceItem
from gridpoints.catalog.tasks import Task, TaskList
from gridpoints.catalog.wording import worded
from gridpoints.records import Stateful
from gridpoints.storage.port import Range, Work
from gridpoints.values import Names, check_day


@frozen
class Tasking(Listing):
    """What is to be done in a month (任务需求清单)."""

    def draft_task_list(
        self,
        name: str | Names,
        *,
        starts_on: date,
        ends_on: date | None = None,
        carry_over: bool = True,
        id: str | None = None,
    ) -> TaskList:
        """Draft a list of tasks, from a day to the end of its month, if `ends_on` is not said.

        What nobody had taken of the list before is carried over to it, now if that is over, else when it
        is, unless `carry_over` is false. Raises `DaysReversed`.
        """
        name, names = worded(name)
        last = _last_of_month(check_day("starts_on", starts_on)) if ends_on is None else ends_on
        drafted = TaskList(self.context.id(id), name, starts_on, last, names).checked()
        self.context.must_organise()
        with self.context.begin() as work:
            self.context.keep(work, drafted)
            if carry_over:
                over = {"status": ItemStatus.CLOSED, "ends_on": Range(below=starts_on)}
                for former in work.find(TaskList, over, order=("-ends_on", "-id"), limit=1):
                    self._carry(work, former, drafted)
            return drafted

    def add_task(
        self,
        task_list: TaskList,
        item_id: str,
        name: str | Names,
        *,
        places: int = 1,
        description: str = "",
        place: str = "",
        id: str | None = None,
    ) -> Task:
        """Put a task on a list, for so many people; on one that is published it is published at once.

        `item_id` is the service that it counts as. Raises `NotPublished` for a list that is over.
        """
        name, names = worded(name)
        task = Task(
            id=self.context.id(id),
            list_id=task_list.id,
            item_id=item_id,
            name=name,
            places=places,
            description=description,
            names=names,
            place=place,
        ).checked()
        with self.context.begin() as work:
            self.context.must_organise()
            of = work.get(TaskList, task_list.id, lock=True)
            if of.status is ItemStatus.CLOSED:
                of.must_be_published()
            work.get(ServiceItem, item_id).must_be_published()
            self.context.keep(work, task)
            return self._publish_tasks(work, of, [task])[0]

    def task_lists(self, status: ItemStatus | None = ItemStatus.PUBLISHED) -> list[TaskList]:
        """The published lists (or those of another status; None: all), by their first day."""
        with self.context.read() as work:
            return work.find(TaskList, {"status": status} if status else None, order=("starts_on", "id"))

    def tasks(self, list_id: str) -> list[Task]:
        """The tasks of a list, in the order in which they were put on it."""
        with self.context.read() as work:
            return work.find(Task, {"list_id": list_id})

    def task(self, id: str) -> Task:
        """The task of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Task, id)

    def _moved(self, work: Work, old: Listed, new: Listed, reason: str | None = None) -> Listed:
        moved = super()._moved(work, old, new, reason)
        if isinstance(moved, TaskList):
            if moved.status is ItemStatus.PUBLISHED:
                drafts = work.find(Task, {"list_id": moved.id, "status": ItemStatus.DRAFT}, lock=True)
                self._publish_tasks(work, moved, drafts)
            else:
                self._end_tasks(work, moved)
        return moved

    def _publish_tasks(self, work: Work, of: TaskList, tasks: Sequence[Task]) -> list[Task]:
        if of.status is not ItemStatus.PUBLISHED:
            return list(tasks)
        changes = [(task, ITEM.advance(task, ItemStatus.PUBLISHED)) for task in tasks]
        self.context.change_all(work, changes)
        published = [new for _, new in changes]
        self._enter(work, published)
        return published

    def _end_lists(self, work: Work, now: datetime) -> list[Stateful]:
        """Close the lists that are over, and carry over what nobody took."""
        lists = work.find(TaskList, self._over(now), order=("ends_on", "id"), lock=True)
        return [self._moved(work, each, ITEM.advance(each, ItemStatus.CLOSED)) for each in lists]

    def _end_tasks(self, work: Work, of: TaskList) -> None:
        """Close the tasks of a list that is over; the next list, if there is one, gets what is left."""
        ending = {"list_id": of.id, "status": (ItemStatus.DRAFT, ItemStatus.PUBLISHED)}
        tasks = work.find(Task, ending, lock=True)
        taken = self.taken(work, "task", [task.id for task in tasks])
        changes = [
            (task, ITEM.advance(task, ItemStatus.CLOSED, left=max(0, task.places - taken[task.id])))
            for task in tasks
        ]
        self.context.change_all(work, changes)
        self._enter(work, [new for _, new in changes])
        open_lists = (ItemStatus.DRAFT, ItemStatus.PUBLISHED)
        later = {"status": open_lists, "starts_on": Range(above=of.ends_on)}
        for following in work.find(TaskList, later, order=("starts_on", "id"), limit=1, lock=True):
            self._carry(work, of, following)

    def _carry(self, work: Work, former: TaskList, to: TaskList) -> None:
        """Put on a list what is left of the one before; a task is carried over once."""
        left = work.find(Task, {"list_id": former.id, "left": Range(at_least=1)})
        gone_on = {t.carried_from for t in work.find(Task, {"carried_from": [task.id for task in left]})}
        carried = [
            evolve(
                task,
                id=self.context.id(None),
                list_id=to.id,
                places=task.left or 1,
                carried_from=task.id,
                left=None,
                status=ItemStatus.DRAFT,
                version=1,
            )
            for task in left
            if task.id not in gone_on
        ]
        self.context.keep_all(work, carried)
        self._publish_tasks(work, to, carried)


def _last_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
