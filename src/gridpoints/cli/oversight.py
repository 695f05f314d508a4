"""``oversight``: what looks odd, with its evidence, and what somebody made of it."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from attrs import frozen

from gridpoints.awards.reviews import Vote
from gridpoints.claiming.model import Claim
from gridpoints.cli.commands import Commands, argument, flag, option
from gridpoints.cli.desk import Desk
from gridpoints.cli.listing import Listing, data, listing, seen, told
from gridpoints.cli.output import words
from gridpoints.community.model import Household, Member
from gridpoints.errors import NameAmbiguous, RecordUnknown
from gridpoints.exchange import Community
from gridpoints.i18n import Language
from gridpoints.oversight.model import Finding, Looked, Verdict
from gridpoints.redemption.merchants.acting import till_actor_id
from gridpoints.redemption.merchants.model import Merchant
from gridpoints.redemption.merchants.outlets import Till
from gridpoints.redemption.model import Redemption
from gridpoints.redemption.till.refunds import Refund
from gridpoints.sheets.cells import read_day

#: So much of a finding's number is enough to write, and is shown.
_SHORT = 8


def register(commands: Commands, language: Language) -> None:
    """Add the commands of this module."""
    command = commands.group(
        "oversight", language.text("What looks odd, with its evidence. Nothing follows from it by itself.")
    )
    _register_looking(command, language)
    _register_noting(command, language)


def _finding_argument(language: Language) -> Any:
    return argument("FINDING", language.text("The finding, by its number, or how that begins."))


def _since_option(language: Language) -> Any:
    return option(
        "DAY", language.text("The first day that is looked at; without it, 90 days back."), "--from"
    )


def _until_option(language: Language) -> Any:
    return option("DAY", language.text("The last day that is looked at; without it, today."))


def _register_looking(command: Commands, language: Language) -> None:
    @command("findings", language.text("What looks odd; what nobody has looked at stands first."))
    def findings(
        desk: Desk,
        *,
        since: Annotated[str | None, _since_option(language)] = None,
        until: Annotated[str | None, _until_option(language)] = None,
        new: Annotated[bool, flag("--new", language.text("Only what nobody has looked at."))] = False,
    ) -> None:
        with desk.village() as village:
            found = [each for each in _found(village, since, until) if not (new and each.look)]
            _name_subjects(desk, village, [each.finding for each in found])
            _show(desk, found)

    @command("show", language.text("A finding with its evidence: record by record."))
    def show(
        desk: Desk,
        *,
        finding: Annotated[str, _finding_argument(language)],
        since: Annotated[str | None, _since_option(language)] = None,
        until: Annotated[str | None, _until_option(language)] = None,
    ) -> None:
        with desk.village() as village:
            looked = _one(_found(village, since, until), finding)
            _name_subjects(desk, village, [looked.finding])
            evidence = _evidence(desk, village, looked.finding)
        said = desk.language
        shown = listing(
            desk,
            said.text("Evidence"),
            evidence,
            told("at", words(said.text("Time"))),
            told("kind", words(said.text("Kind")), seen=lambda each: said.word(each.kind, "kind")),
            told("who", words(said.text("Who"))),
            told("what", words(said.text("What"))),
            told("id", words(said.text("Number"))),
        )
        found = _told(desk, [looked])
        document = {"finding": found.document[0], "evidence": shown.document}
        desk.out.show(document, found.table, *said.explanation(looked.finding.caution), shown.table)


def _register_noting(command: Commands, language: Language) -> None:
    def noting(name: str, help: str, verdict: Verdict) -> None:
        @command(name, help)
        def note(
            desk: Desk,
            *,
            finding: Annotated[str, _finding_argument(language)],
            note: Annotated[str, argument("TEXT", language.text("Why; it stays on record."))],
            since: Annotated[str | None, _since_option(language)] = None,
            until: Annotated[str | None, _until_option(language)] = None,
        ) -> None:
            with desk.village() as village:
                looked = _one(_found(village, since, until), finding)
                look = village.oversight.look(looked.finding, verdict, note=note)
                _name_subjects(desk, village, [looked.finding])
                _show(desk, [Looked(looked.finding, look)])

    noting(
        "clear",
        language.text("Note that a finding is a false alarm: there is nothing wrong."),
        Verdict.CLEARED,
    )
    noting(
        "confirm",
        language.text("Note that a finding is right; what follows, people decide."),
        Verdict.CONFIRMED,
    )


# --- which is meant -------------------------------------------------------------------------------


def _found(village: Community, since: str | None, until: str | None) -> list[Looked]:
    first, last = (None if day is None else read_day(day) for day in (since, until))
    return village.oversight.findings(first=first, last=last)


def _one(found: Sequence[Looked], text: str) -> Looked:
    """The finding of which the number begins so; raises `RecordUnknown` or `NameAmbiguous`."""
    meant = [each for each in found if each.finding.id.startswith(text)] if text else []
    if not meant:
        raise RecordUnknown(kind="finding", id=text)
    if len(meant) > 1:
        raise NameAmbiguous(name=text, ids=tuple(each.finding.id for each in meant))
    return meant[0]


def _name_subjects(desk: Desk, village: Community, findings: Sequence[Finding]) -> None:
    ids = sorted({subject for each in findings for subject in each.subjects})
    with village.context.read() as work:
        for member in work.find(Member, {"id": ids}):
            desk.known[member.id] = member.name
        for household in work.find(Household, {"id": ids}):
            desk.known[household.id] = household.label
        for merchant in work.find(Merchant, {"id": ids}):
            desk.known[merchant.id] = merchant.name
        tills = {till_actor_id(till.id): till.name for till in work.find(Till)}
    desk.known |= {id: tills[id] for id in ids if id in tills}


@frozen
class _Evidence:
    """A record that something was found in: what it is, who it is about, and what of."""

    id: str
    kind: str
    at: datetime
    who: str
    what: str


def _evidence(desk: Desk, village: Community, finding: Finding) -> list[_Evidence]:
    """The records that it was found in, by time."""
    said, units, here = desk.language, village.rules.units(), {"id": list(finding.evidence)}
    with village.context.read() as work:
        redemptions = work.find(Redemption, here)
        refunds = work.find(Refund, here)
        claims = work.find(Claim, here)
        votes = work.find(Vote, here)
        ids = {each.member_id for each in redemptions} | {vote.voter for vote in votes}
        ids |= {id for each in claims for id in (each.member_id, each.verified_by or "")}
        names = {member.id: member.name for member in work.find(Member, {"id": sorted(ids)})}
        shops = {merchant.id: merchant.name for merchant in work.find(Merchant)}

    def taken(each: Redemption | Refund, points: int) -> str:
        return f"{shops[each.merchant_id]}, {said.amount(points, units[each.unit])}"

    found = [
        _Evidence(each.id, "refund", each.refunded_at, each.refunded_by, taken(each, each.points))
        for each in refunds
    ]
    for each in redemptions:
        at, who = each.captured_at or each.authorised_at, names.get(each.member_id, each.member_id)
        found.append(_Evidence(each.id, "redemption", at, who, taken(each, each.captured)))
    for claim in claims:
        by = said.text("verified by {by}", by=names.get(claim.verified_by or "", claim.verified_by))
        who = names.get(claim.member_id, claim.member_id)
        found.append(_Evidence(claim.id, "claim", claim.claimed_at, who, by))
    for vote in votes:
        who = names.get(vote.voter, vote.voter)
        found.append(_Evidence(vote.id, "vote", vote.cast_at, who, vote.reason or ""))
    return sorted(found, key=lambda each: (each.at, each.id))


# --- what is shown --------------------------------------------------------------------------------


def _show(desk: Desk, found: Sequence[Looked]) -> None:
    told = _told(desk, found)
    nothing = desk.language.text("Nothing was found.")
    desk.out.show({"findings": told.document}, told.table if found else nothing)


def _told(desk: Desk, found: Sequence[Looked]) -> Listing:
    said = desk.language

    def name(id: str) -> str:
        return desk.known.get(id, id)

    return listing(
        desk,
        said.text("Findings"),
        found,
        data(id="finding.id", suspicion="finding.suspicion", evidence="finding.evidence"),
        seen(words(said.text("Number")), lambda each: each.finding.id[:_SHORT]),
        told("subjects", of=lambda each: [{"id": id, "name": name(id)} for id in each.finding.subjects]),
        seen(words(said.text("About")), lambda each: [name(id) for id in each.finding.subjects]),
        seen(words(said.text("What it is")), lambda each: each.finding.suspicion),
        told("told", words(said.text("Figures")), lambda each: said.explanation(each.finding.told)),
        told("caution", of=lambda each: said.explanation(each.finding.caution)),
        seen(
            words(said.text("Looked at")),
            lambda each: each.look and f"{said.word(each.look.verdict)}: {each.look.note}",
        ),
        told("verdict", of=lambda each: each.look and each.look.verdict),
        told("note", of=lambda each: each.look and each.look.note),
        told("looked_by", of=lambda each: each.look and each.look.looked_by),
    )
