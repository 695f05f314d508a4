"""How commands are made: their arguments and options, those that all of them have, and how they end."""

# Typer reads annotations as they are: no `from __future__ import annotations` here.

import getpass
import inspect
import re
from collections.abc import Callable, Collection
from typing import Annotated, Any

import typer
from attrs import frozen

from gridpoints.cli.desk import Desk
from gridpoints.cli.exits import DONE, exit_code
from gridpoints.cli.output import Output
from gridpoints.errors import GridpointsError
from gridpoints.i18n import Language
from gridpoints.values import Actor

DEFAULT_STORE = "sqlite:///gridpoints.db"
#: The options that a command without a store does without.
OF_STORES = ("store", "community", "as_actor")


@frozen
class Commands:
    """Where a module adds its commands: at the top, or in a group."""

    app: typer.Typer
    language: Language

    def group(self, name: str, help: str) -> "Commands":
        """A new group of commands."""
        group = typer.Typer(name=name, help=help, no_args_is_help=True)
        self.app.add_typer(group)
        return Commands(group, self.language)

    def __call__(
        self, name: str, help: str, *, without: Collection[str] = ()
    ) -> Callable[..., Callable[..., Any]]:
        """Register a function of a `Desk` as a command that has the options of all commands as well.

        Those that it does `without` are left out: a command that founds a community names it itself. The
        function may answer an exit code; an error leaves with the code of its group.
        """
        shared = [p for p in _shared_options(self.language) if p.name not in without]

        def register(function: Callable[..., int | None]) -> Callable[..., int | None]:
            own = [p for p in inspect.signature(function).parameters.values() if p.name != "desk"]

            def run(**values: Any) -> None:
                given = {option.name: values.pop(option.name) for option in shared}
                out = Output.open(as_json=given["as_json"])
                desk = Desk(self.language, out, given.get("store", ""), given.get("community"))
                try:
                    desk.actor = _actor(given.get("as_actor"))
                    code = function(desk, **values)
                except GridpointsError as error:
                    out.error(desk.language.error(error, desk.known), error)
                    raise typer.Exit(exit_code(error)) from None
                raise typer.Exit(code or DONE)

            parameters = [*own, *shared]
            run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
            run.__annotations__ = {p.name: p.annotation for p in parameters}
            self.app.command(name, help=help)(run)
            return function

        return register


def argument(metavar: str, help: str) -> Any:
    """What a command is told by its place."""
    return typer.Argument(metavar=metavar, help=help)


def option(metavar: str, help: str, name: str | None = None) -> Any:
    """What a command is told by name: that of the parameter, or another."""
    return typer.Option(*([name] if name else []), metavar=metavar, help=help)


def flag(name: str, help: str) -> Any:
    """What is so where it is said: ``--all``; or, as ``--pay/--decline``, one way or the other."""
    return typer.Option(name, help=help)


def reason_option(language: Language) -> Any:
    """The option for why something is done."""
    return option("TEXT", language.text("Why; it stays on record."))


def _shared_options(language: Language) -> list[inspect.Parameter]:
    def shared(name: str, annotation: Any, default: Any) -> inspect.Parameter:
        kind = inspect.Parameter.KEYWORD_ONLY
        return inspect.Parameter(name, kind, default=default, annotation=annotation)

    community_option = typer.Option(
        metavar="ID",
        envvar="GRIDPOINTS_COMMUNITY",
        help=language.text("The community; needed where the store holds several."),
    )
    actor_option = typer.Option(
        "--as",
        metavar="ACTOR[:ROLE,…]",
        envvar="GRIDPOINTS_AS",
        show_default=False,
        help=language.text(
            "Who acts, and in which roles; without it, the user of this computer, as a clerk."
        ),
    )
    json_option = flag("--json", language.text("Write JSON, for programs; errors as well."))
    return [
        shared("store", Annotated[str, store_option(language)], DEFAULT_STORE),
        shared("community", Annotated[str | None, community_option], None),
        shared("as_actor", Annotated[str, actor_option], ""),
        shared("lang", Annotated[str | None, lang_option(language)], None),
        shared("as_json", Annotated[bool, json_option], False),
    ]


def store_option(language: Language) -> Any:
    """The option for where everything is kept."""
    return typer.Option(
        metavar="URL",
        envvar="GRIDPOINTS_STORE",
        help=language.text("Where everything is kept: sqlite:///FILE, postgresql://USER@HOST/DATABASE."),
    )


def lang_option(language: Language) -> Any:
    """The option for the language. It was read before the commands were made: see `chosen_language`."""
    return typer.Option(
        "--lang",
        metavar="|".join(Language.KNOWN),
        envvar="GRIDPOINTS_LANG",
        show_default=False,
        help=language.text("The language to speak; without it, that of the system."),
    )


def member_argument(language: Language) -> Any:
    """The argument that names a member, for `Desk.member`."""
    return typer.Argument(
        metavar="MEMBER", help=language.text("The member's number, id, or name where only one has it.")
    )


def _actor(text: str | None) -> Actor:
    """``wang:clerk,organiser``; of nothing, the user of this computer, who has the books in hand: a clerk."""
    id, _, roles = (text or f"{_user()}:clerk").partition(":")
    return Actor(id, frozenset(role.strip() for role in roles.split(",") if role.strip()))


def _user() -> str:
    try:
        return re.sub(r"[^\w.@-]+", "_", getpass.getuser())
    except (KeyError, OSError):  # a container may run as a user whom nobody knows
        return "system"
