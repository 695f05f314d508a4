"""What a receipt says, for people and for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from gridpoints.cli.desk import Desk
from gridpoints.cli.output import figures, words
from gridpoints.errors import GridpointsError
from gridpoints.ledger.checkpoint import Checkpoint
from gridpoints.ledger.journal import Act, Line, instant
from gridpoints.ledger.model import Leg, Rejected
from gridpoints.ledger.posting import outcome_of
from gridpoints.ledger.receipt import Receipt
from gridpoints.values import Unit


@frozen
class Told:
    """A receipt, and the checkpoint that seals its line.

    `units` are those that are known; amounts of another unit are shown with `scale` digits after the
    point, or, where it is None, whole. `published` is how many lines the published checkpoint has that it
    was compared with.
    """

    receipt: Receipt
    sealed: Checkpoint
    signers: tuple[str, ...]
    units: Mapping[str, Unit]
    scale: int | None = None
    published: int | None = None

    @property
    def line(self) -> Line:
        """The line of the journal."""
        return self.receipt.line

    def legs(self) -> tuple[Leg, ...]:
        """Which accounts it is about. A floor is no amount that moves."""
        return () if self.line.act == Act.FLOOR else self.receipt.legs()

    def unit(self, leg: Leg) -> Unit:
        """The unit of a leg."""
        code = leg.account.unit
        return self.units.get(code) or Unit(code, self.scale or 0)

    def document(self) -> dict[str, Any]:
        """What it says, for programs."""
        line = self.line
        return {
            "community": self.receipt.community,
            "transaction": line.id,
            "line": line.number,
            "act": line.act,
            "kind": line.kind,
            "reason": line.reason,
            "subject": line.subject,
            "effective_at": instant(line.effective_at),
            "recorded_at": instant(line.recorded_at),
            "moved": line.moves,
            "refusal": line.refusal,
            "legs": [
                {
                    "account": leg.account.key,
                    "unit": leg.account.unit,
                    "amount": self.unit(leg).decimal(leg.amount),
                    "expires_at": leg.expires_at,
                }
                for leg in self.legs()
            ],
            "details": self.receipt.details(),
            "sealed_at": self.sealed.sealed_at,
            "lines": self.sealed.size,
            "signed_by": self.signers,
            "published": self.published,
        }

    def drawing(self, desk: Desk) -> list[Any]:
        """What it says, for people."""
        parts = [self._facts(desk)]
        return [*parts, self._table(desk)] if self.legs() else parts

    def _facts(self, desk: Desk) -> Any:
        said, line = desk.language, self.line
        facts = [
            (said.text("Transaction"), line.id),
            (said.text("Act"), said.word(line.kind, "transaction_kind")),
            (said.text("Reason"), line.reason),
            (said.text("About"), line.subject or ""),
            (said.text("Refused"), self._refusal(desk)),
            (said.text("Done"), said.instant(instant(line.effective_at))),
            (said.text("Written down"), said.instant(instant(line.recorded_at))),
            (
                said.text("Line of the journal"),
                said.text("{line} of {lines}", line=line.number, lines=self.sealed.size),
            ),
            (said.text("Sealed"), said.instant(self.sealed.sealed_at)),
            (said.text("Signed by"), said.joined(self.signers)),
        ]
        if self.published is not None:
            same = said.text("the one over {size} lines", size=self.published)
            facts.append((said.text("Same journal as the published checkpoint"), same))
        return desk.out.table(
            said.text("Receipt of {community}", community=self.receipt.community),
            [words(""), words("")],
            [(name, fact) for name, fact in facts if fact],
        )

    def _refusal(self, desk: Desk) -> str:
        if self.line.refusal is None:
            return ""
        try:
            outcome = outcome_of(self.line)
        except (GridpointsError, LookupError, TypeError, ValueError):  # of another release
            return self.line.refusal
        return desk.language.error(outcome.error, desk.known) if isinstance(outcome, Rejected) else ""

    def _table(self, desk: Desk) -> Any:
        said = desk.language
        shown = said.signed if self.line.moves else said.number
        known = self.scale is not None or all(leg.account.unit in self.units for leg in self.legs())
        columns = [
            words(said.text("Account")),
            figures(said.text("Amount") if known else said.text("Amount, in the smallest part")),
            words(said.text("Unit")),
            words(said.text("Expires")),
        ]
        rows = [
            (
                said.account(leg.account.key, desk.known),
                shown(self.unit(leg).decimal(leg.amount)),
                said.name(self.unit(leg).names) or said.word(leg.account.unit, "unit"),
                said.instant(leg.expires_at) if leg.expires_at else "",
            )
            for leg in self.legs()
        ]
        dated = any(leg.expires_at for leg in self.legs())
        width = len(columns) if dated else len(columns) - 1
        return desk.out.table(self._heading(desk), columns[:width], [row[:width] for row in rows])

    def _heading(self, desk: Desk) -> str:
        said = desk.language
        if self.line.moves:
            return said.text("What was given and taken")
        if self.line.refusal is not None:
            return said.text("What was asked for, and did not move")
        return said.text("What it is about")
