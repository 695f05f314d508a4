"""The reference of all commands, from the commands themselves: ``python -m gridpoints.cli.reference``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer

from gridpoints.cli import exits
from gridpoints.cli.app import build
from gridpoints.i18n import Language

INTRODUCTION = """\
# The command line

Made from the commands themselves by `python -m gridpoints.cli.reference`.

Tables are drawn for a terminal; into a file or a pipe goes plain text that is never wrapped. With `--json`
a command writes one JSON document, in which points and money are text, so that no program makes floats of
them; an error is then one as well, on the error channel: `{"code": …, "message": …, "fields": {…}}`. The
codes are stable. Only a mistake in the command line itself is always told in plain text.

`--lang` counts wherever it stands; without it `GRIDPOINTS_LANG` decides, then the system's own settings,
then English.
"""

MEANINGS = {
    exits.DONE: "all was done",
    exits.SOMETHING_LEFT: "done, but rows of a file were left out, `verify` or `rules diff` found "
    "differences, a receipt proves nothing, `reconcile` found some, or a till's voucher is contested",
    exits.USAGE: "the command line cannot be understood",
    3: "the input or the rule set has to be mended",
    4: "what was named does not exist, or is not the only one of its name",
    5: "something else stands in the way: look, and try again",
    6: "refused: by the community's rules, or because somebody else must do it",
    7: "the store cannot be used",
    exits.INTERRUPTED: "interrupted from the keyboard",
}

_PROBLEMS = "problems[row column code message fields] problems_left_out"
_DRAFT = "version status drafted_at drafted_by approved_at approved_by vote"
_AWARD = "award member deed day unit awarded status waits_for closes_at"
_GOODS = "goods[offer quantity]"
_VOUCHER = f"voucher status member {_GOODS} unit points valid_until named"
_ADJUSTMENT = "adjustment merchant money currency reason status settlement"
_WISH = "wish number status text parts free value currency points round priority"
_FINDING = "id suspicion subjects told caution evidence verdict note looked_by"
_EMERGENCY = "id kind mode status reason grids declared_at declared_by ended_at ended_by outcome"
_CONSENT = "id given_by covers recorded_by since until withdrawn_at status member"
_EXCLUSION = "id member reason since until note decided_by lifted_on status"
_CALLS = "calls[id place wanted missing skill grid deed starts_at ends_at status]"
_TURNS = "turns[turn call member name status answer_by hours hours_from award]"
#: The keys of the documents that `--json` writes; in brackets those of each item of a list.
DOCUMENTS = {
    "init": f"community name timezone rules members(enrolled rejected) offers[id name merchant] {_PROBLEMS}",
    "enrol": f"file enrolled repeated rejected {_PROBLEMS}",
    "guardian": "member guardians[member name]",
    "roster": "file applied new changed moved back left same twice unknown wrong grids "
    f"changes[mark row member number name former_name lived_in lives_in] changes_left_out {_PROBLEMS}",
    "grid tree": "grids[id parent kind name feature households people]",
    "grid card": "household(id label) path[id kind name] contacts[role name place duty contact teams]",
    "grid findings": "findings[kind record id values sentence]",
    "grid rebalance": "group accepted moves[office member name role from to reasons] lacking[grid missing]",
    "credit": f"file credited clipped pending refused repeated rejected points {_PROBLEMS}",
    **dict.fromkeys(
        (
            "awards approve",
            "awards reject",
            "awards withdraw",
            "awards reverse",
            "awards uphold",
            "awards dismiss",
        ),
        f"awards[{_AWARD}]",
    ),
    "awards pending": f"pending[{_AWARD}]",
    "events": "events[id cursor at kind subject status version actor reason accounts]",
    "awards tick": f"passed[{_AWARD}]",
    **dict.fromkeys(
        ("awards object", "awards appeal", "awards objections"),
        "objections[objection kind award made_by made_at reason status]",
    ),
    **dict.fromkeys(("wish make", "wish screen"), f"{_WISH} found[kind text] proposed missing above_limit"),
    **dict.fromkeys(("wish publish", "wish list", "wish bounty"), f"wishes[{_WISH}]"),
    **dict.fromkeys(
        ("wish claim", "wish contact", "wish deliver", "wish confirm", "wish release"),
        "claims[claim wish member status lease_until]",
    ),
    "wish where": "detail told",
    "wish thank": "thanks[wish member text status]",
    "wish tick": "looked_at",
    **dict.fromkeys(
        (
            *("catalog draft", "catalog publish", "catalog close", "catalog list", "catalog series"),
            *("catalog post", "catalog errand", "catalog task-list", "catalog task", "catalog tasks"),
            *("catalog programme", "catalog thing"),
        ),
        "listed[kind id name status]",
    ),
    "catalog adopt": "adopted categories[id name] series_changed",
    "catalog tick": "moved[kind id status]",
    "catalog search": "found[kind id name sessions]",
    **dict.fromkeys(
        ("catalog session", "catalog sessions", "catalog short", "catalog cancel", "catalog hold-anyway"),
        "sessions[session item name starts_at ends_at place places free minimum status]",
    ),
    "catalog move": "sessions[session item name starts_at ends_at place places free minimum status] "
    "clashes[claim member session] unfit[claim member reasons]",
    **dict.fromkeys(
        ("catalog lend", "catalog renew", "catalog return", "catalog lost", "catalog loans"),
        "loans[loan thing name member lent_at due_at returned_at status]",
    ),
    **dict.fromkeys(
        (
            *("claim make", "claim list", "claim tick", "claim confirm", "claim accept", "claim check-in"),
            *("claim check-out", "claim verify", "claim no-show", "claim reject", "claim cancel"),
            *("claim excuse", "claim dispute", "claim void", "claim hours"),
        ),
        "claims[claim target target_id name member status hours provenance award warnings]",
    ),
    "claim to-verify": "claims[claim target target_id name member status hours provenance award warnings] "
    "next",
    **dict.fromkeys(("emergency declare", "emergency end", "emergency list"), f"emergencies[{_EMERGENCY}]"),
    "emergency tick": "lapsed reminded escalated released",
    "emergency report": f"emergency({_EMERGENCY}) lasted_minutes first_in_action_minutes asked served "
    "to_stand_down turns hours calls[id place wanted served hours] "
    "directives[id text took_minutes late done]",
    "emergency status": f"emergency({_EMERGENCY}) {_CALLS} {_TURNS}",
    **dict.fromkeys(("emergency call", "emergency close-call"), _CALLS),
    "emergency muster": f"{_TURNS} not_asked[member name code message] missing",
    **dict.fromkeys(
        (
            "emergency assign",
            "emergency accept",
            "emergency decline",
            "emergency release",
            "emergency stand-by",
            "emergency mobilise",
            "emergency begin",
            "emergency demobilise",
            "emergency hours",
            "emergency stand-down",
        ),
        _TURNS,
    ),
    **dict.fromkeys(
        (
            "emergency direct",
            "emergency withdraw",
            "emergency directives",
            "emergency acknowledge",
            "emergency done",
        ),
        "directives[id text status issued_at due_at answers]",
    ),
    "rules explain": "award status refusal member deed day rule_set unit wanted awarded explanation",
    **dict.fromkeys(("exclusion add", "exclusion list", "exclusion lift"), f"exclusions[{_EXCLUSION}]"),
    **dict.fromkeys(("consent add", "consent list", "consent withdraw"), f"consents[{_CONSENT}]"),
    "grades": "grades of since until graded[id name place figure class explanation]",
    "stars": "stars[member number name day since star next missing metrics no_shows barred barred_until "
    "explanation]",
    "balance": "member(id number name status) balances[unit posted held available]",
    "statement": "member(id number name status) entries[unit sequence day recorded_at kind reason amount "
    "balance transaction explanation]",
    "verify": "transactions entries accounts sealed published differences[what where stored rebuilt]",
    "redeem": "redemption status member offer quantity unit points available",
    **dict.fromkeys(
        ("merchant list", "merchant apply", "merchant activate", "merchant suspend", "merchant dismiss"),
        "merchants[id name unit rate currency status]",
    ),
    **dict.fromkeys(
        ("merchant agree", "merchant agreements", "merchant end"),
        "agreements[id merchant from until rate currency fee settled cut_off categories status]",
    ),
    "merchant outlet": "outlet merchant name status",
    **dict.fromkeys(
        tuple(f"merchant {each}" for each in ("outlets", "hours", "close-outlet", "reopen-outlet")),
        "outlets[outlet merchant name address hours status tills]",
    ),
    **dict.fromkeys(("merchant till", "merchant key"), "till outlet name key_id key"),
    "merchant close-till": "till name status",
    "merchant keys": "till keys[key_id scopes issued_at expires_at status]",
    "merchant revoke": "key_id till status",
    **dict.fromkeys(("merchant staff", "merchant let-go"), "merchant person role status"),
    "merchant team": "staff[person role status]",
    **dict.fromkeys(
        ("merchant adjust", "merchant adjustments", "merchant withdraw"), f"adjustments[{_ADJUSTMENT}]"
    ),
    **dict.fromkeys(
        tuple(f"alliance {each}" for each in ("list", "found", "join", "leave", "dissolve")),
        "alliances[alliance name merchants status]",
    ),
    **dict.fromkeys(
        tuple(
            f"offer {each}"
            for each in ("list", "draft", "publish", "withdraw", "reprice", "restock", "amend")
        ),
        "offers[id merchant name kind category unit price cash stock status names descriptions pictures "
        "limits star opens_at closes_at alliance]",
    ),
    **dict.fromkeys(
        ("redemption list", "redemption capture"),
        "redemptions[id member merchant status unit points taken cash lines]",
    ),
    "redemption void": "redemptions[id member merchant status unit points taken cash lines] past_their_date",
    "redemption explain": "redemption explanation",
    "redemption refund": "refund redemption unit points cash currency pieces",
    "settle": "settlements[id merchant status until redemptions unit points refunded rate brought gross fees "
    "adjustments money carried currency drawn_up_by approved_by payment_reference]",
    "reconcile": "merchant since until agreeing unit listed recorded posted "
    f"differences[id gap reference day listed recorded posted proposal] accepted[{_ADJUSTMENT}] {_PROBLEMS}",
    "voucher issue": f"{_VOUCHER} code",
    "voucher code": "member code until",
    **dict.fromkeys(
        ("voucher list", "voucher hand-on"),
        f"vouchers[{_VOUCHER.replace(_GOODS, 'goods')}]",
    ),
    "voucher revoke": f"vouchers[{_VOUCHER.replace(_GOODS, 'goods')}] past_their_date",
    "voucher take": "redemption status goods[offer quantity] unit points",
    "voucher attempts": "attempts[attempt at by voucher reason]",
    **dict.fromkeys(("till offline", "till online"), "till limit status"),
    "till deliver": "till deliveries[delivery number voucher points taken_at arrival reason over_limit] "
    "damaged",
    **dict.fromkeys(
        ("till conflicts", "till decide"),
        "conflicts[id voucher merchant unit points taken_at reason first status decided_by note]",
    ),
    **dict.fromkeys(("oversight findings", "oversight clear", "oversight confirm"), f"findings[{_FINDING}]"),
    "oversight show": f"finding({_FINDING}) evidence[id kind at who what]",
    "fund deposit": "deposit money currency source",
    "fund report": "currency deposited paid available due taken liability coverage "
    "liabilities[unit points rate money] forecast[month money left] alarms[alarm share month budget]",
    "reverse": "transaction reverses owed legs[account unit amount]",
    "debts": "collected debts[id transaction owed_since reason legs]",
    "expire": "posted",
    "close-period": "closed_until",
    "report trial-balance": "accounts[unit kind accounts posted held]",
    "report outstanding": "outstanding[unit month points]",
    "report months": "months[unit month issued redeemed expired]",
    "report turnover": "turnover[unit kind given taken]",
    "record": "member(id number name status) hours entered_hours training_hours kept_until "
    "services[id kind title day hours verified_by void] "
    "entries[id kind title day hours given_by status corrects] certificates[id number status] "
    f"exclusions[{_EXCLUSION}] consents[{_CONSENT}]",
    "certificate": "certificate number member hours since until file issuer badge",
    "rules presets": "presets[name rule_set title source] text file",
    "key new": "name private public key",
    "rules check": "file rule_set problems[line column code message fields] "
    "warnings[line column code message fields] examples passed",
    "rules schema": "$schema $id title description properties $defs",
    "rules examples": "file examples[line deed expected gives passed explanation]",
    "seal": "lines new root sealed_at signed_by checkpoint",
    "receipt": "version community line(number id act kind reason subject effective_at recorded_at legs lots "
    "metadata refusal refusal_fields) path checkpoint consistency",
    "verify-receipt": "community transaction line act kind reason subject effective_at recorded_at moved "
    "refusal legs[account unit amount expires_at] details sealed_at lines signed_by published",
    "rules publish": "version from overtaken",
    "rules versions": f"versions[version from until status published_at published_by approved_by vote] "
    f"drafts[{_DRAFT}]",
    "rules diff": "old new differences[altered section entry aspect old new sentence]",
    "export": "file lines",
    "import": "file lines",
    "rules simulate": "rule_set deeds known first last totals[unit deeds given drafted difference liability] "
    "money(currency unit given drafted liability) by_deed[deed unit deeds given drafted difference] "
    "by_month[month unit deeds given drafted difference] by_group[group unit deeds given drafted difference] "
    "members[unit gaining losing same gained lost spread] limits[limit unit deeds cut] refused "
    "conditions[deed code values message deeds] budgets[budget unit since most day over] "
    f"impossible[deed deeds code message fields day member] consents {_PROBLEMS}",
}

#: What the names of some keys do not tell.
NOTES = {
    "rules simulate": "`known` is of how many deeds it is known what they were given; where it is 0, `given` "
    "and `difference` are null. `money` is null where the draft has no `redemption`. `refused` counts by "
    "reason, `consents` by what the deeds wait for.",
    "enrol": "`repeated` are those who were enrolled before.",
    "roster": "`left` are those whom a complete list does not name; `twice`, `unknown` (nobody can tell who "
    "is meant) and `wrong` rows change nothing, and `problems` says why. `row` is null for those who left.",
    "grid findings": "`id` is that of the `record`; `values` are the figures of the sentence.",
    "credit": "`clipped` are credited in part, up to a limit; `pending` wait for "
    "somebody to agree; `refused` got nothing, by the rules; "
    "`repeated` were credited before; `rejected` are left out, and `problems` says why, for the first 1,000.",
    "awards pending": "`waits_for` is `confirmer`, `panel` or `notice`; a notice ends at `closes_at`.",
    "wish screen": "`found` is what seems to be personal in the text, `proposed` the text without it, "
    "`missing` what is not noted yet: `need`, `consent`.",
    "wish list": "`free` is how many of the `parts` can be claimed, `priority` in how many rounds nobody "
    "did.",
    "rules explain": "`status` is that of the award, or, for a deed that is tried out, `possible` or "
    "`refused`, with the `refusal`: `condition`, `limit`, `cap` or `shortfall`. `explanation` has a line for "
    "each step.",
    **dict.fromkeys(("merchant till", "merchant key"), "`key` is shown this once."),
    **dict.fromkeys(
        ("merchant agree", "merchant agreements", "merchant end"),
        "`until` is the last day on which it holds.",
    ),
    **dict.fromkeys(
        ("redemption list", "redemption capture", "redemption void"),
        "`points` is what was held, `taken` what the merchant has of it now. A line has `offer`, `pieces`, "
        "`handed_out` and `given_back`.",
    ),
    "reverse": "`owed` says whether nothing moved yet: the transaction is then the debt's id.",
    "grades": "`since` and `until` are null where all there ever was counts, `id` with `--public`.",
    "stars": "`since` is null where all there ever was counts, `barred_until` also where it is for good. "
    "`missing` and `metrics` are by metric: `hours`, `times`, a unit, a fact.",
    "expire": "`posted` is how many lines of the journal it took.",
    "record": "`hours` are those that were verified; `entered_hours` were only entered, and are certified "
    "never. What is `void` was taken back, and counts no more.",
    "certificate": "`issuer` is the DID to verify the `badge` with, a VC-JWT; both are null without a key.",
    "rules check": "`rule_set` is null where there are problems; `examples` is how many were run, none where "
    "something else is wrong, and `passed` how many of them gave what they say.",
    "rules schema": "It is the schema itself, in both cases; with `--out`, `file` alone.",
    "report outstanding": "`month` is the first day of the month, null for what never expires.",
    "seal": "`lines` is how many lines are sealed now, `new` how many of them were not before.",
    "receipt": "It is the receipt itself; the [format](receipt-format.md) says what each field is.",
    "verify": "`sealed` is how many lines the seals cover, `published` how many `--checkpoint` does, null "
    "without it. The difference `checkpoint` says that the journal does not begin with the lines which that "
    "stands for, `note` that a seal is not signed by `--key`.",
    "verify-receipt": "`moved` says whether points moved: refusals and holds are lines as well. `lines` is "
    "how many lines the receipt's checkpoint seals, `published` how many the published one does. An error "
    "has exit code 1 where the receipt can be read and proves nothing, 3 where it cannot be read.",
    "rules publish": "`overtaken` is how many deeds of its days were judged by other rules before. A step "
    f"with a draft writes that: {', '.join(f'`{key}`' for key in _DRAFT.split())}.",
    "rules versions": "`until` is the day on which the next one begins. A `vote` has `for`, `against`, "
    "`abstained` and `minutes`.",
    "rules diff": "`old` and `new` of a difference are steps, each with its `code` and `values`. The exit "
    "code is 0 where there is none, 1 where there are some.",
    "statement": "`day` is when the deed was done, `explanation` the lines that tell why.",
}


def reference() -> str:
    """The whole page, in Markdown."""
    group: Any = typer.main.get_command(build(Language.of("en")))
    parts = [INTRODUCTION, _exit_codes(), *(_command(name, c) for name, c in commands(group))]
    return "\n".join(parts)


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with its whole name, those of groups within the group included."""
    for command in group.commands.values():
        name = f"{before}{command.name}"
        if hasattr(command, "commands"):
            yield from commands(command, f"{name} ")
        else:
            yield name, command


