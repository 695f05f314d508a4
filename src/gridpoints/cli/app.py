"""All commands together, in one language."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

from typing import Annotated

import typer

from gridpoints.cli import catalog, claiming, demo, emergency, events, oversight, recognition, rules
from gridpoints.cli.awards import deeds, excluding, grades, reviews, stars
from gridpoints.cli.commands import Commands, lang_option
from gridpoints.cli.community import consents, founding, grids, guardians, rosters
from gridpoints.cli.help import help_classes
from gridpoints.cli.ledger import keys, points, proofs, reports, transfers, treasury
from gridpoints.cli.redemption import (
    alliances,
    funds,
    merchants,
    offers,
    reconciling,
    redeeming,
    reserved,
    settlements,
    tills,
    vouchers,
)
from gridpoints.i18n import Language


def build(language: Language) -> typer.Typer:
    """The commands, with their help in that language, which was installed before."""
    of_command, of_group = help_classes(language)
    app = typer.Typer(
        name="gridpoints",
        cls=of_group,
        help=language.text("Civility points for communities, in a ledger that everybody can check."),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="rich",
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback()
    def before_any_command(lang: Annotated[str | None, lang_option(language)] = None) -> None:
        """The language may stand before the command as well: it was read before either."""

    modules = (
        founding,
        rosters,
        grids,
        guardians,
        consents,
        deeds,
        reviews,
        stars,
        grades,
        excluding,
        catalog,
        claiming,
        emergency,
        points,
        rules,
        merchants,
        alliances,
        offers,
        redeeming,
        vouchers,
        tills,
        settlements,
        reconciling,
        funds,
        reserved,
        treasury,
        reports,
        oversight,
        events,
        recognition,
        keys,
        proofs,
        transfers,
    )
    for module in (*modules, demo):
        module.register(Commands(app, language), language)
    for each in app.registered_groups:
        each.cls = of_group
    groups = [app, *(each.typer_instance for each in app.registered_groups if each.typer_instance)]
    for command in (command for group in groups for command in group.registered_commands):
        command.cls = of_command
    return app
