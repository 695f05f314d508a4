"""The year for somebody who looks on: a progress bar, well-set tables, a plot, in their language."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from rich import box
from rich.columns import Columns
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from gridpoints.demo.customs import YUAN_PER_POINT
from gridpoints.demo.report import Report
from gridpoints.demo.scenario import SHOP, TIMEZONE, Scenario, fresh_file, run
from gridpoints.i18n import Language
from gridpoints.i18n.words import QUANTITIES
from gridpoints.notices import plots
from gridpoints.values import zone


def present(
    scenario: Scenario,
    store: str | None = None,
    plot: Path | None = None,
    *,
    language: Language,
    console: Console,
) -> Report:
    """Play the scenario, show what came of it, and write the plot; the last line tells what was verified.

    Without `store` and `plot`, both are new files in the current directory. Raises what `run` does.
    """
    plots.must_be_installed()  # said before the year is played, not after
    store = store or f"sqlite:///{fresh_file(Path('gridpoints-demo.db'))}"
    plot = plot or fresh_file(Path("gridpoints-demo.svg"))
    with _progress(console) as progress:
        task = progress.add_task(language.text("Moving in"), total=None)

        def on_day(day: date, done: int, of: int) -> None:
            progress.update(task, description=language.month(day), completed=done, total=of)

        report = run(scenario, store, on_day=on_day)
    draw(report, plot, language)
    show(report, language=language, console=console)
    for line in (
        language.text("Store: {url}, community {community}", url=_public(store), community=report.community),
        language.text("Plot: {path}", path=str(plot)),
    ):
        console.print(Text(line, overflow="fold"))
    console.print(_verified(report, language))
    return report


def _public(url: str) -> str:
    """The URL without its password."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:…@", url)


def _progress(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}", table_column=Column(min_width=12)),
        BarColumn(bar_width=40),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )


def draw(report: Report, path: Path, language: Language) -> Path:
    """Plot issued against redeemed by month; in English where no font can show the language."""
    words = _words(report, language)
    texts = [words.title, words.points, words.months, words.issued, words.redeemed]
    texts += [words.month(month.first_day) for month in report.months]
    if not plots.shows("".join(texts), path):
        words = _words(report, Language.of("en"))
    return plots.issued_and_redeemed(report.months, report.figures.unit, path, words)


def _words(report: Report, language: Language) -> plots.Words:
    return plots.Words(
        title=language.text("Points issued and redeemed, month by month"),
        points=language.name(report.figures.unit.names, report.figures.unit.code),
        months=language.text("Month"),
        issued=language.text("Issued"),
        redeemed=language.text("Redeemed"),
        month=language.month,
        number=language.number,
    )


def show(report: Report, *, language: Language, console: Console) -> None:
    """Print what came of the year."""
    language = language.at(zone(TIMEZONE))
    # Units that the language counts by itself ("1 point") keep its words.
    known = {id: language.name(names) for id, names in report.names.items() if id not in QUANTITIES}
    console.print(_heading(report, language, known))
    for part in (
        Columns([_points(report, language), _deeds(report, language, known)], padding=(0, 6)),
        _merchants(report, language, known),
        _statement(report, language, known),
        _tallies(report, language),
        _refusals(report, language, known),
        _assumptions(report, language),
    ):
        console.print()
        console.print(part)
    console.print()


def _heading(report: Report, language: Language, known: Mapping[str, str]) -> Text:
    first, last = report.months[0].first_day, report.months[-1].first_day
    text = Text(
        language.text("A year in {community}", community=known.get(report.name, report.name)), style="bold"
    )
    facts = (
        language.plural("{n} resident", "{n} residents", report.residents),
        language.plural("{n} household", "{n} households", report.households),
        f"{language.month(first)} – {language.month(last)}",
        language.text("rules {rules}", rules=report.rules),
        language.text("seed {seed}", seed=str(report.seed)),
    )
    return text.append("\n" + " · ".join(facts), style="not bold dim")


def _points(report: Report, language: Language) -> Table:
    figures = report.figures
    table = _table(language.text("Points"), "", _right(language.text("Points")), _right("%"))
    for name, amount in (
        (language.text("Issued"), figures.issued),
        (language.text("Outstanding"), figures.outstanding),
        (language.text("Redeemed"), figures.redeemed),
        (language.text("- settled"), figures.settled),
        (language.text("- to be settled"), figures.with_merchants),
    ):
        share = Decimal(amount) / figures.issued if figures.issued else Decimal(0)
        table.add_row(name, language.number(figures.unit.decimal(amount)), language.percent(share))
    return table


