"""``balance`` and ``statement``: what somebody has, and why."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from rich.text import Text

from gridpoints.cli.commands import Commands, member_argument, option
from gridpoints.cli.desk import Desk, beginning_of, end_of
from gridpoints.cli.listing import listing, seen, told
from gridpoints.cli.output import figures, words
from gridpoints.community.model import Member
from gridpoints.errors import UnitUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.ledger.model import Account
from gridpoints.notices.operations import StatementLine
from gridpoints.values import Unit

#: How many entries are read at once.
_PAGE = 1_000


def register(command: Commands, language: Language) -> None:
    """Add the commands of this module."""

    @command("balance", language.text("Show what a member has."))
    def balance(desk: Desk, member: Annotated[str, member_argument(language)]) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            units = village.rules.units()
            accounts = {code: Account.member(person.id, code) for code in units}
            held = village.ledger.balances(list(accounts.values()))
        said = desk.language
        balances = listing(
            desk,
            _title(desk, person),
            [(units[code], held[account]) for code, account in accounts.items()],
            told("unit", of=lambda each: each[0].code),
            seen(words(""), lambda each: said.name(each[0].names, each[0].code)),
            told("posted", figures(said.text("Balance")), lambda each: each[0].decimal(each[1].posted)),
            told("held", figures(said.text("Reserved")), lambda each: each[0].decimal(each[1].held)),
            told(
                "available", figures(said.text("Available")), lambda each: each[0].decimal(each[1].available)
            ),
        )
        desk.out.show({"member": _document(person), "balances": balances.document}, balances.table)

    @command("statement", language.text("Show each entry of a member's account with its reason."))
    def statement(
        desk: Desk,
        member: Annotated[str, member_argument(language)],
        *,
        unit: Annotated[str | None, option("CODE", language.text("Only the entries in this unit."))] = None,
        kind: Annotated[
            str | None,
            option("KIND", language.text("Only those of this kind: award, redemption, expiry, reversal …")),
        ] = None,
        reason: Annotated[
            str | None, option("CODE", language.text("Only those for this deed, by its code, or this offer."))
        ] = None,
        merchant: Annotated[
            str | None, option("MERCHANT", language.text("Only those with this merchant: id or name."))
        ] = None,
        since: Annotated[
            str | None, option("DAY", language.text("Only those written down on this day or later."))
        ] = None,
        until: Annotated[
            str | None, option("DAY", language.text("Only those written down on this day or before."))
        ] = None,
    ) -> None:
        with desk.village() as village:
            person = desk.member(village, member)
            units = village.rules.units()
            if unit is not None and unit not in units:
                raise UnitUnknown(unit=unit)
            wanted = [each for each in units.values() if unit in (None, each.code)]
            merchants = village.redemption.merchants()
            desk.known |= {each.id: each.name for each in merchants}
            only = {
                "kind": kind,
                "reason": reason,
                "merchant": merchant and desk.one_of("merchant", merchants, merchant).id,
                "since": since and beginning_of(village, since),
                "until": until and end_of(village, until),
            }
            lines = {each: list(_lines(village, person, each, only)) for each in wanted}
        document = {
            "member": _document(person),
            "entries": [
                {
                    "unit": each.code,
                    "sequence": line.entry.sequence,
                    "day": line.entry.effective_at.astimezone(desk.language.zone).date(),
                    "recorded_at": line.entry.recorded_at,
                    "kind": line.entry.kind,
                    "reason": line.entry.reason,
                    "amount": each.decimal(line.entry.amount),
                    "balance": each.decimal(line.entry.balance),
                    "transaction": line.entry.transaction,
                    "explanation": desk.language.explanation(line.explanation, desk.known),
                }
                for each in wanted
                for line in lines[each]
            ],
        }
        tables = [_statement(desk, person, each, lines[each]) for each in wanted]
        desk.out.show(document, *tables)


def _document(member: Member) -> dict[str, Any]:
    return {"id": member.id, "number": member.number, "name": member.name, "status": member.status}


def _title(desk: Desk, member: Member) -> str:
    if member.number is None:
        return member.name
    return desk.language.text("{name}, number {number}", name=member.name, number=member.number)


def _lines(
    village: Community, member: Member, unit: Unit, only: Mapping[str, Any]
) -> Iterator[StatementLine]:
    after = 0
    while page := village.notices.statement(member.id, unit.code, after=after, limit=_PAGE, **only):
        yield from page
        after = page[-1].entry.sequence


def _statement(desk: Desk, member: Member, unit: Unit, lines: list[StatementLine]) -> Any:
    language = desk.language
    table = desk.out.table(
        f"{_title(desk, member)}: {language.name(unit.names, unit.code)}",
        [
            figures(language.text("Day")),
            figures(language.text("Points")),
            figures(language.text("Balance")),
            words(language.text("Reason")),
        ],
        [],
    )
    for line in lines:
        steps = language.explanation(line.explanation, desk.known)
        reason = Text(" · " if not desk.out.console.is_terminal else "\n").join(
            [Text(steps[0]), *(Text(step, style="dim") for step in steps[1:])]
        )
        table.add_row(
            language.date(line.entry.effective_at.astimezone(language.zone).date()),
            language.signed(unit.decimal(line.entry.amount)),
            language.number(unit.decimal(line.entry.balance)),
            reason,
        )
    return table
