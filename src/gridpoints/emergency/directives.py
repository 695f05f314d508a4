"""Directives (统一工作指令): one instruction to all grids, and what each of them answered."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from attrs import frozen

from gridpoints.records import Lifecycle


class DirectiveStatus(StrEnum):
    """In force, or withdrawn."""

    ISSUED = "issued"
    WITHDRAWN = "withdrawn"


DIRECTIVE = Lifecycle.of({DirectiveStatus.ISSUED: {DirectiveStatus.WITHDRAWN}})


@frozen
class Directive:
    """One instruction, to be acknowledged by `due_at`; outside an emergency, `emergency_id` is None."""

    id: str
    text: str
    issued_at: datetime
    issued_by: str
    due_at: datetime
    emergency_id: str | None = None
    status: DirectiveStatus = DirectiveStatus.ISSUED
    version: int = 1


class AcknowledgementStatus(StrEnum):
    """What a grid answered (签收、办结), or that it did not.

    Escalated: it is overdue, and somebody above has to see to it. Moot: nobody waits for it any more.
    """

    AWAITED = "awaited"
    REMINDED = "reminded"
    ESCALATED = "escalated"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    MOOT = "moot"


_S = AcknowledgementStatus

ACKNOWLEDGEMENT = Lifecycle.of(
    {
        _S.AWAITED: {_S.REMINDED, _S.ESCALATED, _S.ACKNOWLEDGED, _S.MOOT},
        _S.REMINDED: {_S.ESCALATED, _S.ACKNOWLEDGED, _S.MOOT},
        _S.ESCALATED: {_S.ACKNOWLEDGED, _S.MOOT},
        _S.ACKNOWLEDGED: {_S.DONE},
    }
)

#: In one of these, the grid has not answered.
UNANSWERED = (_S.AWAITED, _S.REMINDED, _S.ESCALATED)


@frozen
class Acknowledgement:
    """What one grid owes to a directive. Its id is the directive's, ``/``, and the grid's.

    `responsible` are those who may answer for the grid (责任人, and their deputies); empty: whoever may
    give directives. `outcome` is what they report as done.
    """

    id: str
    directive_id: str
    grid_id: str
    remind_at: datetime | None
    due_at: datetime
    responsible: tuple[str, ...] = ()
    reminded_at: datetime | None = None
    escalated_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    done_at: datetime | None = None
    outcome: str | None = None
    status: AcknowledgementStatus = AcknowledgementStatus.AWAITED
    version: int = 1