def _deeds(report: Report, language: Language, known: Mapping[str, str]) -> Table:
    table = _table(
        language.text("The most frequent deeds"),
        language.text("Deed"),
        _right(language.text("Times")),
        _right(language.text("Points")),
    )
    for deed in report.deeds:
        points = report.figures.unit.decimal(deed.points)
        table.add_row(known.get(deed.deed, deed.deed), language.number(deed.times), language.number(points))
    return table


def _merchants(report: Report, language: Language, known: Mapping[str, str]) -> Table:
    table = _table(
        language.text("Settled with the merchants"),
        language.text("Merchant"),
        _right(language.text("Statements")),
        _right(language.text("Redemptions")),
        _right(language.text("Points")),
        _right(language.text("For a point")),
        _right(language.text("Paid")),
    )
    for each in report.merchants:
        table.add_row(
            known.get(each.name, each.name),
            language.number(each.statements),
            language.number(each.redemptions),
            language.number(report.figures.unit.decimal(each.points)),
            language.money(each.rate, each.currency),
            language.money(each.money, each.currency),
        )
    return table


def _statement(report: Report, language: Language, known: Mapping[str, str]) -> Table:
    resident = report.resident
    table = _table(
        language.text(
            "Statement of {name}, number {number}, {household}",
            name=resident.name,
            number=resident.number,
            household=resident.household,
        ),
        Column(language.text("Day"), no_wrap=True),
        _right(language.text("Points")),
        _right(language.text("Balance")),
        language.text("Reason"),
    )
    unit = report.figures.unit
    for line in resident.lines:
        entry = line.entry
        table.add_row(
            language.date(entry.effective_at.astimezone(language.zone).date()),
            language.signed(unit.decimal(entry.amount)),
            language.number(unit.decimal(entry.balance)),
            _reason(language.explanation(line.explanation, known)),
        )
    return table


def _reason(steps: Sequence[str]) -> Text:
    """The first step, and beneath it, paler, how it came to its points."""
    return Text("\n").join([Text(steps[0]), *(Text(step, style="dim") for step in steps[1:])])


def _tallies(report: Report, language: Language) -> Table:
    table = _table(
        language.text("What became of everything"),
        "",
        _right(language.text("How many")),
        language.text("Of these"),
    )
    for kind, group in groupby(report.tallies, key=lambda tally: tally.kind):
        tallies = list(group)
        counts = [
            language.text("{n} {status}", n=each.count, status=language.word(each.status, f"{kind}_status"))
            for each in tallies
            if each.count
        ]
        table.add_row(
            language.word(kind, "kind").capitalize(),
            language.number(sum(each.count for each in tallies)),
            "\n".join(" · ".join(line) for line in _lines(counts)),
        )
    return table


def _lines(counts: Sequence[str]) -> list[Sequence[str]]:
    """Few enough for a line, so that no figure is parted from its word."""
    return [counts[place : place + 3] for place in range(0, len(counts), 3)]


def _refusals(report: Report, language: Language, known: Mapping[str, str]) -> Table:
    table = _table(
        language.text("What was refused"), _right(language.text("Times")), language.text("For example")
    )
    for refusals in sorted(report.refusals.values(), key=lambda each: -each.times):
        table.add_row(language.number(refusals.times), language.error(refusals.first, known))
    return table


def _assumptions(report: Report, language: Language) -> Text:
    """Where the rules are from, and what no village published."""
    lines = [
        language.text("The rules are published: {source}", source=report.source),
        language.text("Made up for this demo, and published by nobody:"),
        language.text("- the people, and how often they take part, claim, wish and redeem"),
        language.text("- what is in stock, and a second counter with the same prices"),
        language.text(
            "- {rate} for a point: Baiyang published no rate; this is Xinqi village's, read in a repost",
            rate=language.money(YUAN_PER_POINT, "CNY"),
        ),
    ]
    if report.rules.partition("@")[0] != SHOP:
        lines.append(language.text("- that these rules meet the prices of Baiyang village"))
    return Text("\n".join(lines), style="dim")


def _verified(report: Report, language: Language) -> Text:
    verification = report.verification
    lines = [f"{each.what} {each.where}: {each.stored} ≠ {each.rebuilt}" for each in verification.differences]
    lines.append(
        language.text(
            "verified: {transactions} transactions, {differences} differences",
            transactions=verification.transactions,
            differences=len(verification.differences),
        )
    )
    return Text("\n".join(lines), style="bold green" if verification.ok else "bold red")


def _table(title: str, *columns: Column | str) -> Table:
    return Table(
        *columns,
        title=title,
        box=box.SIMPLE_HEAD,
        title_justify="left",
        title_style="bold",
        pad_edge=False,
        show_edge=False,
    )


def _right(name: str) -> Column:
    """A column of figures: these are not broken over two lines."""
    return Column(name, justify="right", no_wrap=True)
