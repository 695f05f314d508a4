"""``settle``: what merchants took becomes money."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
from attrs import frozen

from gridpoints.cli.commands import Commands, argument, flag, option
from gridpoints.cli.desk import Desk, end_if_given
from gridpoints.cli.files import refused
from gridpoints.cli.listing import data, seen, show_listing, told
from gridpoints.cli.output import figures, words
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.redemption.statements.model import Settlement


def register(command: Commands, language: Language) -> None:
    """Add the command of this module."""

    @command(
        "settle",
        language.text("Draw up a merchant's statement, approve, pay or cancel one, or list them all."),
    )
    def settle(
        desk: Desk,
        *,
        merchant: Annotated[
            str | None, argument("MERCHANT", language.text("The merchant's id or name; without it, all."))
        ] = None,
        until: Annotated[
            str | None,
            option("DAY", language.text("The last day that counts, like 2024-03-31; without it, now.")),
        ] = None,
        due: Annotated[
            bool, flag("--due", language.text("Draw up all statements that are due by the agreements."))
        ] = False,
        approve: Annotated[
            str | None,
            option(
                "ID", language.text("Approve this statement; not by the person who drew it up: see --as.")
            ),
        ] = None,
        pay: Annotated[str | None, option("ID", language.text("Note that this statement was paid."))] = None,
        reference: Annotated[
            str | None, option("TEXT", language.text("The bank's reference of the payment."))
        ] = None,
        returned: Annotated[
            str | None,
            option("ID", language.text("Note that the bank sent the money of this statement back.")),
        ] = None,
        cancel: Annotated[
            str | None,
            option(
                "ID", language.text("Call this statement off, which nobody approved; the next one covers it.")
            ),
        ] = None,
        reason: Annotated[
            str | None,
            option("TEXT", language.text("Why it was sent back or is called off; it stays on record.")),
        ] = None,
        out: Annotated[
            Path | None,
            option("FILE", language.text("Write the statements to a file as well: .csv, .json or .xlsx.")),
        ] = None,
    ) -> None:
        asked = _Asked(merchant, until, due, approve, pay, reference, returned, cancel, reason)
        asked.must_fit(language)
        with desk.village() as village:
            merchants = village.redemption.merchants()
            desk.known |= {each.id: each.name for each in merchants}
            statements = asked.done(desk, village, merchants)
            if out is not None:
                _write(desk, village, statements, out)
            _show(desk, village, statements)


@frozen
class _Asked:
    """What is to be done: one thing, with what it needs, or nothing."""

    merchant: str | None
    until: str | None
    due: bool
    approve: str | None
    pay: str | None
    reference: str | None
    returned: str | None
    cancel: str | None
    reason: str | None

    def must_fit(self, language: Language) -> None:
        """Refuse options that do not go together."""
        alone = (self.merchant, self.due, self.approve, self.pay, self.returned, self.cancel)
        if sum(map(bool, alone)) > 1:
            raise typer.BadParameter(
                language.text("A merchant, --due, --approve, --pay, --returned and --cancel stand alone.")
            )
        if self.until is not None and self.merchant is None:
            raise typer.BadParameter(language.text("--until needs a merchant."))
        if (self.pay is None) != (self.reference is None):
            raise typer.BadParameter(language.text("--pay needs --reference, and the other way round."))
        if (self.returned is None and self.cancel is None) != (self.reason is None):
            raise typer.BadParameter(
                language.text("--returned and --cancel need --reason, and it needs one of them.")
            )

    def done(self, desk: Desk, village: Community, merchants: Sequence[Merchant]) -> list[Settlement]:
        """The statements that it is about, as they are afterwards; of nothing, all."""
        room = village.redemption
        if self.approve is not None:
            return [room.approve_settlement(self.approve)]
        if self.pay is not None:
            return [room.pay_settlement(self.pay, reference=self.reference or "")]
        if self.returned is not None:
            return [room.return_payment(self.returned, reason=self.reason or "")]
        if self.cancel is not None:
            return [room.cancel_settlement(self.cancel, reason=self.reason or "")]
        if self.due:
            return [each.statement for each in room.settle_due() if each.statement is not None]
        if self.merchant is not None:
            at = desk.one_of("merchant", merchants, self.merchant)
            return [room.settle(at.id, end_if_given(village, self.until))]
        return room.settlements()


def _write(desk: Desk, village: Community, statements: list[Settlement], path: Path) -> None:
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as target:
            village.redemption.write_settlements(
                statements,
                path.suffix.removeprefix(".").lower(),
                target,
                title=desk.language.text("Settlement statements"),
                headings=_headings(desk.language),
            )
        part.replace(path)
    except OSError as error:
        raise refused(path, error) from None
    finally:
        part.unlink(missing_ok=True)


def _headings(said: Language) -> Mapping[str, str]:
    return {
        "settlement": said.text("Statement"),
        "merchant": said.text("Merchant"),
        "status": said.text("Status"),
        "until": said.text("Until"),
        "redemptions": said.text("Redemptions"),
        "opening": said.text("Before"),
        "points": said.text("Points"),
        "refunded": said.text("Given back"),
        "unit": said.text("Unit"),
        "brought": said.text("Brought forward"),
        "gross": said.text("Money"),
        "fees": said.text("Fee"),
        "adjustments": said.text("Adjustments"),
        "money": said.text("To be paid"),
        "carried": said.text("Carried over"),
        "currency": said.text("Currency"),
        "approved_by": said.text("Approved by"),
        "payment_reference": said.text("Payment"),
    }


def _show(desk: Desk, village: Community, statements: list[Settlement]) -> None:
    said, units = desk.language, village.rules.units()
    show_listing(
        desk,
        "settlements",
        said.text("Settlement statements"),
        statements,
        told("id", words(said.text("Statement"))),
        data(merchant="merchant_id"),
        seen(words(said.text("Merchant")), lambda each: desk.known.get(each.merchant_id, each.merchant_id)),
        told("status", words(said.text("Status"))),
        told("until", figures(said.text("Until"))),
        told("redemptions", figures(said.text("Redemptions"))),
        data("unit"),
        told("points", figures(said.text("Points")), lambda each: units[each.unit].decimal(each.points)),
        told("refunded", of=lambda each: units[each.unit].decimal(each.refunded)),
        data("rate", "brought", "gross", "fees", "adjustments"),
        told(
            "money", figures(said.text("To be paid")), seen=lambda each: said.money(each.money, each.currency)
        ),
        data("carried", "currency", "drawn_up_by", "approved_by", "payment_reference"),
    )
