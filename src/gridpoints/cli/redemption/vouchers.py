"""``voucher``: codes for goods that are set aside, for somebody else to fetch them, or for later."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from gridpoints.cli.desk import Desk, command, end_if_given, member_argument
from gridpoints.cli.files import write_new
from gridpoints.cli.output import figures, words
from gridpoints.cli.redemption.naming import past_their_date
from gridpoints.cli.redemption.offers import offer_argument, pieces_option
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.notices.slips import Slip, printed
from gridpoints.redemption.vouchers.model import Voucher


def register(app: typer.Typer, language: Language) -> None:
    """Add the commands of this module."""
    group = typer.Typer(
        name="voucher",
        help=language.text("Codes for goods that are set aside."),
        no_args_is_help=True,
    )
    app.add_typer(group)
    _register_issuing(group, language)
    _register_holding(group, language)
    _register_taking(group, language)


def _voucher_argument(language: Language) -> Any:
    return typer.Argument(metavar="VOUCHER", help=language.text("The voucher's number."))


def _register_issuing(group: typer.Typer, language: Language) -> None:
    @command(
        group,
        language,
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
            typer.Option(
                metavar="DAY",
                help=language.text("The last day on which it is valid; without it, for 30 days."),
            ),
        ] = None,
        named: Annotated[
            bool,
            typer.Option(
                "--named", help=language.text("Only with the code that the member's telephone shows.")
            ),
        ] = False,
        sheet: Annotated[
            Path | None,
            typer.Option(
                metavar="FILE",
                help=language.text("Write it as a page to be printed, with a QR code: a file .html."),
            ),
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

    @command(group, language, "list", language.text("The vouchers that a member holds or held."))
    def of(
        desk: Desk,
        member: Annotated[str, member_argument(language)],
    ) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            _show(desk, village, village.redemption.vouchers_of(person.id))

    @command(
        group,
        language,
        "revoke",
        language.text("Let a voucher be good for nothing: points and goods go back."),
    )
    def revoke(
        desk: Desk,
        *,
        voucher: Annotated[str, _voucher_argument(language)],
        reason: Annotated[
            str, typer.Option(metavar="TEXT", help=language.text("Why; everybody concerned can read it."))
        ],
    ) -> None:
        with desk.village() as village:
            revoked = village.redemption.revoke_voucher(voucher, reason=reason)
            late = past_their_date(desk, village, village.redemption.redemption(revoked.redemption_id))
            _show(desk, village, [revoked], late)


def _register_holding(group: typer.Typer, language: Language) -> None:
    @command(
        group,
        language,
        "hand-on",
        language.text("Let a voucher be somebody else's, of the household or whoever the rules let."),
    )
    def hand_on(
        desk: Desk,
        *,
        voucher: Annotated[str, _voucher_argument(language)],
        member: Annotated[str, member_argument(language)],
        reason: Annotated[
            str | None, typer.Option(metavar="TEXT", help=language.text("Why; it stays on record."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            _show(desk, village, [village.redemption.hand_on(voucher, person.id, reason=reason)])

    @command(
        group,
        language,
        "code",
        language.text("What a member shows at a till: six digits, others every half minute."),
    )
    def code(
        desk: Desk,
        *,
        member: Annotated[str, member_argument(language)],
        renew: Annotated[
            bool,
            typer.Option(
                "--renew",
                help=language.text("Make them of another secret first, as when a telephone was lost."),
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


def _register_taking(group: typer.Typer, language: Language) -> None:
    @command(group, language, "take", language.text("Hand over what a voucher stands for."))
    def take(
        desk: Desk,
        *,
        code: Annotated[
            str, typer.Argument(metavar="CODE", help=language.text("The code, or the text of the QR code."))
        ],
        member_code: Annotated[
            str | None,
            typer.Option(
                metavar="DIGITS",
                help=language.text("What the member's telephone shows, for a voucher that is named."),
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
        group,
        language,
        "attempts",
        language.text("What was shown as a voucher and refused, and why: for the operator's eyes."),
    )
    def attempts(
        desk: Desk,
        *,
        limit: Annotated[int, typer.Option(help=language.text("How many, the latest first."))] = 100,
        before: Annotated[
            str | None,
            typer.Option(
                metavar="ATTEMPT",
                help=language.text("Only what came before this one; --json tells its number."),
            ),
        ] = None,
    ) -> None:
        with desk.village() as village:
            found = village.redemption.attempts(before=before, limit=limit)
            zone = village.context.zone
        said = desk.language
        table = desk.out.table(
            said.text("Refused vouchers"),
            [
                words(said.text("Time")),
                words(said.text("By")),
                words(said.text("Voucher")),
                words(said.text("Reason")),
            ],
            [
                (
                    said.instant(each.at, zone),
                    each.by,
                    each.voucher_id or "",
                    said.word(each.reason, "attempt"),
                )
                for each in found
            ],
        )
        document = {
            "attempts": [
                {
                    "attempt": each.id,
                    "at": each.at,
                    "by": each.by,
                    "voucher": each.voucher_id,
                    "reason": each.reason,
                }
                for each in found
            ]
        }
        desk.out.show(document, table)


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
    goods = said.joined([f"{line['offer']} × {line['quantity']}" for line in document["goods"]])
    lines = (
        village.community.profile().name,
        said.amount(unit.amount(document["points"]), unit),
        said.text("Valid until {until}", until=until),
    )
    code = str(document["code"])
    return printed(
        said.text("Vouchers"), [Slip(code, goods, lines, code)], language=said.code.replace("_", "-")
    )


def _show(
    desk: Desk, village: Community, vouchers: Sequence[Voucher], late: Sequence[str] | None = None
) -> None:
    said = desk.language
    documents = [_document(village, voucher) for voucher in vouchers]
    table = desk.out.table(
        said.text("Vouchers"),
        [
            words(said.text("Number")),
            words(said.text("Goods")),
            figures(said.text("Points")),
            words(said.text("Valid until")),
            words(said.text("Status")),
        ],
        [
            (
                voucher.id,
                said.joined([f"{line['offer']} × {line['quantity']}" for line in document["goods"]]),
                said.number(document["points"]),
                said.instant(voucher.valid_until, village.context.zone),
                said.word(voucher.status),
            )
            for voucher, document in zip(vouchers, documents, strict=True)
        ],
    )
    document = {"vouchers": documents} if late is None else {"vouchers": documents, "past_their_date": late}
    desk.out.show(document, table, *(late or ()))
