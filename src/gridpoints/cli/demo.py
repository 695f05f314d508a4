"""``demo``: a community's year in one command."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from pathlib import Path
from typing import Annotated

import typer

from gridpoints.cli.commands import Commands, lang_option, option, store_option
from gridpoints.cli.exits import DONE, SOMETHING_LEFT, exit_code
from gridpoints.cli.output import Output
from gridpoints.errors import GridpointsError
from gridpoints.i18n import Language


def register(command: Commands, language: Language) -> None:
    """Add the command of this module."""

    @command.app.command(
        "demo", help=language.text("Live through a made-up year of a real village, and show it.")
    )
    def demo(
        *,
        residents: Annotated[int, typer.Option(help=language.text("How many people live there."))] = 1_000,
        months: Annotated[int, typer.Option(help=language.text("How many months to live through."))] = 12,
        seed: Annotated[
            int, typer.Option(help=language.text("The same seed gives the same year, on every store."))
        ] = 1,
        rules: Annotated[
            str, option("FILE|PRESET", language.text("The rule set: a YAML file or a preset."))
        ] = "baiyang",
        store: Annotated[str | None, store_option(language)] = None,
        plot: Annotated[
            Path | None,
            option("FILE", language.text("Where to draw issued against redeemed: PNG, SVG or PDF.")),
        ] = None,
        lang: Annotated[str | None, lang_option(language)] = None,
    ) -> None:
        out = Output.open(as_json=False)
        try:
            from gridpoints.demo.scenario import Scenario
            from gridpoints.demo.show import present

            scenario = Scenario(residents, months, seed, rules)
            report = present(scenario, store, plot, language=language, console=out.console)
        except GridpointsError as error:
            out.error(language.error(error), error)
            raise typer.Exit(exit_code(error)) from None
        raise typer.Exit(DONE if report.verification.ok else SOMETHING_LEFT)
