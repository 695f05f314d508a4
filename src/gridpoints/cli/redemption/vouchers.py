"""``voucher``: codes for goods that are set aside, for somebody else to fetch them, or for later."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gridpoints.cli.commands import Commands, argument, flag, member_argument, option, reason_option
from gridpoints.cli.desk import Desk, end_if_given
from gridpoints.cli.files import write_new
from gridpoints.cli.listing import Cell, data, listing, seen, show_listing, told
from gridpoints.cli.output import figures, words
from gridpoints.cli.redemption.naming import past_their_date
from gridpoints.cli.redemption.offers import offer_argument, pieces_option
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.notices.slips import Slip, printed
from gridpoints.redemption.vouchers.model import Voucher


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group("voucher", language.text("Codes for goods that are set aside."))
    _register_issuing(command, language)
    _register_holding(command, language)
    _register_taking(command, language)


def _voucher_argument(language: Language) -> Any:
    return argument("VOUCHER", language.text("The voucher's number."))


def _register_issuing(command: Commands, language: Language) -> None:
    @command(
        "issue",
        language.text("Set something aside for a member, and give a code for it, which is shown this once."),
    )
    def issue(
        desk: Desk,
        *,
        member: Annotated[str, member_argument(language)],
        offer: Annotated[str, offer_argument(language)],
        quantity: Annotated[int, pieces_option(language)] = 1,
        until: Annotated[
            str | None,
            option("DAY", language.text("The last day on which it is valid; without it, for 30 days.")),
        ] = None,
        named: Annotated[
            bool, flag("--named", language.text("Only with the code that the member's telephone shows."))
        ] = False,
        sheet: Annotated[
            Path | None,
            option("FILE", language.text("Write it as a page to be printed, with a QR code: a file .html.")),
        ] = None,
    ) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            offered = desk.one_of("offer", village.redemption.offers(), offer)
            # One transaction: where the page cannot be written, nobody would ever see the code.
            with village.transaction():
                issued = village.redemption.issue_voucher(
                    offered.id,
                    person.id,
                    quantity=quantity,
                    valid_until=end_if_given(village, until),
                    named=named,
                )
                document = {**_document(village, issued.voucher), "code": issued.code}
                if sheet is not None:
                    write_new(sheet, _page(desk.language, village, document))
        sentence = desk.language.text(
            "{code} is good for {quantity} × {offer} until {until}",
            code=issued.code,
            quantity=quantity,
            offer=offered.name,
            until=issued.voucher.valid_until,
        )
        desk.out.show(document, sentence)

    @command("list", language.text("The vouchers that a member holds or held."))
    def of(desk: Desk, member: Annotated[str, member_argument(language)]) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            _show(desk, village, village.redemption.vouchers_of(person.id))

    @command("revoke", language.text("Let a voucher be good for nothing: points and goods go back."))
    def revoke(
        desk: Desk,
        *,
        voucher: Annotated[str, _voucher_argument(language)],
        reason: Annotated[str, option("TEXT", language.text("Why; everybody concerned can read it."))],
    ) -> None:
        with desk.village() as village:
            revoked = village.redemption.revoke_voucher(voucher, reason=reason)
            late = past_their_date(desk, village, village.redemption.redemption(revoked.redemption_id))
            _show(desk, village, [revoked], late)


def _register_holding(command: Commands, language: Language) -> None:
    @command(
        "hand-on",
        language.text("Let a voucher be somebody else's, of the household or whoever the rules let."),
    )
    def hand_on(
        desk: Desk,
        *,
        voucher: Annotated[str, _voucher_argument(language)],
        member: Annotated[str, member_argument(language)],
        reason: Annotated[str | None, reason_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            _show(desk, village, [village.redemption.hand_on(voucher, person.id, reason=reason)])

    @command("code", language.text("What a member shows at a till: six digits, others every half minute."))
    def code(
        desk: Desk,
        *,
        member: Annotated[str, member_argument(language)],
        renew: Annotated[
            bool,
            flag(
                "--renew", language.text("Make them of another secret first, as when a telephone was lost.")
            ),
        ] = False,
    ) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            if renew:
                village.redemption.renew_member_code(person.id)
            shown = village.redemption.member_code(person.id)
        document = {"member": person.id, "code": shown.text, "until": shown.until}
        sentence = desk.language.text("{name} shows {code} now", name=person.name, code=shown.text)
        desk.out.show(document, sentence)


def _register_taking(command: Commands, language: Language) -> None:
    @command("take", language.text("Hand over what a voucher stands for."))
    def take(
        desk: Desk,
        *,
        code: Annotated[str, argument("CODE", language.text("The code, or the text of the QR code."))],
        member_code: Annotated[
            str | None,
            option(
                "DIGITS", language.text("What the member's telephone shows, for a voucher that is named.")
            ),
        ] = None,
        pieces: Annotated[
            int | None, typer.Option(help=language.text("How many pieces; without it, all of them."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            done = village.redemption.take_voucher(code, member_code=member_code, pieces=pieces)
            unit = village.rules.units()[done.unit]
        said = desk.language
        lines = [(line.name, line.captured) for line in done.lines if line.captured]
        document = {
            "redemption": done.id,
            "status": done.status,
            "goods": [{"offer": name, "quantity": number} for name, number in lines],
            "unit": unit.code,
            "points": unit.decimal(done.captured),
        }
        sentence = said.text(
            "Hand over: {goods}, for {points}",
            goods=said.joined([f"{name} × {number}" for name, number in lines]),
            points=said.amount(done.captured, unit),
        )
        desk.out.show(document, sentence)

    @command(
        "attempts",
        language.text("What was shown as a voucher and refused, and why: for the operator's eyes."),
    )
    def attempts(
        desk: Desk,
        *,
        limit: Annotated[int, typer.Option(help=language.text("How many, the latest first."))] = 100,
        before: Annotated[
            str | None,
            option("ATTEMPT", language.text("Only what came before this one; --json tells its number.")),
        ] = None,
    ) -> None:
        with desk.village() as village:
            found = village.redemption.attempts(before=before, limit=limit)
        said = desk.language
        show_listing(
            desk,
            "attempts",
            said.text("Refused vouchers"),
            found,
            data(attempt="id"),
            told("at", words(said.text("Time"))),
            told("by", words(said.text("By"))),
            told("voucher", words(said.text("Voucher")), lambda each: each.voucher_id),
            told("reason", words(said.text("Reason")), seen=lambda each: said.word(each.reason, "attempt")),
        )


def _document(village: Community, voucher: Voucher) -> dict[str, Any]:
    redemption = village.redemption.redemption(voucher.redemption_id)
    unit = village.rules.units()[redemption.unit]
    return {
        "voucher": voucher.id,
        "status": voucher.status,
        "member": voucher.holder_id,
        "goods": [{"offer": line.name, "quantity": line.quantity} for line in redemption.lines],
        "unit": unit.code,
        "points": unit.decimal(redemption.points),
        "valid_until": voucher.valid_until,
        "named": voucher.named,
    }


def _page(said: Language, village: Community, document: Mapping[str, Any]) -> str:
    """The voucher on paper."""
    unit = village.rules.units()[document["unit"]]
    until = said.instant(document["valid_until"], village.context.zone)
    goods = said.joined(_goods(document))
    lines = (
        village.community.profile().name,
        said.amount(unit.amount(document["points"]), unit),
        said.text("Valid until {until}", until=until),
    )
    code = str(document["code"])
    return printed(
        said.text("Vouchers"), [Slip(code, goods, lines, code)], language=said.code.replace("_", "-")
    )


def _goods(document: Mapping[str, Any]) -> list[str]:
    return [f"{line['offer']} × {line['quantity']}" for line in document["goods"]]


def _show(
    desk: Desk, village: Community, vouchers: Sequence[Voucher], late: Sequence[str] | None = None
) -> None:
    said = desk.language
    listed = listing(
        desk,
        said.text("Vouchers"),
        [_document(village, voucher) for voucher in vouchers],
        Cell(dict),
        seen(words(said.text("Number")), lambda each: each["voucher"]),
        seen(words(said.text("Goods")), _goods),
        seen(figures(said.text("Points")), lambda each: each["points"]),
        seen(words(said.text("Valid until")), lambda each: each["valid_until"]),
        seen(words(said.text("Status")), lambda each: each["status"]),
    )
    document: dict[str, Any] = {"vouchers": listed.document}
    if late is not None:
        document["past_their_date"] = late
    desk.out.show(document, listed.table, *(late or ()))
