"""Directives to the grids, and their answers. A part of `Emergencies`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from attrs import frozen

from gridpoints.community.emergency import Emergency
from gridpoints.community.model import Grid
from gridpoints.emergency.directives import (
    ACKNOWLEDGEMENT,
    DIRECTIVE,
    Acknowledgement,
    AcknowledgementStatus,
    Directive,
    DirectiveStatus,
)
from gridpoints.emergency.serving import Serving
from gridpoints.emergency.switching import make_moot
from gridpoints.errors import DueTooSoon, NobodyToDirect, NotResponsible, RecordUnknown
from gridpoints.rules.operations import Rules
from gridpoints.rules.permissions import Right
from gridpoints.storage.port import Work
from gridpoints.values import check_instant, check_text


@frozen
class Directing(Serving):
    """One instruction to many grids (统一工作指令), in an emergency or on any other day."""

    def direct(
        self,
        text: str,
        *,
        due_at: datetime,
        remind_at: datetime | None = None,
        grids: Iterable[str] = (),
        responsible: Mapping[str, Iterable[str]] | None = None,
        emergency_id: str | None = None,
        id: str | None = None,
    ) -> Directive:
        """Give a directive to some grids, or to all (of the emergency's area), to be answered by `due_at`.

        `responsible` are those who answer for each grid, the deputies after them; where nobody is named,
        whoever may give directives. `tick` finds who is to be reminded, and what is overdue. Raises
        `RightReserved`, `EmergencyOver`, `DueTooSoon`, `NobodyToDirect`, or `RecordUnknown` for a grid.
        """
        Rules(self.context).require(Right.DIRECT)
        now = self.context.now()
        due_at = check_instant("due_at", due_at)
        remind_at = None if remind_at is None else check_instant("remind_at", remind_at)
        if due_at <= now or (remind_at is not None and remind_at >= due_at):
            raise DueTooSoon(due_at=due_at)
        directive = Directive(
            id=self.context.id(id),
            text=check_text("text", text),
            issued_at=now,
            issued_by=self.context.actor.id,
            due_at=due_at,
            emergency_id=emergency_id,
        )
        named = {grid: tuple(people) for grid, people in (responsible or {}).items()}
        with self.context.begin() as work:
            to = self._addressed(work, tuple(grids), emergency_id)
            self.context.keep(work, directive)
            self.context.keep_all(
                work,
                (
                    Acknowledgement(
                        id=f"{directive.id}/{grid}",
                        directive_id=directive.id,
                        grid_id=grid,
                        remind_at=remind_at,
                        due_at=due_at,
                        responsible=named.get(grid, ()),
                    )
                    for grid in to
                ),
            )
        return directive

    def _addressed(self, work: Work, grids: tuple[str, ...], emergency_id: str | None) -> list[str]:
        if emergency_id is not None:
            emergency = work.get(Emergency, emergency_id, lock=True)
            emergency.must_be_on()
            grids = grids or emergency.grids
        known = [grid.id for grid in work.find(Grid)]
        for id in grids:
            if id not in known:
                raise RecordUnknown(kind="grid", id=id)
        to = list(dict.fromkeys(grids)) or known
        if not to:
            raise NobodyToDirect
        return to

    def acknowledge(self, directive_id: str, grid_id: str) -> Acknowledgement:
        """Say that a directive was received (签收), late or not; raises `NotResponsible`."""
        now, by = self.context.now(), self.context.actor.id
        acknowledged = AcknowledgementStatus.ACKNOWLEDGED
        return self._answer(directive_id, grid_id, acknowledged, acknowledged_at=now, acknowledged_by=by)

    def report_done(self, directive_id: str, grid_id: str, outcome: str) -> Acknowledgement:
        """Say that what a directive asks for was done (办结); raises `NotResponsible`."""
        outcome = check_text("outcome", outcome)
        done = AcknowledgementStatus.DONE
        return self._answer(directive_id, grid_id, done, done_at=self.context.now(), outcome=outcome)

    def withdraw_directive(self, directive_id: str, *, reason: str) -> Directive:
        """Take a directive back: no answer is awaited any more."""
        Rules(self.context).require(Right.DIRECT)
        with self.context.begin() as work:
            directive = work.get(Directive, directive_id, lock=True)
            withdrawn = DIRECTIVE.advance(directive, DirectiveStatus.WITHDRAWN)
            make_moot(self.context, work, [directive.id])
            return self.context.change(work, directive, withdrawn, reason)

    def _answer(
        self, directive_id: str, grid_id: str, to: AcknowledgementStatus, **marks: object
    ) -> Acknowledgement:
        with self.context.begin() as work:
            answer = work.get(Acknowledgement, f"{directive_id}/{grid_id}", lock=True)
            actor, responsible = self.context.actor, answer.responsible
            if responsible and actor.id not in responsible:
                grid = work.get(Grid, grid_id).name
                raise NotResponsible(actor=actor.id, grid=grid, responsible=responsible)
            if not responsible:
                Rules(self.context).require(Right.DIRECT)
            return self.context.change(work, answer, ACKNOWLEDGEMENT.advance(answer, to, **marks))

    def directive(self, id: str) -> Directive:
        """The directive of that id; raises `RecordUnknown`."""
        with self.context.read() as work:
            return work.get(Directive, id)

    def directives(self, emergency_id: str | None = None) -> list[Directive]:
        """The directives of an emergency, or those of ordinary days, oldest first."""
        with self.context.read() as work:
            return work.find(Directive, {"emergency_id": emergency_id}, order=("issued_at", "id"))

    def answers(self, directive_id: str) -> list[Acknowledgement]:
        """What each grid answered, by grid."""
        with self.context.read() as work:
            return work.find(Acknowledgement, {"directive_id": directive_id}, order=("grid_id",))

    def escalated(self) -> list[Acknowledgement]:
        """What is overdue, for those above to see to, the longest overdue first."""
        with self.context.read() as work:
            escalated = {"status": AcknowledgementStatus.ESCALATED}
            return work.find(Acknowledgement, escalated, order=("due_at", "id"))