def _exit_codes() -> str:
    lines = [f"| {code} | {meaning} |" for code, meaning in MEANINGS.items()]
    return "\n".join(["## Exit codes", "", "| | |", "|---|---|", *lines, ""])


def _command(name: str, command: Any) -> str:
    usage = " ".join([f"gridpoints {name}", *_usage(command)])
    lines = [f"## {name}", "", command.help, "", "```text", usage, "```", ""]
    lines += ["| | |", "|---|---|", *map(_parameter, command.params), ""]
    if (keys := DOCUMENTS.get(name)) is not None:
        lines += ["With `--json`:", "", "```text", keys, "```", ""]
        lines += [note, ""] if (note := NOTES.get(name)) else []
    return "\n".join(lines)


def _usage(command: Any) -> Iterator[str]:
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            yield _name(parameter) if parameter.required else f"[{_name(parameter)}]"
    for parameter in command.params:
        if parameter.param_type_name == "option" and parameter.required:
            yield f"{parameter.opts[0]} {parameter.metavar or parameter.name.upper()}"
    yield "[OPTIONS]"


def _name(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())


def _parameter(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = _name(parameter)
    else:
        takes = "" if parameter.is_flag else f" {parameter.metavar or parameter.name.upper()}"
        name = f"{parameter.opts[0]}{takes}"
    notes = [parameter.help or ""]
    if parameter.param_type_name == "option" and parameter.default not in (None, "", False):
        notes.append(f"Default: `{parameter.default}`.")
    if parameter.envvar:
        notes.append(f"Environment: `{parameter.envvar}`.")
    shown = name.replace("|", "\\|")
    return f"| `{shown}` | {' '.join(notes)} |"


if __name__ == "__main__":
    print(reference(), end="")  # noqa: T201  # its work is to print
